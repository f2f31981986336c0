"""`explain`: why care stays unmet, and the least that would have to change."""

from __future__ import annotations

import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduler.cli.choice import one_of
from scheduler.cli.documents import STDIN, as_text, read_timetable, read_week, write
from scheduler.cli.failure import CommandFailed
from scheduler.cli.solve import seconds
from scheduler.cli.terminal import lines, put, stdout_console
from scheduler.show import counted, long_date

if TYPE_CHECKING:
    from scheduler.explain.answer import Change, ClinicView, Explanation, PatientExplanation, Preferred
    from scheduler.problem import Problem
    from scheduler.timetable import Timetable

SHOWN = 8  # gains that are printed; the JSON document has all


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("week", metavar="WEEK.json", help="the problem document")
    parser.add_argument("timetable", metavar="OUT.json", help="the timetable document")
    parser.add_argument("--patient", metavar="ID", help="only this patient, without the clinic as a whole")
    parser.add_argument(
        "--time-limit", type=seconds, default=120.0, metavar="S", help="seconds at most (default 120)"
    )
    parser.add_argument("--json", action="store_true", help="a JSON document instead of lines to read")


def run(arguments: Namespace) -> int:
    if arguments.week == arguments.timetable == STDIN:
        raise CommandFailed("Only one of the documents can come from standard input.")
    problem = read_week(arguments.week).problem
    timetable = read_timetable(arguments.timetable)
    named = None
    if arguments.patient is not None:
        named = [one_of(problem.patients, arguments.patient, "patient").id]
    answer = _asked(problem, timetable, named, arguments.time_limit)
    if arguments.json:
        write(None, as_text(answer.document()))
    else:
        console = stdout_console()
        put(console, *lines(console, lines_of(answer, problem)))
    return 0


def _asked(problem: Problem, timetable: Timetable, named: list[str] | None, limit: float) -> Explanation:
    """Ctrl-C ends the search for more; what is known by then is told."""
    from scheduler.cli.interrupt import in_background, stopping_on_interrupt
    from scheduler.explain import explain

    stop = threading.Event()
    with stopping_on_interrupt(stop):
        return in_background(
            lambda: explain(problem, timetable, patients=named, time_limit=limit, stop=stop), lambda: None
        )


def lines_of(answer: Explanation, problem: Problem) -> Iterator[str]:
    name = problem.clinic.name or problem.clinic.id
    short = sum(p.unmet_minutes > 0 for p in answer.patients)
    if answer.clinic is not None:
        found = f"{counted(short, 'patient')} short of care, {answer.unmet_minutes} min unmet"
        told = found if short else "every patient gets the care that is owed"
        yield f"{name}, week of {long_date(problem.clinic.week_start)}: {told}."
    for number, patient in enumerate(answer.patients):
        if number or answer.clinic is not None:
            yield ""
        yield from _patient(patient)
    if answer.clinic is not None and short and (answer.clinic.gains or answer.clinic.complete):
        yield ""
        yield from _clinic(answer.clinic)
    if not answer.complete:
        yield "Ended before everything was asked: a longer --time-limit tells more."


def _patient(told: PatientExplanation) -> Iterator[str]:
    if not told.unmet_minutes:
        yield f"{told.id}: gets all the care that is owed."
        return
    yield f"{told.id}: {told.unmet_minutes} min unmet, priority {told.priority}"
    yield from (f"  {reason.text}" for reason in told.reasons)
    if told.preferred is not None:
        yield f"  {_preferred(told.preferred)}"
    if told.changes:
        yield "  What would help:"
    for number, change in enumerate(told.changes, 1):
        yield f"    {number}. {_change(change)}"
    if told.statement:
        yield f"  {told.statement}"


def _preferred(given: Preferred) -> str:
    others = [f"{counted(given.losing_care, 'other patient')} would lose {given.lost_minutes} min"]
    if not given.losing_care:
        others = ["no other patient would lose care"]
    if given.gaining_care:
        others.append(f"{counted(given.gaining_care, 'other patient')} would gain some")
    others.append(f"{given.with_other_times} would have other times")
    return (
        f"Put first, this patient could have {given.restored_minutes} min more: "
        f"{', '.join(others)}; objective {given.objective_change:+,}."
    )


def _change(change: Change) -> str:
    result = change.result
    left = f"{result.unmet_minutes} min unmet then" if result.unmet_minutes else "nothing unmet then"
    return f"{change.text} → {left}, objective {result.objective_change:+,}"


def _clinic(view: ClinicView) -> Iterator[str]:
    gains = [g for g in view.gains if g.gain > 0]
    yield "One more of something for the clinic, and what it brings at least:"
    for gain in gains[:SHOWN]:
        care = f"{gain.restored_minutes} min of care more" if gain.restored_minutes else "no care more"
        price = "" if gain.price is None else f"; in the linear programme worth {gain.price:,}"
        yield f"  {gain.text} → {care}, objective {-gain.gain:+,}{price}"
    rest = len(view.gains) - len(gains)
    if not gains:
        yield "  Nothing of what was tried brings anything."
    elif rest:
        yield f"  {rest} more were tried and bring nothing."
    yield (
        f"Searched on without any change, the timetable has objective {view.objective:,} "
        f"and {view.unmet_minutes} min unmet; gains are counted from there."
    )
