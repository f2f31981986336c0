"""`verify`: every broken rule and every wrong claim, in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import Doc, Run

Save = Callable[[Doc | str, str], str]


@pytest.fixture
def verify(run: Run, saved: Save) -> Callable[[Doc, Doc], tuple[int, list[str]]]:
    def call(week: Doc, timetable: Doc) -> tuple[int, list[str]]:
        told = run("verify", saved(week, "week.json"), saved(timetable, "out.json"))
        assert told.err == ""
        return told.code, told.out.splitlines()

    return call


Verify = Callable[[Doc, Doc], tuple[int, list[str]]]


def test_a_right_timetable_is_clean(verify: Verify, week: Doc, timetable: Doc) -> None:
    assert verify(week, timetable) == (0, ["Clean: no rule is broken and every claimed figure is right."])


def test_a_broken_rule_is_named_with_its_subject(verify: Verify, week: Doc, timetable: Doc) -> None:
    timetable["sessions"][1]["patients"].append("p3")
    code, lines = verify(week, timetable)
    assert code == 1
    assert [line for line in lines if line.startswith("commitment p3: ")] != []


def test_a_wrong_claim_is_named_with_its_pointer(verify: Verify, week: Doc, timetable: Doc) -> None:
    timetable["patients"][2]["unmet_minutes"] = 0
    code, lines = verify(week, timetable)
    assert code == 1
    assert lines[0].startswith("claim /patients/2/unmet_minutes: ")
    assert lines[-1] == "0 findings, 1 wrong claim."


def test_every_finding_is_told_at_once(verify: Verify, week: Doc, timetable: Doc) -> None:
    timetable["sessions"][0] |= {"start": "2026-11-30T09:05", "end": "2026-11-30T10:05", "room": None}
    code, lines = verify(week, timetable)
    assert code == 1
    assert {"grid", "room"} <= {line.split()[0] for line in lines}


def test_a_document_from_nowhere_is_bad_input(run: Run, saved: Save, week: Doc) -> None:
    told = run("verify", saved(week, "week.json"), "no-such-file.json")
    assert (told.code, told.out) == (2, "")
    assert "no-such-file.json cannot be read" in told.err


def test_only_one_document_comes_from_standard_input(run: Run) -> None:
    told = run("verify", "-", "-")
    assert (told.code, told.out) == (2, "")
    assert "Only one of the two documents" in told.err
