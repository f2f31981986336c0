"""How care went, as a task of a solver process: one patient's weeks, planned and attended."""

from __future__ import annotations

from datetime import date
from threading import Event
from typing import Any

import scheduler
from api.jobs.tasks import Report
from scheduler.attendance import progress as progress_of
from scheduler.attendance import read_marks
from scheduler.authorizations import StoredAuthorization, Used, authorized_in_week
from scheduler.setting import setting_of
from scheduler.stability import stability
from scheduler.timetable import PlannedSession

Json = dict[str, Any]


def progress(payload: Json, stop: Event, report: Report) -> Json:
    """One patient's weeks in their order, what the next one may use, and how steady they are."""
    patient = payload["patient"]
    sessions = [tuple(map(PlannedSession.model_validate, w["sessions"])) for w in payload["weeks"]]
    steady = stability(sessions).get(patient)
    return {
        "patient": patient,
        "weeks": [_week(w, s, patient) for w, s in zip(payload["weeks"], sessions, strict=True)],
        "next": _next(payload),
        "stability": steady.model_dump(mode="json") if steady else None,
    }


def _week(week: Json, sessions: tuple[PlannedSession, ...], patient: str) -> Json:
    problem = scheduler.read_problem(week["problem"]).problem
    marks = read_marks(week["marks"], problem, sessions)
    figures = progress_of(problem, sessions, marks)[patient]
    return {
        "week_start": week["week_start"],
        "timetable": week["timetable"],
        **figures.model_dump(mode="json"),
        "excused": sum(1 for mark in marks if mark.mark == "excused"),
        "unmarked": len(sessions) - len(marks),
    }


def _next(payload: Json) -> Json:
    """What is left to use in the week to come, and what to look ahead to."""
    problem = scheduler.read_problem(payload["next"]).problem
    patient = problem.patients[0]
    rights = setting_of(problem).entitlements[patient.id]
    left = authorized_in_week(
        [StoredAuthorization.model_validate(given) for given in payload["authorizations"]],
        [Used(date.fromisoformat(day), minutes) for day, minutes in payload["used"]],
        problem.clinic.week_start,
        rights.days_min,
        rights.care_min,
    )
    return {
        "week_start": problem.clinic.week_start.isoformat(),
        "program": patient.program,
        "authorized": left.block,
        "authorization": left.authorization,
        "warnings": [warning.model_dump(mode="json") for warning in left.warnings],
    }
