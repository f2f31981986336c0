"""`solve`: plan a week."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from contextlib import nullcontext
from threading import Event

from scheduler.cli.documents import as_text, check_writable, named, read_week, write
from scheduler.cli.failure import told
from scheduler.cli.interrupt import in_background, stopping_on_interrupt
from scheduler.cli.log import SearchLog, search_log
from scheduler.errors import Fault, PinsClash
from scheduler.problem import Problem
from scheduler.progress import Progress
from scheduler.standing import GROUPS
from scheduler.timetable import Timetable


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("week", metavar="WEEK.json", help="the problem document")
    parser.add_argument("-o", "--output", metavar="OUT.json", help="the timetable (default: standard output)")
    parser.add_argument(
        "--time-limit",
        type=seconds,
        default=60.0,
        metavar="S",
        help="seconds for the whole command (default 60)",
    )
    parser.add_argument(
        "--gap",
        type=share,
        default=0.01,
        metavar="G",
        help="good enough: this near to the bound (default 0.01)",
    )
    parser.add_argument(
        "--seed", type=natural, default=0, metavar="N", help="another seed, another search (default 0)"
    )
    parser.add_argument(
        "--workers", type=positive, metavar="N", help="parallel searches (default: what the machine has)"
    )
    parser.add_argument(
        "--deterministic",
        type=seconds,
        metavar="WORK",
        help="stop after this much work: the same answer every time",
    )
    parser.add_argument(
        "--groups",
        choices=GROUPS,
        default="free",
        help="standing groups: ignored (free, the default), the only places of their types, or preferred",
    )
    parser.add_argument(
        "--keep",
        type=share,
        metavar="SHARE",
        help="of the baseline's attendances this share keeps its place (0.9), at the least cost otherwise",
    )
    parser.add_argument(
        "--log",
        metavar="FILE",
        help="a JSON line for every report of the search, then one with its solver block",
    )
    tell = parser.add_mutually_exclusive_group()
    tell.add_argument(
        "--quiet", action="store_true", help="say nothing on standard error unless something is wrong"
    )
    tell.add_argument("--verbose", action="store_true", help="a line for every report of the search")


def run(arguments: Namespace) -> int:
    arguments.began = time.monotonic()
    check_writable(arguments.output, [arguments.week])
    check_writable(arguments.log, [arguments.week])
    reading = read_week(arguments.week)
    try:
        with search_log(arguments.log) as log:
            timetable = with_warnings(plan(reading.problem, arguments, log), reading.warnings)
            if log is not None:
                log.close(timetable)
    except PinsClash as clash:
        raise told(clash, named(arguments.week)) or clash from None
    write(arguments.output, as_text(timetable.document()))
    if not arguments.quiet:
        tell(reading.problem, timetable, arguments.output)
    return 0


def plan(problem: Problem, arguments: Namespace, log: SearchLog | None = None) -> Timetable:
    """Solve with the live line, if anybody reads it, and Ctrl-C to stop."""
    from scheduler.cli.progress import Lines, Watch, live
    from scheduler.cli.terminal import is_terminal, stderr_console

    stop = Event()
    console = stderr_console()
    watch = (Lines if arguments.verbose else Watch)(console, stop)
    shown = is_terminal(sys.stderr) and not (arguments.quiet or arguments.verbose)

    def listen(progress: Progress) -> None:
        watch.listen(progress)
        if log is not None:
            log.report(progress)

    def work() -> Timetable:
        from scheduler import solve
        from scheduler.solver.kernels import translated

        if not translated() and not arguments.quiet:
            console.print("translating the search kernels for this machine, once (about half a minute)")
        timetable: Timetable = solve(
            problem,
            time_limit=_left(arguments),
            gap=arguments.gap,
            seed=arguments.seed,
            workers=arguments.workers,
            deterministic=arguments.deterministic,
            on_progress=listen,
            stop=stop,
            groups=getattr(arguments, "groups", "free"),
            keep=getattr(arguments, "keep", None),
        )
        return timetable

    with stopping_on_interrupt(stop), live(watch, console) if shown else nullcontext():
        return in_background(work, (lambda: None) if arguments.quiet else watch.tick)


def _left(arguments: Namespace) -> float:
    """What is left of the time limit, which counts from the command's start: loading takes its part."""
    spent: float = time.monotonic() - arguments.began
    return float(max(arguments.time_limit / 2, arguments.time_limit - spent))


def with_warnings(timetable: Timetable, warnings: Sequence[Fault]) -> Timetable:
    """What the reader noticed belongs to the answer, unless the search has told it already."""
    if timetable.warnings:
        return timetable
    return timetable.model_copy(update={"warnings": tuple(w.as_dict() for w in warnings)})


def tell(problem: Problem, timetable: Timetable, output: str | None) -> None:
    from scheduler.cli.summary import summary
    from scheduler.cli.terminal import lines, put, stderr_console

    console = stderr_console()
    put(console, *lines(console, summary(problem, timetable)))
    if output is not None:
        print(f"Written to {output}.", file=sys.stderr)


def seconds(text: str) -> float:
    return _number(text, 0, float("inf"), "more than 0 and finite", inclusive=False)


def share(text: str) -> float:
    return _number(text, 0, 1, "from 0 up to, not including, 1", inclusive=True)


def natural(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r}: expected a whole number, 0 or more")
    return int(text)


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r}: expected a whole number, 1 or more")
    return int(text)


def _number(text: str, low: float, below: float, expected: str, inclusive: bool) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not (low < value < below or (inclusive and value == low)):
        raise ArgumentTypeError(f"{text!r}: expected a number {expected}")
    return value
