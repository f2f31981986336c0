"""`bench`: the benchmark tables. They belong to the source tree, so a program of their own runs them."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from pathlib import Path

import scheduler
from scheduler.cli.failure import CommandFailed


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--weeks", metavar="PLACE", help="a folder of problem documents, or one (default: the example week)"
    )
    parser.add_argument("--only", metavar="A,B", help="of the folder only these weeks")
    parser.add_argument("--seconds", metavar="2,10,30,60", help="time limits (default 2,10,30,60)")
    parser.add_argument("--seeds", metavar="0,1,2", help="a run each (default 0,1,2)")
    parser.add_argument("--tables", metavar="A,B", help="of weeks, kinds, cores and growth only these")
    parser.add_argument("--plot", action=BooleanOptionalAction, default=None, help="SVG plots (default: yes)")
    parser.add_argument("--quick", action="store_true", help="minutes instead of hours")
    parser.add_argument("-o", "--output", metavar="FOLDER", help="where benchmarks.md goes (default: docs)")


def run(arguments: Namespace) -> int:
    tree = source_tree()
    command = [sys.executable, "-m", "tests.bench", *passed_on(arguments)]
    try:
        return subprocess.run(command, cwd=tree, check=False).returncode
    except KeyboardInterrupt:  # the tables have heard it too, and have written what they have
        return 130


def source_tree() -> Path:
    """The folder that holds the benchmark beside this package; an installed package has none."""
    folder = Path(scheduler.__file__).resolve().parent.parent
    if not (folder / "tests" / "bench" / "__main__.py").is_file():
        raise CommandFailed(
            "The benchmark is part of the source tree and is not installed with the program.",
            "Get the sources, and run `make bench` there, or this command from their environment.",
        )
    return folder


def passed_on(arguments: Namespace) -> list[str]:
    """What was given, in the words of `python -m tests.bench`; paths as seen from here."""
    words: list[str] = []
    for name in ("weeks", "output"):
        if (place := getattr(arguments, name)) is not None:
            words += [f"--{name}", str(Path(place).resolve())]
    for name in ("only", "seconds", "seeds", "tables"):
        if (value := getattr(arguments, name)) is not None:
            words += [f"--{name}", value]
    if arguments.plot is not None:
        words.append("--plot" if arguments.plot else "--no-plot")
    return words + ["--quick"] * arguments.quick
