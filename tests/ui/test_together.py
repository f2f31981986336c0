"""Two schedulers at one week: the later one is told what changed, and loses nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.reader import Reader, reading
from tests.ui.served import WEEK, Served, example

CLINIC = "shared"


@pytest.fixture(scope="module")
def office(riverside: Served) -> Served:
    problem = example()
    problem["clinic"]["id"] = CLINIC
    riverside.solved(riverside.store(problem))
    return riverside


def pin(reader: Reader, place: int) -> str:
    """Pin a session by its place in the week; its name in full."""
    reader.go("timetable", by="room")
    card = reader.page.locator(".card.kind-group").nth(place)
    label = card.get_attribute("aria-label") or ""
    card.focus()
    reader.page.keyboard.press("p")
    return label


def pins_of_newest(served: Served) -> int:
    listed = served.ask("GET", f"/v1/clinics/{CLINIC}/timetables?week_start={WEEK}&limit=1").json()
    return len(served.ask("GET", f"/v1/timetables/{listed['timetables'][0]['id']}/pins").json()["pins"])


def test_the_later_change_is_told_and_can_be_made_in_the_new_week(browser: Browser, office: Served) -> None:
    with reading(browser, office, CLINIC) as first, reading(browser, office, CLINIC) as second:
        for reader in (first, second):
            reader.sign_in()
            reader.go("timetable", by="room")
        pinned = pin(first, 0)
        first.said("is pinned")
        pin(second, 1)
        dialog = second.page.get_by_role("dialog")
        expect(dialog).to_contain_text("Somebody else has changed this week")
        expect(dialog).to_contain_text(f"Pinned: {pinned}")
        dialog.get_by_role("button", name="Leave it").click()
        expect(second.page.locator(".card .icon-pin").first).to_be_visible()
        assert pins_of_newest(office) == 1
        # The browser itself notes the refused request; nothing else is reported.
        assert [r for r in second.reports if "412" not in r] == []
        second.reports.clear()


def test_times_painted_by_two_are_never_overwritten(browser: Browser, office: Served) -> None:
    with reading(browser, office, CLINIC) as first, reading(browser, office, CLINIC) as second:
        for reader in (first, second):
            reader.sign_in()
            reader.go("availability", of="patient", one="p02")
        paint(first, "Saturday 9:00–9:30 AM, free")
        first.page.get_by_text("Saved").wait_for()
        paint(second, "Saturday 11:00–11:30 AM, free")
        second.said("Somebody else has changed these times")
        expect(second.page.get_by_role("gridcell", name="Saturday 9:00–9:30 AM, cannot come")).to_be_visible()
        paint(second, "Saturday 11:00–11:30 AM, free")
        second.page.get_by_text("Saved").wait_for()
        stored = office.ask("GET", f"/v1/clinics/{CLINIC}/patients/p02/commitments").json()["commitments"]
        assert {(c["start"], c["end"]) for c in stored if c["id"].startswith("painted")} == {
            ("09:00", "09:30"),
            ("11:00", "11:30"),
        }
        assert [r for r in second.reports if "412" not in r] == []
        second.reports.clear()


def paint(reader: Reader, name: str) -> None:
    reader.page.get_by_role("gridcell", name=name).focus()
    reader.page.keyboard.press("1")
