"""Runs of the methods on weeks, each in a process of its own, each answer judged by the oracle."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.oracle import judge, wrong_claims
from tests.proof.circumstances import ROOT

Doc = dict[str, Any]
PATIENCE = 180.0  # seconds that a run may take beyond its limit: start, translation, building a model


class RunFailed(Exception):
    """A run that ended without an answer that the oracle accepts."""


@dataclass(frozen=True)
class Run:
    """One answer: its objective by the oracle's count, and how it came about.

    The bound of a whole-week model is one of that narrower model, and proves nothing about the week.
    """

    method: str
    seed: int
    asked: float
    objective: int
    unmet: int
    bound: int | None
    history: list[tuple[float, int, int]]
    figures: Doc

    def best_at(self, seconds: float) -> int | None:
        """The best value known by then, of a run that may have gone on for longer."""
        if seconds >= self.asked:
            return self.objective
        known = [best for at, best, _ in self.history if at <= seconds]
        return known[-1] if known else None

    def bound_at(self, seconds: float) -> int | None:
        if self.bound is None or seconds >= self.asked:
            return self.bound
        known = [bound for at, _, bound in self.history if at <= seconds]
        return known[-1] if known else None


@dataclass
class WeekRuns:
    """All runs on one week; `seconds` in rising order."""

    name: str
    patients: int
    seconds: Sequence[float]
    runs: list[Run] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def of(self, method: str, asked: float | None = None) -> list[Run]:
        return [r for r in self.runs if r.method == method and asked in (None, r.asked)]

    def values(self, method: str, seconds: float) -> list[int]:
        """Objectives after so many seconds, one a seed: of a run with that limit, else of the longest."""
        runs = self.of(method, seconds) or self.of(method, self.seconds[-1])
        return [v for v in (r.best_at(seconds) for r in runs) if v is not None]

    def bounds(self, method: str, seconds: float) -> list[int]:
        runs = self.of(method, seconds) or self.of(method, self.seconds[-1])
        return [b for b in (r.bound_at(seconds) for r in runs) if b is not None]

    def check_bounds(self) -> None:
        """No answer of any method may beat what any search has proven."""
        proven = max((r.bound for r in self.of("search") if r.bound is not None), default=0)
        self.failures += [
            f"{self.name}: {r.method} found {r.objective}, below the proven bound {proven}"
            for r in self.runs
            if r.objective < proven
        ]


def middle(values: Sequence[int]) -> int | None:
    return round(median(values)) if values else None


def plan(seconds: Sequence[float], seeds: Sequence[int], anytime: bool) -> list[tuple[str, float, int]]:
    """Which runs a week gets. The search is told its limit, so each limit is a run, unless `anytime`."""
    limits = seconds[-1:] if anytime else seconds
    return [
        run
        for seed in seeds
        for run in (
            *(("search", limit, seed) for limit in limits),
            ("whole week", seconds[-1], seed),
            ("construction", 0.0, seed),
        )
    ]


def run_week(file: Path, seconds: Sequence[float], seeds: Sequence[int], anytime: bool) -> Iterator[WeekRuns]:
    """The runs of one week, yielded after each, so that nothing is lost when the rest is not wanted."""
    document = json.loads(file.read_text(encoding="utf-8"))
    week = WeekRuns(file.stem, len(document["patients"]), seconds)
    for method, limit, seed in plan(seconds, seeds, anytime):
        try:
            week.runs.append(run_alone(document, method, limit, seed))
        except RunFailed as failure:
            week.failures.append(f"{week.name}, {method}, {limit:g} s, seed {seed}: {failure}")
        yield week
    week.check_bounds()


def run_alone(document: Doc, method: str, seconds: float, seed: int, workers: int | None = None) -> Run:
    """One method in a process of its own; a crash there is a failed run here."""
    command = [sys.executable, "-m", "tests.bench.alone", method, str(seconds), str(seed)]
    command += [] if workers is None else [str(workers)]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            input=json.dumps(document),
            capture_output=True,
            encoding="utf-8",
            timeout=seconds + PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise RunFailed("not back in time") from None
    if done.returncode != 0:
        raise RunFailed((done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1])
    return judged(document, json.loads(done.stdout), method, seconds, seed)


def judged(document: Doc, answer: Doc, method: str, asked: float, seed: int) -> Run:
    timetable = answer.pop("timetable")
    if timetable is None:
        raise RunFailed("no timetable that keeps the pins")
    verdict = judge(document, timetable)
    if verdict.broken:
        raise RunFailed(f"the oracle finds {len(verdict.broken)} broken rules, first {verdict.broken[0]}")
    if wrong := wrong_claims(document, timetable):
        raise RunFailed(f"the oracle finds {len(wrong)} wrong claims, first {wrong[0]}")
    return Run(
        method=method,
        seed=seed,
        asked=asked,
        objective=verdict.objective,
        unmet=sum(row["unmet_minutes"] for row in verdict.patients.values()),
        bound=answer.pop("bound"),
        history=[(s, best, bound) for s, best, bound in answer.pop("history")],
        figures=answer,
    )
