"""A planner whose every session can be checked by hand; it stands in a solver process where the search would.

It holds each group on Monday, Tuesday and Wednesday at 16:00 with everybody of the clinic. A seed of
`SEARCHES_ON` makes it go on reporting progress until it is told to stop.
"""

from __future__ import annotations

import time
from threading import Event
from typing import Any

import scheduler
import scheduler.calendar
from api.jobs.tasks import Report, register
from scheduler.intake import problem_digest
from scheduler.problem import Problem
from scheduler.timetable import Objective, PlannedSession, Timetable

SEARCHES_ON = 99
CLASHES = 98


def use() -> None:
    """Let this process send its searches here."""
    register("solve", f"{__name__}:solve")
    register("warm", f"{__name__}:warm")


def warm(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    """There are no kernels to be translated."""
    return {}


def solve(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    problem = scheduler.read_problem(payload["problem"]).problem
    seed = payload["options"]["seed"]
    if seed == CLASHES:
        raise scheduler.PinsClash([0], ["active"], "the first pin cannot hold")
    if seed == SEARCHES_ON:
        _search(stop, report)
    return _timetable(problem, stopped=stop.is_set(), seed=seed).document()


def _search(stop: Event, report: Report) -> None:
    began = time.monotonic()
    while not stop.wait(0.05):
        seconds = time.monotonic() - began
        figures = {"best": 1000, "bound": 10, "gap": 0.99, "seconds": seconds, "patients_short": 1}
        report({**figures, "phase": "search"})


def _timetable(problem: Problem, stopped: bool, seed: int) -> Timetable:
    sessions = tuple(_sessions(problem))
    found = scheduler.evaluate(problem, sessions)
    return Timetable(
        id="by-hand",
        status="solved",
        clinic=problem.clinic.id,
        week_start=problem.clinic.week_start.isoformat(),
        timezone=problem.clinic.timezone,
        sessions=sessions,
        patients=found.patients,
        clinicians=found.clinicians,
        rooms=found.rooms,
        objective=Objective(value=found.value, bound=0, gap=1.0 if found.value else 0.0, terms=found.terms),
        solver={
            "seconds": 0.1,
            "stop_reason": "cancelled" if stopped else "gap",
            "seed": seed,
            "versions": {},
        },
        problem_digest=problem_digest(problem.document),
    )


def _sessions(problem: Problem) -> list[PlannedSession]:
    groups = [t for t in problem.session_types if t.mode == "group"]
    people = tuple(p.id for p in problem.patients)
    calendar = scheduler.calendar.Calendar(problem)
    found: list[PlannedSession] = []
    for kind in groups:
        for day, weekday in enumerate(calendar.weekdays):
            if weekday in ("mon", "tue", "wed") and len(people) >= kind.size_min:
                start = calendar.moment_of(day * 1440 + 16 * 60)
                found.append(
                    PlannedSession(
                        id=f"s{len(found) + 1}",
                        session_type=kind.id,
                        start=start,
                        end=calendar.moment_of(day * 1440 + 16 * 60 + kind.minutes),
                        clinicians=(problem.clinicians[0].id,),
                        room=problem.rooms[0].id,
                        patients=people,
                    )
                )
    return found
