"""Stretches of time as instants, and the parts of days that they take by the clinic's wall clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from scheduler.exports.vtimezone import clock_changes

DAY: Final = 1440
_MINUTE: Final = timedelta(minutes=1)


class Stretch(NamedTuple):
    """From one instant to another, each with a zone."""

    start: datetime
    end: datetime


class DayPart(NamedTuple):
    """Minutes of a date, `end` up to 1440."""

    day: date
    start: int
    end: int


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order, with those that overlap or touch made one; empty ones are nothing."""
    found: list[Stretch] = []
    utc = (Stretch(s.start.astimezone(UTC), s.end.astimezone(UTC)) for s in stretches)
    for stretch in sorted(s for s in utc if s.start < s.end):
        if found and stretch.start <= found[-1].end:
            found[-1] = Stretch(found[-1].start, max(found[-1].end, stretch.end))
        else:
            found.append(stretch)
    return found


def without(stretches: Iterable[Stretch], holes: Iterable[Stretch]) -> list[Stretch]:
    """What is left of the stretches where the holes are cut out."""
    left = joined(stretches)
    for hole in joined(holes):
        parts = [
            (Stretch(s.start, min(s.end, hole.start)), Stretch(max(s.start, hole.end), s.end)) for s in left
        ]
        left = [s for pair in parts for s in pair if s.start < s.end]
    return joined(left)


def on_days(stretches: Iterable[Stretch], first: date, after: date, zone: ZoneInfo) -> tuple[DayPart, ...]:
    """Parts of the dates from `first` to before `after`; minutes that are touched are taken.

    An hour that the clock shows twice is taken where either of the two is.
    """
    start, end = datetime.combine(first, time(), zone), datetime.combine(after, time(), zone)
    limits = Stretch(start.astimezone(UTC), end.astimezone(UTC))
    changes = list(clock_changes(zone, limits.start, limits.end))
    return _merged(
        part
        for stretch in joined(stretches)
        for piece in _between_changes(stretch, limits, changes)
        for part in _days_of(piece, zone)
    )


def _between_changes(stretch: Stretch, limits: Stretch, changes: Sequence[datetime]) -> Iterator[Stretch]:
    """Pieces inside of the limits in each of which the clock runs evenly."""
    start, end = max(stretch.start, limits.start), min(stretch.end, limits.end)
    edges = [start, *(c for c in changes if start < c < end), end]
    return (Stretch(*pair) for pair in pairwise(edges) if pair[0] < pair[1])


def _days_of(piece: Stretch, zone: ZoneInfo) -> Iterator[DayPart]:
    """By the wall clock of the piece's start, cut at midnights."""
    offset = piece.start.astimezone(zone).utcoffset() or timedelta()
    start = (piece.start + offset).replace(tzinfo=None)
    end = (piece.end + offset).replace(tzinfo=None)
    day = start.date()
    while datetime.combine(day, time()) < end:
        midnight = datetime.combine(day, time())
        minutes = max(0, (start - midnight) // _MINUTE), min(DAY, -((midnight - end) // _MINUTE))
        yield DayPart(day, *minutes)
        day += timedelta(days=1)


def _merged(parts: Iterable[DayPart]) -> tuple[DayPart, ...]:
    found: list[DayPart] = []
    for part in sorted(parts):
        if found and found[-1].day == part.day and part.start <= found[-1].end:
            found[-1] = found[-1]._replace(end=max(found[-1].end, part.end))
        else:
            found.append(part)
    return tuple(found)
