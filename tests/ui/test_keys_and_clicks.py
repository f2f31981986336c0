"""Every change by keyboard alone, by mouse and by two taps; what is stored is what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.reader import Reader, reading
from tests.ui.served import WEEK, Json, Served, example

CLINIC = "by-hand"


@pytest.fixture(scope="module")
def workshop(riverside: Served) -> Served:
    """A clinic of its own beside the example, whose week these tests change."""
    problem = example()
    problem["clinic"]["id"] = CLINIC
    riverside.solved(riverside.store(problem))
    return riverside


@pytest.fixture
def hand(browser: Browser, workshop: Served) -> Iterator[Reader]:
    with reading(browser, workshop, CLINIC) as found:
        found.sign_in()
        yield found


def newest(served: Served) -> Json:
    listed = served.ask("GET", f"/v1/clinics/{CLINIC}/timetables?week_start={WEEK}&limit=1").json()
    found: Json = served.ask("GET", f"/v1/timetables/{listed['timetables'][0]['id']}").json()
    return found


def starts(served: Served, kind: str) -> dict[str, str]:
    return {s["id"]: s["start"] for s in newest(served)["sessions"] if s["session_type"] == kind}


def a_place_that_fits(reader: Reader) -> None:
    """With a session in hand, step down the days until the verdict lets it go."""
    page = reader.page
    for key in ["ArrowDown"] * 40 + ["ArrowUp"] * 80:
        page.keyboard.press(key)
        if page.locator(".ghost-fits, .ghost-soft").count():
            own = page.locator(".card.lifted").get_attribute("aria-label") or ""
            shown = page.locator(".ghost b").inner_text().strip()
            if shown not in own:
                return
    raise AssertionError("no place fits")


def test_a_session_is_picked_up_moved_pinned_and_undone_by_keys_alone(hand: Reader) -> None:
    served, page = hand.served, hand.page
    before = starts(served, "screen")
    hand.go("timetable", by="room", one="lab")
    card = page.locator(".card.kind-other").first
    session = card.get_attribute("data-session")
    card.focus()
    page.keyboard.press("m")
    page.locator(".ghost").wait_for()
    expect(page.locator("#verdict")).to_contain_text("Enter moves")
    a_place_that_fits(hand)
    page.keyboard.press("Enter")
    hand.said("is now on")
    after = starts(served, "screen")
    assert [s for s in before if before[s] != after[s]] == [session]
    expect(page.locator(f'.card[data-session="{session}"] .icon-pin')).to_be_visible()
    page.locator(f'.card[data-session="{session}"]').focus()
    page.keyboard.press("Control+z")
    hand.said("Undone")
    assert starts(served, "screen") == before


def test_escape_puts_a_session_back_where_it_was(hand: Reader) -> None:
    before = starts(hand.served, "screen")
    hand.go("timetable", by="room", one="lab")
    card = hand.page.locator(".card.kind-other").first
    card.focus()
    hand.page.keyboard.press("m")
    hand.page.locator(".ghost").wait_for()
    hand.page.keyboard.press("ArrowDown")
    hand.page.keyboard.press("Escape")
    expect(hand.page.locator(".ghost, #verdict, .shade")).to_have_count(0)
    expect(card).to_be_focused()
    assert starts(hand.served, "screen") == before


def test_a_drop_on_a_barred_place_goes_back_and_says_why(hand: Reader) -> None:
    page = hand.page
    hand.go("timetable", by="room", day=1)
    card = page.locator(".card.kind-group").first
    box = card.bounding_box()
    assert box is not None
    lab = page.locator(".column").nth(3).bounding_box()
    assert lab is not None
    page.mouse.move(box["x"] + 30, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 20)
    page.locator(".shade").first.wait_for(state="attached")
    page.mouse.move(lab["x"] + 30, box["y"] + 8, steps=3)
    expect(page.locator(".ghost-hard")).to_be_visible()
    page.mouse.up()
    hand.said("Not possible")
    page.get_by_role("button", name="Choose a place").click()
    expect(page.get_by_role("dialog")).to_contain_text("Best places")


def test_arrows_go_from_card_to_card_and_tab_stops_once(hand: Reader) -> None:
    hand.go("timetable", by="patient")
    page = hand.page
    assert page.locator('.card[tabindex="0"]').count() == 1
    first = page.locator('.card[tabindex="0"]')
    first.focus()
    row = first.get_attribute("data-line")
    page.keyboard.press("ArrowDown")
    focused = page.locator(".card:focus")
    expect(focused).to_have_count(1)
    assert focused.get_attribute("data-line") != row
    assert page.locator('.card[tabindex="0"]').count() == 1


def commitments(served: Served, patient: str) -> list[tuple[list[str], str, str, str]]:
    path = f"/v1/clinics/{CLINIC}/patients/{patient}/commitments"
    stored = served.ask("GET", path).json()["commitments"]
    return [(c["days"], c["start"], c["end"], c.get("strength", "hard")) for c in stored if "days" in c]


def test_a_dragged_box_is_painted_on_exactly_its_days_and_hours(hand: Reader) -> None:
    page = hand.page
    hand.go("availability", of="patient", one="p07")
    start = page.get_by_role("gridcell", name=re.compile("^Tuesday 9:00–9:30 AM")).bounding_box()
    end = page.get_by_role("gridcell", name=re.compile("^Thursday 10:30–11:00 AM")).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + 10, end["y"] + 10, steps=4)
    page.mouse.up()
    page.get_by_text("Saved").wait_for()
    assert commitments(hand.served, "p07") == [(["tue", "wed", "thu"], "09:00", "11:00", "hard")]
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("gridcell", name="Tuesday 9:00–9:30 AM, free")).to_be_visible()
    page.get_by_text("Saving").wait_for(state="detached")
    assert commitments(hand.served, "p07") == []


def test_freeing_the_middle_of_a_commitment_keeps_its_kind_and_travel(hand: Reader) -> None:
    page = hand.page
    hand.go("availability", of="patient", one="p10")
    page.get_by_role("gridcell", name=re.compile("^Wednesday 12:00–12:30 PM")).focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("3")
    page.get_by_text("Saved").wait_for()
    path = f"/v1/clinics/{CLINIC}/patients/p10/commitments"
    stored = hand.served.ask("GET", path).json()["commitments"]
    assert sorted((c["days"], c["start"], c["end"], c["kind"], c["travel_minutes"]) for c in stored) == [
        (["mon", "tue", "thu", "fri"], "08:30", "16:30", "work", 30),
        (["wed"], "08:30", "12:00", "work", 30),
        (["wed"], "13:00", "16:30", "work", 30),
    ]


def test_two_taps_paint_and_a_finger_scrolls(browser: Browser, workshop: Served) -> None:
    with reading(browser, workshop, CLINIC, has_touch=True) as hand:
        hand.sign_in()
        hand.go("availability", of="clinician", one="nguyen")
        page = hand.page
        page.get_by_label("Works (2)").tap()
        page.get_by_role("gridcell", name=re.compile("^Saturday 9:00–9:30 AM")).tap()
        hand.said("opposite corner")
        page.get_by_role("gridcell", name=re.compile("^Saturday 10:30–11:00 AM")).tap()
        page.get_by_text("Saved").wait_for()
        path = f"/v1/clinics/{CLINIC}/clinicians/nguyen/availability"
        hours = hand.served.ask("GET", path).json()["availability"]
        assert {"days": ["sat"], "start": "09:00", "end": "11:00"} in hours


def test_one_patient_is_moved_to_another_group_by_clicks(hand: Reader) -> None:
    page = hand.page
    hand.go("timetable", by="room")
    before = {s["id"]: s["patients"] for s in newest(hand.served)["sessions"]}
    for card in page.locator(".card.kind-group").all():
        card.click()
        page.locator(".details .people button").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("Checking").first.wait_for(state="detached")
        dialog.get_by_text("Checking").last.wait_for(state="detached")
        free = dialog.locator(".best button:not([disabled])")
        if free.count():
            free.first.click()
            hand.said("Undo")
            break
        page.keyboard.press("Escape")
    after = {s["id"]: s["patients"] for s in newest(hand.served)["sessions"]}
    assert before != after
