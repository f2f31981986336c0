"""What goes out is read alike everywhere, what comes back changes nothing, what is hostile ends soon.

Every zone of the IANA data base with a clock change in the years looked at; weeks that use every field; files
made to be expensive. Needs node for the second parser.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo, available_timezones

from scheduler.exports import Extract, export
from scheduler.exports.vtimezone import clock_changes
from scheduler.imports import CannotImport
from scheduler.imports.calendars import read_calendar
from scheduler.imports.people import applied, read_people
from scheduler.imports.sheets import SHEETS
from scheduler.imports.templates import csv_sheet, workbook
from tests.exports.test_real_clients import by_ical_js, by_recurring_ical_events, ical_js_is_there, week_of
from tests.imports.test_calendars import BOMBS, event
from tests.imports.test_sheets import HOSTILE, parts_of
from tests.proof.report import Report
from tests.strategies import plain_problem

TITLE = "Exchange: read alike, unchanged on return, bounded"
YEARS = (2026, 2027)
WEEKS = 300
SECONDS_MOST, MEGABYTES_MOST = 10.0, 700


def run(report: Report) -> None:
    _parsers(report)
    _round_trips(report)
    _hostile(report)


# -- two unrelated parsers ----------------------------------------------------------------------------------


def _parsers(report: Report) -> None:
    if not ical_js_is_there():
        report.require(False, "node and ical.js are there")
        return
    weeks = [(zone, first) for zone in sorted(available_timezones()) for first in _weeks_with_changes(zone)]
    contents = [export(Extract(week_of(zone, first), patient="p1"), "ics") for zone, first in weeks]
    events = 0
    for (zone, first), content, seen in zip(weeks, contents, by_ical_js(*contents), strict=True):
        events += len(seen)
        alike = seen == by_recurring_ical_events(content, first)
        report.require(alike, f"{zone}, week of {first}: both parsers see the same instants")
    zones = len({zone for zone, _ in weeks})
    report.say(
        f"Weeks with a clock change in {YEARS[0]} and {YEARS[1]}: {len(weeks):,} of {zones} zones, "
        f"{events:,} events, the hours of the change included. `ical.js` and `recurring-ical-events` see the "
        "same instants in all of them."
    )


def _weeks_with_changes(name: str) -> Iterator[str]:
    with suppress(OSError, ValueError):
        zone = ZoneInfo(name)
        first, last = (datetime(year, 1, 1, tzinfo=UTC) for year in (YEARS[0], YEARS[1] + 1))
        for change in clock_changes(zone, first, last):
            day: date = change.astimezone(zone).date() - timedelta(days=3)
            yield day.isoformat()


# -- there and back -----------------------------------------------------------------------------------------


def _round_trips(report: Report) -> None:
    for seed in range(WEEKS):
        parts = parts_of(plain_problem(Random(seed)))
        same = applied(read_people(workbook(parts)), parts, missing="delete") == parts
        report.require(same, f"week of seed {seed}: the workbook changes nothing")
        after = parts
        for sheet in SHEETS.values():
            after = applied(read_people(csv_sheet(sheet, parts), sheet.name), after)
        report.require(after == parts, f"week of seed {seed}: the CSV files change nothing")
    report.say(f"{WEEKS:,} random weeks that use every field, exported and imported: nothing changed.")


# -- hostile files ------------------------------------------------------------------------------------------


def _hostile(report: Report) -> None:
    """Each in a process of its own, so that what one takes is seen."""
    rows = []
    for name in sorted(_files()):
        told = subprocess.run(
            [sys.executable, "-m", __name__, name], capture_output=True, text=True, timeout=600, check=True
        )
        seconds, before, megabytes, outcome = told.stdout.split(maxsplit=3)
        grown = round(float(megabytes) - float(before))
        rows.append((name, f"{float(seconds):.2f}", grown, outcome.strip()))
        report.require(float(seconds) < SECONDS_MOST, f"{name}: within {SECONDS_MOST:g} s of CPU")
        report.require(grown < MEGABYTES_MOST, f"{name}: within {MEGABYTES_MOST} MB")
    report.table(["file", "CPU s", "MB more", "outcome"], rows)


def _files() -> dict[str, Callable[[], object]]:
    week, zone = date(2026, 11, 30), ZoneInfo("America/New_York")

    def calendar(rule: str, count: int = 1) -> Callable[[], object]:
        lines = ("DTSTART:19100101T000000Z", "DURATION:PT1M", f"RRULE:{rule}")
        events = "".join(event(f"UID:{n}", *lines) for n in range(count))
        content = f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n".encode()
        return lambda: read_calendar(content, week, 7, zone)

    def table(make: Callable[[], bytes]) -> Callable[[], object]:
        content = make()
        return lambda: read_people(content, "rooms")

    found = {f"calendar: {name}": calendar(rule) for name, rule in BOMBS.items()}
    found["calendar: 5,000 times never"] = calendar("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", 5_000)
    found["calendar: 50 MB"] = lambda: read_calendar(b"X" * 50_000_000, week, 7, zone)
    return found | {f"table: {name}": table(make) for name, make in HOSTILE.items()}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _measured(name: str) -> str:
    work = _files()[name]
    before, began = _peak(), time.process_time()
    try:
        work()
        outcome = "read"
    except CannotImport as refusal:
        outcome = f"refused: {refusal.misfits[0]}"
    return f"{time.process_time() - began} {before} {_peak()} {outcome}"


if __name__ == "__main__":
    print(_measured(sys.argv[1]))
