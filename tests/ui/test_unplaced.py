"""Who is short of care: a proved change is tried, and applied where it is stored."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from api import examples
from tests.ui.reader import Reader, reading
from tests.ui.served import Json, Served

CLINIC = "helped"
AUTHORIZED = {"id": "A-1", "from": "2026-11-30", "until": "2026-12-31", "minutes": 270}


def short(served: Served) -> str:
    """A clinic whose patient p2 may have an hour less than is owed, in a planned week; the patient's path."""
    problem = {**examples.PROBLEM, "clinic": {**examples.PROBLEM["clinic"], "id": CLINIC}}
    patient = f"{served.store(problem)}/patients/p2"
    served.ask("PUT", f"{patient}/authorizations", {"authorizations": [AUTHORIZED]})
    served.solved(f"/v1/clinics/{CLINIC}", seconds=2)
    return patient


def test_a_proved_change_is_applied_to_the_stored_authorisation(browser: Browser, riverside: Served) -> None:
    patient = short(riverside)
    with reading(browser, riverside, CLINIC) as reader:
        reader.sign_in()
        reader.go("unplaced")
        apply(reader, "authorised care minutes")
        reader.said("p2")
    stored: Json = riverside.ask("GET", f"{patient}/authorizations").json()
    assert stored["authorizations"][0]["minutes"] == 330
    listed = riverside.ask("GET", f"/v1/clinics/{CLINIC}/timetables?week_start=2026-11-30").json()[
        "timetables"
    ]
    newest = riverside.ask("GET", f"/v1/timetables/{listed[0]['id']}").json()
    assert [p["unmet_minutes"] for p in newest["patients"]] == [0, 0, 0]


def apply(reader: Reader, what: str) -> None:
    option = reader.page.locator(".option", has_text=what)
    option.get_by_role("button", name="Try").click()
    expect(option.locator(".option, .plan, section, article").first).to_be_visible()
    option.get_by_role("button", name="Apply").first.click()
