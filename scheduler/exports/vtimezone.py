"""A zone's clock changes as a VTIMEZONE, from the IANA data base.

`icalendar` can make one too, but its 7.3.0 steps over short summer times (Africa/Casablanca in 2027).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_STEP: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)


def vtimezone(zone: ZoneInfo, around: date) -> Timezone:
    """Each change from the year before to the year after, so that every week of a year has the same rules."""
    first = datetime(around.year - 1, 1, 1, tzinfo=UTC)
    last = datetime(around.year + 2, 1, 1, tzinfo=UTC)
    part = Timezone()
    part.add("tzid", zone.key)
    starts = [first, *clock_changes(zone, first, last)]
    winter = min(_offset(zone, start) for start in starts)
    for start in starts:
        before = _offset(zone, start) if start == first else _offset(zone, start - _MINUTE)
        part.add_component(_observance(zone, start, before, winter))
    return part


def clock_changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The first minute of each new offset."""
    day = first
    while day < last:
        if _offset(zone, day) != _offset(zone, day + _STEP):
            yield _first_minute(zone, day, day + _STEP)
        day += _STEP


def _first_minute(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """By halving a day until the change is between two minutes; zones change once a day at most."""
    old = _offset(zone, before)
    while after - before > _MINUTE:
        middle = before + (after - before) // _MINUTE // 2 * _MINUTE
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def _observance(
    zone: ZoneInfo, moment: datetime, before: timedelta, winter: timedelta
) -> TimezoneDaylight | TimezoneStandard:
    """The rule that holds from a moment on; a rule's start is told in the wall clock it ends.

    Daylight is what is ahead of the lowest offset: readers stumble where winter is the exception (Ireland).
    """
    rule = TimezoneDaylight() if _offset(zone, moment) > winter else TimezoneStandard()
    rule.add("dtstart", (moment + before).replace(tzinfo=None))
    rule.add("tzoffsetfrom", before)
    rule.add("tzoffsetto", _offset(zone, moment))
    rule.add("tzname", moment.astimezone(zone).tzname())
    return rule


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
