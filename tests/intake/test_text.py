"""From bytes and text: what is not JSON, and what JSON alone cannot tell."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import Any

import pytest

from scheduler.errors import ProblemRefused
from scheduler.intake import problem_digest, read_problem
from scheduler.intake.text import MAX_BYTES
from tests.intake.documents import faults_of, places, week

TEXT = json.dumps(week(), indent=1)
HALF = "\ud800"


def test_a_week_reads_alike_as_object_text_and_bytes() -> None:
    from_object, from_text, from_bytes = (read_problem(d) for d in (week(), TEXT, TEXT.encode()))
    assert from_object == from_text == from_bytes
    assert from_object.problem.document == from_text.problem.document == week()


def test_a_byte_order_mark_is_read_over() -> None:
    assert faults_of("\ufeff" + TEXT) == ()
    assert faults_of(b"\xef\xbb\xbf" + TEXT.encode()) == ()


def test_a_refusal_says_which_document_it_is_of() -> None:
    with pytest.raises(ProblemRefused) as refusal:
        read_problem("{")
    assert refusal.value.kind == "problem"


NOT_JSON: list[tuple[str, str | bytes, str]] = [
    ("nothing", "", "line 1, column 1"),
    ("blanks", b" \n ", "line 1, column 1"),
    ("no JSON at all", "clinic: riverside", "line 1, column 1"),
    ("a comma too many", '{\n "a": 1,\n}', "line 3, column 1"),
    ("an end too early", '{"a": [1, 2', "line 1, column 12"),
    ("two documents", "{}\n{}", "line 2, column 1"),
    ("a line break in a text", '{"a": "x\ny"}', "line 1, column 9"),
    ("NaN", '{"a": "NaN",\n "b": NaN}', "NaN is no number in JSON, at line 2, column 7"),
    (
        "endless",
        '{"a": "\\"Infinity",\n "b": -Infinity}',
        "-Infinity is no number in JSON, at line 2, column 7",
    ),
    ("a byte of another encoding", b'{"a": "\xc3\xa9",\n "b\xe9": 1}', "byte 0xE9 at line 2, column 4"),
    ("UTF-16 with a mark", "{}".encode("utf-16"), "line 1, column 1; maybe it was saved as UTF-16"),
    ("UTF-16 without a mark", "{}".encode("utf-16-le"), "line 1, column 1; maybe it was saved as UTF-16"),
    ("lists in lists in lists", "[" * 200_000, "nested too deeply, at line 1, column 201"),
    ("objects in objects", '{"a":\n' * 200_000, "nested too deeply, at line 201, column 1"),
]


@pytest.mark.parametrize(("document", "words"), [c[1:] for c in NOT_JSON], ids=[c[0] for c in NOT_JSON])
def test_what_is_not_json_has_one_fault_with_line_and_column(document: str | bytes, words: str) -> None:
    (fault,) = faults_of(document)
    assert (fault.pointer, fault.code) == ("", "not_json")
    assert words in fault.message


@pytest.mark.parametrize("document", ["[]", "7", '"riverside"', "null", "true", "1e999", "[[[[]]]]"])
def test_json_that_is_no_object_is_told_so(document: str) -> None:
    assert places(faults_of(document)) == [("", "wrong_type")]


def test_20_megabytes_are_read_and_a_byte_more_is_refused() -> None:
    padding = " " * (MAX_BYTES - len(TEXT))
    assert faults_of(TEXT + padding) == faults_of((TEXT + padding).encode()) == ()
    assert places(faults_of(TEXT + padding + " ")) == [("", "too_large")]
    assert places(faults_of((TEXT + padding + " ").encode())) == [("", "too_large")]


def test_megabytes_are_counted_in_utf_8() -> None:
    assert places(faults_of('"' + "é" * (MAX_BYTES // 2) + '"')) == [("", "too_large")]


class TestNamesGivenTwice:
    def test_each_is_told_with_its_place(self) -> None:
        twice = TEXT.replace('"idle": 2', '"idle": 2, "moved": 1, "idle": 3').replace(
            '"capacity": 2', '"capacity": 2, "capacity": 2'
        )
        assert places(faults_of(twice)) == [
            ("/rooms/1/capacity", "duplicate_key"),
            ("/weights/idle", "duplicate_key"),
        ]

    def test_they_hide_no_other_fault(self) -> None:
        twice = TEXT.replace('"idle": 2', '"idle": 2, "idle": 20000').replace(
            '"capacity": 2', '"capacity": 0'
        )
        assert places(faults_of(twice)) == [
            ("/rooms/1/capacity", "out_of_range"),
            ("/weights/idle", "duplicate_key"),
            ("/weights/idle", "out_of_range"),
        ]

    def test_very_many_take_no_time(self) -> None:
        names = ",".join(f'"n{k}": 0, "n{k}": 0' for k in range(30_000))
        assert faults_of(f"{{{names}}}")[-1].code == "more_faults"


class TestNumbers:
    def test_a_number_of_ten_thousand_digits_is_out_of_range(self) -> None:
        huge = TEXT.replace('"idle": 2', f'"idle": 1{"0" * 10_000}')
        assert places(faults_of(huge)) == [("/weights/idle", "out_of_range")]

    def test_so_is_its_negative(self) -> None:
        huge = TEXT.replace('"idle": 2', f'"idle": -1{"0" * 10_000}')
        assert places(faults_of(huge)) == [("/weights/idle", "out_of_range")]

    def test_a_number_beyond_all_floats_is_no_whole_number(self) -> None:
        assert places(faults_of(TEXT.replace('"idle": 2', '"idle": 1e999'))) == [
            ("/weights/idle", "wrong_type")
        ]


class TestHalfCharacters:
    """A surrogate alone can be escaped in JSON, yet no UTF-8 can hold it."""

    @pytest.mark.parametrize("as_text", [True, False], ids=["as text", "as an object"])
    def test_in_a_value(self, as_text: bool) -> None:
        document: Any = week({"/clinic/name": f"Riverside {HALF}", "/rooms/1/capacity": 0})
        found = faults_of(json.dumps(document) if as_text else document)
        assert places(found) == [("/clinic/name", "not_text"), ("/rooms/1/capacity", "out_of_range")]

    @pytest.mark.parametrize("as_text", [True, False], ids=["as text", "as an object"])
    def test_in_a_name(self, as_text: bool) -> None:
        document: Any = week({f"/clinic/x{HALF}": 1, "/clinic/slot_minutes": 7})
        found = faults_of(json.dumps(document) if as_text else document)
        assert places(found) == [
            ("/clinic/slot_minutes", "unknown_value"),
            ("/clinic/x\ufffd", "not_text"),
            ("/clinic/x\ufffd", "unknown_field"),
        ]

    def test_unescaped_in_a_text(self) -> None:
        assert places(faults_of(TEXT.replace("Riverside IOP", HALF))) == [("/clinic/name", "not_text")]

    def test_every_fault_can_be_written_down(self) -> None:
        for fault in faults_of(
            week({f"/clinic/{HALF}": HALF, "/clinic/timezone": HALF, "/rooms/0/id": HALF})
        ):
            str(fault).encode("utf-8")

    def test_two_halves_escaped_make_a_whole(self) -> None:
        assert faults_of(TEXT.replace("Riverside IOP", "\\ud83d\\ude00")) == ()


class TestObjectsFromPython:
    def test_a_value_that_is_no_json_is_told_with_its_place(self) -> None:
        document = week({"/clinic/week_start": date(2026, 11, 30), "/rooms/1/capacity": 0})
        assert places(faults_of(document)) == [
            ("/clinic/week_start", "not_json"),
            ("/clinic/week_start", "missing"),
            ("/rooms/1/capacity", "out_of_range"),
        ]

    def test_a_field_named_by_a_number_is_refused(self) -> None:
        rooms: Any = [{"id": "r1", "capacity": 12, 7: 8}]
        assert places(faults_of({"rooms": rooms})) == [("/rooms/0", "not_json"), ("/clinic", "missing")]

    def test_no_number_is_refused(self) -> None:
        assert ("/weights/idle", "not_json") in places(faults_of(week({"/weights/idle": float("nan")})))

    def test_an_object_that_holds_itself_is_refused(self) -> None:
        document = week()
        document["clinic"]["name"] = document
        assert places(faults_of(document)) == [("/clinic/name", "wrong_type")]
        document["clinic"]["name"] = {7: document}
        assert faults_of(document) != ()

    def test_nesting_beyond_the_stack_is_refused(self) -> None:
        deep: Any = HALF
        for _ in range(10 * sys.getrecursionlimit()):
            deep = [deep]
        document = week()
        document["clinic"]["closures"] = deep
        assert "too_deep" in {fault.code for fault in faults_of(document)}

    @pytest.mark.parametrize("document", [None, 7, 1.5, True, [], "x", b"x", date(2026, 11, 30), object()])
    def test_anything_else_is_refused(self, document: Any) -> None:
        assert faults_of(document) != ()


class TestDigest:
    def test_spacing_and_the_order_of_fields_do_not_matter(self) -> None:
        backwards = dict(reversed(week().items()))
        assert problem_digest(json.loads(TEXT)) == problem_digest(backwards)

    def test_a_changed_value_matters(self) -> None:
        assert problem_digest(week()) != problem_digest(week({"/weights/idle": 3}))

    def test_it_is_the_sha_256_of_the_canonical_form(self) -> None:
        canonical_hash = "43258cff783fe7036d8a43033f830adfc60ec037382473548ac742b888292777"
        assert problem_digest({"b": 2, "a": 1}) == f"sha256:{canonical_hash}"
