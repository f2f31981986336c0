"""From the clinic's wall clock to instants, as calendars and records need them.

On a clock-change day a time that exists twice is its first occurrence, and one that does not exist is read
with the offset before the change: what RFC 5545 asks for, and what `zoneinfo` does with `fold=0`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from scheduler.exports import CannotExport, Extract
from scheduler.timetable import PlannedSession, Timetable


class Span(NamedTuple):
    """When a session is, with the clinic's zone."""

    start: datetime
    end: datetime

    @property
    def told_by_the_clock(self) -> bool:
        """Whether its wall-clock times mean one instant each, and so the same to every reader."""
        return not any(
            moment.utcoffset() != moment.replace(fold=1 - moment.fold).utcoffset() for moment in self
        )

    @property
    def minutes(self) -> int:
        """As a stopwatch would count them."""
        return int((self.end.astimezone(UTC) - self.start.astimezone(UTC)).total_seconds()) // 60


def zone_of(timetable: Timetable) -> ZoneInfo:
    try:
        return ZoneInfo(timetable.timezone)
    except (OSError, ValueError, LookupError):  # unknown, a path out of the data base, one of its folders
        raise CannotExport(f"{timetable.timezone!r} is no time zone of the IANA data base.") from None


def week_of(timetable: Timetable) -> date:
    try:
        return date.fromisoformat(timetable.week_start)
    except ValueError:
        raise CannotExport(f"week_start {timetable.week_start!r} is no date.") from None


def span_of(session: PlannedSession, extract: Extract, zone: ZoneInfo) -> Span:
    end = extract.names.end(session)
    if end is None or end <= session.start:
        raise CannotExport(
            f"The end of session {session.id} is not known: the timetable needs it, or its problem document."
        )
    span = Span(session.start.replace(tzinfo=zone), end.replace(tzinfo=zone))
    if span.minutes > 0:
        return span
    # It starts in the hour that is skipped, so its wall-clock end is already over: keep its length instead.
    lasting = span.start.astimezone(UTC) + (end - session.start)
    return Span(span.start, lasting.astimezone(zone))
