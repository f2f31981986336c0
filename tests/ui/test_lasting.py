"""Phases and authorisations of one patient: shown, changed and stored in a dialog beside their week."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.reader import Reader, reading
from tests.ui.served import Served, example
from tests.ui.test_accessibility import faults

PATIENT = "/v1/clinics/lasting/patients/p10"


@pytest.fixture(scope="module")
def lasting(riverside: Served) -> str:
    problem = example()
    problem["clinic"]["id"] = "lasting"
    clinic = riverside.store(problem)
    return f"/v1/timetables/{riverside.solved(clinic, seconds=1)}"


@pytest.fixture
def reader(browser: Browser, riverside: Served, lasting: str) -> Iterator[Reader]:
    with reading(browser, riverside, "lasting") as found:
        found.sign_in()
        yield found


def test_a_step_down_and_an_authorisation_are_written_and_shown(reader: Reader, riverside: Served) -> None:
    page = reader.page
    reader.go("timetable", by="patient", one="p10")
    opener = page.get_by_role("button", name="Phases and authorisations")
    opener.click()
    phases = page.get_by_role("form", name="Phases")
    phases.get_by_role("button", name="Add").press("Enter")
    phases.get_by_label("First date").fill("2027-02-03")
    phases.get_by_label("Program").select_option(index=0)
    phases.get_by_label("Label").fill("residential")
    phases.get_by_label("keep to times they had").check()
    assert faults(reader, "light") == []
    phases.get_by_role("button", name="Save").click()
    expect(phases.get_by_role("status")).to_contain_text("Saved")
    stored = riverside.ask("GET", PATIENT).json()["phases"]
    assert stored == [{"from": "2027-02-03", "program": None, "name": "residential", "new_time_weight": 10}]
    paid = page.get_by_role("form", name="Authorisations")
    paid.get_by_role("button", name="Add").click()
    paid.get_by_label("First date").fill("2026-11-30")
    paid.get_by_label("Last date").fill("2026-11-01")
    paid.get_by_label("care days").fill("12")
    paid.get_by_role("button", name="Save").click()
    expect(paid.get_by_role("status")).to_contain_text("the last date is before the first")
    reader.reports.clear()  # the browser reports the refused call
    paid.get_by_label("Last date").fill("2026-12-31")
    paid.get_by_role("button", name="Save").click()
    expect(paid.get_by_role("status")).to_contain_text("Saved")
    [kept] = riverside.ask("GET", f"{PATIENT}/authorizations").json()["authorizations"]
    assert (kept["from"], kept["until"], kept["days"], kept["minutes"]) == (
        "2026-11-30",
        "2026-12-31",
        12,
        None,
    )
    page.keyboard.press("Escape")
    expect(page.locator(".progress-panel")).to_contain_text("12 days left")
    assert faults(reader, "light") == []
    paths = f"{PATIENT}/authorizations"
    soon = {"id": "A-1", "from": "2026-11-30", "until": "2026-12-06", "days": 12}
    riverside.ask("PUT", paths, {"authorizations": [soon]}, If_Match="*")
    reader.go("plan")
    expect(page.locator(".progress-panel")).to_contain_text("ends within two weeks")
    assert faults(reader, "light") == []


def test_an_admission_known_ahead_is_asked_for_by_its_date(reader: Reader) -> None:
    page = reader.page
    reader.go("newcomer")
    page.get_by_label("Care begins on").fill("2026-12-02")
    page.get_by_role("button", name="Find the best weeks").click()
    page.locator(".option").first.wait_for()
    assert page.locator(".option .mini").count() > 0
    for strip in page.locator(".option .mini").all():
        assert strip.locator("> div").nth(0).locator("> div").count() == 0  # nothing on the Monday
    assert faults(reader, "light") == []
