"""Single dates, times, durations and periods of a calendar file, each with its zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final

from icalendar.prop import vDDDTypes, vDuration

from scheduler.imports import Misfit
from scheduler.imports.door import Component, Property
from scheduler.imports.zones_defined import Zones

_EARLIEST: Final = date(1900, 1, 1)
_LATEST: Final = date(2200, 1, 1)
_LONGEST: Final = timedelta(days=36_500)


class Unreadable(Exception):
    """One component that cannot be read; the rest of the file is looked at all the same."""

    def __init__(self, line: int, message: str, code: str) -> None:
        self.misfit = Misfit(message, code, line)
        super().__init__(message)


class Values:
    """Reads values by the zones of their calendar; a time that floats is in the zone given."""

    def __init__(self, zones: Zones, zone: tzinfo) -> None:
        self._zones = zones
        self._zone = zone

    def single(self, component: Component, name: str) -> date | None:
        given = component.first(name)
        return None if given is None else self.moment(given, given.value)

    def several(self, given: Property, start: date) -> Iterable[Any]:
        for text in filter(None, given.value.split(",")):
            if "/" in text:
                yield self.period(given, text)
                continue
            value = self.moment(given, text, start)
            # A date added to an event with a clock is that day at its clock.
            if given.name == "RDATE" and isinstance(start, datetime) and not isinstance(value, datetime):
                value = datetime.combine(value, start.timetz())
            yield value

    def moment(self, given: Property, text: str, start: date | None = None) -> date:
        """A date, or a time with a zone: its own, the event's, or the clinic's where it floats."""
        try:
            value: object = vDDDTypes.from_ical(text.strip().upper())  # type: ignore[no-untyped-call]
        except (ValueError, OverflowError):
            value = None
        if not isinstance(value, date):
            raise Unreadable(given.line, f"{given.name} is no date or time", "not_a_time")
        if not _EARLIEST <= day_of(value) < _LATEST:
            raise Unreadable(given.line, f"{given.name} is in no year that can be meant", "year")
        if not isinstance(value, datetime):
            return value
        if value.tzinfo is not None:
            return value.astimezone(UTC)
        return value.replace(tzinfo=self._zone_of(given, start))

    def _zone_of(self, given: Property, start: date | None) -> tzinfo:
        name = given.parameters.get("TZID")
        if name is None:
            inherited = start.tzinfo if isinstance(start, datetime) else None
            return inherited or self._zone
        zone = self._zones.zone(name)
        if zone is None:
            message = f"{given.name} has a time zone that is not known and that the file does not define"
            raise Unreadable(given.line, message, "time_zone")
        return zone

    def duration(self, given: Property) -> timedelta:
        try:
            found: timedelta = vDuration.from_ical(given.value.upper())  # type: ignore[no-untyped-call]
        except (ValueError, OverflowError):
            raise Unreadable(given.line, f"{given.name} is no duration", "duration") from None
        if found < timedelta(0) or found > _LONGEST:
            raise Unreadable(given.line, f"{given.name} is no duration of an event", "duration")
        return found

    def period(self, given: Property, text: str) -> tuple[datetime, datetime]:
        start_text, slash, end_text = text.strip().partition("/")
        start = self.moment(given, start_text)
        if not slash or not isinstance(start, datetime):
            raise Unreadable(given.line, f"{given.name} has a value that is no period", "period")
        if end_text.upper().lstrip("+-").startswith("P"):
            end: date = later(start, self.duration(Property(given.name, {}, end_text, given.line)))
        else:
            end = self.moment(given, end_text)
        if not isinstance(end, datetime) or end < start:
            raise Unreadable(given.line, f"{given.name} has a value that is no period", "period")
        return start, end


def day_of(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def later(start: date, length: timedelta) -> date:
    """A duration is added as a stopwatch would count it, to a date in whole days."""
    if isinstance(start, datetime):
        return (start.astimezone(UTC) + length).astimezone(start.tzinfo)
    return start + length
