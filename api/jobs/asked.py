"""Reading what a question comes with: a problem document and the sessions of a stored timetable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import scheduler
from scheduler.errors import ProblemRefused
from scheduler.intake.asked import faults_of_references
from scheduler.problem import Problem
from scheduler.timetable import PlannedSession, Timetable


@dataclass(frozen=True, slots=True)
class AskedWeek:
    problem: Problem
    sessions: tuple[PlannedSession, ...]


def read(payload: dict[str, Any], fitting: bool = True) -> AskedWeek:
    """The week of a payload; `fitting` refuses a timetable that names what the problem does not have."""
    problem = scheduler.read_problem(payload["problem"]).problem
    sessions = tuple(PlannedSession.model_validate(s) for s in payload["timetable"]["sessions"])
    if fitting and (faults := faults_of_references(problem, sessions)):
        raise ProblemRefused(faults, "timetable")
    return AskedWeek(problem, sessions)


def document(payload: dict[str, Any], name: str = "timetable") -> Timetable:
    return Timetable.model_validate(payload[name])
