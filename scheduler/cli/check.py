"""`check`: what manual moves would break and cost, without applying them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from scheduler.cli.documents import STDIN, as_text, named, read_bytes, read_timetable, read_week, write
from scheduler.cli.failure import EXIT_FINDINGS, CommandFailed, refused
from scheduler.errors import ProblemRefused
from scheduler.moves import Checked, check, read_moves
from scheduler.show import counted


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("week", metavar="WEEK.json", help="the problem document")
    parser.add_argument("timetable", metavar="OUT.json", help="the timetable document")
    parser.add_argument("moves", metavar="MOVES.json", help="a list of moves, applied as one")
    parser.add_argument("--json", action="store_true", help="a JSON document instead of lines to read")


def run(arguments: Namespace) -> int:
    if [arguments.week, arguments.timetable, arguments.moves].count(STDIN) > 1:
        raise CommandFailed("Only one of the documents can come from standard input.")
    problem = read_week(arguments.week).problem
    sessions = read_timetable(arguments.timetable).sessions
    try:
        moves = read_moves(read_bytes(arguments.moves), problem, sessions)
    except ProblemRefused as refusal:
        raise refused(named(arguments.moves), refusal.faults, refusal.kind) from None
    checked = check(problem, sessions, moves)
    if arguments.json:
        write(None, as_text(checked.document()))
    else:
        print(*lines_of(checked), sep="\n")
    return 0 if checked.legal else EXIT_FINDINGS


def lines_of(checked: Checked) -> Iterator[str]:
    for finding in checked.new:
        yield f"{finding.rule} {finding.subject}: {finding.text}"
    for finding in checked.mended:
        yield f"mended: {finding.rule} {finding.subject}: {finding.text}"
    for term in checked.terms:
        if term.units or term.cost:
            yield f"{term.term}: {term.units:+,} (cost {term.cost:+,})"
    rules = counted(len(checked.new), "rule") + " newly broken" if checked.new else "No rule newly broken"
    was = f", {len(checked.remaining)} as before" if checked.remaining else ""
    yield f"{rules}{was}; cost {checked.cost:+,}, objective then {checked.objective:,}."
