"""A scheduler's first hour, on an empty database, with nothing but the page."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from tests.ui.reader import Reader, reading
from tests.ui.served import WEEK, Json, serving


def test_from_an_empty_database_to_a_repaired_week_and_its_handouts(browser: Browser) -> None:
    with serving() as served, reading(browser, served) as reader:
        reader.sign_in()
        reader.page.get_by_role("button", name="Open the example clinic").click()
        reader.page.get_by_role("heading", name="Plan this week for 24 patients").wait_for()
        _paint(reader)
        _solve(reader)
        _pin(reader)
        _move(reader)
        _publish(reader)
        _call_out(reader)
        _handout(reader)


def _paint(reader: Reader) -> None:
    reader.go("availability", of="patient", one="p01")
    page = reader.page
    cell = page.get_by_role("gridcell", name="Friday 8:00–8:30 AM, free")
    cell.focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Space")
    page.get_by_text("Saved").wait_for()
    expect(page.get_by_role("gridcell", name="Friday 8:30–9:00 AM, cannot come")).to_be_visible()
    stored = reader.served.ask("GET", "/v1/clinics/riverside/patients/p01/commitments").json()["commitments"]
    assert [(c["days"], c["start"], c["end"], c["strength"]) for c in stored] == [
        (["fri"], "08:00", "09:00", "hard")
    ]


def _solve(reader: Reader) -> None:
    reader.go("plan")
    page = reader.page
    page.get_by_label("Search for at most").select_option("10")
    page.get_by_role("button", name="Solve", exact=True).click()
    page.get_by_text(re.compile("[Nn]o plan can be|How much better|Proved")).first.wait_for(timeout=200_000)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Publish").wait_for(timeout=200_000)


def _pin(reader: Reader) -> None:
    reader.go("timetable", by="room", day=1)
    card = reader.page.locator(".card.kind-group:not(:has(.icon-pin))").first
    card.focus()
    reader.page.keyboard.press("p")
    reader.said("is pinned")
    expect(reader.page.locator(".card.kind-group .icon-pin").first).to_be_visible()


def _move(reader: Reader) -> None:
    """The dialog's best place, for a session that has one."""
    page = reader.page
    reader.go("timetable", by="room", day=1)
    for card in page.locator(".card.kind-other").all():
        card.click()
        page.locator(".details").get_by_role("button", name="Move …").last.click()
        dialog = page.get_by_role("dialog")
        best = dialog.locator(".best button").first
        best.or_(dialog.get_by_text("No other place")).first.wait_for()
        if best.is_visible():
            best.click()
            dialog.locator(".verdict-line", has_text=re.compile("Fits|Possible")).wait_for()
            dialog.get_by_role("button", name="Move here").click()
            reader.said("is now on")
            return
        page.keyboard.press("Escape")
    raise AssertionError("no drug screen can be moved")


def _publish(reader: Reader) -> None:
    reader.go("plan")
    reader.page.get_by_role("button", name="Publish").click()
    reader.said("Published")
    expect(reader.page.locator("select.status-published")).to_be_visible()


def _call_out(reader: Reader) -> None:
    """At 8:05, somebody is out sick: a choice and three clicks, and the messages are in hand."""
    clinician, date = _somebody_who_leads(reader)
    page = reader.page
    page.clock.set_system_time(f"{date}T13:05:00Z")
    _pin(reader)  # a draft beside what is published
    page.get_by_role("link", name="Call-out").click()
    expect(page.locator("select.status-published")).to_be_visible(timeout=60_000)
    expect(page.get_by_label("Day", exact=True)).to_have_value(date)
    page.get_by_label("Clinician", exact=True).select_option(clinician)
    page.get_by_role("button", name="Show the repair").click()
    repaired = page.get_by_role("heading", name="The repaired week")
    held = page.get_by_role("button", name="Unpin and show the repair")
    repaired.or_(held).first.wait_for(timeout=60_000)
    if held.is_visible():  # what was pinned or moved in this hour is led by whoever is out
        held.click()
    repaired.wait_for(timeout=60_000)
    # The browser itself notes the refused request.
    reader.reports[:] = [r for r in reader.reports if "422" not in r]
    page.get_by_role("button", name="Apply").first.click()
    page.get_by_role("button", name="Copy all").wait_for()
    expect(page.locator(".message").first).to_contain_text("Your week has changed")
    expect(page.get_by_text("This is the published week")).to_be_visible()
    path = f"/v1/clinics/riverside/clinicians/{clinician}/availability"
    assert date in [w["date"] for w in reader.served.ask("GET", path).json()["time_off"]]
    published = _published(reader)
    assert not [s for s in published if clinician in s["clinicians"] and s["start"].startswith(date)]


def _published(reader: Reader) -> list[Json]:
    """The sessions that everybody sees now."""
    path = f"/v1/clinics/riverside/timetables?week_start={WEEK}&status=published"
    listed = reader.served.ask("GET", path).json()["timetables"]
    sessions: list[Json] = reader.served.ask("GET", f"/v1/timetables/{listed[0]['id']}").json()["sessions"]
    return sessions


def _somebody_who_leads(reader: Reader) -> tuple[str, str]:
    """A clinician and a date on which they lead a group."""
    led = next(s for s in _published(reader) if s["session_type"] in ("process", "relapse"))
    return str(led["clinicians"][0]), str(led["start"][:10])


def _handout(reader: Reader) -> None:
    reader.go("handouts", one="p02")
    sheet = reader.page.locator(".sheet")
    expect(sheet).to_have_count(1)
    expect(sheet).to_contain_text("Appointments: p02")
    assert "group" not in sheet.inner_text().lower(), "a neutral page says when and nothing else"
    reader.page.emulate_media(media="print")
    expect(reader.page.locator(".bar")).to_be_hidden()
    assert reader.page.pdf(format="A4").startswith(b"%PDF")
