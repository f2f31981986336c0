"""iCalendar (RFC 5545) for one patient, clinician or room: an event a session, nothing that tells of care.

Calendars are read by phones, employers and families, so an event is an "Appointment", private, without place,
text or attendees; `wording="full"` adds the session's name and its room for staff who ask for it. No patient
is named in it, in any wording. Times are the clinic's wall clock with its zone, which is in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from scheduler.exports import CannotExport, Extract, Wording
from scheduler.exports.identity import appointment_id, numbered
from scheduler.exports.instants import span_of, week_of, zone_of
from scheduler.exports.vtimezone import vtimezone
from scheduler.timetable import PlannedSession

SUMMARY: Final = "Appointment"


class Publication(NamedTuple):
    """One week in a calendar: how often it was published before, and when it was last."""

    extract: Extract
    sequence: int = 0
    stamp: datetime | None = None


def write(
    extract: Extract, wording: Wording = "neutral", sequence: int = 0, stamp: datetime | None = None
) -> bytes:
    """`sequence` grows with each publication of a week; `stamp` is its time (default: the week's start)."""
    return calendar_of([Publication(extract, sequence, stamp)], wording)


def calendar_of(weeks: Sequence[Publication], wording: Wording = "neutral") -> bytes:
    """Several weeks of one patient, clinician or room in one calendar, in the order given."""
    calendar = _calendar()
    zones: set[str] = set()
    for week in weeks:
        _require_sense(week.extract)
        zone, week_start = zone_of(week.extract.timetable), week_of(week.extract.timetable)
        if zone.key not in zones:
            calendar.add_component(vtimezone(zone, week_start))
            zones.add(zone.key)
        moment = week.stamp or datetime.combine(week_start, time(), zone)
        for session, number in numbered(week.extract.sessions()):
            event = _event(week.extract, session, number, zone)
            event.add("dtstamp", moment.astimezone(UTC))
            event.add("sequence", week.sequence)
            if wording == "full":
                _tell(event, week.extract, session)
            calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _require_sense(extract: Extract) -> None:
    if extract.subject is None:
        raise CannotExport("A calendar is one patient's, one clinician's or one room's: say whose.")
    if extract.timetable.status == "superseded":
        raise CannotExport(
            "This timetable is superseded: its events would replace those of the published one."
        )


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//iop-scheduler//timetable//EN")
    calendar.add("version", "2.0")
    return calendar


def _event(extract: Extract, session: PlannedSession, number: int, zone: ZoneInfo) -> Event:
    assert extract.subject is not None
    span = span_of(session, extract, zone)
    event = Event()
    event.add("uid", str(appointment_id(extract.timetable, *extract.subject, session.session_type, number)))
    # Programs differ in what they make of an hour that is there twice, or not at all: it is told in UTC.
    told = span if span.told_by_the_clock else [moment.astimezone(UTC) for moment in span]
    event.add("dtstart", told[0])
    event.add("dtend", told[1])
    event.add("summary", SUMMARY)
    event.add("class", "PRIVATE")
    event.add("status", "CONFIRMED" if extract.published else "TENTATIVE")
    return event


def _tell(event: Event, extract: Extract, session: PlannedSession) -> None:
    event["summary"] = extract.names.session_type(session.session_type)
    if session.room is not None:
        event.add("location", extract.names.room(session.room))
