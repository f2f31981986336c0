"""`closures`: the holidays of a region as closures to take over into the clinic document."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import timedelta

from scheduler.cli.documents import as_text, write
from scheduler.cli.failure import CommandFailed
from scheduler.cli.place import day


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("region", metavar="REGION", help="as in ISO 3166: US, US-MA")
    parser.add_argument("--from", dest="first", type=day, required=True, metavar="DATE", help="first date")
    parser.add_argument("--until", dest="last", type=day, metavar="DATE", help="default: a year on")


def run(arguments: Namespace) -> int:
    from scheduler.errors import ProblemRefused
    from scheduler.holidays import proposed_closures

    last = arguments.last or arguments.first + timedelta(days=364)
    try:
        found = proposed_closures(arguments.region, arguments.first, last)
    except ProblemRefused as refusal:
        raise CommandFailed(refusal.faults[0].message) from None
    for name, closure in found:
        print(f"{closure['date']}  {name}", file=sys.stderr)
    write(None, as_text({"closures": [closure for _, closure in found]}))
    return 0
