"""Translate the search kernels to machine code, once for this machine: `python -m scheduler.solver.warm`."""

from __future__ import annotations

import sys
import time
from datetime import date

from scheduler.intake import read_problem
from scheduler.solver.kernels.boxes import box
from scheduler.solver.search_loop import Worker, solve
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
            "week_start": date(2026, 11, 30).isoformat(),
            "slot_minutes": 60,
            "opening_hours": [window],
        },
        "session_types": [group, own],
        "programs": [{"id": "w", "requirements": needs}],
        "clinicians": [{"id": "c", "availability": [window]}],
        "patients": [{"id": "p", "program": "w"}, {"id": "q", "program": "w"}],
    }


def main() -> int:
    began = time.monotonic()
    problem = read_problem(tiny_problem()).problem
    solve(problem, time_limit=0.5, gap=0.0)
    week = compile_week(problem)
    worker = Worker(week, box(week.arrays), 0)
    worker.construct(0.0)
    worker.improve(1.0)  # a week as small as this is proven before `solve` begins to search
    worker.settle()
    sys.stderr.write(f"search kernels ready after {time.monotonic() - began:.1f} s\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
