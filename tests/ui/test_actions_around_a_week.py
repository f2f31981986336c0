"""What leads to a week and goes with it, by keys alone, by clicks alone: set-up, times, a search, paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.hands import HANDS, Hand
from tests.ui.reader import Reader, reading
from tests.ui.served import Json, Served, example
from tests.ui.test_accessibility import Scheme, faults

ICS = Path(__file__).parents[1] / "imports" / "ics" / "01-outlook-windows-zone.ics"
NEXT = "2026-12-07"
# What an action leaves is looked at by axe, in both.
SCHEMES: dict[str, Scheme] = {"keys": "light", "clicks": "dark"}


@pytest.fixture(scope="module")
def clinic(riverside: Served, way: str) -> str:
    problem = example()
    problem["clinic"]["id"] = name = f"around-{way}"
    riverside.solved(riverside.store(problem))
    return name


@pytest.fixture
def hand(browser: Browser, riverside: Served, clinic: str, way: str) -> Iterator[Hand]:
    with reading(browser, riverside, clinic, color_scheme=SCHEMES[way]) as reader:
        reader.sign_in()
        reader.go("timetable")
        yield HANDS[way](reader)
        assert faults(reader, SCHEMES[way]) == []


def stored(reader: Reader, path: str = "") -> Json:
    found: Json = reader.served.ask("GET", f"/v1/clinics/{reader.clinic}{path}").json()
    return found


# -- the frame ----------------------------------------------------------------------------------------------


def test_signing_in_and_out_languages_and_colours(
    browser: Browser, riverside: Served, clinic: str, way: str
) -> None:
    with reading(browser, riverside, clinic) as reader:
        hand, page = HANDS[way](reader), reader.page
        reader.open()
        hand.type(page.get_by_label("Key", exact=True), riverside.key)
        hand.press(page.get_by_role("button", name="Sign in"))
        page.locator(".bar").wait_for()
        reader.ready()
        hand.press(page.get_by_role("button", name="Light or dark"))
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        hand.choose(page.get_by_label("Language"), "Español")
        page.get_by_label("Idioma").wait_for()
        hand.choose(page.get_by_label("Idioma"), "English")
        page.get_by_label("Language").wait_for()
        reader.ready()
        hand.press(page.get_by_role("button", name="Sign out"))
        page.get_by_role("button", name="Sign in").wait_for()


def test_weeks_days_people_and_versions_are_chosen(hand: Hand) -> None:
    page = hand.reader.page
    hand.pick("Patient")
    expect(page.get_by_role("radio", name="Patient", exact=True)).to_be_checked()
    hand.pick("Wed")
    page.get_by_role("group", name="Wednesday, December 2").wait_for()
    hand.choose(page.get_by_label("Show one"), "p05")
    page.get_by_role("group", name="Week of p05").wait_for()
    hand.press(page.get_by_role("link", name="Clinic view"))
    page.get_by_role("heading", name="Clinic view").wait_for()
    hand.press(page.get_by_role("button", name="Week after"))
    page.get_by_text("Week of Dec 7, 2026").wait_for()
    hand.press(page.get_by_role("button", name="Week before"))
    page.get_by_text("Week of Nov 30, 2026").wait_for()
    hand.reader.ready()
    box = page.get_by_role("combobox", name=re.compile("^Search"))
    hand.type(box, "okaf")
    page.get_by_role("option", name=re.compile("James Okafor")).wait_for()
    if isinstance(hand, HANDS["keys"]):
        page.keyboard.press("Enter")
    else:
        hand.press(page.get_by_role("option", name=re.compile("James Okafor")))
    page.get_by_role("group", name="Week of James Okafor").wait_for()


def test_a_date_is_typed_and_leads_to_its_week(hand: Hand) -> None:
    page = hand.reader.page
    page.get_by_label("Week starting").focus()
    page.keyboard.type("12162026")
    page.keyboard.press("Enter")
    page.get_by_text("Week of Dec 14, 2026").wait_for()


def test_in_a_narrow_window_the_views_are_behind_a_button(hand: Hand) -> None:
    page = hand.reader.page
    page.set_viewport_size({"width": 320, "height": 640})
    hand.press(page.get_by_role("button", name="Views"))
    hand.press(page.get_by_role("link", name="Hand-outs"))
    page.get_by_role("heading", name="Hand-outs").wait_for()


# -- planning -----------------------------------------------------------------------------------------------


def test_a_search_is_started_stopped_published_and_a_draft_discarded(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    reader.page.evaluate(f"location.hash = '#/{reader.clinic}/{NEXT}/plan'")
    page.get_by_text("Week of Dec 7, 2026").wait_for()
    reader.ready()
    for label in ("Solve", "Solve again"):
        hand.choose(page.get_by_label("Search for at most"), "1 minute")
        hand.press(page.get_by_role("button", name=label, exact=True))
        page.locator(".figure-box").first.wait_for(timeout=60_000)
        hand.press(page.get_by_role("button", name="Stop"))
        if label == "Solve":
            hand.press(page.get_by_role("button", name="Publish", exact=True))
            reader.heard("Published")
    hand.press(page.locator("summary", has_text="What the plan costs"))
    expect(page.get_by_role("columnheader", name="Points each")).to_be_visible()
    hand.press(page.get_by_role("button", name="Discard this draft"))
    reader.heard("The draft is discarded")
    page.get_by_text("This is the published week").wait_for()


def test_what_would_help_the_clinic_is_worked_out(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    reader.go("insight")
    hand.press(page.get_by_role("button", name="Work it out"))
    panel = page.locator(".panel", has=page.get_by_role("heading", name="What would help the clinic most"))
    expect(panel.locator("ol, p:has-text('No single change')")).to_have_count(1, timeout=60_000)


# -- times --------------------------------------------------------------------------------------------------


def test_times_are_painted_undone_copied_listed_and_removed(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    reader.go("availability")
    hand.pick("Clinicians")
    hand.pick("Patients")
    hand.type(page.get_by_label("Filter"), "p09")
    hand.press(page.get_by_role("button", name="p09", exact=True))
    page.get_by_role("heading", name="When can p09 come?").wait_for()
    before = stored(reader, "/patients/p09/commitments")["commitments"]
    hand.pick("Prefers not (2)")
    hand.press(page.get_by_role("button", name=re.compile("^Mon")))
    reader.heard("prefers not")
    page.get_by_text("Saved").wait_for()
    hand.press(page.get_by_role("button", name="Undo", exact=True).first)
    reader.heard("Undone")
    page.get_by_text("Saving").wait_for(state="detached")
    assert stored(reader, "/patients/p09/commitments")["commitments"] == before
    hand.press(page.locator("summary", has_text="Add a time"))
    hand.choose(page.get_by_label("Day", exact=True), "Saturday")
    hand.choose(page.get_by_label("As", exact=True), "cannot come")
    hand.press(page.get_by_role("button", name="Add", exact=True))
    added = page.get_by_role("button", name=re.compile("^Remove Sat"))
    added.wait_for()
    hand.press(page.get_by_role("button", name="Copy a day …"))
    dialog = page.get_by_role("dialog")
    hand.choose(dialog.get_by_label("Copy", exact=True), "Saturday")
    for day in ("Tuesday", "Wednesday", "Thursday", "Friday"):
        hand.press(dialog.get_by_role("checkbox", name=day))
    hand.press(dialog.get_by_role("checkbox", name="Sunday"))
    hand.press(dialog.get_by_role("button", name="Copy", exact=True))
    page.get_by_text("Saved").wait_for()
    both = page.get_by_role("button", name=re.compile("^Remove Sat, Sun"))
    both.wait_for()
    hand.press(both)
    page.get_by_text("Saved").wait_for()
    expect(both).to_have_count(0)


def test_a_calendar_file_is_read(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    reader.go("availability", of="patient", one="p11")
    hand.press(page.get_by_text("Read busy times from a calendar file"))
    hand.file(page.get_by_label("Calendar file"), ICS)
    reader.heard("The calendar's times are stored")


# -- set-up -------------------------------------------------------------------------------------------------


def test_a_room_is_added_changed_closed_and_removed(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    reader.go("setup")
    hand.press(page.get_by_role("button", name="Rooms", exact=True))
    hand.press(page.get_by_role("button", name="Add", exact=True))
    dialog = page.get_by_role("dialog")
    hand.type(dialog.get_by_label("Id", exact=True), "attic")
    hand.press(dialog.get_by_role("button", name="Save"))
    reader.heard("Saved")
    entry = page.locator(".entry", has_text="attic")
    hand.press(entry.locator("summary"))
    hand.type(entry.get_by_label("Places"), "7")
    hand.press(entry.get_by_role("button", name="Add times"))
    hand.press(entry.get_by_role("button", name="Remove 1"))
    hand.press(entry.get_by_role("button", name="Save"))
    expect(entry.locator("summary")).to_contain_text("7 places")
    assert {r["id"]: r["capacity"] for r in stored(reader)["rooms"]}["attic"] == 7
    hand.press(entry.get_by_role("button", name="Remove", exact=True))
    hand.press(page.get_by_role("dialog").get_by_role("button", name="Remove"))
    expect(entry).to_have_count(0)


def test_who_is_kept_apart_and_standing_groups_are_stored(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    reader.go("setup")
    before = len(stored(reader, "/apart")["apart"])
    hand.press(page.get_by_role("button", name="Kept apart"))
    hand.press(page.locator(".windows").get_by_role("button", name="Add", exact=True))
    hand.press(page.get_by_role("button", name="Save"))
    reader.heard("Saved")
    assert len(stored(reader, "/apart")["apart"]) == before + 1
    page.locator("#toasts").evaluate("toasts => toasts.replaceChildren()")
    hand.press(page.get_by_role("button", name="Standing groups"))
    hand.press(page.get_by_role("button", name="Take the groups of the week shown"))
    page.locator(".standing select").first.wait_for()
    hand.press(page.get_by_role("button", name="Save"))
    reader.heard("Saved")
    assert len(stored(reader)["clinic"]["standing"]) > 5


def test_a_table_is_looked_at_and_stored(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    reader.go("setup", part="import")
    table = {"name": "rooms.csv", "mimeType": "text/csv", "buffer": b"id,name,capacity\nyard,Yard,9\n"}
    hand.file(page.get_by_label("File", exact=True), table)
    hand.press(page.locator(".panel").first.get_by_role("button", name="Apply"))
    reader.heard("Saved")
    assert "yard" in {r["id"] for r in stored(reader)["rooms"]}


# -- paper --------------------------------------------------------------------------------------------------


def test_a_page_is_printed_and_tables_are_fetched(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    page.evaluate("window.print = () => document.body.setAttribute('data-printed', 'yes')")
    reader.go("handouts")
    hand.choose(page.get_by_label("Show one"), "p02")
    expect(page.locator(".sheet")).to_have_count(1)
    hand.pick("With sessions and rooms")
    expect(page.get_by_role("columnheader", name="Session")).to_be_visible()
    hand.press(page.get_by_role("button", name="Print 1 page"))
    expect(page.locator("body[data-printed]")).to_have_count(1)
    with page.expect_download() as fetched:
        hand.press(page.get_by_role("link", name="Table (CSV)"))
    assert fetched.value.suggested_filename.endswith(".csv")
