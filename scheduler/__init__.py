"""Whole-week timetables for intensive outpatient programs: planned, proven, explained, repaired.

Importing this package loads neither OR-Tools nor the search kernels; `solve` loads them when it is called.
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
from scheduler.problem import Problem
from scheduler.progress import Progress
from scheduler.timetable import Timetable

if TYPE_CHECKING:
    from scheduler.evaluation import evaluate
    from scheduler.intake import read_problem
    from scheduler.solver import solve
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
    "read_problem",
    "solve",
    "verify",
]

_LAZY = {
    "evaluate": "scheduler.evaluation",
    "read_problem": "scheduler.intake",
    "solve": "scheduler.solver",
    "verify": "scheduler.verify",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)
