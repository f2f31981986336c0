"""`place`: week plans for one more patient in a timetable that otherwise stays as it is."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduler.cli.documents import STDIN, as_text, named, read_bytes, read_timetable, read_week, write
from scheduler.cli.failure import CommandFailed, refused
from scheduler.cli.solve import positive
from scheduler.errors import ProblemRefused
from scheduler.names import Names
from scheduler.show import counted, hours

if TYPE_CHECKING:
    from scheduler.placement import Opening, Placement, Plan


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("week", metavar="WEEK.json", help="the problem document")
    parser.add_argument("timetable", metavar="OUT.json", help="the timetable document")
    parser.add_argument("patient", metavar="PATIENT.json", help="one patient; a known id is a what-if")
    parser.add_argument("--options", type=positive, default=5, metavar="N", help="plans at most (default 5)")
    parser.add_argument("--json", action="store_true", help="a JSON document instead of lines to read")


def run(arguments: Namespace) -> int:
    from scheduler.intake.asked import read_patient
    from scheduler.placement import place

    if [arguments.week, arguments.timetable, arguments.patient].count(STDIN) > 1:
        raise CommandFailed("Only one of the documents can come from standard input.")
    problem = read_week(arguments.week).problem
    sessions = read_timetable(arguments.timetable).sessions
    try:
        patient = read_patient(read_bytes(arguments.patient), problem)
    except ProblemRefused as refusal:
        raise refused(named(arguments.patient), refusal.faults, refusal.kind) from None
    placement = place(problem, sessions, patient, options=arguments.options)
    if arguments.json:
        write(None, as_text(placement.document()))
    else:
        print(*lines_of(placement, Names(problem)), sep="\n")
    return 0


def lines_of(placement: Placement, names: Names) -> Iterator[str]:
    for reason in placement.reasons:
        yield f"No plan: {reason.text}."
    for number, plan in enumerate(placement.plans, 1):
        yield from _plan_lines(number, plan, names)
    for opening in placement.openings:
        yield _opening_line(opening, names)
    kind = "the best there are" if placement.exact else "the best found: a limit of the search was reached"
    yield f"{counted(len(placement.plans), 'plan')} for {placement.patient}, {kind}."


def _plan_lines(number: int, plan: Plan, names: Names) -> Iterator[str]:
    care = f"{hours(plan.care_minutes)} of care on {counted(len(plan.days), 'day')}"
    short = ", ".join(f"{key} {n}" for key, n in plan.short.items())
    missing = f"; {plan.unmet_minutes} min unmet" if plan.unmet_minutes else ""
    lacking = f" (missing sessions: {short})" if short else ""
    yield f"Plan {number}: cost {plan.increase:+,}, {care}{missing}{lacking}"
    for a in plan.attendances:
        led = f", {names.clinicians(a.clinicians)}" if a.clinicians else ""
        room = f", {names.room(a.room)}" if a.room else ""
        new = "" if a.session else " (new session)"
        when = f"{a.start:%a %Y-%m-%d %H:%M}–{a.end:%H:%M}"
        yield f"  {when} {names.session_type(a.session_type)}{led}{room}{new}"


def _opening_line(opening: Opening, names: Names) -> str:
    room = f" in {names.room(opening.room)}" if opening.room else ""
    led = f" with {names.clinicians(opening.clinicians)}" if opening.clinicians else ""
    others = f"needs {counted(opening.others_needed, 'other patient')}, {opening.others_who_could} could come"
    what = names.session_type(opening.session_type)
    return (
        f"One more {what}, {opening.start:%a %Y-%m-%d %H:%M}{led}{room}: cost {opening.increase:+,}; {others}"
    )
