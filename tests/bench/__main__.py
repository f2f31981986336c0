"""`python -m tests.bench`: run the benchmark and write docs/benchmarks.md with its plots."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench import cores, growth, kinds_table
from tests.bench.growth import Grown, grow
from tests.bench.kinds import KINDS
from tests.bench.page import TABLES, Page
from tests.bench.runs import plan, run_week
from tests.bench.synthetic import clinic_week
from tests.bench.week_table import overview_row, week_chart, week_section
from tests.proof.circumstances import ROOT

EXAMPLE = ROOT / "examples" / "riverside.json"
QUICK = {
    "seconds": [2.0, 5.0],
    "seeds": [0],
    "small": True,
    "growth": [30, 60],
    "growth_seconds": 5.0,
    "kinds_seconds": 2.0,
    "cores": [1, 2, 4],
    "cores_seconds": 3.0,
    "cores_patients": 20,
}


def main(arguments: list[str] | None = None) -> int:
    asked = read_arguments(arguments)
    page, failures = Page(asked.output), list[str]()
    tell(f"about {minutes_needed(asked):.0f} minutes")
    try:
        for table in asked.tables:
            failures += MEASURES[table](page, asked)
    except KeyboardInterrupt:
        tell("interrupted; what was measured is on the page")
        return 130
    print(page.path)
    for failure in failures:
        tell(f"FAILED: {failure}")
    return 1 if failures else 0


def measure_weeks(page: Page, asked: argparse.Namespace) -> list[str]:
    failures: list[str] = []
    for file in asked.files:
        told = 0
        for runs in run_week(file, asked.seconds, asked.seeds, asked.anytime):
            for last in runs.runs[told:]:
                tell(f"{runs.name}: {last.method}, {last.asked:g} s, seed {last.seed}: {last.objective:,}")
            told = len(runs.runs)
        if asked.plot:
            page.draw(runs.name, [week_chart(runs)])
        page.renew(f"week {runs.name}", week_section(runs, asked.anytime, asked.plot), overview_row(runs))
        failures += runs.failures
    return failures


def measure_kinds(page: Page, asked: argparse.Namespace) -> list[str]:
    done: list[kinds_table.Measured] = []
    for each in kinds_table.measure(asked.seeds, asked.kinds_seconds, asked.small):
        tell(f"{each.kind.name}: {', '.join(f'{r.objective:,}' for r in each.runs)}")
        done.append(each)
    page.renew("kinds", kinds_table.section(done, asked.kinds_seconds, asked.seeds))
    return [failure for each in done for failure in each.failures]


def measure_cores(page: Page, asked: argparse.Namespace) -> list[str]:
    document, points, failures = clinic_week(asked.cores_patients, 0), list[cores.Point](), list[str]()
    for point in cores.measured(document, asked.seeds, asked.cores_seconds):
        if isinstance(point, str):
            failures.append(f"cores: {point}")
        else:
            points.append(point)
            tell(f"{point.workers} workers measured: {point.objectives}")
    for simulation in cores.simulated(document, asked.seeds, asked.cores_seconds, asked.cores):
        tell(f"{simulation.workers} workers simulated: {simulation.objectives}")
        points.append(simulation)
    page.renew("cores", cores.section(asked.cores_patients, points, failures, asked.cores_seconds))
    return failures


def measure_growth(page: Page, asked: argparse.Namespace) -> list[str]:
    done, failures = list[Grown](), list[str]()
    for grown in grow(asked.growth, asked.growth_seeds, asked.growth_seconds):
        if isinstance(grown, Grown):
            tell(f"growth: {grown.patients} patients: {grown.run.objective:,}, gap {grown.gap:.1%}")
            done.append(grown)
        else:
            failures.append(grown)
    if asked.plot and done:
        page.draw("growth", growth.charts(done), 2)
    page.renew("growth", growth.section(done, failures, asked.growth_seconds, asked.plot))
    return failures


MEASURES: dict[str, Callable[[Page, argparse.Namespace], list[str]]] = {
    "weeks": measure_weeks,
    "kinds": measure_kinds,
    "cores": measure_cores,
    "growth": measure_growth,
}


def minutes_needed(asked: argparse.Namespace) -> float:
    """Roughly: the limits, and a few seconds for each process to start."""
    week = sum(seconds + 5 for _, seconds, _ in plan(asked.seconds, asked.seeds, asked.anytime))
    seconds = {
        "weeks": len(asked.files) * week,
        "kinds": len(KINDS) * len(asked.seeds) * (asked.kinds_seconds + 8),
        "cores": len(asked.seeds) * asked.cores_seconds * (2 + sum(asked.cores)),
        "growth": len(asked.growth) * len(asked.growth_seeds) * (asked.growth_seconds + 20),
    }
    return float(sum(seconds[table] for table in asked.tables) / 60)


def read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    add = parser.add_argument
    add("--weeks", type=Path, help="a folder of problem documents, or one (default: WEEKS, else the example)")
    add("--only", type=_words, metavar="A,B", help="of the folder only these weeks")
    add("--tables", type=_words, default=list(TABLES), metavar="A,B", help=f"of {','.join(TABLES)}")
    add("--seconds", type=_numbers, default=[2.0, 10.0, 30.0, 60.0], metavar="2,10,30,60")
    add("--seeds", type=_counts, default=[0, 1, 2], metavar="0,1,2")
    add("--anytime", action="store_true", help="one search a seed; shorter limits are read off the longest")
    add("--kinds-seconds", type=float, default=20.0)
    add("--cores", type=_counts, default=[1, 2, 4, 8, 16], metavar="1,2,4", help="workers simulated")
    add("--cores-seconds", type=float, default=15.0)
    add("--cores-patients", type=int, default=120)
    add("--growth", type=_counts, default=[30, 60, 120, 240, 360, 500, 1000], metavar="30,60")
    add("--growth-seconds", type=float, default=30.0)
    add("--growth-seeds", type=_counts, default=[0], metavar="0,1")
    add("--plot", action=argparse.BooleanOptionalAction, default=True, help="SVG plots")
    add("--small", action="store_true", help="small weeks of each kind")
    add("--quick", action="store_true", help=f"minutes instead of hours: {QUICK}")
    add("-o", "--output", type=Path, default=ROOT / "docs", help="folder of benchmarks.md")
    asked = parser.parse_args(arguments)
    if asked.quick:
        for name, value in QUICK.items():
            if getattr(asked, name) == parser.get_default(name):  # what was said counts more
                setattr(asked, name, value)
    if unknown := [table for table in asked.tables if table not in TABLES]:
        parser.error(f"no such table: {', '.join(unknown)}; there are: {', '.join(TABLES)}")
    asked.files = _files(asked.weeks or Path(os.environ.get("WEEKS") or EXAMPLE), asked.only)
    if not asked.files and "weeks" in asked.tables:
        parser.error("there are no such weeks")
    return asked


def _files(place: Path, only: list[str] | None) -> list[Path]:
    files = sorted(place.glob("*.json")) if place.is_dir() else [place]
    return [file for file in files if file.exists() and (only is None or file.stem in only)]


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _numbers(text: str) -> list[float]:
    return sorted(float(word) for word in _words(text))


def _counts(text: str) -> list[int]:
    return [int(word) for word in _words(text)]


def tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
