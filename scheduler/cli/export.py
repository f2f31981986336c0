"""`export`: a timetable as a file."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from scheduler.cli.choice import one_of
from scheduler.cli.documents import check_writable, read_timetable, read_week, write
from scheduler.cli.failure import CommandFailed
from scheduler.exports import FORMATS, Extract, export
from scheduler.names import Names


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("timetable", metavar="OUT.json", help="the timetable document")
    parser.add_argument("--format", required=True, choices=sorted(FORMATS), help="the file format")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write (default: standard output)")
    parser.add_argument(
        "--patient", metavar="ID", help="only this patient's sessions, without the others' ids"
    )
    parser.add_argument("--clinician", metavar="ID", help="only this clinician's sessions")
    parser.add_argument("--week", metavar="WEEK.json", help="the problem document, for names beside ids")
    parser.add_argument(
        "--rows", choices=("sessions", "attendances"), help="csv: a row a session (default) or an attendance"
    )


def run(arguments: Namespace) -> int:
    if arguments.rows and arguments.format != "csv":
        raise CommandFailed("--rows is an option of the format csv.")
    inputs = [arguments.timetable, *([arguments.week] if arguments.week else [])]
    check_writable(arguments.output, inputs)
    timetable = read_timetable(arguments.timetable)
    if arguments.patient:
        one_of(timetable.patients, arguments.patient, "patient")
    if arguments.clinician:
        one_of(timetable.clinicians, arguments.clinician, "clinician")
    names = Names(read_week(arguments.week).problem if arguments.week else None)
    extract = Extract(timetable, names, arguments.patient, arguments.clinician)
    options = {"rows": arguments.rows} if arguments.rows else {}
    write(arguments.output, export(extract, arguments.format, **options))
    return 0
