"""`export --format csv`: a timetable for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from tests.cli.conftest import Doc, Outcome, Run

Save = Callable[[Doc | str, str], str]


def rows_of(exported: Outcome) -> list[dict[str, str]]:
    assert (exported.code, exported.err) == (0, "")
    return list(csv.DictReader(StringIO(exported.out.removeprefix("\ufeff"), newline="")))


def test_a_session_is_a_row_with_its_patients_joined(run: Run, saved: Save, timetable: Doc) -> None:
    rows = rows_of(run("export", saved(timetable, "out.json"), "--format", "csv"))
    assert len(rows) == 2
    assert rows[0] == {
        "id": "s1",
        "date": "2026-11-30",
        "weekday": "mon",
        "start": "09:00",
        "end": "10:00",
        "minutes": "60",
        "session_type": "talk",
        "session_type_name": "talk",
        "clinicians": "c1",
        "clinician_names": "c1",
        "room": "r1",
        "room_name": "r1",
        "patient_count": "3",
        "patients": "p1 p2 p3",
    }


def test_an_attendance_can_be_a_row_instead(run: Run, saved: Save, timetable: Doc) -> None:
    rows = rows_of(run("export", saved(timetable, "out.json"), "--format", "csv", "--rows", "attendances"))
    assert [(row["id"], row["patient"]) for row in rows] == [
        ("s1", "p1"),
        ("s1", "p2"),
        ("s1", "p3"),
        ("s2", "p1"),
        ("s2", "p2"),
    ]


@pytest.mark.parametrize("rows", ["sessions", "attendances"])
def test_a_patients_extract_tells_nothing_of_the_others(
    run: Run, saved: Save, timetable: Doc, rows: str
) -> None:
    exported = run(
        "export", saved(timetable, "out.json"), "--format", "csv", "--rows", rows, "--patient", "p3"
    )
    assert len(rows_of(exported)) == 1
    assert "p1" not in exported.out
    assert "p3" in exported.out


def test_a_clinicians_extract_holds_only_what_they_lead(run: Run, saved: Save, timetable: Doc) -> None:
    timetable["sessions"][1]["clinicians"] = ["c2"]
    rows = rows_of(run("export", saved(timetable, "out.json"), "--format", "csv", "--clinician", "c1"))
    assert [row["id"] for row in rows] == ["s1"]


def test_a_name_that_a_spreadsheet_would_run_is_made_inert(
    run: Run, saved: Save, timetable: Doc, week: Doc
) -> None:
    week["session_types"][0]["name"] = '=HYPERLINK("http://example.org")'
    week["clinicians"][0]["name"] = "+1 Ahlberg"
    week["rooms"][0]["name"] = "@blue"
    rows = rows_of(
        run("export", saved(timetable, "out.json"), "--format", "csv", "--week", saved(week, "week.json"))
    )
    assert rows[0]["session_type_name"] == '\'=HYPERLINK("http://example.org")'
    assert rows[0]["clinician_names"] == "'+1 Ahlberg"
    assert rows[0]["room_name"] == "'@blue"


def test_a_file_opens_in_a_spreadsheet_by_a_double_click(
    run: Run, saved: Save, timetable: Doc, tmp_path: Path
) -> None:
    target = tmp_path / "week.csv"
    assert run("export", saved(timetable, "out.json"), "--format", "csv", "-o", str(target)).code == 0
    content = target.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfid,date,")
    assert content.count(b"\r\n") == content.count(b"\n") == 3


def test_an_unknown_format_is_refused(run: Run, saved: Save, timetable: Doc) -> None:
    exported = run("export", saved(timetable, "out.json"), "--format", "parchment")
    assert exported.code == 2
    assert "parchment" in exported.err


def test_an_unknown_patient_is_refused(run: Run, saved: Save, timetable: Doc) -> None:
    exported = run("export", saved(timetable, "out.json"), "--format", "csv", "--patient", "p33")
    assert (exported.code, exported.out) == (2, "")
    assert "There is no patient 'p33' in this timetable. Maybe: p3" in exported.err


def test_a_calendar_is_written_for_one_room(run: Run, saved: Save, timetable: Doc) -> None:
    exported = run(
        "export", saved(timetable, "out.json"), "--format", "ics", "--room", "r1", "--sequence", "2"
    )
    assert (exported.code, exported.err) == (0, "")
    assert exported.out.count("BEGIN:VEVENT") == exported.out.count("SEQUENCE:2") == 2


def test_a_calendar_of_nobody_is_refused(run: Run, saved: Save, timetable: Doc) -> None:
    exported = run("export", saved(timetable, "out.json"), "--format", "ics")
    assert (exported.code, exported.out) == (2, "")
    assert exported.err == "A calendar is one patient's, one clinician's or one room's: say whose.\n"


def test_an_option_of_another_format_is_refused(run: Run, saved: Save, timetable: Doc) -> None:
    exported = run("export", saved(timetable, "out.json"), "--format", "csv", "--sequence", "2")
    assert (exported.code, exported.err) == (2, "--sequence is an option of the format ics.\n")


def test_an_unknown_room_is_refused(run: Run, saved: Save, timetable: Doc) -> None:
    exported = run("export", saved(timetable, "out.json"), "--format", "csv", "--room", "r2")
    assert exported.err == "There is no room 'r2' in this timetable.\n"


@pytest.mark.parametrize(
    ("file_format", "beginning"),
    [
        ("csv", b"\xef\xbb\xbfid,"),
        ("fhir", b"{"),
        ("html", b"<!DOCTYPE html>"),
        ("ics", b"BEGIN:VCALENDAR"),
        ("xlsx", b"PK"),
    ],
)
def test_every_format_is_written_to_a_file_for_a_patient_and_a_room(
    run: Run, saved: Save, timetable: Doc, week: Doc, tmp_path: Path, file_format: str, beginning: bytes
) -> None:
    common = [
        "export",
        saved(timetable, "out.json"),
        "--format",
        file_format,
        "--week",
        saved(week, "week.json"),
    ]
    for chosen in (["--patient", "p3"], ["--room", "r1"]):
        target = tmp_path / f"{chosen[1]}.{file_format}"
        assert run(*common, *chosen, "-o", str(target)) == (0, "", "")
        assert target.read_bytes().startswith(beginning)


def test_a_workbook_is_not_thrown_at_a_terminal(
    run: Run, saved: Save, timetable: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.cli.export.is_terminal", lambda stream: True)
    exported = run("export", saved(timetable, "out.json"), "--format", "xlsx")
    assert (exported.code, exported.out) == (2, "")
    assert exported.err == "A workbook is nothing for a terminal: name a file with -o.\n"


def test_what_a_format_cannot_hold_is_told_in_a_sentence(run: Run, saved: Save, timetable: Doc) -> None:
    timetable["timezone"] = "Mars/Olympus"
    exported = run("export", saved(timetable, "out.json"), "--format", "fhir")
    assert (exported.code, exported.out) == (2, "")
    assert exported.err == "'Mars/Olympus' is no time zone of the IANA data base.\n"
