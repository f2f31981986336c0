"""What is done to a planned week, by keys alone, by clicks alone: pins, moves, places, call-outs, marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.ui.dialogs import away, away_there, elsewhere, newest, settled
from tests.ui.hands import HANDS, Hand
from tests.ui.reader import Reader, reading
from tests.ui.served import Json, Served, example
from tests.ui.test_accessibility import Scheme, faults

REFUSED = re.compile(r"status of 4(09|12|22)")
BARRED = "p05"
# What an action leaves is looked at by axe, in both.
SCHEMES: dict[str, Scheme] = {"keys": "light", "clicks": "dark"}


@pytest.fixture(scope="module")
def clinic(riverside: Served, way: str) -> str:
    """A planned week in which one patient can hardly come."""
    problem = example()
    problem["clinic"]["id"] = name = f"week-{way}"
    patient = next(p for p in problem["patients"] if p["id"] == BARRED)
    days = ["mon", "tue", "wed", "thu", "fri", "sat"]
    busy = {"id": "job", "kind": "work", "days": days, "start": "07:00", "end": "20:00", "strength": "hard"}
    patient["commitments"] = [busy]
    riverside.solved(riverside.store(problem))
    return name


@pytest.fixture
def hand(browser: Browser, riverside: Served, clinic: str, way: str) -> Iterator[Hand]:
    allowed = ["clipboard-read", "clipboard-write"]
    with reading(browser, riverside, clinic, permissions=allowed, color_scheme=SCHEMES[way]) as reader:
        reader.sign_in()
        yield HANDS[way](reader)
        assert faults(reader, SCHEMES[way]) == []


def pins(reader: Reader) -> list[Json]:
    week, _ = newest(reader)
    found: list[Json] = reader.served.ask("GET", f"/v1/timetables/{week['id']}/pins").json()["pins"]
    return found


def details(reader: Reader) -> Locator:
    return reader.page.locator(".details")


def test_a_session_is_pinned_unpinned_and_all_pins_are_cleared(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    reader.go("timetable", by="room", day=1)
    hand.press(page.locator('.card[tabindex="0"]'))
    hand.press(details(reader).get_by_role("button", name="Pin", exact=True))
    reader.heard("is pinned")
    assert len(pins(reader)) == 1
    hand.press(details(reader).get_by_role("button", name="Unpin", exact=True))
    reader.heard("is no longer pinned")
    assert pins(reader) == []
    hand.press(details(reader).get_by_role("button", name="Close"))
    expect(details(reader)).to_have_count(0)
    if not page.get_by_role("button", name="Pin all").is_visible():
        hand.press(page.locator("summary", has_text="pins"))
    hand.press(page.get_by_role("button", name=re.compile("^Pin all")))
    reader.heard("sessions are pinned")
    count = len(pins(reader))
    assert count > 3
    if not page.get_by_role("button", name="Unpin all in view").is_visible():
        hand.press(page.locator("summary", has_text="pins"))
    hand.press(page.locator(".side .plain-list").get_by_role("button", name=re.compile("^Unpin")).first)
    reader.heard("is no longer pinned")
    assert len(pins(reader)) == count - 1
    if not page.get_by_role("button", name="Unpin all in view").is_visible():
        hand.press(page.locator("summary", has_text="pins"))
    hand.press(page.get_by_role("button", name="Unpin all in view"))
    reader.heard("No session in view is pinned")
    assert pins(reader) == []


def chosen_place(hand: Hand) -> tuple[Locator, Json]:
    """The dialog over a drug screen, its best place on another day chosen; the screen."""
    reader, page = hand.reader, hand.reader.page
    reader.go("timetable", by="room", one="lab")
    card = page.locator('.card[tabindex="0"]')
    session = card.get_attribute("data-session")
    moved = next(s for s in newest(reader)[0]["sessions"] if s["id"] == session)
    hand.press(card)
    hand.press(details(reader).get_by_role("button", name="Move …").last)
    dialog = page.get_by_role("dialog")
    settled(dialog)
    hand.press(elsewhere(dialog, moved))
    dialog.locator(".verdict-line", has_text=re.compile("Fits|Possible")).wait_for()
    return dialog, moved


def test_a_session_is_moved_by_its_dialog_and_the_move_is_undone(hand: Hand) -> None:
    reader = hand.reader
    before = {s["id"]: s["start"] for s in newest(reader)[0]["sessions"]}
    hand.press(chosen_place(hand)[0].get_by_role("button", name="Cancel"))
    assert before == {s["id"]: s["start"] for s in newest(reader)[0]["sessions"]}
    hand.press(chosen_place(hand)[0].get_by_role("button", name="Move here"))
    reader.said("is now on")
    assert before != {s["id"]: s["start"] for s in newest(reader)[0]["sessions"]}
    hand.press(reader.page.locator("#toasts").get_by_role("button", name="Undo"))
    reader.heard("Undone")
    assert before == {s["id"]: s["start"] for s in newest(reader)[0]["sessions"]}


def test_a_move_into_a_week_that_somebody_changed_is_made_in_the_new_one(hand: Hand) -> None:
    reader = hand.reader
    dialog, _ = chosen_place(hand)
    week, tag = newest(reader)
    group = next(s for s in week["sessions"] if len(s["patients"]) > 2)
    kept = ("id", "session_type", "clinicians", "room")
    pin = {"session": {k: group[k] for k in kept} | {"start": group["start"][:16]}}
    reader.served.ask("POST", f"/v1/timetables/{week['id']}/moves", {"pins": [pin]}, If_Match=tag)
    hand.press(dialog.get_by_role("button", name="Move here"))
    told = reader.page.get_by_role("dialog", name="Somebody else has changed this week")
    hand.press(told.get_by_role("button", name="Make my change in the new week"))
    reader.heard("is now on")
    assert group["id"] in {p["session"]["id"] for p in pins(reader) if "session" in p}
    reader.reports[:] = [r for r in reader.reports if not REFUSED.search(r)]


def test_a_place_that_is_gone_by_now_is_told(hand: Hand) -> None:
    reader = hand.reader
    dialog, moved = chosen_place(hand)
    with away_there(reader, dialog, moved):
        hand.press(dialog.get_by_role("button", name="Move here"))
        told = reader.page.get_by_role("dialog", name="This is not possible")
        hand.press(told.get_by_role("button", name="Understood"))
        expect(told).to_have_count(0)
    assert moved in newest(reader)[0]["sessions"]
    reader.reports[:] = [r for r in reader.reports if not REFUSED.search(r)]


def test_a_patient_is_taken_out_and_placed_anew(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    chosen, patient = removable(reader)
    reader.go("timetable", by="room", mark=chosen["id"])
    hand.press(details(reader).get_by_role("button", name=re.compile(f"^Move {patient} ")))
    hand.press(page.get_by_role("dialog").get_by_role("button", name="Take out"))
    reader.heard("is taken out")
    assert not attends(reader, patient, chosen["id"])
    reader.go("unplaced")
    panel = page.locator(".panel", has=page.get_by_role("link", name=patient, exact=True))
    hand.press(panel.get_by_role("button", name="Try other weeks for this patient"))
    hand.press(panel.get_by_role("button", name="Place").first)
    reader.heard("has a new week")
    figures = {f["id"]: f for f in newest(reader)[0]["patients"]}
    assert figures[patient]["unmet_minutes"] == 0 or attends(reader, patient, chosen["id"])


def removable(reader: Reader) -> tuple[Json, str]:
    """A group and a patient of it without whom no rule is broken; the largest groups first."""
    timetable, _ = newest(reader)
    groups = [s for s in timetable["sessions"] if s["session_type"] in ("process", "relapse")]
    for session in sorted(groups, key=lambda s: -len(s["patients"])):
        for patient in session["patients"]:
            body = {"moves": [{"session": session["id"], "set": {"remove": [patient]}}]}
            told = reader.served.ask("POST", f"/v1/timetables/{timetable['id']}/check", body).json()
            if told["legal"]:
                return session, patient
    raise AssertionError("nobody can be taken out")


def attends(reader: Reader, patient: str, session: str) -> bool:
    return any(s["id"] == session and patient in s["patients"] for s in newest(reader)[0]["sessions"])


def test_a_proposed_change_is_tried_and_applied(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    before = {f["id"]: f["unmet_minutes"] for f in newest(reader)[0]["patients"]}
    reader.go("unplaced")
    panel = page.locator(".panel", has=page.get_by_role("link", name=BARRED, exact=True))
    attempt = panel.get_by_role("button", name=re.compile("^Try:")).first
    attempt.wait_for(timeout=60_000)
    hand.press(attempt)
    expect(panel.get_by_role("heading", name="The week it would give")).to_be_visible()
    assert before == {f["id"]: f["unmet_minutes"] for f in newest(reader)[0]["patients"]}
    hand.press(panel.get_by_role("button", name=re.compile("^Apply:")).first)
    reader.heard("has a new week")
    after = {f["id"]: f["unmet_minutes"] for f in newest(reader)[0]["patients"]}
    assert after[BARRED] < before[BARRED]


def test_a_new_patient_is_entered_and_placed(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    reader.go("newcomer")
    hand.type(page.get_by_label("Id", exact=True), "new-one")
    hand.type(page.get_by_label("Name", exact=True), "Somebody New")
    hand.choose(page.get_by_label("Primary clinician"), "James Okafor")
    hand.press(page.get_by_label("Takes part by video"))
    hand.press(page.get_by_role("button", name="Find the best weeks"))
    hand.press(page.locator(".option").first.get_by_role("button", name="Place"))
    reader.heard("is placed")
    reader.page.get_by_role("group", name="Week of Somebody New").wait_for()
    stored = reader.served.ask("GET", f"/v1/clinics/{reader.clinic}/patients/new-one").json()
    assert (stored["display_name"], stored["primary_clinician"], stored["telehealth"]) == (
        "Somebody New",
        "okafor",
        True,
    )
    assert any("new-one" in s["patients"] for s in newest(reader)[0]["sessions"])


def test_a_call_out_is_repaired_though_pinned_and_its_messages_are_copied(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    week, tag = newest(reader)
    led = next(s for s in week["sessions"] if s["session_type"] == "relapse")
    kept = ("id", "session_type", "clinicians", "room")
    pin = {"session": {k: led[k] for k in kept} | {"start": led["start"][:16]}}
    reader.served.ask("POST", f"/v1/timetables/{week['id']}/moves", {"pins": [pin]}, If_Match=tag)
    reader.page.reload()
    reader.ready()
    reader.go("callout")
    names = {
        c["id"]: c["name"]
        for c in reader.served.ask("GET", f"/v1/clinics/{reader.clinic}").json()["clinicians"]
    }
    hand.choose(page.get_by_label("Clinician", exact=True), names[led["clinicians"][0]])
    day = page.get_by_label("Day", exact=True)
    hand.choose(day, day.locator(f'option[value="{led["start"][:10]}"]').inner_text())
    hand.press(page.get_by_role("button", name="Show the repair"))
    hand.press(page.get_by_role("button", name="Unpin and show the repair"))
    page.get_by_role("heading", name="The repaired week").wait_for(timeout=60_000)
    hand.press(page.get_by_role("button", name="Apply").first)
    message = page.locator(".told").first
    hand.press(message.get_by_role("button", name=re.compile("^Copy")))
    reader.heard("Copied")
    assert "Your week has changed" in page.evaluate("navigator.clipboard.readText()")
    hand.press(message.get_by_role("checkbox"))
    expect(message.get_by_role("checkbox")).to_be_checked()
    hand.press(page.get_by_role("button", name="Copy all"))
    whole = page.evaluate("navigator.clipboard.readText()")
    assert whole.count("Your week has changed") == page.locator(".told").count()
    assert not [
        s
        for s in newest(reader)[0]["sessions"]
        if s["start"] == led["start"] and s["clinicians"] == led["clinicians"]
    ]
    reader.reports[:] = [r for r in reader.reports if not REFUSED.search(r)]


def test_a_week_that_breaks_rules_by_now_is_published_with_a_reason_and_attended(hand: Hand) -> None:
    reader, page = hand.reader, hand.reader.page
    week, _ = newest(reader)
    group = max(week["sessions"], key=lambda s: len(s["patients"]))
    with away(reader, group["clinicians"][0]):
        reader.go("plan")
        hand.press(page.get_by_role("button", name="Publish", exact=True))
        hand.press(page.get_by_role("dialog").get_by_role("button", name="Cancel"))
        hand.press(page.get_by_role("button", name="Publish", exact=True))
        hand.type(page.get_by_role("dialog").get_by_label("Reason"), "Covered by a locum")
        hand.press(page.get_by_role("dialog").get_by_role("button", name="Publish all the same"))
        reader.heard("Published")
    assert reader.served.ask("GET", f"/v1/timetables/{week['id']}").json()["status"] == "published"
    reader.go("timetable", by="room", day=(int(group["start"][8:10]) - 30) % 30)
    hand.press(
        page.locator(".attendance-day").get_by_role("button", name=re.compile(r"of (?!1 )\d+ marked$")).first
    )
    lines = page.locator(".marks li")
    patient = lines.first.get_attribute("data-patient")
    hand.press(lines.first.get_by_role("button", name="missed"))
    rest = page.get_by_role("button", name=re.compile("All (others )?came"))
    hand.press(rest)  # before the first mark is known to be saved
    expect(rest).to_be_hidden()
    expect(lines.first.get_by_role("button", name="missed")).to_have_attribute("aria-pressed", "true")
    marks = reader.served.ask("GET", f"/v1/timetables/{week['id']}/attendance").json()["marks"]
    assert {m["mark"] for m in marks if m["patient"] == patient} == {"missed"}
