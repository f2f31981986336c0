"""`stability`: how steady published weeks are for each patient."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduler.cli.documents import as_text, read_timetable, write

if TYPE_CHECKING:
    from scheduler.stability import Stability


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "timetables", metavar="WEEK.json", nargs="+", help="timetables in the order of their weeks"
    )
    parser.add_argument("--json", action="store_true", help="a JSON document instead of a table")


def run(arguments: Namespace) -> int:
    from scheduler.stability import stability

    found = stability([read_timetable(name).sessions for name in arguments.timetables])
    if arguments.json:
        write(None, as_text({"patients": {p: s.model_dump(mode="json") for p, s in found.items()}}))
    else:
        print(*lines_of(found), sep="\n")
    return 0


def lines_of(found: dict[str, Stability]) -> Iterator[str]:
    width = max([len("Patient"), *map(len, found)])
    yield f"{'Patient':<{width}}  Kept   First starts within  Same weeks"
    for patient, one in sorted(found.items()):
        kept = "–" if one.kept is None else f"{100 * one.kept:.0f} %"
        spread = "–" if one.spread is None else f"{one.spread} min"
        yield f"{patient:<{width}}  {kept:<5}  {spread:<19}  {one.weeks_same}"
    shares = [s.kept for s in found.values() if s.kept is not None]
    if shares:
        yield f"On average {100 * sum(shares) / len(shares):.0f} % of attendances keep their time."
