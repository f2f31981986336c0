"""`repair`: the least-change timetable after an event, and what is different for whom."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduler.cli.diff import lines_of as difference_lines
from scheduler.cli.documents import (
    STDIN,
    as_text,
    check_writable,
    named,
    read_bytes,
    read_timetable,
    read_week,
    write,
)
from scheduler.cli.failure import CommandFailed, refused
from scheduler.cli.solve import seconds
from scheduler.errors import ProblemRefused
from scheduler.names import Names
from scheduler.show import counted

if TYPE_CHECKING:
    from scheduler.repair import Changed, Repair

CIRCLES = {
    "date": "of the hit dates",
    "week": "of the whole week",
}


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("week", metavar="WEEK.json", help="the problem document")
    parser.add_argument("timetable", metavar="OUT.json", help="the timetable document")
    parser.add_argument("event", metavar="EVENT.json", help="what happened, and from when")
    parser.add_argument("-o", "--output", metavar="NEW.json", help="where to write the new timetable")
    parser.add_argument("--week-after", metavar="FILE", help="where to write the problem after the event")
    parser.add_argument(
        "--time-limit", type=seconds, default=1.5, metavar="S", help="seconds for the proof (default 1.5)"
    )
    parser.add_argument("--json", action="store_true", help="the whole answer as JSON on standard output")


def run(arguments: Namespace) -> int:
    from scheduler.event import read_event
    from scheduler.repair import repair

    inputs = [arguments.week, arguments.timetable, arguments.event]
    if inputs.count(STDIN) > 1:
        raise CommandFailed("Only one of the documents can come from standard input.")
    check_writable(arguments.output, inputs)
    check_writable(arguments.week_after, inputs)
    problem = read_week(arguments.week).problem
    timetable = read_timetable(arguments.timetable)
    try:
        event = read_event(read_bytes(arguments.event), problem)
    except ProblemRefused as refusal:
        raise refused(named(arguments.event), refusal.faults, refusal.kind) from None
    answer = repair(problem, timetable.sessions, event, seconds=arguments.time_limit)
    if arguments.output:
        write(arguments.output, as_text(answer.timetable.document()))
    if arguments.week_after:
        write(arguments.week_after, as_text(answer.problem))
    if arguments.json:
        write(None, as_text(answer.document()))
    else:
        print(*lines_of(answer, Names(problem)), sep="\n")
    if arguments.output:
        print(f"Written to {arguments.output}.", file=sys.stderr)
    return 0


def lines_of(answer: Repair, names: Names) -> Iterator[str]:
    yield from difference_lines(answer.difference, names)
    yield f"{_changes(answer.changed)}; {answer.unmet_minutes} min of care unmet."
    yield _proof(answer)
    for other in answer.alternatives:
        yield f"Or: {_changes(other.changed)}; {other.unmet_minutes} min of care unmet."


def _changes(changed: Changed) -> str:
    led = counted(changed.clinicians, "attendance")
    return (
        f"{counted(changed.lost, 'attendance')} not kept, {led} with other clinicians, {changed.new} new ones"
    )


def _proof(answer: Repair) -> str:
    if answer.proved is None:
        return f"Not proved: a repair that loses as few as {answer.least} may exist."
    return f"Proved: no repair {CIRCLES[answer.proved]} keeps more attendances."
