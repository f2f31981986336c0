"""`import`: files of other programs into a problem document; without -o only what would change is told."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scheduler.cli.documents import STDIN, as_text, check_writable, named, read_bytes, read_week, write
from scheduler.cli.failure import EXIT_BAD_INPUT, CommandFailed
from scheduler.cli.terminal import is_terminal
from scheduler.imports import CannotImport, Misfit

if TYPE_CHECKING:
    from scheduler.imports.outcome import Difference
    from scheduler.intake import Reading

Json = dict[str, Any]
BYTES_MOST: Final = 10_000_000
SHEETS: Final = ("patients", "commitments", "clinicians", "rooms")


def configure(parser: ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    template = kinds.add_parser("template", help="the sheets to start from, empty or with a week's content")
    template.add_argument("--sheet", choices=SHEETS, help="one sheet as CSV (default: a workbook with all)")
    template.add_argument("--week", metavar="WEEK.json", help="fill the sheets with what this document has")
    template.add_argument("-o", "--output", metavar="FILE", help="where to write (default: standard output)")

    people = kinds.add_parser("people", help="patients, commitments, clinicians and rooms from CSV or XLSX")
    _of_week(people, "the sheets")
    people.add_argument("--sheet", choices=SHEETS, help="what a CSV file is (default: by its columns)")
    people.add_argument(
        "--missing",
        choices=("keep", "delete"),
        default="keep",
        help="what becomes of who has no row in a sheet that is there (default: keep)",
    )
    calendar = kinds.add_parser("calendar", help="busy times of one person from an iCalendar file")
    _of_week(calendar, "the calendar")
    whose = calendar.add_mutually_exclusive_group(required=True)
    whose.add_argument("--patient", metavar="ID", help="as commitments of this patient")
    whose.add_argument("--clinician", metavar="ID", help="as availability and time off of this clinician")

    week = kinds.add_parser("week", help="the current timetable from CSV or XLSX, as the baseline")
    _of_week(week, "a row a session, or a row a place in one")
    week.add_argument(
        "--timetable", metavar="OUT.json", help="also write it as a published timetable document"
    )


def _of_week(parser: ArgumentParser, file: str) -> None:
    parser.add_argument("file", metavar="FILE", help=file)
    parser.add_argument("--week", metavar="WEEK.json", required=True, help="the problem document")
    parser.add_argument(
        "-o", "--output", metavar="NEW.json", help="write the changed document (default: only tell)"
    )


def run(arguments: Namespace) -> int:
    outputs = [arguments.output, getattr(arguments, "timetable", None)]
    for output in filter(None, outputs):
        check_writable(output, [arguments.file] if "file" in arguments else [])
    kinds: dict[str, Callable[[Namespace], int]] = {
        "template": _template,
        "people": _people,
        "calendar": _calendar,
        "week": _week,
    }
    try:
        return kinds[arguments.kind](arguments)
    except CannotImport as refusal:
        raise _refused(named(arguments.file), refusal.misfits) from None


def _refused(name: str, misfits: Sequence[Misfit]) -> CommandFailed:
    count = "1 fault" if len(misfits) == 1 else f"{len(misfits)} faults"
    head = f"{name} is not imported: {count}. Nothing was changed."
    return CommandFailed(head, *map(str, misfits), exit_code=EXIT_BAD_INPUT)


def _content(path: str) -> bytes:
    """Looked at before it is read: a file of gigabytes is no calendar."""
    if path != STDIN and Path(path).is_file() and Path(path).stat().st_size > BYTES_MOST:
        raise CommandFailed(f"{path} is too large: a file that is imported has at most {BYTES_MOST:,} bytes.")
    return read_bytes(path)


# -- the kinds ----------------------------------------------------------------------------------------------


def _template(arguments: Namespace) -> int:
    from scheduler.imports.people import Parts
    from scheduler.imports.sheets import SHEETS as KNOWN
    from scheduler.imports.templates import csv_sheet, workbook

    parts = None
    if arguments.week:
        document = read_week(arguments.week).problem.document
        parts = Parts(*(document.get(name) or [] for name in ("clinicians", "rooms", "patients")))
    sheet = arguments.sheet
    if sheet is None and arguments.output is None and is_terminal(sys.stdout):
        raise CommandFailed("A workbook is no text: name a file with -o, or one sheet with --sheet.")
    write(arguments.output, csv_sheet(KNOWN[sheet], parts) if sheet else workbook(parts))
    return 0


def _people(arguments: Namespace) -> int:
    from scheduler.imports import outcome, people

    reading = read_week(arguments.week)
    before = people.Parts(
        *(reading.problem.document.get(name) or [] for name in ("clinicians", "rooms", "patients"))
    )
    given = people.read_people(_content(arguments.file), arguments.sheet)
    after = people.applied(given, before, arguments.missing)
    document = {**reading.problem.document, **asdict(after)}
    misfits = [*outcome.unknown_patients(given, after)]
    misfits += outcome.misfits_of(_faults(document), given, after)
    if misfits:
        raise _refused(named(arguments.file), misfits)
    lines = (_told(name, found) for name, found in outcome.differences(before, after).items())
    return _finish(arguments, document, lines)


def _calendar(arguments: Namespace) -> int:
    from zoneinfo import ZoneInfo

    from scheduler.imports import busy
    from scheduler.imports.calendars import read_calendar

    reading = read_week(arguments.week)
    clinic = reading.problem.clinic
    hours = read_calendar(_content(arguments.file), clinic.week_start, 7, ZoneInfo(clinic.timezone))
    document = deepcopy(reading.problem.document)
    if arguments.patient is not None:
        whose = _found(document["patients"], arguments.patient, "patient")
        stored = whose.get("commitments") or []
        whose["commitments"] = busy.with_commitments(
            stored, busy.windows_of(hours.busy), clinic.week_start, 7
        )
        lines = [f"{arguments.patient}: {_windows(busy.windows_of(hours.busy))}"]
    else:
        whose = _found(document["clinicians"], arguments.clinician, "clinician")
        away = busy.windows_of(hours.events)
        whose["time_off"] = busy.with_time_off(whose.get("time_off") or [], away, clinic.week_start, 7)
        free = busy.availability_of(hours)
        lines = [f"{arguments.clinician}: time off {_windows(away)}"]
        if free is not None:
            whose["availability"] = free
            lines.append(f"{arguments.clinician}: weekly hours as the calendar has them")
    faults = _faults(document)
    if faults:
        raise CommandFailed(f"{named(arguments.file)} does not fit the week.", *map(str, faults))
    return _finish(arguments, document, lines)


def _week(arguments: Namespace) -> int:
    from scheduler.imports.weeks import published_week, read_week_sheet
    from scheduler.show import counted
    from scheduler.verify import verify

    reading = read_week(arguments.week)
    sessions = read_week_sheet(_content(arguments.file), reading.problem)
    timetable = published_week(reading.problem, sessions, "imported").document()
    findings = verify(reading.problem, timetable).findings
    document = {**reading.problem.document, "baseline": {"sessions": timetable["sessions"]}}
    lines = [f"The baseline: {counted(len(sessions), 'session')}, {counted(len(findings), 'finding')}."]
    lines += [f"  {finding.rule}: {finding.text}" for finding in findings]
    if arguments.timetable:
        write(arguments.timetable, as_text(timetable))
    return _finish(arguments, document, lines)


# -- what is told -------------------------------------------------------------------------------------------


def _finish(arguments: Namespace, document: Json, lines: Iterable[str]) -> int:
    """The changed document into its file and the summary beside it; or only the summary."""
    if arguments.output is not None:
        write(arguments.output, as_text(document))
    print(*lines, sep="\n", file=sys.stdout if arguments.output is None else sys.stderr)
    return 0


def _faults(document: Json) -> Sequence[Any]:
    from scheduler.errors import ProblemRefused
    from scheduler.intake import read_problem

    try:
        _: Reading = read_problem(document)
    except ProblemRefused as refusal:
        return refusal.faults
    return ()


def _found(listed: Iterable[Json], key: str, kind: str) -> Json:
    for document in listed:
        if document["id"] == key:
            return document
    raise CommandFailed(f"There is no {kind} {key!r} in this week.")


def _told(name: str, found: Difference) -> str:
    parts = [f"{len(found.added)} new{_named(found.added)}"]
    changed = [f"{key} ({', '.join(fields)})" for key, fields in found.changed.items()]
    parts.append(f"{len(changed)} changed{_named(changed)}")
    parts.append(f"{len(found.removed)} removed{_named(found.removed)}")
    return f"{name}: {', '.join(parts)}, {found.unchanged} unchanged"


def _named(keys: Sequence[str]) -> str:
    return f": {'; '.join(keys)}" if keys else ""


def _windows(windows: Sequence[Json]) -> str:
    from scheduler.imports.forms import DATED

    return str(DATED.write(windows)) or "never"
