"""axe finds nothing, light and dark, on any page or dialog (WCAG 2.2 A and AA)."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.ui.reader import Reader, reading
from tests.ui.served import Served

QUICK = {"resultTypes": ["violations"], "preload": False}
ALL = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
# The dark page differs in its colours alone.
RULES = {"light": ALL, "dark": {"runOnly": {"type": "rule", "values": ["color-contrast"]}}}
VIEWS: dict[str, dict[str, Any]] = {
    "plan": {},
    "timetable": {"by": "room"},
    "unplaced": {},
    "availability": {"of": "patient", "one": "p03"},
    "newcomer": {},
    "callout": {},
    "insight": {},
    "handouts": {},
    "setup": {"part": "programs"},
}
PARTS = (
    "clinic",
    "rooms",
    "clinicians",
    "session_types",
    "patients",
    "standing",
    "cohorts",
    "apart",
    "import",
)
MORE: list[tuple[str, dict[str, Any]]] = [
    *(("setup", {"part": part}) for part in PARTS),
    ("timetable", {"by": "clinician"}),
    ("timetable", {"by": "patient", "one": "p02"}),
    ("availability", {"of": "clinician", "one": "okafor"}),
    ("handouts", {"one": "p02"}),
]
Scheme = Literal["light", "dark"]


def faults(reader: Reader, scheme: Scheme) -> list[str]:
    # Colours in transition are judged by what they are half-way.
    reader.page.wait_for_timeout(250)
    found = Axe().run(reader.page, options=QUICK | RULES[scheme])
    return [
        f"{v['id']}: {n['html'][:160]} {n['failureSummary'][:200]}"
        for v in found.response["violations"]
        for n in v["nodes"][:3]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_and_no_dialog_has_a_fault(browser: Browser, riverside: Served, scheme: Scheme) -> None:
    with reading(browser, riverside, color_scheme=scheme) as reader:
        reader.open()
        found = {"sign-in": faults(reader, scheme)}
        reader.sign_in()
        for view, more in VIEWS.items():
            reader.go(view, **more)
            found[view] = faults(reader, scheme)
        for view, more in MORE:
            reader.go(view, **more)
            if reader.page.locator(".entry").count():
                reader.page.locator(".entry summary").first.click()
            found[f"{view} {more}"] = faults(reader, scheme)
        reader.go("timetable", by="patient", day=1)
        found["day by patient"] = faults(reader, scheme)
        reader.page.locator(".card.kind-group").first.click()
        reader.page.locator(".details").get_by_role("button", name="Move …").last.click()
        reader.page.get_by_role("dialog").get_by_text("Any place").wait_for()
        reader.page.locator(".best").get_by_text("Checking").wait_for(state="detached")
        found["move dialog"] = faults(reader, scheme)
        reader.page.keyboard.press("Escape")
        reader.page.locator(".card.kind-group").first.focus()
        reader.page.keyboard.press("m")
        reader.page.locator(".ghost").wait_for()
        found["picked up"] = faults(reader, scheme)
        reader.page.keyboard.press("Escape")
    assert {name: f for name, f in found.items() if f} == {}
