"""Timetables made for exports: sessions as given, figures beside the point."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from scheduler.problem import Problem
from scheduler.timetable import Objective, PatientFigures, PlannedSession, ResourceFigures, Timetable
from tests.cli.conftest import small_timetable, small_week


def session(key: str, start: str, minutes: int = 60, kind: str = "talk", **changes: Any) -> PlannedSession:
    begin = datetime.fromisoformat(start)
    given = {"clinicians": ("c1",), "room": "r1", "patients": ("p1", "p2")} | changes
    end = begin + timedelta(minutes=minutes)
    return PlannedSession(id=key, session_type=kind, start=begin, end=end, **given)


def figures(key: str, unmet: int = 0, **changes: Any) -> PatientFigures:
    zeros = {"care_minutes": 0, "attended_days": 0, "care_days": 0, "idle_minutes": 0, "requirements": {}}
    return PatientFigures(**{"id": key, "unmet_minutes": unmet, **zeros, **changes})


def timetable_of(*sessions: PlannedSession, **changes: Any) -> Timetable:
    """A timetable of these sessions; who and what they name is in its figures."""

    def figures_of(keys: set[str]) -> tuple[ResourceFigures, ...]:
        return tuple(ResourceFigures(id=key, minutes=0, available_minutes=0) for key in sorted(keys))

    given = {
        "id": "t1",
        "status": "solved",
        "clinic": "mill",
        "week_start": "2026-11-30",
        "timezone": "America/New_York",
        "sessions": sessions,
        "patients": tuple(figures(key) for key in sorted({p for s in sessions for p in s.patients})),
        "clinicians": figures_of({c for s in sessions for c in s.clinicians}),
        "rooms": figures_of({s.room for s in sessions if s.room}),
        "objective": Objective(value=0, bound=0, gap=0, terms=()),
        "solver": {},
        "problem_digest": "sha256:0",
    }
    return Timetable(**{**given, **changes})


def small() -> Timetable:
    """Two talks: all three patients on Monday, p1 and p2 on Wednesday; p3 is short of an hour."""
    return Timetable.model_validate(small_timetable(small_week()))


def small_problem(**changes: str) -> Problem:
    """The problem of `small`, with the names given for its session type, clinician and room."""
    document = small_week()
    for part, name in changes.items():
        document[part][0]["name"] = name
    return Problem.model_validate(document)
