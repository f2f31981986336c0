"""`ics`: what calendar programs make of it, and what they never get to see."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from icalendar import Calendar, Timezone

from scheduler.exports import CannotExport, Extract, export
from scheduler.names import Names
from scheduler.timetable import Timetable
from tests.exports.weeks import session, small, small_problem, timetable_of

NEW_YORK = ZoneInfo("America/New_York")


def calendar(timetable: Timetable, **choices: Any) -> Calendar:
    return Calendar.from_ical(export(Extract(timetable, **(choices or {"patient": "p1"})), "ics"))


def spans(content: Calendar) -> list[tuple[datetime, datetime]]:
    """As instants; the zone by its name."""
    return [
        (e.decoded("dtstart").astimezone(UTC), e.decoded("dtend").astimezone(UTC)) for e in content.events
    ]


def spans_by_the_files_own_rules(content: Calendar) -> list[tuple[datetime, ...]]:
    """As instants, for programs that believe the VTIMEZONE of the file and know no zone by name."""
    [zone] = [part for part in content.walk("VTIMEZONE") if isinstance(part, Timezone)]
    told = zone.to_tz(lookup_tzid=False)
    return [
        tuple(e.decoded(end).replace(tzinfo=told).astimezone(UTC) for end in ("dtstart", "dtend"))
        for e in content.events
    ]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_patients_calendar_holds_the_patients_sessions_and_no_others() -> None:
    assert spans(calendar(small(), patient="p3")) == [
        (instant("2026-11-30T14:00"), instant("2026-11-30T15:00"))
    ]
    assert len(spans(calendar(small(), patient="p1"))) == 2


def test_a_clinicians_and_a_rooms_calendar_hold_theirs() -> None:
    timetable = timetable_of(
        session("a", "2026-11-30T09:00"), session("b", "2026-12-01T09:00", clinicians=("c2",), room=None)
    )
    assert len(spans(calendar(timetable, clinician="c1"))) == 1
    assert spans(calendar(timetable, clinician="c2"))[0][0] == instant("2026-12-01T14:00")
    assert spans(calendar(timetable, room="r1"))[0][0] == instant("2026-11-30T14:00")


def test_an_event_tells_nothing_but_when() -> None:
    content = calendar(small())
    for event in content.events:
        assert sorted(event) == [
            "CLASS",
            "DTEND",
            "DTSTAMP",
            "DTSTART",
            "SEQUENCE",
            "STATUS",
            "SUMMARY",
            "UID",
        ]
        assert (event["summary"], event["class"]) == ("Appointment", "PRIVATE")


@pytest.mark.parametrize("choice", [{"patient": "p1"}, {"clinician": "c1"}, {"room": "r1"}])
@pytest.mark.parametrize("wording", ["neutral", "full"])
def test_no_patient_is_named_and_nobody_is_invited(choice: dict[str, Any], wording: str) -> None:
    names = Names(small_problem())
    text = export(Extract(small(), names, **choice), "ics", wording=wording).decode()
    assert not [
        word for word in ("p1", "p2", "p3", "ATTENDEE", "ORGANIZER", "Ahlberg", "mill") if word in text
    ]
    assert ("Talking group" in text, "Blue room" in text) == (wording == "full", wording == "full")


def test_names_cannot_add_lines_of_their_own() -> None:
    names = Names(small_problem(session_types="Talk\r\nATTENDEE:mailto:a@example.org;\\,"))
    content = Calendar.from_ical(export(Extract(small(), names, clinician="c1"), "ics", wording="full"))
    assert [e.get("attendee") for e in content.events] == [None, None]
    assert str(content.events[0]["summary"]).endswith("ATTENDEE:mailto:a@example.org;\\,")


@pytest.mark.parametrize(
    ("zone", "week_start", "days"),
    [
        ("America/New_York", "2026-10-26", ("2026-10-31", "2026-11-01")),  # ends at 02:00 on Sunday
        ("America/New_York", "2027-03-08", ("2027-03-13", "2027-03-14")),  # begins
        ("Europe/Dublin", "2026-10-19", ("2026-10-24", "2026-10-25")),  # winter is the exception there
        ("Australia/Lord_Howe", "2026-09-28", ("2026-10-03", "2026-10-04")),  # by half an hour
        ("America/Phoenix", "2026-10-26", ("2026-10-31", "2026-11-01")),  # never
        ("Africa/Casablanca", "2027-02-01", ("2027-02-06", "2027-02-07")),  # by the moon
    ],
)
def test_a_session_stays_at_its_hour_over_a_clock_change(
    zone: str, week_start: str, days: tuple[str, str]
) -> None:
    sessions = [session(day, f"{day}T09:00") for day in days]
    content = calendar(timetable_of(*sessions, week_start=week_start, timezone=zone))
    expected = [
        tuple(t.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for t in (s.start, s.end) if t)
        for s in sessions
    ]
    assert spans(content) == expected
    assert spans_by_the_files_own_rules(content) == expected


def test_an_hour_that_is_there_twice_is_its_first_and_one_that_is_skipped_keeps_its_length() -> None:
    twice = timetable_of(session("s", "2026-11-01T01:30", 30), week_start="2026-10-26")
    assert spans(calendar(twice)) == [(instant("2026-11-01T05:30"), instant("2026-11-01T07:00"))]
    skipped = timetable_of(session("s", "2027-03-14T02:30", 45), week_start="2027-03-08")
    assert spans(calendar(skipped)) == [(instant("2027-03-14T07:30"), instant("2027-03-14T08:15"))]


def test_another_program_sees_the_same_instants() -> None:
    sessions = [session(day, f"2026-{day}T18:00", 90) for day in ("10-30", "10-31", "11-01")]
    content = calendar(timetable_of(*sessions, week_start="2026-10-26"))
    seen = recurring_ical_events.of(content).between(date(2026, 10, 26), date(2026, 11, 2))
    assert sorted(e.start.astimezone(UTC) for e in seen) == [
        instant("2026-10-30T22:00"),
        instant("2026-10-31T22:00"),
        instant("2026-11-01T23:00"),
    ]


def test_a_moved_appointment_keeps_its_uid_whatever_the_sessions_are_called() -> None:
    before = calendar(timetable_of(session("s1", "2026-11-30T09:00"), session("s2", "2026-12-02T09:00")))
    after = calendar(
        timetable_of(session("s7", "2026-11-30T09:00"), session("s1", "2026-12-03T11:00", room="r2"))
    )
    assert [e.uid for e in before.events] == [e.uid for e in after.events]
    assert len({e.uid for e in before.events}) == 2


def test_uids_differ_between_owners_weeks_and_clinics() -> None:
    one = session("s1", "2026-11-30T09:00")
    uids = [
        calendar(timetable_of(one), patient="p1").events[0].uid,
        calendar(timetable_of(one), patient="p2").events[0].uid,
        calendar(timetable_of(one), room="r1").events[0].uid,
        calendar(timetable_of(one, week_start="2026-11-29"), patient="p1").events[0].uid,
        calendar(timetable_of(one, clinic="other"), patient="p1").events[0].uid,
    ]
    assert len(set(uids)) == 5


def test_the_same_timetable_gives_the_same_bytes_and_a_change_says_so() -> None:
    extract = Extract(small(), patient="p1")
    assert export(extract, "ics") == export(extract, "ics")
    changed = Calendar.from_ical(
        export(extract, "ics", sequence=3, stamp=datetime(2026, 11, 27, 16, tzinfo=NEW_YORK))
    )
    assert [e["sequence"] for e in changed.events] == [3, 3]
    assert [e.decoded("dtstamp") for e in changed.events] == [instant("2026-11-27T21:00")] * 2


def test_a_draft_is_tentative_and_a_published_week_is_confirmed() -> None:
    one = session("s1", "2026-11-30T09:00")
    assert calendar(timetable_of(one)).events[0]["status"] == "TENTATIVE"
    assert calendar(timetable_of(one, status="published")).events[0]["status"] == "CONFIRMED"
    with pytest.raises(CannotExport, match="superseded"):
        calendar(timetable_of(one, status="superseded"))


def test_a_week_without_sessions_is_an_empty_calendar() -> None:
    assert calendar(small(), room="r9").events == []


@pytest.mark.parametrize("choices", [{}, {"patient": "p1", "clinician": "c1"}])
def test_a_calendar_has_one_owner(choices: dict[str, Any]) -> None:
    with pytest.raises(CannotExport, match="say whose"):
        export(Extract(small(), **choices), "ics")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "America"])
def test_an_unknown_zone_is_told(zone: str) -> None:
    with pytest.raises(CannotExport, match="no time zone"):
        calendar(timetable_of(timezone=zone))


def test_an_end_that_nobody_knows_is_told() -> None:
    endless = session("s1", "2026-11-30T09:00").model_copy(update={"end": None})
    with pytest.raises(CannotExport, match="end of session s1"):
        calendar(timetable_of(endless))
    names = Names(small_problem())
    content = Calendar.from_ical(export(Extract(timetable_of(endless), names, "p1"), "ics"))
    assert spans(content) == [(instant("2026-11-30T14:00"), instant("2026-11-30T15:00"))]


@pytest.mark.parametrize(
    "zone",
    ["America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Gaza", "UTC"],
)
def test_the_zone_in_the_file_is_the_zone_at_every_hour_of_the_year(zone: str) -> None:
    content = calendar(timetable_of(week_start="2027-03-08", timezone=zone))
    [part] = [part for part in content.walk("VTIMEZONE") if isinstance(part, Timezone)]
    told, true = part.to_tz(lookup_tzid=False), ZoneInfo(zone)
    hours = [datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=h) for h in range(8760)]
    assert [h for h in hours if h.astimezone(told).utcoffset() != h.astimezone(true).utcoffset()] == []
