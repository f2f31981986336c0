"""`diff`: what differs between two timetables, by patient and clinician."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from scheduler.cli.documents import STDIN, as_text, read_timetable, read_week, write
from scheduler.cli.failure import CommandFailed
from scheduler.diff import Difference, difference
from scheduler.names import Names
from scheduler.show import counted


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD.json", help="the timetable before")
    parser.add_argument("new", metavar="NEW.json", help="the timetable after")
    parser.add_argument("--week", metavar="WEEK.json", help="the problem document, for names instead of ids")
    parser.add_argument("--json", action="store_true", help="a JSON document instead of lines to read")


def run(arguments: Namespace) -> int:
    if arguments.old == arguments.new == STDIN:
        raise CommandFailed("Only one of the two documents can come from standard input.")
    old, new = read_timetable(arguments.old), read_timetable(arguments.new)
    names = Names(read_week(arguments.week).problem if arguments.week else None)
    found = difference(old, new, names)
    if arguments.json:
        write(None, as_text(found.document()))
    else:
        print(*lines_of(found, names), sep="\n")
    return 0


def lines_of(found: Difference, names: Names) -> Iterator[str]:
    if found.same:
        yield "The timetables hold the same sessions for the same people."
        return
    for person in found.patients:
        yield f"Patient {person.id}"
        yield from (f"  {line}" for line in person.lines)
    for person in found.clinicians:
        yield f"Clinician {names.clinician(person.id)}"
        yield from (f"  {line}" for line in person.lines)
    people = f"{counted(len(found.patients), 'patient')} and {counted(len(found.clinicians), 'clinician')}"
    kinds = ", ".join(f"{n} {_SAID[kind]}" for kind, n in found.attendances.items() if n)
    yield f"Different for {people}{'; attendances: ' + kinds if kinds else ''}."


_SAID = {
    "added": "new",
    "removed": "dropped",
    "moved": "moved",
    "clinicians": "with other clinicians",
    "room": "in another room",
}
