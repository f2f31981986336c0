"""`show`: a timetable as a table."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rich.console import Console, RenderableType

from scheduler.cli.choice import one_of
from scheduler.cli.documents import read_timetable, read_week
from scheduler.cli.terminal import lines, put, stdout_console
from scheduler.show import Week, patient_totals, resource_totals


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("timetable", metavar="OUT.json", help="the timetable document")
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--patient", metavar="ID", help="the week of one patient, with its totals")
    one.add_argument("--clinician", metavar="ID", help="the week of one clinician")
    one.add_argument("--room", metavar="ID", help="the week of one room")
    parser.add_argument("--week", metavar="WEEK.json", help="the problem document, for names instead of ids")


def run(arguments: Namespace) -> int:
    timetable = read_timetable(arguments.timetable)
    problem = read_week(arguments.week).problem if arguments.week else None
    console = stdout_console()
    week = Week(timetable, problem, plain=not console.is_terminal)
    put(console, *parts_of(week, arguments, console))
    return 0


def parts_of(week: Week, arguments: Namespace, console: Console) -> list[RenderableType]:
    timetable = week.timetable
    if arguments.patient:
        figures = one_of(timetable.patients, arguments.patient, "patient")
        return [week.patient(figures.id), *lines(console, patient_totals(figures))]
    if arguments.clinician:
        led = one_of(timetable.clinicians, arguments.clinician, "clinician")
        return [week.clinician(led.id), resource_totals(led)]
    if arguments.room:
        used = one_of(timetable.rooms, arguments.room, "room")
        return [week.room(used.id), resource_totals(used)]
    return [week.clinic(console.width)]
