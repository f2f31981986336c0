"""What programs that are not ours see in our files: two unrelated calendar parsers, a spreadsheet program."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from scheduler.exports import Extract, export
from scheduler.exports.ics import Publication, calendar_of
from scheduler.names import Names
from scheduler.timetable import Timetable
from tests.exports.weeks import session, small, small_problem, timetable_of

CLIENTS = Path(__file__).with_name("clients")
# A week with a clock change in each: winter the usual rule, summer the exception, half an hour, none at all.
CHANGES = {
    "America/New_York": "2026-10-26",
    "America/Los_Angeles": "2026-03-02",
    "Europe/Dublin": "2026-10-19",
    "Australia/Lord_Howe": "2026-03-30",
    "America/Phoenix": "2026-10-26",
}
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
Seen = list[tuple[str, str, str]]


def week_of(zone: str, first: str) -> Timetable:
    """Sessions on every day at many hours, those of the change included."""
    start = date.fromisoformat(first)
    moments = [
        f"{start + timedelta(days=day)}T{clock}"
        for day in range(7)
        for clock in ("00:30", "01:15", "02:30", "03:00", "09:00", "17:45", "22:00")
    ]
    sessions = [session(f"s{n}", moment, 60) for n, moment in enumerate(moments)]
    return timetable_of(*sessions, week_start=first, timezone=zone, status="published")


def by_recurring_ical_events(content: bytes, first: str) -> Seen:
    start = date.fromisoformat(first) - timedelta(days=1)
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(content)).between(
        start, start + timedelta(days=9)
    )

    def instant(moment: datetime) -> str:
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    return sorted((str(e["UID"]), instant(e["DTSTART"].dt), instant(e["DTEND"].dt)) for e in found)


def by_ical_js(*contents: bytes) -> list[Seen]:
    """By the zones in each file, of which ical.js knows no others."""
    texts = json.dumps([content.decode() for content in contents])
    told = subprocess.run(
        ["node", "instants.js"],
        cwd=CLIENTS,
        input=texts.encode(),
        capture_output=True,
        timeout=600,
        check=True,
    )
    found = json.loads(told.stdout)
    assert {summary for seen in found for *_, summary, _ in seen} == {"Appointment"}
    return [sorted((uid, start, end) for uid, start, end, _, _ in seen) for seen in found]


def ical_js_is_there() -> bool:
    """Fetched once where node is; it is no part of what is installed for the tests."""
    if shutil.which("node") is None:
        return False
    if (CLIENTS / "node_modules" / "ical.js").is_dir():
        return True
    npm = shutil.which("npm")
    fetch = [npm or "", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    return (
        npm is not None
        and not subprocess.run(fetch, cwd=CLIENTS, capture_output=True, timeout=120).returncode
    )


@pytest.fixture(scope="module")
def ical_js() -> None:
    if not ical_js_is_there():
        pytest.skip("needs node, and ical.js: npm ci in tests/exports/clients")


@pytest.mark.usefixtures("ical_js")
def test_two_unrelated_parsers_see_the_same_instants_in_weeks_with_a_clock_change() -> None:
    contents = {z: export(Extract(week_of(z, first), patient="p1"), "ics") for z, first in CHANGES.items()}
    for (zone, content), seen in zip(contents.items(), by_ical_js(*contents.values()), strict=True):
        assert len(seen) == 49
        assert seen == by_recurring_ical_events(content, CHANGES[zone]), zone


def test_the_instants_are_those_of_the_iana_data_base() -> None:
    zone, first = "America/New_York", CHANGES["America/New_York"]
    timetable = week_of(zone, first)
    seen = by_recurring_ical_events(export(Extract(timetable, patient="p1"), "ics"), first)
    expected = {
        s.start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        for s in timetable.sessions
    }
    assert {start for _, start, _ in seen} == expected


@pytest.mark.usefixtures("ical_js")
def test_a_calendar_of_several_weeks_is_read_alike() -> None:
    weeks = [week_of("America/New_York", first) for first in ("2026-10-19", "2026-10-26", "2026-11-02")]
    content = calendar_of([Publication(Extract(week, patient="p1"), sequence=2) for week in weeks])
    (seen,) = by_ical_js(content)
    assert len(seen) == 147
    parts = ("2026-10-19", "2026-10-28", "2026-11-05")
    assert sorted({e for first in parts for e in by_recurring_ical_events(content, first)}) == seen


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_the_workbook_with_values(tmp_path: Path) -> None:
    """By the types that it gives the cells itself, once it has read them."""
    book = tmp_path / "week.xlsx"
    book.write_bytes(export(Extract(small(), Names(small_problem())), "xlsx"))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "fods", "--outdir", str(tmp_path), str(book)]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    tables = {
        str(table.get(f"{TABLE}name")): table
        for table in ElementTree.parse(tmp_path / "week.fods").iter(f"{TABLE}table")
    }
    assert set(tables) == {"Week by room", "Week by clinician", "Week by patient", "Sessions", "Not placed"}
    heading, first = list(tables["Sessions"].iter(f"{TABLE}table-row"))[:2]
    names = ["".join(cell.itertext()).strip() for cell in heading]
    types = {name: cell.get(f"{OFFICE}value-type") for name, cell in zip(names, first, strict=False)}
    assert types["date"] == "date"
    assert types["start"] == types["end"] == "time"
    assert types["minutes"] == types["patient_count"] == "float"
    assert types["patients"] == types["session_type_name"] == "string"
