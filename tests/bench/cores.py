"""What more cores bring: measured as far as this machine has them, by simulation to 16.

The simulation is exact where it matters and the same on every machine: so many independent workers, each
given as many rounds of its own as one core does in the time, one worker after another, exchanging as the
search does.
What it leaves out is what cores share: memory bandwidth, and the thread that watches.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from scheduler import read_problem
from scheduler.cores import cores_allowed
from scheduler.solver.annealing import Annealing, temperature
from scheduler.solver.search_loop import EXCHANGE_SECONDS, followers, overtaken
from scheduler.solver.worker import Worker
from scheduler.week import Week, compile_week
from tests.bench.runs import RunFailed, run_alone
from tests.bench.synthetic import Doc
from tests.proof.report import Report

STEPS_A_SECOND = 4  # so often the temperature is set anew
CALIBRATION = 3.0  # seconds of one worker, to know how many rounds a core does


@dataclass(frozen=True)
class Point:
    """So many workers for so long: objectives, one a seed."""

    workers: int
    how: str
    objectives: list[int]
    rounds: int


def measured(document: Doc, seeds: Sequence[int], seconds: float, most: int = 2) -> Iterator[Point | str]:
    """The product itself with 1 … `most` workers, each run a process of its own."""
    for workers in range(1, min(most, cores_allowed()) + 1):
        try:
            runs = [run_alone(document, "search", seconds, seed, workers) for seed in seeds]
        except RunFailed as failure:
            yield f"{workers} workers: {failure}"
            continue
        rounds = round(median(int(r.figures["rounds"]) for r in runs))
        yield Point(workers, "measured", [r.objective for r in runs], rounds)


def simulated(
    document: Doc,
    seeds: Sequence[int],
    seconds: float,
    counts: Sequence[int],
    rounds_a_second: int | None = None,
) -> Iterator[Point]:
    week = compile_week(read_problem(document).problem)
    pace = rounds_a_second or rounds_of_a_core(week)
    for workers in counts:
        found = [simulate(week, workers, seed, seconds, pace) for seed in seeds]
        yield Point(workers, "simulated", found, round(workers * pace * seconds))


def simulate(week: Week, workers: int, seed: int, seconds: float, rounds_a_second: int) -> int:
    """The objective after settling; the work is fixed, so the answer is the same on every machine."""
    lead = Worker(week, seed)
    lead.construct(0.0)
    crew = [lead, *followers(lead, workers, seed)]
    ways = [Annealing(worker) for worker in crew]
    steps, exchange = max(1, round(seconds * STEPS_A_SECOND)), round(EXCHANGE_SECONDS * STEPS_A_SECOND)
    for step in range(steps):
        rounds = max(1, rounds_a_second // STEPS_A_SECOND)
        for way in ways:
            way.step(step / steps, rounds)
        if step % exchange == exchange - 1:
            best = min(crew, key=lambda w: w.value)
            for way in ways:
                if overtaken(way.worker, best) and not way.scouting:
                    way.worker.adopt(best.best)
    best = min(crew, key=lambda w: w.value)
    best.settle()
    return best.value


def rounds_of_a_core(week: Week) -> int:
    """By processor time, so that other programs on the machine change nothing."""
    worker = Worker(week, 0)
    worker.construct(0.0)
    began = time.thread_time()
    while time.thread_time() - began < CALIBRATION:
        worker.work(10, temperature(week, 0.5))
    return max(STEPS_A_SECOND, round(worker.tried / (time.thread_time() - began)))


def section(patients: int, points: Sequence[Point], failures: Sequence[str], seconds: float) -> str:
    report = Report("")
    report.say(
        f"## Cores\n\nAn invented week of {patients} patients for {seconds:g} s. *Measured*: "
        "`solve --workers N`; *simulated*: N independent workers of one core each, given their fixed work "
        f"one after another, exchanging every {EXCHANGE_SECONDS:g} s as the search does "
        "(`tests/bench/cores.py`); without other constructions and without the bound beside it."
    )
    if failures:
        report.say("**Failed:**\n\n" + "\n".join(f"- {failure}" for failure in failures))
    one = {p.how: median(p.objectives) for p in points if p.workers == 1}
    rows: list[list[object]] = []
    for point in points:
        found = median(point.objectives)
        gain = f"{(one[point.how] - found) / max(1, one[point.how]):.1%}" if point.how in one else "–"
        rows.append([point.workers, point.how, point.rounds, round(found), max(point.objectives), gain])
    report.table(["workers", "how", "rounds", "objective", "worst seed", "better than one"], rows)
    return "\n\n".join(report.parts)
