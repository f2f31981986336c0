"""`verify`: judge a timetable."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from itertools import groupby

from scheduler.cli.documents import STDIN, named, read_object, read_week
from scheduler.cli.failure import EXIT_FINDINGS, CommandFailed, refused
from scheduler.errors import ProblemRefused
from scheduler.show import counted
from scheduler.verify import Verification, verify


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("week", metavar="WEEK.json", help="the problem document")
    parser.add_argument("timetable", metavar="OUT.json", help="the timetable document")


def run(arguments: Namespace) -> int:
    if arguments.week == arguments.timetable == STDIN:
        raise CommandFailed("Only one of the two documents can come from standard input.")
    problem = read_week(arguments.week).problem
    document = read_object(arguments.timetable, "timetable")
    try:
        verdict = verify(problem, document)
    except ProblemRefused as refusal:
        raise refused(named(arguments.timetable), refusal.faults, refusal.kind) from None
    print(*lines_of(verdict), sep="\n")
    return 0 if verdict.clean else EXIT_FINDINGS


def lines_of(verdict: Verification) -> list[str]:
    """Findings by rule, then the claims that are wrong; one line when there are none."""
    if verdict.clean:
        return ["Clean: no rule is broken and every claimed figure is right."]
    lines = []
    for rule, findings in groupby(verdict.findings, lambda finding: finding.rule):
        lines += [f"{rule} {finding.subject}: {finding.text}" for finding in findings]
    lines += [f"claim {claim}" for claim in verdict.wrong_claims]
    broken = counted(len(verdict.findings), "finding")
    return [*lines, f"{broken}, {counted(len(verdict.wrong_claims), 'wrong claim')}."]
