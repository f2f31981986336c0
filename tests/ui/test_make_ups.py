"""Make-ups of missed care are looked for beside the patient's week, by keys alone and by clicks alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.hands import HANDS, Hand
from tests.ui.reader import reading
from tests.ui.served import Served, example
from tests.ui.test_accessibility import faults


@pytest.fixture(scope="module")
def clinic(riverside: Served, way: str) -> str:
    """A published week; its name."""
    problem = example()
    problem["clinic"]["id"] = name = f"make-ups-{way}"
    week = riverside.solved(riverside.store(problem), seconds=1)
    riverside.ask("POST", f"/v1/timetables/{week}/publish", {})
    return name


@pytest.fixture
def hand(browser: Browser, riverside: Served, clinic: str, way: str) -> Iterator[Hand]:
    with reading(browser, riverside, clinic) as reader:
        reader.sign_in()
        yield HANDS[way](reader)
        assert faults(reader, "light") == []


def owing(served: Served, clinic: str) -> str:
    """A patient who has missed the whole week and is owed care of it."""
    (week,) = served.ask("GET", f"/v1/clinics/{clinic}/timetables?status=published").json()["timetables"]
    path = f"/v1/timetables/{week['id']}"
    sessions = served.ask("GET", path).json()["sessions"]
    for patient in sorted({p for s in sessions for p in s["patients"]}):
        mine = [s["id"] for s in sessions if patient in s["patients"]]
        marks = [{"session": s, "patient": patient, "mark": "missed"} for s in mine]
        served.ask("PUT", f"{path}/attendance", {"marks": marks})
        told = served.ask("GET", f"/v1/clinics/{clinic}/patients/{patient}/progress").json()
        if told["weeks"][-1]["owed_minutes"]:
            return str(patient)
    raise AssertionError("nobody is owed anything")


def test_make_ups_are_looked_for(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    patient = owing(reader.served, reader.clinic)
    page.reload()
    reader.ready()
    reader.go("timetable", by="patient", one=patient)
    panel = page.locator(".progress-panel", has=page.get_by_role("button", name="Find make-ups"))
    with page.expect_response(lambda answer: answer.url.endswith("/make-ups"), timeout=90_000) as asked:
        hand.press(panel.get_by_role("button", name="Find make-ups"))
    found = asked.value.json()
    told = panel.locator(".options[role=status]")
    expect(told).not_to_contain_text("Checking")
    (one,) = found["make_ups"]
    assert one["added"] or one["still_owed_minutes"]
    expect(told.locator("li")).to_have_count(len(one["added"]) + len(one["reasons"]) + len(found["findings"]))
    expect(told.locator(".icon-warn")).to_have_count(1 if one["still_owed_minutes"] else 0)
    expect(told.get_by_role("button", name="Apply")).to_have_count(1 if found["moves"] else 0)
