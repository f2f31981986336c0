"""Signing in, searching, languages, roles, and a search that goes on while nobody looks."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from api.store import keys
from api.store.database import open_database
from tests.ui.reader import Reader, reading
from tests.ui.served import Served, example


def key_of(served: Served, role: str) -> Served:
    """The same service with a key of another role."""
    sessions = open_database(served.database)
    with sessions.write() as session:
        _, key = keys.make_key(session, role, None)
    sessions.close()
    return Served(served.url, key, served.database)


def test_a_wrong_key_is_told_and_the_right_one_still_signs_in(browser: Browser, riverside: Served) -> None:
    with reading(browser, riverside) as reader:
        reader.open()
        reader.page.get_by_label("Key", exact=True).fill("iopnobody.nothing")
        reader.page.get_by_role("button", name="Sign in").click()
        expect(reader.page.get_by_role("alert")).to_contain_text("not valid")
        assert [r for r in reader.reports if "401" not in r] == []
        reader.reports.clear()
        reader.sign_in()


def test_a_viewer_sees_everything_and_is_offered_no_change(browser: Browser, riverside: Served) -> None:
    with reading(browser, key_of(riverside, "viewer")) as reader:
        reader.sign_in()
        page = reader.page
        expect(page.get_by_role("link", name="Call-out")).to_have_count(0)
        reader.go("plan")
        expect(page.get_by_role("button", name=re.compile("Solve|Publish|Discard"))).to_have_count(0)
        reader.go("timetable", by="room", day=1)
        page.locator(".card").first.click()
        expect(page.locator(".details")).to_contain_text("Led by")
        expect(page.locator(".details").get_by_role("button", name=re.compile("Move|Pin"))).to_have_count(0)
        reader.go("availability", of="patient", one="p03")
        assert page.locator(".stage .options > .options").last.evaluate("node => node.inert")


def test_search_leads_to_somebodys_week_by_keys_alone(reader: Reader) -> None:
    reader.go("timetable", by="room")
    box = reader.page.get_by_role("combobox", name=re.compile("^Search"))
    box.fill("lindq")
    found = reader.page.get_by_role("listbox", name="Found").get_by_role("option")
    expect(found).to_have_count(1)
    box.press("ArrowDown")
    box.press("Enter")
    expect(reader.page.get_by_role("group", name="Week of Anna Lindqvist")).to_be_visible()


def test_the_language_is_the_readers_and_can_be_changed(browser: Browser, riverside: Served) -> None:
    with reading(browser, riverside, locale="es-MX") as reader:
        reader.open()
        expect(reader.page.locator("html")).to_have_attribute("lang", "es")
        expect(reader.page.get_by_role("button", name="Entrar")).to_be_visible()
        reader.page.get_by_label("Idioma").select_option("en")
        reader.page.get_by_role("button", name="Sign in").wait_for()
        reader.sign_in()
        expect(reader.page.locator("html")).to_have_attribute("lang", "en")


def test_a_search_goes_on_while_the_page_is_closed_and_can_be_stopped_later(
    browser: Browser, riverside: Served
) -> None:
    problem = example()
    problem["clinic"]["id"] = "patient-search"
    riverside.store(problem)
    with reading(browser, riverside, "patient-search") as reader:
        page = reader.page
        reader.sign_in()
        reader.go("plan")
        page.get_by_label("Search for at most").select_option("180")
        page.get_by_role("button", name="Solve", exact=True).click()
        page.locator(".figure-box").first.wait_for(timeout=200_000)
        page.reload()
        reader.ready()
        expect(page.get_by_role("heading", name="Searching")).to_be_visible(timeout=30_000)
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("button", name="Publish").wait_for(timeout=60_000)
        expect(page.get_by_label("Version")).to_contain_text("stopped early")
