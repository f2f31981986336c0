"""The library's questions as tasks of a solver process: JSON in, JSON out.

A task gets its payload, the event that asks it to stop, and a way to report progress.
"""

from __future__ import annotations

from dataclasses import asdict
from threading import Event
from typing import Any

import scheduler
from api.jobs.tasks import Report
from scheduler.intake import problem_digest
from scheduler.timetable import Timetable


def solve(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    """The timetable of `problem`, searched with the given options until done or stopped."""
    reading = scheduler.read_problem(payload["problem"])
    timetable: Timetable = scheduler.solve(
        reading.problem,
        on_progress=lambda progress: report(asdict(progress)),
        stop=stop,
        **payload["options"],
    )
    return timetable.document()


def verify(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    """Every broken rule and every wrong claim of `timetable`."""
    verification = scheduler.verify(scheduler.read_problem(payload["problem"]).problem, payload["timetable"])
    return {
        "clean": verification.clean,
        "findings": [_plain(finding) for finding in verification.findings],
        "wrong_claims": [_plain(claim) for claim in verification.wrong_claims],
    }


def read(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    """The warnings and the digest of `problem`; its faults end the task."""
    reading = scheduler.read_problem(payload["problem"])
    return {
        "warnings": [fault.as_dict() for fault in reading.warnings],
        "digest": problem_digest(payload["problem"]),
    }


def _plain(value: Any) -> dict[str, Any]:
    return dict(value.as_dict()) if hasattr(value, "as_dict") else asdict(value)


def warm(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    """Load the search kernels' machine code, so that the next question in this process does not have to."""
    from scheduler.solver.warm import main

    return {"exit": main()}
