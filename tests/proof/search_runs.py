"""The runs behind the proof of the search, kept in one file so that they can be made in parts.

A quiet machine is rare: SEARCH_WEEKS, SEARCH_SECONDS and SEARCH_SEEDS (a,b,c) and SEARCH_BASELINE=0 choose a
part; what the file (SEARCH_RESULTS) holds already of this program is not run again unless SEARCH_AGAIN=1.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.runs import RunFailed, run_alone
from tests.proof.circumstances import ROOT, commit
from tests.proof.whole_process import Answer, Planning, load_now

KEPT = Path(os.environ.get("SEARCH_RESULTS") or ROOT / "build" / "proof-search.json")
BASELINE_SECONDS = 60.0
PROBE = 3.0  # seconds of the search that shows what a command takes beside it
STEADY_FROM = 10  # seconds after which a bound must be known at all times


@dataclass(frozen=True)
class Kept:
    """One run: a search of the whole process, or the whole-week model on the same week."""

    method: str
    week: str
    limit: float
    seed: int
    program: str
    commit: str
    date: str
    load: float
    seconds: float = 0.0
    objective: int = 0
    unmet: int = 0
    bound: int | None = None
    peak_mb: int = 0
    unbounded: list[int] = field(default_factory=list)  # seconds at which no bound was known
    faults: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, float, int]:
        return self.method, self.week, self.limit, self.seed

    @property
    def gap(self) -> float:
        return (self.objective - (self.bound or 0)) / max(1, self.objective)


class Results:
    """All runs kept so far; written after each."""

    def __init__(self, path: Path = KEPT) -> None:
        self.path = path
        rows = json.loads(path.read_text()) if path.exists() else []
        self.runs = {run.key: run for run in (Kept(**row) for row in rows)}

    def of(self, method: str, week: str, limit: float) -> list[Kept]:
        return [r for r in self.runs.values() if (r.method, r.week, r.limit) == (method, week, limit)]

    def has(self, key: tuple[str, str, float, int], at: str) -> bool:
        return key in self.runs and self.runs[key].program == at and not os.environ.get("SEARCH_AGAIN")

    def keep(self, run: Kept) -> None:
        self.runs[run.key] = run
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".part")
        beside.write_text(json.dumps([asdict(r) for r in self.runs.values()], indent=1))
        beside.replace(self.path)
        words = f"{run.objective:,}, bound {run.bound or 0:,}, {run.seconds:.1f} s, {run.peak_mb} MB"
        print(
            f"  {run.method} {run.week} {run.limit:g} s seed {run.seed}: {words}", file=sys.stderr, flush=True
        )


def wanted(files: Sequence[Path], limits: dict[str, list[float]]) -> Iterator[tuple[str, Path, float, int]]:
    """Seed by seed, so that an interrupted proof has every week; the baseline after a week's first seed."""
    only, seconds = _words("SEARCH_WEEKS"), [float(s) for s in _words("SEARCH_SECONDS") or ()]
    baseline = os.environ.get("SEARCH_BASELINE", "1") != "0"
    seeds = [int(s) for s in _words("SEARCH_SEEDS") or ("0", "1", "2")]
    for seed in seeds:
        for file in files:
            if only and file.stem not in only:
                continue
            for limit in seconds or limits[file.stem]:
                yield "search", file, limit, seed
            if seed == seeds[0] and baseline and BASELINE_SECONDS in (seconds or limits[file.stem]):
                yield "whole week", file, BASELINE_SECONDS, seed


def _words(name: str) -> list[str]:
    return [word for word in os.environ.get(name, "").split(",") if word]


def run_missing(results: Results, files: Sequence[Path], limits: dict[str, list[float]]) -> None:
    here, starts = program(), dict[str, float]()
    for method, file, limit, seed in wanted(files, limits):
        if results.has((method, file.stem, limit, seed), here):
            continue
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
        begun = Kept(method, file.stem, limit, seed, here, commit(), now, load_now())
        if method == "search" and file.stem not in starts:
            starts[file.stem] = start_up(file)
        results.keep(
            searched(file, begun, starts[file.stem]) if method == "search" else modelled(file, begun)
        )


def program() -> str:
    """The product's sources, whatever else a commit changes: runs stay good while these are the same."""
    tree = subprocess.run(
        ["git", "rev-parse", "HEAD:scheduler"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--", "scheduler"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return f"{tree[:12]}{', changed' if changed else ''}"


def start_up(file: Path) -> float:
    """Seconds that a command takes beyond the limit it is told: starting Python, writing the answer."""
    return max(0.0, Planning(file, PROBE).answer().seconds - PROBE)


def searched(file: Path, begun: Kept, start: float) -> Kept:
    """The limit is the whole process's, so the command is told a little less."""
    answer = Planning(file, max(0.2, begun.limit - start), begun.seed).answer()
    return replace(
        begun,
        seconds=round(answer.seconds, 2),
        objective=answer.objective,
        unmet=answer.unmet,
        bound=answer.bound if answer.timetable else None,
        peak_mb=answer.peak_mb,
        unbounded=unbounded(answer, begun.limit),
        faults=answer.faults + ([] if answer.code == 0 else [f"exit {answer.code}"]),
    )


def unbounded(answer: Answer, limit: float) -> list[int]:
    """Whole seconds of the process's clock, from the tenth on, at which no bound was known yet."""
    solver = answer.timetable.get("solver", {})
    before = answer.seconds - solver.get("seconds", answer.seconds)  # the search's own clock starts later
    known = min((h["seconds"] for h in solver.get("history", []) if h["bound"] > 0), default=limit)
    return [s for s in range(STEADY_FROM, int(limit)) if known + before > s]


def modelled(file: Path, begun: Kept) -> Kept:
    began = time.monotonic()
    try:
        run = run_alone(json.loads(file.read_text()), "whole week", begun.limit, begun.seed)
    except RunFailed as failure:
        return replace(begun, seconds=round(time.monotonic() - began, 2), faults=[str(failure)])
    return replace(
        begun,
        seconds=round(time.monotonic() - began, 2),
        objective=run.objective,
        unmet=run.unmet,
        peak_mb=int(run.figures["memory_mb"]),
    )
