"""Where the reader's system chooses the colours or bars motion, nothing told is lost and nothing moves."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.ui.reader import reading
from tests.ui.served import Served

STYLE = "(node, name) => getComputedStyle(node)[name]"
KINDS = ("group", "individual", "family", "other")


def test_forced_colours_keep_kinds_choices_and_paint_apart(browser: Browser, riverside: Served) -> None:
    with reading(browser, riverside, forced_colors="active") as reader:
        page = reader.page
        reader.sign_in()
        reader.go("timetable", by="room", day=1)
        borders = [page.locator(f".legend .kind-{kind}").evaluate(STYLE, "borderStyle") for kind in KINDS]
        assert len(set(borders)) == len(KINDS)
        card = page.locator(".card.kind-group").first
        other = page.locator(".card.kind-group").nth(1)
        card.click()
        assert card.evaluate(STYLE, "outlineStyle") == "solid"
        assert other.evaluate(STYLE, "outlineStyle") == "none"
        tabs = [page.get_by_role("link", name=name) for name in ("Timetable", "Hand-outs")]
        assert [tab.evaluate(STYLE, "outlineStyle") for tab in tabs] == ["solid", "none"]
        reader.go("availability", of="patient", one="p03")
        paint = {
            name: page.locator(f".paint-cell i.{name}").first.evaluate(STYLE, f"background{part}")
            for name, part in (("no", "Color"), ("soft", "Image"), ("shut", "Image"))
        }
        assert paint["no"] not in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
        assert "gradient" in paint["soft"]
        assert "gradient" in paint["shut"]
        page.get_by_role("gridcell", name="Saturday 9:00–9:30 AM").focus()
        page.keyboard.press("Shift+ArrowDown")
        assert page.locator(".paint-cell.in").count() == 2
        assert page.locator(".paint-cell.in").first.evaluate(STYLE, "outlineStyle") == "solid"


def test_nothing_moves_where_motion_is_barred(browser: Browser, riverside: Served) -> None:
    with reading(browser, riverside, reduced_motion="reduce") as reader:
        reader.sign_in()
        reader.go("setup", part="rooms")
        entry = reader.page.locator(".entry").first
        entry.locator("summary").click()
        entry.get_by_role("button", name="Save").click()
        expect(reader.page.locator("#toasts")).to_contain_text("Saved")
        assert reader.page.evaluate("document.getAnimations().length") == 0
