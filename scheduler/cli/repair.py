"""`repair`: the least-change timetable after an event, and what is different for whom."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import date
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
from scheduler.cli.solve import positive, seconds
from scheduler.errors import ProblemRefused
from scheduler.names import Names
from scheduler.show import counted

if TYPE_CHECKING:
    from scheduler.repair import Alternative, Changed, CircleFigures, Repair


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("week", metavar="WEEK.json", help="the problem document")
    parser.add_argument("timetable", metavar="OUT.json", help="the timetable document")
    parser.add_argument("event", metavar="EVENT.json", help="what happened, and from when")
    parser.add_argument("-o", "--output", metavar="NEW.json", help="where to write the new timetable")
    parser.add_argument("--week-after", metavar="FILE", help="where to write the problem after the event")
    parser.add_argument(
        "--time-limit", type=seconds, default=5, metavar="S", help="seconds for the proof at most (default 5)"
    )
    parser.add_argument(
        "--alternative", type=positive, metavar="N", help="take the Nth answer offered beside the first"
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
    chosen = _chosen(answer, arguments.alternative)
    if arguments.output:
        write(arguments.output, as_text(chosen.timetable.document()))
    if arguments.week_after:
        write(arguments.week_after, as_text(answer.problem))
    if arguments.json:
        write(None, as_text(answer.document()))
    else:
        before = sum(p.unmet_minutes for p in timetable.patients)
        print(*lines_of(answer, chosen, before, Names(problem)), sep="\n")
    if arguments.output:
        print(f"Written to {arguments.output}.", file=sys.stderr)
    return 0


def _chosen(answer: Repair, number: int | None) -> Repair | Alternative:
    if number is None:
        return answer
    if number > len(answer.alternatives):
        offered = counted(len(answer.alternatives), "alternative")
        raise CommandFailed(f"There is no alternative {number}: the repair offers {offered}.")
    return answer.alternatives[number - 1]


def lines_of(answer: Repair, chosen: Repair | Alternative, before: int, names: Names) -> Iterator[str]:
    """What it comes to first, then the words for everybody, then what else could be done."""
    yield f"{_changes(chosen.changed)}."
    yield _care(chosen.unmet_minutes, before)
    yield from _proof(answer)
    if not chosen.difference.same:
        yield ""
        yield from difference_lines(chosen.difference, names)
    for number, other in enumerate(answer.alternatives, 1):
        if other is not chosen:
            yield ""
            yield f"Instead (--alternative {number}): {_changes(other.changed)}."
            yield _care(other.unmet_minutes, before)


def _changes(changed: Changed) -> str:
    if not (changed.lost or changed.clinicians or changed.new):
        return "Nothing has to change"
    parts = ["Everybody keeps their times"]
    if changed.lost:
        parts = [f"{counted(changed.lost, 'attendance')} cannot be kept as planned"]
    if changed.clinicians:
        parts.append(f"{counted(changed.clinicians, 'attendance')} with other clinicians")
    if changed.new:
        parts.append(f"{changed.new} new")
    return ", ".join(parts)


def _care(unmet: int, before: int) -> str:
    change = f"{abs(unmet - before)} {'more' if unmet > before else 'less'} than before"
    return f"Care unmet in the week: {unmet} min, {'as before' if unmet == before else change}."


def _proof(answer: Repair) -> Iterator[str]:
    """In which circle no repair loses fewer; nothing where nobody loses anything."""
    if answer.changed.lost == 0:
        return
    for circle in reversed(answer.circles):
        where = _dates(circle)
        if circle.proved:
            yield f"Proved: whatever else is changed {where}, no fewer could be lost."
            return
    first = answer.circles[0]
    where = _dates(first)
    yield f"Not proved to be the fewest: at least {first.least} are lost, whatever is changed {where}."


def _dates(circle: CircleFigures) -> str:
    if circle.name == "week":
        return "in the week"
    return "on " + ", ".join(f"{date.fromisoformat(d):%a %Y-%m-%d}" for d in circle.dates)
