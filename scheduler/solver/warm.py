"""Translate the search kernels to machine code, once for this machine: `python -m scheduler.solver.warm`."""

from __future__ import annotations

import sys
import time

from scheduler.intake import read_problem
from scheduler.placement import place
from scheduler.solver.bound import ideal_bounds
from scheduler.solver.kernels import note_translated
from scheduler.solver.mending import Mending
from scheduler.solver.worker import Worker
from scheduler.week import compile_week


def tiny_problem() -> dict[str, object]:
    """The smallest week that makes every kernel run."""
    window = {"days": ["mon", "tue"], "start": "09:00", "end": "12:00"}
    group = {"id": "g", "mode": "group", "minutes": 60, "facilitators": [{}], "size": {"min": 1, "max": 2}}
    own = {"id": "i", "mode": "individual", "minutes": 60, "facilitators": [{}]}
    needs = [
        {"id": "g", "any_of": ["g"], "sessions": {"min": 1, "max": 1}},
        {"id": "i", "any_of": ["i"], "sessions": {"min": 1, "max": 1}},
    ]
    return {
        "schema_version": "1",
        "clinic": {
            "id": "warm",
            "timezone": "UTC",
            "week_start": "2026-11-30",
            "slot_minutes": 60,
            "opening_hours": [window],
        },
        "session_types": [group, own],
        "programs": [{"id": "w", "requirements": needs}],
        "clinicians": [{"id": "c", "availability": [window]}],
        "patients": [{"id": "p", "program": "w"}, {"id": "q", "program": "w"}],
        "pins": [{"session": {"session_type": "i", "start": "2026-11-30T09:00"}}],
    }


def warm_up() -> None:
    """Run every kernel once; the first time on a machine this takes about half a minute."""
    problem = read_problem(tiny_problem()).problem
    week = compile_week(problem)
    worker = Worker(week, 0)
    worker.construct(0.0)
    worker.improve(1.0)
    worker.settle()
    for _ in ideal_bounds(week):
        pass
    place(problem, (), problem.patients[0])
    Mending(week, (), (), frozenset(), frozenset()).run([0], 0.0)
    note_translated()


def main() -> int:
    began = time.monotonic()
    warm_up()
    sys.stderr.write(f"search kernels ready after {time.monotonic() - began:.1f} s\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
