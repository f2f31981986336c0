"""How each dialog of the page comes to be open, from the sign-in on, by its title in the catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Locator, expect

from tests.ui.reader import Reader
from tests.ui.served import WEEK, Json

Opener = Callable[[Reader], None]
OPENERS: dict[str, Opener] = {}


def opens(name: str) -> Callable[[Opener], Opener]:
    def noted(opener: Opener) -> Opener:
        OPENERS[name] = opener
        return opener

    return noted


def newest(reader: Reader) -> tuple[Json, str]:
    """The timetable that was made last, and its version."""
    listed = reader.served.ask("GET", f"/v1/clinics/{reader.clinic}/timetables?week_start={WEEK}&limit=1")
    answer = reader.served.ask("GET", f"/v1/timetables/{listed.json()['timetables'][0]['id']}")
    return answer.json(), answer.headers["ETag"]


@contextmanager
def away(reader: Reader, clinician: str, first: str = WEEK, last: str = "2026-12-06") -> Iterator[None]:
    """Somebody else notes meanwhile that a clinician is away; taken back at the end."""
    path = f"/v1/clinics/{reader.clinic}/clinicians/{clinician}/availability"
    before = reader.served.ask("GET", path)
    off = {"date": first, "until_date": last}
    doc = before.json() | {"time_off": [*before.json()["time_off"], off]}
    there = reader.served.ask("PUT", path, doc, If_Match=before.headers["ETag"])
    yield
    reader.served.ask("PUT", path, before.json(), If_Match=there.headers["ETag"])


def settled(dialog: Locator) -> None:
    """Every verdict has come."""
    expect(dialog.get_by_text("Checking")).to_have_count(0, timeout=60_000)


def at_a_card(reader: Reader, kind: str, **more: Any) -> Locator:
    reader.go("timetable", **{"by": "room", "day": 1, **more})
    card = reader.page.locator(f".card.kind-{kind}").first
    card.click()
    return card


@opens("moveTitle")
def _move(reader: Reader) -> None:
    at_a_card(reader, "group")
    reader.page.locator(".details").get_by_role("button", name="Move …").last.click()
    settled(reader.page.get_by_role("dialog"))


@opens("movePersonTitle")
def _move_person(reader: Reader) -> None:
    at_a_card(reader, "group")
    reader.page.locator(".details .people button").first.click()
    settled(reader.page.get_by_role("dialog"))


@opens("conflictTitle")
def _conflict(reader: Reader) -> None:
    card = at_a_card(reader, "group")
    week, tag = newest(reader)
    kept = ("id", "session_type", "clinicians", "room")
    pins = [
        {"session": {k: s[k] for k in kept} | {"start": s["start"][:16]}}
        for s in week["sessions"]
        if len(s["patients"]) > 2
    ]
    chosen = pins[: 1 + len(reader.served.ask("GET", f"/v1/timetables/{week['id']}/pins").json()["pins"])]
    reader.served.ask("POST", f"/v1/timetables/{week['id']}/moves", {"pins": chosen}, If_Match=tag)
    card.focus()
    reader.page.keyboard.press("p")


@opens("notPossible")
def _not_possible(reader: Reader) -> None:
    """A place that fitted when it was looked at does no longer when it is chosen."""
    session = at_a_card(reader, "other").get_attribute("data-session")
    moved = next(s for s in newest(reader)[0]["sessions"] if s["id"] == session)
    reader.page.locator(".details").get_by_role("button", name="Move …").last.click()
    dialog = reader.page.get_by_role("dialog")
    settled(dialog)
    elsewhere(dialog, moved).click()
    with away_there(reader, dialog, moved):
        dialog.get_by_role("button", name="Move here").click()
        reader.page.get_by_role("dialog", name="This is not possible").wait_for()


def elsewhere(dialog: Locator, session: Json) -> Locator:
    """The best place on another day than the session's own."""
    day = date.fromisoformat(session["start"][:10]).strftime("%A")
    return dialog.locator(".best button", has_not_text=day).first


def away_there(reader: Reader, dialog: Locator, session: Json) -> AbstractContextManager[None]:
    """The session's leader is away on the day chosen in the dialog: a rule that was not broken before."""
    dialog.locator(".verdict-line", has_text=re.compile("Fits|Possible")).wait_for()
    day = timedelta(int(dialog.get_by_label("Day", exact=True).input_value()))
    there = str(date.fromisoformat(WEEK) + day)
    return away(reader, session["clinicians"][0], there, there)


@opens("lastingOf")
def _lasting(reader: Reader) -> None:
    reader.go("timetable", by="patient", one="p10")
    reader.page.get_by_role("button", name="Phases and authorisations").click()


@opens("copyDay")
def _copy_day(reader: Reader) -> None:
    reader.go("availability", of="patient", one="p02")
    reader.page.get_by_role("button", name="Copy a day …").click()


@opens("publishBroken")
def _publish_broken(reader: Reader) -> None:
    reader.go("plan")
    leader = next(s for s in newest(reader)[0]["sessions"] if s["clinicians"])["clinicians"][0]
    with away(reader, leader):
        reader.page.get_by_role("button", name="Publish").click()
        reader.page.get_by_role("dialog").wait_for()


@opens("removeTitle")
def _remove(reader: Reader) -> None:
    unfolded(reader, "rooms").get_by_role("button", name="Remove", exact=True).last.click()


@opens("notStored")
def _not_stored(reader: Reader) -> None:
    """Patients are in the program."""
    unfolded(reader, "programs").get_by_role("button", name="Remove", exact=True).last.click()
    reader.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    reader.page.get_by_role("dialog", name="This could not be stored").wait_for()


def unfolded(reader: Reader, part: str) -> Locator:
    reader.go("setup", part=part)
    entry = reader.page.locator(".entry").first
    if entry.get_attribute("open") is None:
        entry.locator("summary").click()
    return entry


def _adds(part: str) -> Opener:
    def opener(reader: Reader) -> None:
        reader.go("setup", part=part)
        reader.page.get_by_role("button", name="Add", exact=True).first.click()

    return opener


for _part in ("rooms", "clinicians", "session_types", "programs", "patients"):
    OPENERS[f"addOne {_part}"] = _adds(_part)
