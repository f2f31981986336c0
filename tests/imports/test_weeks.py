"""A clinic's current week from a sheet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scheduler import verify
from scheduler.exports import Extract, export
from scheduler.imports import CannotImport
from scheduler.imports.weeks import published_week, read_week_sheet
from scheduler.intake import read_problem
from scheduler.names import Names
from scheduler.problem import Problem
from tests.cli.conftest import small_week
from tests.exports.weeks import small

PROBLEM = read_problem(small_week()).problem


def faults(content: str, problem: Problem = PROBLEM) -> list[str]:
    with pytest.raises(CannotImport) as refusal:
        read_week_sheet(content.encode(), problem)
    return [f"{m.row} {m.column} {m.code}" for m in refusal.value.misfits]


@pytest.mark.parametrize(
    ("file_format", "options"), [("csv", {}), ("csv", {"rows": "attendances"}), ("xlsx", {})]
)
def test_a_week_that_was_exported_is_the_same_week_again(file_format: str, options: dict[str, str]) -> None:
    content = export(Extract(small(), Names(PROBLEM)), file_format, **options)
    assert read_week_sheet(content, PROBLEM) == small().sessions


def test_names_and_weekdays_do_as_well_as_ids_and_dates() -> None:
    document = small_week()
    document["session_types"][0]["name"] = "Talking group"
    document["clinicians"][0]["name"] = "Ada Ahlberg"
    problem = read_problem(document).problem
    rows = (
        "weekday,start,session_type,clinicians,room,patients\n"
        "Monday,9:00 AM,talking GROUP,Ada Ahlberg,r1,p1; p2\n"
    )
    session = read_week_sheet(rows.encode(), problem)[0]
    assert session.model_dump(mode="json") == {
        "id": "s1",
        "session_type": "talk",
        "start": "2026-11-30T09:00",
        "end": "2026-11-30T10:00",
        "clinicians": ["c1"],
        "room": "r1",
        "patients": ["p1", "p2"],
    }


def test_every_fault_is_told_at_once_by_row_and_column() -> None:
    rows = (
        "id,date,weekday,start,session_type,clinicians,room,patients\n"
        "s 1,2026-11-30,,09:00,talk,c1,r1,p1\n"
        ",2027-01-01,,09:00,talk,c1,r1,p1\n"
        ",,,09:00,talk,c1,r1,p1\n"
        ",,mon,,talk,c9,r9,p1 p1 p9\n"
        ",,mon tue,09:00,nothing,c1,r1,p1\n"
        "s2,,mon,09:00,talk,c1,r1,p1\n"
        "s2,,tue,09:00,talk,c1,r1,p1\n"
    )
    assert faults(rows) == [
        "2 id id",
        "3 date date",
        "4 None missing",
        "5 start missing",
        "5 clinicians unknown_id",
        "5 room unknown_id",
        "5 patients duplicate",
        "5 patients unknown_id",
        "6 session_type unknown_id",
        "6 weekday days",
        "8 id duplicate",
    ]
    assert faults("start,end\n09:00,10:00\n") == ["1 None missing_column", "1 None missing_column"]


def test_rules_that_the_week_breaks_are_findings_and_no_refusal() -> None:
    rows = (
        "weekday,start,end,session_type,clinicians,room,patients\n"
        "mon,03:10,05:00,talk,c1,r1,p1\n"
        "mon,03:10,,talk,c1,r1,p1\n"
    )
    sessions = read_week_sheet(rows.encode(), PROBLEM)
    timetable = published_week(PROBLEM, sessions, "now")
    verification = verify(PROBLEM, timetable.document())
    assert {f.rule for f in verification.findings} >= {"grid", "patient_overlap", "reference", "size"}
    assert verification.wrong_claims == ()
    assert timetable.status == "published"


def test_the_example_week_imports_and_verifies_with_all_its_figures() -> None:
    example = Path(__file__).parents[2] / "examples" / "riverside.json"
    problem = read_problem(json.loads(example.read_text(encoding="utf-8"))).problem
    baseline = problem.baseline.sessions if problem.baseline else ()
    rows = ["date,start,session_type,clinicians,room,patients"]
    for s in baseline:
        cells = (" ".join(s.clinicians or ()), s.room or "", " ".join(s.patients))
        rows.append(",".join((f"{s.start:%Y-%m-%d}", f"{s.start:%H:%M}", s.session_type, *cells)))
    sessions = read_week_sheet("\n".join(rows).encode(), problem)
    assert len(sessions) == len(baseline)
    assert verify(problem, published_week(problem, sessions, "now").document()).wrong_claims == ()
