"""Take the guide's pictures from the running product: `python -m docs.take_screenshots`.

A service of its own is started over an empty database, a browser goes through a scheduler's first hour, and
each step is kept under docs/guide/. Needs a Chromium, or one named by CHROMIUM.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.ui.reader import Reader, browsing, chromium, reading
from tests.ui.served import serving

FOLDER = Path(__file__).parent / "guide"
SIZE = {"width": 1280, "height": 800}


def main() -> int:
    path = chromium()
    if path is None:
        print("no Chromium found; name one with CHROMIUM=/path/to/it", file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    with serving() as served, browsing(path) as browser, reading(browser, served, viewport=SIZE) as reader:
        reader.page.emulate_media(reduced_motion="reduce")
        for step in (_sign_in, _availability, _plan, _timetable, _move, _not_placed, _newcomer, _call_out):
            step(reader)
        for step in (_attendance, _clinic, _handouts, _setup):
            step(reader)
    return 0


def keep(reader: Reader, name: str) -> None:
    reader.page.wait_for_timeout(200)
    reader.page.locator("#toasts").evaluate("toasts => toasts.replaceChildren()")
    reader.page.screenshot(path=FOLDER / f"{name}.png")
    print(f"docs/guide/{name}.png")


def _sign_in(reader: Reader) -> None:
    reader.open()
    keep(reader, "01-sign-in")
    reader.sign_in()
    reader.page.get_by_role("button", name="Open the example clinic").wait_for()
    keep(reader, "02-empty")
    reader.page.get_by_role("button", name="Open the example clinic").click()
    reader.page.get_by_role("button", name="Solve", exact=True).wait_for()


def _availability(reader: Reader) -> None:
    reader.go("availability", of="patient", one="p03")
    reader.page.get_by_role("gridcell", name="Friday 2:00–2:30 PM, free").focus()
    for _ in range(3):
        reader.page.keyboard.press("Shift+ArrowDown")
    reader.page.keyboard.press("2")
    reader.page.get_by_text("Saved").wait_for()
    keep(reader, "03-availability")


def _plan(reader: Reader) -> None:
    page = reader.page
    reader.go("plan")
    page.get_by_label("Search for at most").select_option("30")
    page.get_by_role("button", name="Solve", exact=True).click()
    page.locator(".figure-box").first.wait_for(timeout=300_000)
    page.wait_for_timeout(9000)
    keep(reader, "04-solving")
    page.get_by_role("button", name="Publish").wait_for(timeout=120_000)
    keep(reader, "05-planned")


def _timetable(reader: Reader) -> None:
    reader.go("timetable", by="room")
    keep(reader, "06-week")
    reader.go("timetable", by="room", day=1)
    reader.page.locator(".card.kind-group").first.click()
    keep(reader, "07-day")
    reader.go("timetable", by="patient", one="p02")
    keep(reader, "08-one-patient")


def _move(reader: Reader) -> None:
    page = reader.page
    reader.go("timetable", by="room", day=3)
    card = page.locator(".card.kind-other").first
    card.click()
    page.keyboard.press("m")
    page.locator(".ghost").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    keep(reader, "09-picked-up")
    page.keyboard.press("Escape")
    page.locator(".details").get_by_role("button", name="Move …").last.click()
    page.locator(".best button").first.or_(page.get_by_text("No other place")).first.wait_for()
    keep(reader, "10-move-dialog")
    page.keyboard.press("Escape")


def _not_placed(reader: Reader) -> None:
    page = reader.page
    reader.go("unplaced")
    page.get_by_text("Checking").last.wait_for(state="detached", timeout=120_000)
    attempt = page.get_by_role("button", name="Try:")
    if attempt.count():
        attempt.first.click()
        panel = page.locator(".panel", has=attempt).first
        panel.evaluate("panel => panel.scrollIntoView({block: 'start'})")
    keep(reader, "11-not-placed")


def _newcomer(reader: Reader) -> None:
    page = reader.page
    reader.go("newcomer")
    page.get_by_label("Primary clinician").select_option("okafor")
    page.get_by_role("button", name="Find the best weeks").click()
    page.locator(".option").first.wait_for(timeout=60_000)
    heading = page.get_by_role("heading", name="best weeks", exact=False).first
    heading.evaluate("heading => heading.scrollIntoView({block: 'start'})")
    keep(reader, "12-new-patient")


def _call_out(reader: Reader) -> None:
    page = reader.page
    reader.go("callout")
    page.get_by_label("Clinician", exact=True).select_option("lindqvist")
    page.get_by_label("Day", exact=True).select_option("2026-12-01")
    page.get_by_role("button", name="Show the repair").click()
    page.get_by_role("heading", name="The repaired week").wait_for(timeout=120_000)
    messages = page.get_by_text("to send").first
    if messages.is_visible():
        messages.click()
    keep(reader, "13-call-out")


def _attendance(reader: Reader) -> None:
    """The week is published; of one group most came, one was late, one missed it."""
    page = reader.page
    reader.go("plan")
    page.get_by_role("button", name="Publish", exact=True).click()
    reader.said("Published")
    reader.go("timetable", by="room", day=1)
    page.locator(".card.kind-group").first.click()
    lines = page.locator(".marks li")
    lines.nth(0).get_by_role("button", name="missed").click()
    lines.nth(1).get_by_role("button", name="late").click()
    page.get_by_role("button", name="All others came").click()
    lines.last.get_by_role("button", name="attended", pressed=True).wait_for()
    missed = lines.nth(0).get_attribute("data-patient")
    keep(reader, "14-who-came")
    reader.go("timetable", by="patient", one=missed)
    page.locator(".progress-table").wait_for()
    keep(reader, "15-care-by-week")


def _clinic(reader: Reader) -> None:
    reader.go("insight")
    keep(reader, "16-clinic-view")


def _handouts(reader: Reader) -> None:
    reader.go("handouts")
    keep(reader, "17-hand-outs")


def _setup(reader: Reader) -> None:
    reader.go("setup", part="programs")
    reader.page.locator(".entry summary").first.click()
    keep(reader, "18-set-up")


if __name__ == "__main__":
    sys.exit(main())
