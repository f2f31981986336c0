"""`demo`: the example week from end to end, in a few seconds."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from rich.text import Text

import scheduler
from scheduler.cli.documents import read_week
from scheduler.cli.failure import CommandFailed
from scheduler.cli.solve import plan, seconds
from scheduler.cli.summary import summary
from scheduler.cli.terminal import lines, put, stdout_console
from scheduler.cli.verify import lines_of
from scheduler.show import Week, patient_totals
from scheduler.verify import verify

EXAMPLE: Final = "riverside.json"
# The night-shift nurse: a week that shows how a timetable bends around a life.
PATIENT: Final = "p02"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--time-limit", type=seconds, default=10.0, metavar="S", help="seconds for the search (default 10)"
    )
    parser.set_defaults(gap=0.0, seed=0, workers=None, deterministic=None, quiet=False, verbose=False)


def run(arguments: Namespace) -> int:
    arguments.began = time.monotonic()
    problem = read_week(str(example())).problem
    timetable = plan(problem, arguments)
    console = stdout_console()
    week = Week(timetable, problem, plain=not console.is_terminal)
    figures = next(p for p in timetable.patients if p.id == PATIENT)
    put(console, week.clinic(console.width), Text(""))
    put(console, week.patient(PATIENT), *lines(console, patient_totals(figures)), Text(""))
    put(console, *lines(console, summary(problem, timetable)), Text(""))
    verdict = verify(problem, timetable)
    print("Verified by the plain rules, which share nothing with the search:", *lines_of(verdict), sep="\n")
    return 0 if verdict.clean else 1


def example() -> Path:
    """In an installed package beside the code, in a source tree among the examples."""
    package = Path(scheduler.__file__).parent
    for place in (package / "examples" / EXAMPLE, package.parent / "examples" / EXAMPLE):
        if place.is_file():
            return place
    raise CommandFailed(f"The example week {EXAMPLE} is missing from this installation.")
