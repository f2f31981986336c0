"""A call-out that is covered, and a clinic rolled over weeks as the example does it."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

from scheduler import read_problem, verify
from scheduler.event import read_event
from scheduler.repair import repair
from scheduler.schema import schema
from scheduler.timetable import PlannedSession
from tests.rules.small_week import session, week

ROOT = Path(__file__).resolve().parents[2]
Doc = dict[str, Any]


def called_out(**c1: Any) -> Any:
    talks = {"id": "all", "any_of": ["talk"], "sessions": {"min": 1, "max": 1}}
    document = week(
        {"id": "talk", "facilitators": [{"primary": True}]},
        {"id": "c1", **c1},
        *({"id": p, "primary_clinician": "c1"} for p in ("p1", "p2", "p3")),
        programs=[{"id": "iop", "requirements": [talks]}],
    )
    problem = read_problem(document).problem
    sessions = [PlannedSession(**session("talk", "tue 09:00", "p1"))]
    event = {"from": "2026-12-01T00:00", "absences": [{"clinician": "c1", "date": "2026-12-01"}]}
    return repair(problem, sessions, read_event(event, problem), seconds=0.3, alternatives=False)


def test_a_call_out_is_covered_before_anybody_is_moved() -> None:
    covered = called_out(covered_by=["c2"])
    assert (covered.changed.lost, covered.changed.clinicians, covered.unmet_minutes) == (0, 1, 0)
    assert ("p1", ("c2",)) in [(s.patients[0], s.clinicians) for s in covered.timetable.sessions]
    assert verify(read_problem(covered.problem).problem, covered.timetable).clean
    assert called_out().changed.lost == 1


def test_a_clinic_is_rolled_with_every_rule_kept_and_no_authorisation_overrun() -> None:
    roll = runpy.run_path(str(ROOT / "examples" / "eight_weeks.py"))["roll"]
    document = json.loads((ROOT / "examples" / "riverside.json").read_text())
    [story] = list(roll(document, 1, 0, 0.02))
    assert (story.broken, story.overruns, story.unexplained) == ([], [], [])
    assert story.start.isoformat() == "2026-12-07"
    assert story.kept[0] <= story.kept[1]
    assert story.made_up + story.no_seat <= story.owed


def test_the_schema_shows_what_lasts_beyond_a_week() -> None:
    parts = schema("problem")["$defs"]
    found = {(part, name) for part in parts for name in parts[part].get("properties", ())}
    asked = {("Clinic", "standing"), ("Clinic", "region"), ("Clinician", "covered_by"), ("Patient", "phases")}
    asked |= {("Patient", "new_time_weight"), ("Phase", "new_time_weight")}
    assert asked <= found
