"""Phases and authorisations of one patient: shown, changed and stored in a dialog beside their week."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.hands import HANDS, Hand
from tests.ui.reader import reading
from tests.ui.served import WEEK, Served, example
from tests.ui.test_accessibility import faults


@pytest.fixture(scope="module")
def clinic(riverside: Served, way: str) -> str:
    problem = example()
    problem["clinic"]["id"] = name = f"lasting-{way}"
    riverside.solved(riverside.store(problem), seconds=1)
    return name


@pytest.fixture
def hand(browser: Browser, riverside: Served, clinic: str, way: str) -> Iterator[Hand]:
    with reading(browser, riverside, clinic) as reader:
        reader.sign_in()
        yield HANDS[way](reader)
        assert faults(reader, "light") == []


def test_a_phase_and_an_authorisation_are_written_and_shown(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    patient = f"/v1/clinics/{reader.clinic}/patients/p10"
    reader.go("timetable", by="patient", one="p10")
    hand.press(page.get_by_role("button", name="Phases and authorisations"))
    phases = page.get_by_role("form", name="Phases")
    hand.press(phases.get_by_role("button", name="Add"))
    hand.choose(phases.get_by_label("Program"), "Not in our care")
    hand.type(phases.get_by_label("Label"), "on leave")
    phases.get_by_label("First date").fill("2026-12-07")  # in care in this week
    hand.press(phases.get_by_label("keep to times they had"))
    assert faults(reader, "light") == []
    hand.press(phases.get_by_role("button", name="Save"))
    expect(phases.get_by_role("status")).to_contain_text("Saved")
    phase = {"from": "2026-12-07", "program": None, "name": "on leave", "new_time_weight": 10}
    assert reader.served.ask("GET", patient).json()["phases"] == [phase]
    paid = page.get_by_role("form", name="Authorisations")
    hand.press(paid.get_by_role("button", name="Add"))
    hand.type(paid.get_by_label("care days"), "12")
    hand.press(paid.get_by_role("button", name="Save"))
    expect(paid.get_by_role("status")).to_contain_text("Saved")
    [kept] = reader.served.ask("GET", f"{patient}/authorizations").json()["authorizations"]
    assert (kept["from"], kept["until"], kept["days"], kept["minutes"]) == (WEEK, WEEK, 12, None)
    hand.press(paid.get_by_role("button", name="Add"))
    hand.press(paid.get_by_role("button", name="Save"))
    expect(paid.get_by_role("status")).to_contain_text("Saved")
    listed = reader.served.ask("GET", f"{patient}/authorizations").json()["authorizations"]
    assert [a["id"] for a in listed] == [kept["id"], f"{kept['id']}-2"]
    expect(paid.get_by_label("Last date, 2")).to_have_value(WEEK)
    paid.get_by_label("Last date, 1").fill("2026-11-01")
    hand.press(paid.get_by_role("button", name="Save"))
    expect(paid.get_by_role("status")).to_contain_text("the last date is before the first")
    reader.reports.clear()  # the browser reports the refused call
    page.keyboard.press("Escape")
    reader.go("plan")
    expect(page.locator(".progress-panel")).to_contain_text("ends within two weeks")


def test_an_admission_known_ahead_is_asked_for_by_its_date(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    reader.go("newcomer")
    page.get_by_label("Care begins on").fill("2026-12-02")
    page.get_by_role("button", name="Find the best weeks").click()
    page.locator(".option").first.wait_for()
    assert page.locator(".option .mini").count() > 0
    for strip in page.locator(".option .mini").all():
        assert strip.locator("> div").nth(0).locator("> div").count() == 0  # nothing on the Monday
    assert faults(reader, "light") == []


def test_saving_twice_at_once_stores_once(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    reader.go("timetable", by="patient", one="p11")
    page.get_by_role("button", name="Phases and authorisations").click()
    paid = page.get_by_role("form", name="Authorisations")
    paid.get_by_role("button", name="Add").click()
    puts: list[str] = []
    page.on("request", lambda request: puts.append(request.url) if request.method == "PUT" else None)
    save = paid.get_by_role("button", name="Save")
    save.evaluate("save => { save.click(); save.click(); }")
    expect(paid.get_by_role("status")).to_contain_text("Saved")
    expect(save).to_be_enabled()
    assert len(puts) == 1
