"""One run of one method in a process of its own: `python -m tests.bench.alone METHOD SECONDS SEED [WORKERS]`.

The week comes through standard input.

The process starts cold, as a user's does, and its memory is its own. Translating the kernels, once a machine,
is left out of every time; loading them is part of it.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

Doc = dict[str, Any]
METHODS = ("search", "whole week", "construction")


def main() -> int:
    method, seconds, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    workers = int(sys.argv[4]) if len(sys.argv) > 4 else None
    text = sys.stdin.read()
    from tests.bench.construction import translate_first

    translate_first()
    run = {"search": search, "whole week": whole_week, "construction": construction}[method]
    more = {} if workers is None else {"workers": workers}
    print(json.dumps(run(text, seconds, seed, **more) | {"memory_mb": memory_mb()}))
    return 0


def search(text: str, seconds: float, seed: int, workers: int | None = None) -> Doc:
    """The product: `solve` as it is, with nothing to spare it work."""
    from scheduler import read_problem, solve
    from scheduler.week import compile_week

    began = time.monotonic()
    problem = read_problem(json.loads(text)).problem
    read = time.monotonic() - began
    compile_week(problem)
    start = time.monotonic() - began
    answer = solve(problem, time_limit=seconds, gap=0.0, seed=seed, workers=workers)
    solver = answer.solver
    history = [[h["seconds"], h["best"], h["bound"]] for h in solver["history"]]
    searching = sum(p["seconds"] for p in solver["phases"] if p["phase"] == "search")
    return {
        "timetable": answer.document(),
        "whole_seconds": time.monotonic() - began,
        "patients": len(problem.patients),
        "placements_not_exact": solver["placements_not_exact"],
        "bound": answer.objective.bound,
        "history": [*history, [solver["seconds"], answer.objective.value, answer.objective.bound]],
        "seconds": solver["seconds"],
        "start_seconds": start,
        "first_seconds": read + history[0][0],
        "rounds": solver["rounds"],
        "rounds_a_second": solver["rounds"] / searching if searching else None,
    }


def whole_week(text: str, seconds: float, seed: int) -> Doc:
    from scheduler import read_problem
    from tests.bench.whole_week import search_whole_week

    problem = read_problem(json.loads(text)).problem
    outcome = search_whole_week(problem, seconds, seed)
    return {
        "timetable": as_document(problem, outcome.sessions),
        "bound": outcome.history[-1][2] if outcome.history else None,
        "history": [list(entry) for entry in outcome.history],
        "seconds": outcome.seconds,
        "build_seconds": outcome.build_seconds,
        "variables": outcome.variables,
        "status": outcome.status,
    }


def construction(text: str, seconds: float, seed: int) -> Doc:
    from scheduler import read_problem
    from scheduler.week import compile_week
    from tests.bench.construction import constructed

    began = time.monotonic()
    problem = read_problem(json.loads(text)).problem
    sessions = constructed(compile_week(problem), seed)
    took = time.monotonic() - began
    return {"timetable": as_document(problem, sessions), "bound": None, "history": [], "seconds": took}


def as_document(problem: Any, sessions: Any) -> Doc | None:
    """The sessions with the figures that the product's plain rules find for them."""
    from scheduler.evaluation import evaluate

    if sessions is None:
        return None
    figures = evaluate(problem, sessions)
    return {
        "sessions": [json.loads(s.model_dump_json()) for s in sessions],
        "objective": {
            "value": figures.value,
            "terms": [json.loads(t.model_dump_json()) for t in figures.terms],
        },
        "patients": [json.loads(p.model_dump_json()) for p in figures.patients],
    }


def memory_mb() -> int:
    """Peak of this process and of the largest it started: what a machine needs at most, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return round(sum(peaks) * unit / 1e6)


if __name__ == "__main__":
    sys.exit(main())
