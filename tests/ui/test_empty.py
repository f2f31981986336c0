"""An empty database: the example is one click away, and so is a clinic of one's own."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.ui.hands import HANDS
from tests.ui.reader import reading
from tests.ui.served import serving


def test_an_empty_database_gets_the_example_or_a_clinic_of_its_own(browser: Browser, way: str) -> None:
    with serving() as served, reading(browser, served) as reader:
        hand, page = HANDS[way](reader), reader.page
        reader.sign_in()
        hand.press(page.get_by_role("button", name="Set up your own"))
        hand.press(page.get_by_role("dialog").get_by_role("button", name="Close"))
        hand.press(page.get_by_role("button", name="Open the example clinic"))
        page.get_by_role("heading", name="Plan this week for 24 patients").wait_for()
        listed = served.ask("GET", "/v1/clinics").json()["clinics"]
        assert [c["id"] for c in listed] == ["riverside"]
    with serving() as served, reading(browser, served) as reader:
        hand, page = HANDS[way](reader), reader.page
        reader.sign_in()
        hand.press(page.get_by_role("button", name="Set up your own"))
        dialog = page.get_by_role("dialog")
        hand.type(dialog.get_by_label("Id", exact=True), "own")
        hand.type(dialog.get_by_label("Name", exact=True), "My clinic")
        hand.press(dialog.get_by_role("button", name="Save"))
        expect(page.locator(".clinic-name")).to_have_text("My clinic")
        assert served.ask("GET", "/v1/clinics/own").json()["clinic"]["opening_hours"]
