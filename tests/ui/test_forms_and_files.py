"""Setting a clinic up: forms by keys alone, spreadsheets and calendars looked at before they are stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.reader import Reader, reading
from tests.ui.served import WEEK, Served, example

CLINIC = "forms"
ICS = Path(__file__).parents[1] / "imports" / "ics"
NOW = """weekday,start,session_type,clinicians,room,patients
Tuesday,9:30 AM,Process group,James Okafor,Oak room,p01; p02; p04; p05
Wednesday,03:10,Process group,Robert Chen,Oak room,p01; p02
"""


@pytest.fixture(scope="module")
def blank(riverside: Served) -> Served:
    """A clinic without any timetable."""
    problem = example()
    problem["clinic"]["id"] = CLINIC
    riverside.store(problem)
    return riverside


@pytest.fixture
def clerk(browser: Browser, blank: Served) -> Iterator[Reader]:
    with reading(browser, blank, CLINIC) as found:
        found.sign_in()
        yield found


def choose(reader: Reader, label: str, name: str, content: bytes) -> None:
    reader.page.get_by_label(label, exact=True).set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )


def test_a_clinicians_hours_are_typed_as_people_write_them_by_keys_alone(clerk: Reader) -> None:
    clerk.go("setup", part="clinicians")
    page = clerk.page
    page.locator(".entry summary", has_text="Tanya Brooks").focus()
    page.keyboard.press("Enter")
    end = page.locator(".entry[open]").get_by_label("To", exact=True).first
    end.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("half past")
    page.locator(".entry[open]").get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    expect(end).to_be_focused()
    assert end.evaluate("input => input.validationMessage") == "A time such as 1:30 PM"
    page.keyboard.press("Control+a")
    page.keyboard.type("6:15 pm")
    page.locator(".entry[open]").get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    clerk.said("Saved")
    path = f"/v1/clinics/{CLINIC}/clinicians/brooks/availability"
    assert clerk.served.ask("GET", path).json()["availability"][0]["end"] == "18:15"


def test_a_room_is_added_and_removed_by_keys_alone(clerk: Reader) -> None:
    clerk.go("setup", part="rooms")
    page = clerk.page
    page.get_by_role("button", name="Add", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_label("Id", exact=True).focus()
    page.keyboard.type("attic")
    page.get_by_role("dialog").get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    clerk.said("Saved")
    entry = page.locator(".entry", has_text="attic")
    entry.locator("summary").focus()
    page.keyboard.press("Enter")
    entry.get_by_role("button", name="Remove", exact=True).last.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Remove").focus()
    page.keyboard.press("Enter")
    expect(entry).to_have_count(0)


def test_a_spreadsheet_is_shown_before_it_is_stored_and_its_faults_by_cell(clerk: Reader) -> None:
    clerk.go("setup", part="import")
    choose(clerk, "File", "rooms.csv", b"id,name,capacity\noak,Oak room,many\n")
    expect(clerk.page.locator(".panel").first).to_contain_text("row 2, capacity: expected a whole number")
    # The browser itself notes the refused request; nothing else is reported.
    assert [r for r in clerk.reports if "422" not in r] == []
    clerk.reports.clear()
    choose(clerk, "File", "rooms.csv", b"id,name,capacity\noak,Oak room,14\nyard,Yard,9\n")
    panel = clerk.page.locator(".panel").first
    expect(panel).to_contain_text("Rooms: 1 new, 1 changed, 0 removed")
    panel.locator("summary", has_text="Rooms").click()
    expect(panel).to_contain_text("oak (capacity)")
    rooms = clerk.served.ask("GET", f"/v1/clinics/{CLINIC}").json()["rooms"]
    assert "yard" not in {room["id"] for room in rooms}
    panel.get_by_role("button", name="Apply").click()
    clerk.said("Saved")
    rooms = clerk.served.ask("GET", f"/v1/clinics/{CLINIC}").json()["rooms"]
    assert {room["id"]: room["capacity"] for room in rooms} | {"yard": 9, "oak": 14} == {
        room["id"]: room["capacity"] for room in rooms
    }


def test_a_calendar_file_becomes_busy_times_without_its_words(clerk: Reader) -> None:
    clerk.go("availability", of="patient", one="p07")
    page = clerk.page
    page.get_by_text("Read busy times from a calendar file").click()
    page.get_by_label("Calendar file").set_input_files(ICS / "01-outlook-windows-zone.ics")
    clerk.said("calendar")
    expect(
        page.get_by_role("gridcell", name=re.compile("^Monday 12:00–12:30 PM, cannot come"))
    ).to_be_visible()


def test_the_current_week_becomes_the_published_one_with_its_broken_rules_shown(clerk: Reader) -> None:
    clerk.go("setup", part="import")
    choose(clerk, "Timetable file", "now.csv", NOW.encode())
    panel = clerk.page.locator(".panel").last
    expect(panel).to_contain_text("2 sessions with 4 patients")
    expect(panel).to_contain_text("It breaks these rules")
    panel.get_by_role("button", name="Publish").click()
    clerk.said("Published")
    expect(clerk.page.locator("select.status-published")).to_be_visible()
    listed = clerk.served.ask("GET", f"/v1/clinics/{CLINIC}/timetables?week_start={WEEK}").json()
    assert [x["status"] for x in listed["timetables"]] == ["published"]
