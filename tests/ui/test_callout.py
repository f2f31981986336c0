"""A call-out repairs what is published, whatever comes to the fore while its form is open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.reader import Reader, reading
from tests.ui.served import Json, Served, example

CLINIC = "called-out"


@pytest.fixture(scope="module")
def led(riverside: Served) -> Json:
    """A published week with one pinned group, which is the one that is given."""
    problem = example()
    problem["clinic"]["id"] = CLINIC
    week = f"/v1/timetables/{riverside.solved(riverside.store(problem))}"
    first = riverside.ask("GET", week)
    group: Json = next(s for s in first.json()["sessions"] if s["session_type"] == "relapse")
    kept = ("id", "session_type", "clinicians", "room")
    pin = {"session": {k: group[k] for k in kept} | {"start": group["start"][:16]}}
    made = riverside.ask("POST", f"{week}/moves", {"pins": [pin]}, If_Match=first.headers["ETag"]).json()
    riverside.ask("POST", f"/v1/timetables/{made['id']}/publish", {})
    return group | {"timetable": made["id"]}


@pytest.fixture
def reader(browser: Browser, riverside: Served, led: Json) -> Iterator[Reader]:
    with reading(browser, riverside, CLINIC) as found:
        found.sign_in()
        yield found


def test_pins_in_the_way_are_those_of_the_published_week(reader: Reader, led: Json) -> None:
    page, served = reader.page, reader.served
    reader.go("callout")
    published = f"/v1/timetables/{led['timetable']}"
    tag = served.ask("GET", published).headers["ETag"]
    served.ask("POST", f"{published}/moves", {"pins": []}, If_Match=tag)  # a draft without the pin
    page.evaluate("dispatchEvent(new Event('focus'))")
    reader.said("changed")
    names = {c["id"]: c["name"] for c in served.ask("GET", f"/v1/clinics/{CLINIC}").json()["clinicians"]}
    page.get_by_label("Clinician", exact=True).select_option(label=names[led["clinicians"][0]])
    page.get_by_label("Day", exact=True).select_option(value=led["start"][:10])
    page.get_by_role("button", name="Show the repair").click()
    free = page.get_by_role("button", name="Unpin and show the repair")
    free.wait_for(timeout=60_000)
    expect(page.locator(".options .rules li")).to_have_count(1)
    assert page.evaluate("document.activeElement.matches('.options h2')")
    other = next(c for c in names if c not in led["clinicians"])
    page.get_by_label("Clinician", exact=True).select_option(label=names[other])  # too late to count
    with page.expect_request(lambda r: r.url.endswith("/repairs")) as asked:
        free.click()
    event: Json = asked.value.post_data_json or {}
    assert event["absences"][0]["clinician"] == led["clinicians"][0]
    page.get_by_role("heading", name="The repaired week").wait_for(timeout=60_000)
    reader.reports[:] = [r for r in reader.reports if "status of 422" not in r and "status of 409" not in r]
