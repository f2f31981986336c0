"""Busy and free times of an iCalendar file (RFC 5545, 7953) on the dates that are asked for.

Recurring events are expanded by `recurring-ical-events`, times and durations are read by `icalendar`. A time
without zone is the clinic's. Busy is every event but those that are cancelled or marked as free; all-day
events are busy for whole days. Of `VFREEBUSY` everything is busy that is not marked as free. Outside of the
hours that a `VAVAILABILITY` gives, its owner is busy.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event
from icalendar.prop import vRecur

from scheduler.imports import CannotImport, Misfit
from scheduler.imports.door import Component, Property, calendars_in
from scheduler.imports.repeats import (
    STEPS_MOST,
    STEPS_OF_A_SEARCH,
    BadRule,
    Rule,
    Span,
    days_to_skip,
    days_until_next,
    ending,
    steps,
)
from scheduler.imports.spans import DayPart, Stretch, joined, on_days, without
from scheduler.imports.values import Unreadable, Values, day_of, later
from scheduler.imports.zones_defined import Zones

DAYS_MOST: Final = 371  # a year of planning weeks
VALUES_MOST: Final = 5_000  # dates that one event excludes or adds
STRETCHES_MOST: Final = 50_000
_FREE: Final = {"FREE"}


@dataclass(frozen=True, slots=True)
class Hours:
    """What a calendar says of each date, by the clinic's wall clock.

    `events` is what events and VFREEBUSY take, `free` what VAVAILABILITY offers (None without one), `busy`
    both the events and what is not offered.
    """

    busy: tuple[DayPart, ...]
    events: tuple[DayPart, ...]
    free: tuple[DayPart, ...] | None


def read_calendar(content: bytes, first: date, days: int, zone: ZoneInfo) -> Hours:
    """Raises `CannotImport` with every fault and the line it is in."""
    if not 1 <= days <= DAYS_MOST:
        raise ValueError(f"a calendar is read for 1 to {DAYS_MOST} days")
    reading = _Reading(Span(first, first + timedelta(days=days)), zone)
    for calendar in calendars_in(content):
        reading.read(calendar)
    if reading.misfits:
        raise CannotImport(sorted(reading.misfits, key=lambda m: m.line or 0))
    return reading.hours()


class _Reading:
    """One file: what it makes busy and free, what is wrong with it, how much is left to walk."""

    def __init__(self, span: Span, zone: ZoneInfo) -> None:
        self.span = span
        self.zone = zone
        self.misfits: list[Misfit] = []
        self._busy: list[Stretch] = []
        self._availabilities: list[tuple[int, Stretch, list[Stretch]]] = []
        self._values = Values(Zones([]), zone)
        self._steps_left = STEPS_MOST
        self._start = datetime.combine(span.first, time(), zone)
        self._end = datetime.combine(span.after, time(), zone)

    def read(self, calendar: Component) -> None:
        self._values = Values(Zones(calendar.of("VTIMEZONE")), self.zone)
        if calendar.value("METHOD").upper() != "CANCEL":
            self._events(calendar.of("VEVENT"), self._busy)
        for part in calendar.of("VFREEBUSY"):
            for given in (p for p in part.properties if p.name == "FREEBUSY"):
                self._attempt(self._free_busy, given)
        for part in calendar.of("VAVAILABILITY"):
            self._attempt(self._availability, part)

    def hours(self) -> Hours:
        """Of availabilities the more important one decides where it applies (priority 1 first, 0 last)."""
        away: list[Stretch] = []
        for _, applies, open_hours in sorted(self._availabilities, key=lambda a: -(a[0] or 10)):
            away = [*without(away, [applies]), *without([applies], open_hours)]
        free = without([Stretch(self._start, self._end)], away)
        return Hours(
            busy=self._on_days([*away, *self._busy]),
            events=self._on_days(self._busy),
            free=self._on_days(free) if self._availabilities else None,
        )

    def _on_days(self, stretches: Sequence[Stretch]) -> tuple[DayPart, ...]:
        return on_days(stretches, self.span.first, self.span.after, self.zone)

    def _attempt(self, work: Callable[[Any], object], given: Any) -> None:
        try:
            work(given)
        except Unreadable as refused:
            self.misfits.append(refused.misfit)

    # -- events ---------------------------------------------------------------------------------------------

    def _events(self, components: Sequence[Component], into: list[Stretch]) -> None:
        """Events of one UID belong together: a series and its changed instances."""
        series: dict[str, list[Component]] = defaultdict(list)
        for number, component in enumerate(components):
            series[component.value("UID") or f"\0{number}"].append(component)
        for group in series.values():
            self._attempt(lambda found: into.extend(self._series(found)), group)
            if len(into) > STRETCHES_MOST:
                line = group[0].line
                raise CannotImport([Misfit(f"more than {STRETCHES_MOST:,} busy times", "too_many", line)])

    def _series(self, group: Sequence[Component]) -> list[Stretch]:
        events = [(component, self._event(component)) for component in group]
        if len(events) == 1 and not any(n in events[0][1] for n in ("RRULE", "RDATE", "RECURRENCE-ID")):
            found = [events[0][1]] if _counts(events[0][1]) else []
        else:
            found = self._expanded(events)
        return [s for s in (self._stretch(e) for e in found) if s.end > self._start and s.start < self._end]

    def _expanded(self, events: Sequence[tuple[Component, Any]]) -> list[Any]:
        moved = any(
            "RANGE" in event["RECURRENCE-ID"].params for _, event in events if "RECURRENCE-ID" in event
        )
        calendar = Calendar()
        for component, event in events:
            self._bound(component, event, may_skip=not moved)
            calendar.add_component(event)
        line = events[0][0].line
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # dateutil's, of COUNT beside UNTIL
                query = recurring_ical_events.of(calendar)
                found = list(query.between(self._start - timedelta(days=1), self._end + timedelta(days=1)))
        except (ValueError, TypeError, OverflowError, AttributeError, KeyError, IndexError, RecursionError):
            raise Unreadable(line, "this series of events cannot be expanded", "series") from None
        return [event for event in found if _counts(event)]

    def _bound(self, component: Component, event: Any, may_skip: bool) -> None:
        """Give a recurring event rules that end and that begin near the dates asked for."""
        rules = [p for p in component.properties if p.name == "RRULE"]
        if not rules:
            return
        begins, longest = event["DTSTART"].dt, _length(event)
        try:
            read = [Rule.read(p.value) for p in rules]
            if may_skip and len(read) == 1:
                skipped = days_to_skip(read[0], day_of(begins), longest, self.span)
                _postpone(event, timedelta(days=skipped))
            begins = event["DTSTART"].dt
            event.pop("RRULE", None)
            for rule in read:
                self._walk(steps(rule, day_of(begins), self.span))
                wait = days_until_next(rule, day_of(begins), self.span)
                self._walk(STEPS_OF_A_SEARCH if wait is None else wait)
                if wait is not None:
                    event.add("RRULE", _as_recur(ending(rule, self.span, begins)))
        except BadRule as bad:
            raise Unreadable(rules[0].line, str(bad), "rrule") from None

    def _walk(self, count: int) -> None:
        self._steps_left -= count
        if self._steps_left < 0:
            raise BadRule("the file has more repetitions than can be followed")

    def _event(self, component: Component) -> Any:
        """The component as a value of `icalendar`, its times with zones; its text never came this far."""
        event: Any = Event()
        event.add("UID", str(component.line) if not component.value("UID") else "series")
        start = self._values.single(component, "DTSTART")
        if start is None:
            raise Unreadable(component.line, f"this {component.name} has no DTSTART", "no_start")
        event.add("DTSTART", start)
        self._add_end(component, event, start)
        given = component.first("RECURRENCE-ID")
        if given is not None:
            instance = self._values.moment(given, given.value)
            parameters = {"RANGE": given.parameters["RANGE"]} if "RANGE" in given.parameters else {}
            event.add("RECURRENCE-ID", instance, parameters=parameters)
        for name in ("EXDATE", "RDATE"):
            values = [
                v for p in component.properties if p.name == name for v in self._values.several(p, start)
            ]
            if len(values) > VALUES_MOST:
                raise Unreadable(component.line, f"{name} has more than {VALUES_MOST:,} values", "too_many")
            if values:
                event.add(name, values)
        if component.first("RRULE"):
            event["RRULE"] = ()  # bounded later
        for name in ("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"):
            event[name] = component.value(name).upper()
        sequence = component.value("SEQUENCE")
        event.add("SEQUENCE", int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0)
        return event

    def _add_end(self, component: Component, event: Any, start: date) -> None:
        end, given = self._values.single(component, "DTEND"), component.first("DURATION")
        if end is not None:
            if isinstance(end, datetime) != isinstance(start, datetime):
                raise Unreadable(
                    component.line, "one of DTSTART and DTEND is a date, the other is not", "mixed"
                )
            if end < start:
                raise Unreadable(component.line, "it ends before it starts", "end_before_start")
            if end == start and not isinstance(start, datetime):
                end = start + timedelta(days=1)  # an all-day event as some programs write it
            event.add("DTEND", end)
        elif given is not None:
            event.add("DURATION", self._values.duration(given))

    # -- free and busy --------------------------------------------------------------------------------------

    def _free_busy(self, given: Property) -> None:
        if given.parameters.get("FBTYPE", "").upper() in _FREE:
            return
        for text in filter(None, given.value.split(",")):
            stretch = Stretch(*self._values.period(given, text))
            if stretch.end > self._start and stretch.start < self._end:
                self._busy.append(stretch)

    def _availability(self, part: Component) -> None:
        """How important it is (1 … 9, 0 least), when it applies, and the hours it leaves free."""
        start, end = self._values.single(part, "DTSTART"), self._values.single(part, "DTEND")
        given = part.first("DURATION")
        if start is not None and end is None and given is not None:
            end = later(start, self._values.duration(given))
        applies = Stretch(
            max(self._start, self._zoned(start)) if start else self._start,
            min(self._end, self._zoned(end)) if end else self._end,
        )
        free: list[Stretch] = []
        self._events(part.of("AVAILABLE"), free)
        priority = part.value("PRIORITY")
        important = int(priority) if priority.isdecimal() and len(priority) == 1 else 0
        self._availabilities.append((important, applies, joined(free)))

    def _stretch(self, event: Any) -> Stretch:
        start = event["DTSTART"].dt
        end = event["DTEND"].dt if "DTEND" in event else later(start, _length(event))
        return Stretch(self._zoned(start), self._zoned(end))

    def _zoned(self, value: date) -> datetime:
        """A date is its midnight by the clinic's clock."""
        return value if isinstance(value, datetime) else datetime.combine(value, time(), self.zone)


def _counts(event: Any) -> bool:
    """Whether the event makes its owner busy."""
    status, shown = str(event.get("STATUS", "")), str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", ""))
    return status != "CANCELLED" and str(event.get("TRANSP", "")) != "TRANSPARENT" and shown != "FREE"


def _length(event: Any) -> timedelta:
    start = event["DTSTART"].dt
    if "DTEND" in event:
        end = event["DTEND"].dt
        apart = isinstance(end, datetime) and isinstance(start, datetime) and end.tzinfo is not start.tzinfo
        length: timedelta = end.astimezone(UTC) - start.astimezone(UTC) if apart else end - start
        return length
    if "DURATION" in event:
        return timedelta(seconds=event["DURATION"].dt.total_seconds())
    return timedelta(0) if isinstance(start, datetime) else timedelta(days=1)


def _postpone(event: Any, by: timedelta) -> None:
    for name in ("DTSTART", "DTEND"):
        if by and name in event:
            moved = event[name].dt + by
            event.pop(name)
            event.add(name, moved)


def _as_recur(text: str) -> dict[str, Any]:
    return dict(vRecur.from_ical(text))
