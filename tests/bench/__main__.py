"""`python -m tests.bench`: run the benchmark and write docs/benchmarks.md with its plots."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.bench.growth import Grown, grow
from tests.bench.page import Page
from tests.bench.runs import plan, run_week
from tests.proof.circumstances import ROOT

EXAMPLE = ROOT / "examples" / "riverside.json"
QUICK = {"seconds": [2.0, 5.0], "seeds": [0], "growth": [30, 60], "growth_seconds": 5.0}


def main(arguments: list[str] | None = None) -> int:
    asked = read_arguments(arguments)
    page = Page(asked.output, asked.seconds, asked.seeds, asked.anytime, asked.plot, asked.growth_seconds)
    tell(f"about {minutes_needed(asked):.0f} minutes")
    for file in asked.files:
        measure_week(page, file, asked)
    measure_growth(page, asked)
    print(page.write())
    failures = [*page.failures, *(f for week in page.weeks for f in week.failures)]
    for failure in failures:
        tell(f"FAILED: {failure}")
    return 1 if failures else 0


def measure_week(page: Page, file: Path, asked: argparse.Namespace) -> None:
    told = 0
    for runs in run_week(file, asked.seconds, asked.seeds, asked.anytime):
        for last in runs.runs[told:]:
            tell(f"{runs.name}: {last.method}, {last.asked:g} s, seed {last.seed}: {last.objective:,}")
        told = len(runs.runs)
        if runs not in page.weeks:
            page.weeks.append(runs)
    page.write()


def measure_growth(page: Page, asked: argparse.Namespace) -> None:
    for grown in grow(asked.growth, asked.growth_seeds, asked.growth_seconds):
        if isinstance(grown, Grown):
            tell(f"growth: {grown.patients} patients: {grown.run.objective:,}, gap {grown.gap:.1%}")
            page.grown.append(grown)
        else:
            page.failures.append(grown)
        page.write()


def minutes_needed(asked: argparse.Namespace) -> float:
    """Roughly: the limits, and a few seconds for each process to start."""
    week = sum(seconds + 5 for _, seconds, _ in plan(asked.seconds, asked.seeds, asked.anytime))
    grown = len(asked.growth) * len(asked.growth_seeds) * (asked.growth_seconds + 8)
    return float((len(asked.files) * week + grown) / 60)


def read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--weeks", type=Path, help="a folder of problem documents, or one (default: WEEKS, else the example)"
    )
    parser.add_argument("--only", type=_words, metavar="A,B", help="of the folder only these weeks")
    parser.add_argument("--seconds", type=_numbers, default=[2.0, 10.0, 30.0, 60.0], metavar="2,10,30,60")
    parser.add_argument("--seeds", type=_counts, default=[0, 1, 2], metavar="0,1,2")
    parser.add_argument(
        "--anytime", action="store_true", help="one search a seed; shorter limits are read off the longest"
    )
    parser.add_argument(
        "--growth", type=_counts, default=[30, 60, 120, 240, 360, 500], metavar="30,60", help="'' for none"
    )
    parser.add_argument("--growth-seconds", type=float, default=30.0)
    parser.add_argument("--growth-seeds", type=_counts, default=[0], metavar="0,1")
    parser.add_argument("--plot", action=argparse.BooleanOptionalAction, default=True, help="SVG plots")
    parser.add_argument("--quick", action="store_true", help=f"a minute instead of hours: {QUICK}")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs", help="folder of benchmarks.md")
    asked = parser.parse_args(arguments)
    if asked.quick:
        for name, value in QUICK.items():
            setattr(asked, name, value)
    asked.files = _files(asked.weeks or Path(os.environ.get("WEEKS") or EXAMPLE), asked.only)
    if not asked.files:
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
