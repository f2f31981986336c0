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
    """Whether it may be done, why not, and what it costs."""
    if checked.legal:
        yield "These moves break no rule."
    else:
        yield f"These moves break {counted(len(checked.new), 'rule')} that held before:"
        yield from (f"  {f.text} [{f.rule}]" for f in checked.new)
    if checked.mended:
        yield f"They mend {counted(len(checked.mended), 'broken rule')}:"
        yield from (f"  {f.text} [{f.rule}]" for f in checked.mended)
    if checked.remaining:
        yield f"{counted(len(checked.remaining), 'broken rule')} stay broken as before."
    told = f"They cost {checked.cost:+,}; the objective would be {checked.objective:,}:"
    yield told if checked.cost else "They cost nothing."
    for term in checked.terms:
        if term.cost:
            yield f"  {TERM_WORDS.get(term.term, term.term)}: {term.units:+,}, cost {term.cost:+,}"


TERM_WORDS = {
    "unmet_care": "minutes of care unmet, by priority",
    "breach": "breaches of flagged rules",
    "moved": "attendances at other times than in the baseline",
    "clinician_changed": "attendances with other clinicians than in the baseline",
    "soft_commitment": "minutes over soft commitments, by weight",
    "not_preferred": "minutes outside preferred times",
    "idle": "minutes of waiting",
    "attended_day": "attended days",
    "facilitator_time": "minutes of group leaders",
    "load_spread": "minutes between the busiest and the least busy clinician",
}
