"""Calendars as programs write them, quirks included: the right busy times, or a fault with its line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.imports import CannotImport
from scheduler.imports.busy import (
    availability_of,
    commitments_of,
    windows_of,
    with_commitments,
    with_time_off,
)
from scheduler.imports.calendars import Hours, read_calendar
from scheduler.imports.door import BYTES_MOST

FILES = sorted((Path(__file__).parent / "ics").glob("*.ics"))
EASTERN = ZoneInfo("America/New_York")
MONDAY = date(2026, 11, 30)
CHANGE = date(2026, 10, 26)  # the clock goes back on Sunday 1 November

BUSY = {
    "01-outlook-windows-zone": "mon 12:00-13:00",
    "02-outlook-zone-without-definition": "tue 09:00-10:30",
    "03-outlook-unquoted-display-zone": "tue 09:00-10:00",
    "04-outlook-custom-zone": "fri 08:30-10:00",
    "05-outlook-free-tentative-and-away": "wed 10:00-11:00, thu 10:00-11:00",
    "06-google-single-and-series": "mon 15:00-16:00, tue 07:00-08:00, thu 09:30-10:30",
    "07-google-cancelled-instance": "mon 09:00-10:00, wed 09:00-10:00, thu 09:00-10:00, fri 09:00-10:00",
    "08-google-all-day-vacation": "wed 00:00-24:00, thu 00:00-24:00, fri 00:00-24:00",
    "09-google-until-as-date": "mon 18:00-19:00, tue 18:00-19:00",
    "10-apple-floating": "tue 10:15-11:45",
    "11-apple-inline-attachment": "sat 13:00-14:30",
    "12-apple-duration-instead-of-end": "wed 22:30-24:00, thu 00:00-01:30, fri 00:00-24:00, sat 00:00-24:00",
    "13-apple-birthday-yearly": "thu 00:00-24:00",
    "14-thunderbird-path-zone": "tue 14:00-15:00",
    "15-unix-line-ends-and-lower-case": "tue 09:00-10:00",
    "16-exchange-unwrapped-text": "wed 09:00-09:30",
    "17-rdate-and-periods": "mon 16:00-17:00, tue 17:00-18:00, thu 18:00-19:00, fri 10:00-11:30",
    "18-monthly-last-friday": "fri 10:30-11:30",
    "19-every-other-week-since-2019": "mon 19:00-21:00, thu 19:00-21:00",
    "20-freebusy": "mon 09:00-10:00, tue 14:00-15:30, thu 10:00-10:30, sun 00:00-24:00",
    "21-availability": "mon 00:00-09:00, mon 13:00-24:00, tue 00:00-09:00, tue 10:00-10:30, tue 13:00-24:00, "
    "wed 00:00-09:00, wed 13:00-24:00, thu 00:00-12:00, thu 18:00-24:00, fri 00:00-24:00, sat 00:00-24:00, "
    "sun 00:00-24:00",
    # By the wall clock: lunch stays at noon, what is fixed to UTC comes an hour earlier once the clock is
    # back. Of the hour that comes twice the night shift takes the first half, what follows a quarter more.
    "22-clock-change-week": ", ".join(
        f"{day} 12:00-13:00, {day} 16:00-16:30" for day in ("mon", "tue", "wed", "thu", "fri", "sat")
    )
    + ", sat 23:00-24:00, sun 00:00-01:45, sun 12:00-13:00, sun 15:00-15:30",
    "23-two-calendars-in-a-file": "tue 09:00-11:00",
    "24-this-and-future-moved": "mon 17:00-18:00",
    "30-cancellation": "",
    "31-no-uid-and-zero-length": "tue 09:00-10:00, thu 00:00-24:00",
    "32-utf-16": "tue 09:00-10:00",
    "33-zone-of-the-same-name-elsewhere": "fri 09:00-10:00",
}
REFUSED = {
    "26-broken-start": ["6 not_a_time", "9 no_start", "14 end_before_start", "21 time_zone"],
    "27-cut-off": ["11 cut"],
    "28-a-web-page": ["None not_ics"],
    "29-old-vcalendar-rule": ["7 rrule"],
}


def told(hours: Hours) -> str:
    def clock(minutes: int) -> str:
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    return ", ".join(f"{p.day:%a} {clock(p.start)}-{clock(p.end)}".lower() for p in hours.busy)


def read(body: str, first: date = MONDAY, days: int = 7, zone: ZoneInfo = EASTERN) -> Hours:
    content = f"BEGIN:VCALENDAR\nVERSION:2.0\n{body}END:VCALENDAR\n"
    return read_calendar(content.encode(), first, days, zone)


def event(*lines: str) -> str:
    return "\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT", ""))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_calendar_gives_the_right_busy_times_or_a_fault_with_its_line(file: Path) -> None:
    first = CHANGE if "clock-change" in file.stem else MONDAY
    if file.stem in REFUSED:
        with pytest.raises(CannotImport) as refused:
            read_calendar(file.read_bytes(), first, 7, EASTERN)
        assert [f"{m.line} {m.code}" for m in refused.value.misfits] == REFUSED[file.stem]
        assert "Zanzibar" not in "".join(map(str, refused.value.misfits))
    else:
        assert told(read_calendar(file.read_bytes(), first, 7, EASTERN)) == BUSY[file.stem]


def test_there_are_thirty_files_and_each_is_expected() -> None:
    assert len(FILES) >= 30
    assert {f.stem for f in FILES} == BUSY.keys() | REFUSED.keys()


def test_two_thousand_events_of_years_are_read_within_seconds() -> None:
    single = "".join(
        event(f"UID:{i}", f"DTSTART:2026{1 + i % 11:02d}{1 + i % 28:02d}T{i % 24:02d}0000Z", "DURATION:PT30M")
        for i in range(1_900)
    )
    series = "".join(
        event(
            f"UID:s{i}",
            f"DTSTART;TZID=America/New_York:2001{1 + i % 12:02d}01T{8 + i % 10:02d}0000",
            "DURATION:PT15M",
            "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        )
        for i in range(100)
    )
    began = process_time()
    hours = read(single + series)
    assert process_time() - began < 10
    assert told(hours).startswith("mon 08:00-08:15, mon 09:00-09:15")


# -- times --------------------------------------------------------------------------------------------------


def test_a_floating_time_is_the_clinics_and_a_fixed_one_is_moved_to_it() -> None:
    floating = event("DTSTART:20261201T090000", "DTEND:20261201T100000")
    fixed = event("DTSTART:20261201T090000Z", "DTEND:20261201T100000Z")
    honolulu = ZoneInfo("Pacific/Honolulu")
    assert told(read(floating, zone=honolulu)) == "tue 09:00-10:00"
    assert told(read(fixed, zone=honolulu)) == "mon 23:00-24:00"


def test_seconds_take_the_minutes_that_they_touch() -> None:
    assert told(read(event("DTSTART:20261201T090030", "DTEND:20261201T100001"))) == "tue 09:00-10:01"


def test_what_begins_before_the_week_and_ends_after_it_takes_all_of_it() -> None:
    hours = read(event("DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20280101"))
    assert [(p.start, p.end) for p in hours.busy] == [(0, 1440)] * 7
    assert commitments_of(windows_of(hours.busy)) == [
        {
            "id": "ics-20261130-0000",
            "date": "2026-11-30",
            "until_date": "2026-12-06",
            "start": "00:00",
            "end": "24:00",
        }
    ]


@settings(max_examples=60, deadline=None)
@given(
    frequency=st.sampled_from(["DAILY", "WEEKLY"]),
    interval=st.integers(1, 5),
    days=st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), unique=True, max_size=4),
    begins=st.dates(date(2026, 5, 1), date(2026, 12, 3)),
    start=st.sampled_from(["SU", "MO"]),
)
def test_skipping_the_years_before_changes_no_instance(
    frequency: str, interval: int, days: list[str], begins: date, start: str
) -> None:
    rule = f"FREQ={frequency};INTERVAL={interval};WKST={start}"
    rule += f";BYDAY={','.join(days)}" if days else ""
    lines = [f"DTSTART:{begins:%Y%m%d}T100000", "DURATION:PT45M"]
    # COUNT is never skipped over: every instance is walked.
    walked = read(event("UID:1", *lines, f"RRULE:{rule};COUNT=5000"), days=14)
    assert read(event("UID:1", *lines, f"RRULE:{rule}"), days=14) == walked


# -- what it is made into -----------------------------------------------------------------------------------


def test_commitments_of_a_calendar_are_renewed_and_those_by_hand_stay() -> None:
    by_hand = {"id": "court", "kind": "legal", "date": "2026-12-01", "start": "10:00", "end": "12:00"}
    other_week = {"id": "ics-20261123-0900", "date": "2026-11-23", "start": "09:00", "end": "10:00"}
    outdated = {"id": "ics-20261202-0900", "date": "2026-12-02", "start": "09:00", "end": "10:00"}
    away = {"date": "2026-11-28", "until_date": "2026-12-08", "start": "00:00", "end": "24:00"}
    vacation = {"id": "ics-20261128-0000", "kind": "family", **away}
    hours = read(event("DTSTART:20261201T140000", "DTEND:20261201T150000"))
    assert with_commitments([by_hand, other_week, outdated, vacation], windows_of(hours.busy), MONDAY, 7) == [
        by_hand,
        other_week,
        {**vacation, "until_date": "2026-11-29"},
        {**vacation, "id": "ics-20261207-0000", "date": "2026-12-07"},
        {"id": "ics-20261201-1400", "date": "2026-12-01", "start": "14:00", "end": "15:00"},
    ]


def test_an_availability_becomes_weekly_hours_and_its_events_time_off() -> None:
    hours = read_calendar(
        next(f for f in FILES if f.stem == "21-availability").read_bytes(), MONDAY, 7, EASTERN
    )
    assert availability_of(hours) == [
        {"days": ["mon", "tue", "wed"], "start": "09:00", "end": "13:00"},
        {"days": ["thu"], "start": "12:00", "end": "18:00"},
    ]
    vacation = {"date": "2026-11-28", "until_date": "2026-12-08", "start": "00:00", "end": "24:00"}
    assert with_time_off([vacation], windows_of(hours.events), MONDAY, 7) == [
        {"date": "2026-11-28", "until_date": "2026-11-29", "start": "00:00", "end": "24:00"},
        {"date": "2026-12-01", "start": "10:00", "end": "10:30"},
        {"date": "2026-12-07", "until_date": "2026-12-08", "start": "00:00", "end": "24:00"},
    ]
    assert availability_of(read("")) is None


def test_of_two_availabilities_the_more_important_one_decides_where_it_applies() -> None:
    def availability(priority: int, clock: str, *lines: str) -> str:
        hours = ("BEGIN:AVAILABLE", f"DTSTART:20261001T{clock}0000", "DURATION:PT2H", "RRULE:FREQ=DAILY")
        return "\n".join(
            (
                "BEGIN:VAVAILABILITY",
                f"PRIORITY:{priority}",
                *lines,
                *hours,
                "END:AVAILABLE",
                "END:VAVAILABILITY\n",
            )
        )

    usual = availability(0, "09")
    this_wednesday = availability(1, "15", "DTSTART:20261202T000000", "DTEND:20261203T000000")
    free = availability_of(read(this_wednesday + usual))
    assert free == [
        {"days": ["mon", "tue", "thu", "fri", "sat", "sun"], "start": "09:00", "end": "11:00"},
        {"days": ["wed"], "start": "15:00", "end": "17:00"},
    ]


# -- what is meant badly ------------------------------------------------------------------------------------

BOMBS = {
    "a billion seconds": "FREQ=SECONDLY;COUNT=1000000000",
    "every minute": "FREQ=MINUTELY",
    "every second of days": "FREQ=DAILY;BYHOUR="
    + ",".join(map(str, range(24)))
    + ";BYMINUTE="
    + ",".join(map(str, range(60)))
    + ";BYSECOND="
    + ",".join(map(str, range(60))),
    "every hour for a century": "FREQ=HOURLY;COUNT=1000000000",
    "an endless number": f"FREQ=DAILY;COUNT={'9' * 900}",
    "no such number": "FREQ=DAILY;INTERVAL=0",
    "a backtracking trap": "FREQ=YEARLY;" + "A=1;" * 20_000,
    "nonsense": "FREQ=DAILY;BYDAY=Zanzibar",
}
SLOW = {
    "never": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "never, counted": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
    "never in any year": "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
    "a million days": "FREQ=DAILY;COUNT=1000000000",
    "every hour": "FREQ=HOURLY",
}


@pytest.mark.parametrize("rule", BOMBS.values(), ids=BOMBS)
def test_a_rule_of_a_billion_instances_is_refused_at_once(rule: str) -> None:
    began = process_time()
    with pytest.raises(CannotImport) as refused:
        read(event("UID:1", "DTSTART:19100101T000000Z", "DURATION:PT1M", f"RRULE:{rule}"))
    assert process_time() - began < 1
    assert [m.code for m in refused.value.misfits] in (["rrule"], ["broken_line"])


@pytest.mark.parametrize("rule", SLOW.values(), ids=SLOW)
def test_a_rule_that_goes_on_or_never_matches_ends_with_the_week(rule: str) -> None:
    began = process_time()
    hours = read(event("UID:1", "DTSTART:20000101T000000Z", "DURATION:PT1M", f"RRULE:{rule}"))
    assert process_time() - began < 2
    assert len(hours.busy) in (0, 7, 168)


@pytest.mark.parametrize("rule", ["COUNT=900000000", "BYMONTH=2;BYMONTHDAY=30", "BYSETPOS=300"])
def test_many_long_rules_together_are_refused_in_bounded_time(rule: str) -> None:
    many = "".join(
        event(f"UID:{i}", "DTSTART:19000101T000000Z", "DURATION:PT1M", f"RRULE:FREQ=DAILY;{rule}")
        for i in range(1_500)
    )
    began = process_time()
    with pytest.raises(CannotImport):
        read(many)
    assert process_time() - began < 20


def test_a_rule_that_never_happens_leaves_its_first_day() -> None:
    never = event("DTSTART:20261201T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    assert told(read(never)) == "tue 09:00-10:00"


def test_a_zone_that_the_file_defines_cannot_be_a_bomb_either() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0000\n"
        "TZOFFSETTO:+0100\nRRULE:FREQ=SECONDLY\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    with pytest.raises(CannotImport, match="time zone"):
        read(zone + event("DTSTART;TZID=Mine:20261201T090000"))


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    began = process_time()
    with pytest.raises(CannotImport, match="at most"):
        read_calendar(b"X" * (BYTES_MOST + 1), MONDAY, 7, EASTERN)
    assert process_time() - began < 0.5


@pytest.mark.parametrize(
    "content",
    [
        b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 30_000 + b"END:VCALENDAR\n",
        b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 500_000 + b"BEGIN:VEVENT\n",
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:" + b"\n 1" * 2_000_000 + b"\nEND:VEVENT\nEND:VCALENDAR\n",
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART" + b";A=" * 2_000_000 + b":1\nEND:VEVENT\nEND:VCALENDAR\n",
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261201T000000\nEXDATE:"
        + b"20261201T000000," * 6_000
        + b"\nEND:VEVENT\nEND:VCALENDAR\n",
        b"\xff" * 9_000_000,
        b"\r" * 9_000_000,
    ],
    ids=["events", "nesting", "folding", "parameters", "exceptions", "no text", "line ends"],
)
def test_whatever_is_sent_is_refused_in_bounded_time(content: bytes) -> None:
    began = process_time()
    with pytest.raises(CannotImport):
        read_calendar(content, MONDAY, 7, EASTERN)
    assert process_time() - began < 10


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_to_a_file_is_a_defect_of_ours(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(FILES)).read_bytes().split(b"\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at] = data.draw(
            st.sampled_from(
                [b"", lines[at][: len(lines[at]) // 2], lines[at] * 2, b"END:VEVENT", b"DTSTART:P1D"]
            )
        )
    try:
        hours = read_calendar(b"\n".join(lines), MONDAY, 7, EASTERN)
    except CannotImport:
        return
    week = {MONDAY + timedelta(days=d) for d in range(7)}
    assert all(p.day in week and 0 <= p.start < p.end <= 1440 for p in hours.busy)
