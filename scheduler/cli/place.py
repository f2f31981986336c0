"""`place`: week plans for one more patient in a timetable that otherwise stays as it is."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from scheduler.cli.documents import STDIN, as_text, named, read_bytes, read_timetable, read_week, write
from scheduler.cli.failure import CommandFailed, refused
from scheduler.cli.solve import positive
from scheduler.errors import ProblemRefused
from scheduler.names import Names
from scheduler.show import counted, flag, hours

if TYPE_CHECKING:
    from scheduler.admission import Admission
    from scheduler.plans import Attendance, Opening, Placement, Plan
    from scheduler.starting import Start, Week


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("week", metavar="WEEK.json", help="the problem document")
    parser.add_argument("timetable", metavar="OUT.json", help="the timetable document")
    parser.add_argument("patient", metavar="PATIENT.json", help="one patient; a known id is a what-if")
    parser.add_argument("--options", type=positive, default=5, metavar="N", help="plans at most (default 5)")
    parser.add_argument(
        "--then", nargs=2, action="append", default=[], metavar=("WEEK.json", "OUT.json"),
        help="a later week with its timetable: when could they start? (may be given again)",
    )  # fmt: skip
    parser.add_argument(
        "--from", dest="from_", type=day, metavar="DATE",
        help="care begins on that date: the earliest start, and why it is not then",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="a JSON document instead of lines to read")


def run(arguments: Namespace) -> int:
    from scheduler.intake.asked import read_patient
    from scheduler.placement import place

    later = [name for pair in arguments.then for name in pair]
    if [arguments.week, arguments.timetable, arguments.patient, *later].count(STDIN) > 1:
        raise CommandFailed("Only one of the documents can come from standard input.")
    problem = read_week(arguments.week).problem
    sessions = read_timetable(arguments.timetable).sessions
    given = read_bytes(arguments.patient)
    try:
        patient = read_patient(given, problem)
    except ProblemRefused as refusal:
        raise refused(named(arguments.patient), refusal.faults, refusal.kind) from None
    if arguments.from_ is not None:
        return _admitted(arguments, given, (problem, sessions))
    placement = place(problem, sessions, patient, options=arguments.options)
    start = _start(arguments, given, (problem, sessions)) if arguments.then else None
    if arguments.json:
        write(None, as_text(placement.document() | ({"start": start.document()} if start else {})))
        return 0
    known = any(p.id == patient.id for p in problem.patients)
    print(*lines_of(placement, Names(problem), known), sep="\n")
    if start is not None:
        print(*start_lines(start), sep="\n")
    return 0


def _start(arguments: Namespace, given: bytes, first: Week) -> Start:
    from scheduler.starting import when

    return when(_weeks(arguments, first), given)


def _weeks(arguments: Namespace, first: Week) -> list[Week]:
    weeks = [first]
    for week, timetable in arguments.then:
        weeks.append((read_week(week).problem, read_timetable(timetable).sessions))
    return weeks


def _admitted(arguments: Namespace, given: bytes, first: Week) -> int:
    from scheduler.admission import admission

    made = admission(_weeks(arguments, first), given, arguments.from_)
    if arguments.json:
        write(None, as_text({"admission": made.document()}))
    else:
        print(*admission_lines(made, Names(first[0])), sep="\n")
    return 0


def admission_lines(made: Admission, names: Names) -> Iterator[str]:
    """What passes before the start, date by date, then the plan."""
    for one in made.reasons:
        yield f"Not on {_day(one.date)}: {one.reason.text}."
    if made.plan is None or made.first_session is None:
        yield f"{made.patient}, whose care begins on {_day(made.from_)}, cannot start in these weeks."
        return
    after = f", after {counted(made.open_days_waited, 'open day')}" if made.open_days_waited else ""
    yield f"{made.patient} starts on {_day(made.first_session)}{after}."
    yield from _plan_lines(1, made.plan, names)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f'{text!r}: expected a date "YYYY-MM-DD"') from None


def lines_of(placement: Placement, names: Names, known: bool = False) -> Iterator[str]:
    yield _heading(placement, known)
    for reason in placement.reasons:
        yield f"No plan: {reason.text}."
    for number, plan in enumerate(placement.plans, 1):
        yield from _plan_lines(number, plan, names)
    if placement.openings:
        yield "If one more group session were held:"
    for opening in placement.openings:
        yield from _opening_lines(opening, names)


def _heading(placement: Placement, known: bool) -> str:
    plans = counted(len(placement.plans), "week plan")
    kind = "the best there are" if placement.exact else "the best found: a limit of the search was reached"
    asked = "what else their week could be" if known else "beside everybody who is planned"
    return f"{plans} for {placement.patient}, {asked}; {kind}."


def _plan_lines(number: int, plan: Plan, names: Names) -> Iterator[str]:
    yield f"Plan {number}: {_delivers(plan)}; cost {plan.increase:+,}"
    for a in plan.attendances:
        yield f"  {_attendance(a, names)}"


def _delivers(plan: Plan) -> str:
    if not plan.attendances:
        return f"nothing, {plan.unmet_minutes} min of care unmet" if plan.unmet_minutes else "nothing"
    care = f"{hours(plan.care_minutes)} of care on {counted(len(plan.days), 'day')}"
    parts = [care, f"{plan.unmet_minutes} min unmet" if plan.unmet_minutes else "nothing unmet"]
    if plan.short:
        parts.append("sessions missing: " + ", ".join(f"{key} {n}" for key, n in plan.short.items()))
    parts += [f"{b.count} {flag(b.rule, b.count)}" for b in plan.breaches]
    return "; ".join(parts)


def _attendance(a: Attendance, names: Names) -> str:
    led = f", {names.clinicians(a.clinicians)}" if a.clinicians else ""
    room = f", {names.room(a.room)}" if a.room else ""
    new = "" if a.session else " (new session)"
    when = f"{a.start:%a %Y-%m-%d %H:%M}–{a.end:%H:%M}"
    return f"{when} {names.session_type(a.session_type)}{led}{room}{new}"


def _opening_lines(opening: Opening, names: Names) -> Iterator[str]:
    own = next(a for a in opening.plan.attendances if a.session is None and a.start == opening.start)
    others = f"needs {counted(opening.others_needed, 'other patient')}, {opening.others_who_could} could come"
    yield f"  {_attendance(own, names).removesuffix(' (new session)')}: {others}"
    yield f"    then {_delivers(opening.plan)}; cost {opening.increase:+,}, all of its group's time counted"


def start_lines(start: Start) -> Iterator[str]:
    """One line a week, then the answer."""
    for week in start.weeks:
        first = f"Week of {_day(week.week_start)}: "
        if week.plan is None or not week.plan.days:
            yield first + "nothing."
        elif week.complete:
            yield first + f"from {_day(week.plan.days[0])}, all the care that is owed."
        else:
            yield first + f"from {_day(week.plan.days[0])}, {week.plan.unmet_minutes} min of care unmet."
    if start.first_date is None:
        yield f"In none of these weeks would {start.patient} get all the care that is owed."
    else:
        yield f"{start.patient} could start on {_day(start.first_date)} with all the care that is owed."


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%a %Y-%m-%d}"
