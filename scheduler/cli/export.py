"""`export`: a timetable as a file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import Any, Final

from scheduler.cli.choice import one_of
from scheduler.cli.documents import check_writable, read_timetable, read_week, write
from scheduler.cli.failure import CommandFailed
from scheduler.cli.solve import natural
from scheduler.cli.terminal import is_terminal
from scheduler.exports import FORMATS, CannotExport, Extract, export
from scheduler.names import Names
from scheduler.timetable import Timetable

# Which formats know which option.
OPTIONS: Final = {"rows": ("csv",), "wording": ("html", "ics"), "sequence": ("ics",), "namespace": ("fhir",)}


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("timetable", metavar="OUT.json", help="the timetable document")
    parser.add_argument("--format", required=True, choices=sorted(FORMATS), help="the file format")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write (default: standard output)")
    parser.add_argument(
        "--patient", metavar="ID", help="only this patient's sessions, without the others' ids"
    )
    parser.add_argument("--clinician", metavar="ID", help="only this clinician's sessions")
    parser.add_argument("--room", metavar="ID", help="only this room's sessions")
    parser.add_argument("--week", metavar="WEEK.json", help="the problem document, for names beside ids")
    parser.add_argument(
        "--rows", choices=("sessions", "attendances"), help="csv: a row a session (default) or an attendance"
    )
    parser.add_argument(
        "--wording",
        choices=("neutral", "full"),
        help=f"{_known('wording')}: appointments, no more (default), or sessions, people and rooms named",
    )
    parser.add_argument(
        "--sequence",
        type=natural,
        metavar="N",
        help="ics: how often this week was published before (default 0); calendars go by it",
    )
    parser.add_argument(
        "--namespace",
        metavar="URI",
        help="fhir: what the systems of identifiers begin with (default urn:iop-scheduler:CLINIC:)",
    )


def run(arguments: Namespace) -> int:
    options = _options(arguments)
    if arguments.format == "xlsx" and arguments.output is None and is_terminal(sys.stdout):
        raise CommandFailed("A workbook is nothing for a terminal: name a file with -o.")
    inputs = [arguments.timetable, *([arguments.week] if arguments.week else [])]
    check_writable(arguments.output, inputs)
    timetable = read_timetable(arguments.timetable)
    _check_chosen(timetable, arguments)
    names = Names(read_week(arguments.week).problem if arguments.week else None)
    extract = Extract(timetable, names, arguments.patient, arguments.clinician, arguments.room)
    try:
        content = export(extract, arguments.format, **options)
    except CannotExport as refusal:
        raise CommandFailed(str(refusal)) from None
    write(arguments.output, content)
    return 0


def _options(arguments: Namespace) -> dict[str, Any]:
    given = {name: getattr(arguments, name) for name in OPTIONS if getattr(arguments, name) is not None}
    for name in given:
        if arguments.format not in OPTIONS[name]:
            formats = "the format" if len(OPTIONS[name]) == 1 else "the formats"
            raise CommandFailed(f"--{name} is an option of {formats} {_known(name)}.")
    return given


def _check_chosen(timetable: Timetable, arguments: Namespace) -> None:
    if arguments.patient is not None:
        one_of(timetable.patients, arguments.patient, "patient")
    if arguments.clinician is not None:
        one_of(timetable.clinicians, arguments.clinician, "clinician")
    if arguments.room is not None:
        one_of(timetable.rooms, arguments.room, "room")


def _known(option: str) -> str:
    return ", ".join(OPTIONS[option])
