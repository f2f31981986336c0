"""Whole-week timetables for intensive outpatient programs: planned, proven, explained, repaired.

Importing this package loads next to nothing: each name brings what it needs when it is first used, so a
command line that only shows its help starts at once, and only `solve` loads OR-Tools and the search kernels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.errors import (
    Fault,
    InternalFault,
    NoTimetableFound,
    PinsClash,
    ProblemRefused,
    SchedulerError,
)

if TYPE_CHECKING:
    from scheduler.evaluation import evaluate
    from scheduler.explain import explain
    from scheduler.intake import read_problem
    from scheduler.problem import Problem
    from scheduler.progress import Progress
    from scheduler.solver import solve
    from scheduler.timetable import Timetable
    from scheduler.verify import verify

__all__ = [
    "Fault",
    "InternalFault",
    "NoTimetableFound",
    "PinsClash",
    "Problem",
    "ProblemRefused",
    "Progress",
    "SchedulerError",
    "Timetable",
    "evaluate",
    "explain",
    "read_problem",
    "solve",
    "verify",
]

_LAZY = {
    "Problem": "scheduler.problem",
    "Progress": "scheduler.progress",
    "Timetable": "scheduler.timetable",
    "evaluate": "scheduler.evaluation",
    "explain": "scheduler.explain",
    "read_problem": "scheduler.intake",
    "solve": "scheduler.solver",
    "verify": "scheduler.verify",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)
