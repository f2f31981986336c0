"""What goes wrong with documents and files is one clear sentence or a line a fault, and exit code 2."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Doc, Run, program

Save = Callable[[Doc | str, str], str]


def test_every_fault_of_a_week_is_a_line_that_begins_with_its_pointer(
    run: Run, saved: Save, week: Doc
) -> None:
    week["patients"][0]["program"] = "nowhere"
    week["session_types"][0]["minutes"] = 50
    week["rooms"][0]["capacity"] = 0
    refused = run("solve", saved(week, "week.json"))
    assert (refused.code, refused.out) == (2, "")
    pointers = [line.split(": ")[0] for line in refused.err.splitlines()[1:]]
    assert sorted(pointers) == ["/patients/0/program", "/rooms/0/capacity", "/session_types/0/minutes"]


@pytest.mark.parametrize("command", ["solve", "verify", "show"])
def test_text_that_is_not_json_is_told_by_line_and_column(run: Run, saved: Save, command: str) -> None:
    path = saved('{\n  "clinic": ]\n}', "broken.json")
    refused = run(command, *([path, path] if command == "verify" else [path]))
    assert (refused.code, refused.out) == (2, "")
    assert "line 2" in refused.err
    assert "column 13" in refused.err


def test_every_fault_of_a_timetable_is_a_line_that_begins_with_its_pointer(
    run: Run, saved: Save, timetable: Doc
) -> None:
    timetable["sessions"][0]["start"] = "monday"
    del timetable["objective"]
    timetable["patients"][1]["surprise"] = 1
    refused = run("show", saved(timetable, "out.json"))
    assert refused.code == 2
    pointers = [line.split(": ")[0] for line in refused.err.splitlines()[1:]]
    assert sorted(pointers) == ["/objective", "/patients/1/surprise", "/sessions/0/start"]


@pytest.mark.parametrize(("content", "complaint"), [("", "is empty"), ("[1, 2]", "expected a JSON object")])
def test_what_is_no_document_at_all_is_said(run: Run, saved: Save, content: str, complaint: str) -> None:
    refused = run("show", saved(content, "out.json"))
    assert refused.code == 2
    assert complaint in refused.err


def test_a_missing_file_is_named(run: Run, tmp_path: Path) -> None:
    path = str(tmp_path / "nowhere.json")
    refused = run("show", path)
    assert (refused.code, refused.err) == (2, f"{path} cannot be read: there is no such file.\n")


def test_a_directory_is_no_document(run: Run, tmp_path: Path) -> None:
    refused = run("show", str(tmp_path))
    assert (refused.code, refused.err) == (2, f"{tmp_path} cannot be read: it is a directory.\n")


def test_bytes_that_are_no_text_are_said_to_be_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_bytes(b"\xff\xfe\x00{")
    refused = run("show", str(path))
    assert refused.code == 2
    assert "not JSON" in refused.err


def test_a_document_can_come_from_standard_input(timetable: Doc) -> None:
    shown = program("show", "-", stdin=json.dumps(timetable))
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.count("09:00–10:00") == 2


def test_an_output_that_cannot_be_written_is_refused_before_the_search(
    run: Run, saved: Save, week: Doc, tmp_path: Path
) -> None:
    path = saved(week, "week.json")
    for output, complaint in [
        (str(tmp_path), "is a directory"),
        (str(tmp_path / "no" / "out.json"), "its directory does not exist"),
        (path, "would replace the document it is made from"),
    ]:
        refused = run("solve", path, "-o", output, "--time-limit", "100000")
        assert (refused.code, refused.out) == (2, "")
        assert complaint in refused.err
    assert json.loads(Path(path).read_text()) == week


def test_no_patients_name_is_repeated_in_an_error(run: Run, saved: Save, week: Doc) -> None:
    week["patients"][2]["name"] = "Jane Doe " * 100
    refused = run("solve", saved(week, "week.json"))
    assert refused.code == 2
    assert "/patients/2/name" in refused.err
    assert "Jane" not in refused.err


@pytest.mark.parametrize(
    "option",
    [
        ("--gap", "1.5"),
        ("--gap", "nan"),
        ("--time-limit", "0"),
        ("--time-limit", "inf"),
        ("--seed", "-1"),
        ("--workers", "0"),
        ("--deterministic", "much"),
    ],
)
def test_an_option_out_of_range_is_refused(run: Run, saved: Save, week: Doc, option: tuple[str, str]) -> None:
    refused = run("solve", saved(week, "week.json"), *option)
    assert (refused.code, refused.out) == (2, "")
    assert f"argument {option[0]}" in refused.err
