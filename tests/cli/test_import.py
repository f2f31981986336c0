"""`import`: templates, people, calendars and the current week from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import RIVERSIDE, Doc, Run, small_week

Save = Callable[[Doc | str, str], str]
ICS = Path(__file__).parents[1] / "imports" / "ics"


def test_a_filled_template_that_is_imported_again_changes_nothing(run: Run, tmp_path: Path) -> None:
    book, new = str(tmp_path / "people.xlsx"), tmp_path / "new.json"
    assert run("import", "template", "--week", str(RIVERSIDE), "-o", book).code == 0
    told = run("import", "people", book, "--week", str(RIVERSIDE), "--missing", "delete", "-o", str(new))
    assert told.code == 0, told.err
    assert told.err.splitlines() == [
        "clinicians: 0 new, 0 changed, 0 removed, 7 unchanged",
        "rooms: 0 new, 0 changed, 0 removed, 4 unchanged",
        "patients: 0 new, 0 changed, 0 removed, 24 unchanged",
    ]
    assert json.loads(new.read_text()) == json.loads(RIVERSIDE.read_text())


def test_without_an_output_only_what_would_change_is_told(run: Run, saved: Save) -> None:
    week = saved(small_week(), "week.json")
    rooms = saved("id,capacity\nr1,6\nr2,3\n", "rooms.csv")
    told = run("import", "people", rooms, "--week", week)
    assert (told.code, told.err) == (0, "")
    assert "rooms: 1 new: r2, 1 changed: r1 (capacity), 0 removed, 0 unchanged" in told.out
    assert json.loads(Path(week).read_text()) == small_week()


def test_every_fault_of_a_sheet_is_told_and_nothing_written(run: Run, saved: Save, tmp_path: Path) -> None:
    week, new = saved(small_week(), "week.json"), tmp_path / "new.json"
    patients = saved("id,program,priority\np1,nowhere,2\np2,two-talks,high\n", "patients.csv")
    told = run("import", "people", patients, "--week", week, "-o", str(new))
    assert (told.code, told.out) == (2, "")
    assert "patients, row 3, column priority: expected a whole number" in told.err
    assert not new.exists()
    fixed = saved("id,program,priority\np1,nowhere,2\np2,two-talks,9\n", "patients.csv")
    told = run("import", "people", fixed, "--week", week, "-o", str(new))
    assert "patients, row 2, column program" in told.err
    assert "patients, row 3, column priority" in told.err


def test_a_calendar_becomes_a_patients_commitments(run: Run, saved: Save, tmp_path: Path) -> None:
    week, new = saved(small_week(), "week.json"), tmp_path / "new.json"
    file = str(next(ICS.glob("01*")))
    told = run("import", "calendar", file, "--week", week, "--patient", "p1", "-o", str(new))
    assert told.code == 0, told.err
    assert told.err == "p1: 2026-11-30 12:00-13:00\n"
    patient = json.loads(new.read_text())["patients"][0]
    assert [c["id"] for c in patient["commitments"]] == ["ics-20261130-1200"]
    assert "Zanzibar" not in new.read_text()


def test_a_calendar_becomes_a_clinicians_hours(run: Run, saved: Save) -> None:
    week = saved(small_week(), "week.json")
    told = run("import", "calendar", str(next(ICS.glob("21*"))), "--week", week, "--clinician", "c1")
    assert told.out.splitlines() == [
        "c1: time off 2026-12-01 10:00-10:30",
        "c1: weekly hours as the calendar has them",
    ]


@pytest.mark.parametrize("name", ["26", "27", "28", "29"])
def test_a_calendar_that_cannot_be_read_is_refused(run: Run, saved: Save, name: str) -> None:
    week = saved(small_week(), "week.json")
    told = run("import", "calendar", str(next(ICS.glob(f"{name}*"))), "--week", week, "--patient", "p1")
    assert (told.code, told.out) == (2, "")
    assert "Nothing was changed." in told.err
    assert "Zanzibar" not in told.err.replace(str(ICS), "")


def test_the_current_week_becomes_the_baseline(run: Run, saved: Save, tmp_path: Path) -> None:
    week, new, out = saved(small_week(), "week.json"), tmp_path / "new.json", tmp_path / "out.json"
    rows = saved(
        "weekday,start,session_type,clinicians,room,patients\nmon,09:00,Talking group,Ada Ahlberg,r1,p1\n",
        "now.csv",
    )
    told = run("import", "week", rows, "--week", week, "-o", str(new), "--timetable", str(out))
    assert told.code == 0, told.err
    assert "The baseline: 1 session, " in told.err
    assert "size: " in told.err
    assert json.loads(new.read_text())["baseline"]["sessions"][0]["start"] == "2026-11-30T09:00"
    assert json.loads(out.read_text())["status"] == "published"
    assert run("verify", str(new), str(out)).code == 1


def test_a_file_that_is_too_large_is_not_read(run: Run, saved: Save, tmp_path: Path) -> None:
    large = tmp_path / "large.ics"
    with large.open("wb") as file:
        file.truncate(50_000_000)
    week = saved(small_week(), "week.json")
    told = run("import", "calendar", str(large), "--week", week, "--patient", "p1")
    assert (told.code, "too large" in told.err) == (2, True)
