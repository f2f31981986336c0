"""Who came: marked by click and by key, saved at once; what a patient is owed stands beside their week."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.ui.reader import Reader, reading
from tests.ui.served import WEEK, Served, example
from tests.ui.test_accessibility import faults


@pytest.fixture(scope="module")
def attended(riverside: Served) -> str:
    """A published week of another clinic of the same service; its path."""
    problem = example()
    problem["clinic"]["id"] = "attended"
    clinic = riverside.store(problem)
    week = f"/v1/timetables/{riverside.solved(clinic, seconds=1)}"
    riverside.ask("POST", f"{week}/publish", {})
    return week


@pytest.fixture
def reader(browser: Browser, riverside: Served, attended: str) -> Iterator[Reader]:
    with reading(browser, riverside, "attended") as found:
        found.sign_in()
        yield found


def test_who_came_is_marked_by_click_and_keys_and_owed_care_is_told(
    reader: Reader, riverside: Served, attended: str
) -> None:
    page = reader.page
    sessions = riverside.ask("GET", attended).json()["sessions"]
    group = next(s for s in sessions if len(s["patients"]) > 3)
    day = (int(group["start"][8:10]) - 30) % 30
    reader.go("timetable", by="room", day=day)
    expect(page.locator(".attendance-day")).to_contain_text(f"0/{len(group['patients'])}")
    assert faults(reader, "light") == []
    page.locator(f'.card[data-session="{group["id"]}"]').click()
    lines = page.locator(".marks li")
    expect(lines).to_have_count(len(group["patients"]))
    lines.nth(0).get_by_role("button", name="attended").click()
    expect(lines.nth(0).get_by_role("button", name="attended")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("m")
    expect(lines.nth(1).get_by_role("button", name="missed")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="All others came").click()
    expect(lines.last.get_by_role("button", name="attended")).to_have_attribute("aria-pressed", "true")
    assert faults(reader, "light") == []
    marks = riverside.ask("GET", f"{attended}/attendance").json()["marks"]
    words = {m["patient"]: m["mark"] for m in marks}
    assert words == {p: "missed" if p == group["patients"][1] else "attended" for p in group["patients"]}
    reader.go("timetable", by="patient", one=group["patients"][1])
    expect(page.locator(".progress-table tbody tr")).to_have_count(1)
    assert faults(reader, "light") == []


def test_marks_in_a_queue_are_saved_where_they_were_made(
    reader: Reader, riverside: Served, attended: str
) -> None:
    page = reader.page
    made = riverside.ask(
        "POST", f"{attended}/moves", {"pins": []}, If_Match=riverside.ask("GET", attended).headers["ETag"]
    )
    draft = made.json()["id"]
    riverside.ask("PUT", f"{attended}/attendance", {"marks": []})
    sessions = riverside.ask("GET", attended).json()["sessions"]
    marked = {m["session"] for m in riverside.ask("GET", f"{attended}/attendance").json()["marks"]}
    group = next(s for s in sessions if len(s["patients"]) > 3 and s["id"] not in marked)
    page.reload()
    reader.ready()
    key = attended.rsplit("/", 1)[1]
    reader.go("timetable", by="room", day=(int(group["start"][8:10]) - 30) % 30, t=key)
    version = page.get_by_label("Version", exact=True)
    version.select_option(value=key)
    page.locator(f'.card[data-session="{group["id"]}"]').click()
    lines = page.locator(".marks li")
    expect(lines).to_have_count(len(group["patients"]))
    held: list[Route] = []
    page.route(
        "**/attendance",
        lambda route: held.append(route) if route.request.method == "PUT" and not held else route.fallback(),
    )
    lines.nth(0).get_by_role("button", name="attended").click()
    lines.nth(1).get_by_role("button", name="attended").click()
    version.select_option(value=draft)
    expect(page.locator(".marks")).to_have_count(0)
    with page.expect_response(
        lambda answer: (
            answer.request.method == "PUT" and group["patients"][1] in (answer.request.post_data or "")
        )
    ) as last:
        held[0].fallback()
    assert last.value.url.endswith(f"{attended}/attendance")
    marks = riverside.ask("GET", f"{attended}/attendance").json()["marks"]
    assert {m["patient"] for m in marks if m["session"] == group["id"]} == set(group["patients"][:2])


def test_standing_groups_are_taken_from_the_week_and_offered_when_planning(
    reader: Reader, riverside: Served
) -> None:
    page = reader.page
    reader.go("setup", part="standing")
    page.get_by_role("button", name="Take the groups of the week shown").click()
    page.locator(".standing select").first.wait_for()
    assert faults(reader, "light") == []
    page.get_by_role("button", name="Save").click()
    reader.said("Saved")
    site = riverside.ask("GET", "/v1/clinics/attended").json()["clinic"]
    assert len(site["standing"]) > 5
    assert {g["session_type"] for g in site["standing"]} & {"process", "relapse"}
    reader.go("plan")
    page.get_by_label("Standing groups").select_option("Only at their places")
    assert WEEK in page.url
