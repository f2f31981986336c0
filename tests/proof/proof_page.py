"""The page's budgets, in a real browser: drawing 500 patients, picking a session up among 60, its scripts."""

from __future__ import annotations

from gzip import compress
from statistics import median

from playwright.sync_api import Page

from tests.proof.report import Report
from tests.ui.reader import Reader, browsing, chromium, reading
from tests.ui.served import serving
from tests.ui.sources import SOURCES, TABS, bytes_of, modules_of
from tests.ui.tiled import tiled

TITLE = "The page's budgets"
TIMES = 5
FIRST, WHOLE, SHADING = 500, 1000, 200  # milliseconds
HUNDRED_KILOBYTES = 100_000
WATCH = """addEventListener("drawn", () => requestAnimationFrame(() => setTimeout(() => {
  performance.mark("whole");
})));"""
PAINTED = """() => new Promise(done => requestAnimationFrame(() => setTimeout(() => {
  const at = name => performance.getEntriesByName(name).at(-1)?.startTime ?? NaN;
  done([performance.now() - at("arrive"), at("shown") - at("arrive")]);
})))"""
ALL = """() => new Promise(done => {
  const at = name => performance.getEntriesByName(name).at(-1)?.startTime ?? 0;
  const look = () => at("whole") > at("arrive") ? done(at("whole") - at("arrive")) : setTimeout(look, 5);
  look();
})"""
SHADED = "() => performance.getEntriesByName('shading').map(entry => entry.duration)"
BLANK = """() => [...document.querySelectorAll(".line-group .line")].filter(line => {
  const box = line.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight && !line.querySelector(".card");
}).length"""
VIEWS: dict[str, dict[str, object]] = {
    "week, a line a patient": {"by": "patient"},
    "day, a column a patient": {"by": "patient", "day": 1},
    "week, a line a room": {"by": "room"},
}


def run(report: Report) -> None:
    path = chromium()
    report.require(path is not None, "there is a Chromium to measure with")
    if path is None:
        return
    with serving() as served, browsing(path) as browser:
        tiled(served, 21, "large")
        tiled(served, 3, "middling")
        with reading(browser, served, "large") as reader:
            _drawing(report, reader)
        with reading(browser, served, "middling") as reader:
            _picking_up(report, reader)
    _scripts(report)


def _drawing(report: Report, reader: Reader) -> None:
    reader.page.add_init_script(WATCH)
    reader.sign_in()
    rows = []
    for name, more in VIEWS.items():
        drawn = [_once(reader, more) for _ in range(TIMES)]
        first, whole = (round(median(figures)) for figures in zip(*drawn, strict=True))
        rows.append((name, first, whole))
        report.require(first <= FIRST, f"{name}: the first screenful within {FIRST} ms")
        report.require(whole <= WHOLE, f"{name}: the whole within {WHOLE} ms")
    report.say("504 patients; milliseconds from the click until painted, median of five.")
    report.table(["view", "first screenful", "the whole"], rows)
    reader.go("timetable", by="patient")
    report.require(_blank_rows(reader.page) == 0, "no row is blank while scrolling")


def _once(reader: Reader, more: dict[str, object]) -> tuple[float, float]:
    reader.go("setup")
    reader.go("timetable", **more)
    painted, _ = reader.page.evaluate(PAINTED)
    return painted, reader.page.evaluate(ALL)


def _blank_rows(page: Page) -> int:
    """Rows in sight without any session, over twenty screenfuls."""
    page.evaluate(ALL)
    blank = 0
    page.mouse.move(400, 500)
    for _ in range(20):
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(30)
        blank += page.evaluate(BLANK)
    return blank


def _picking_up(report: Report, reader: Reader) -> None:
    reader.sign_in()
    reader.go("timetable", by="room", day=1)
    cards = reader.page.locator(".card.kind-group")
    for n in range(TIMES + 1):
        cards.nth(n % cards.count()).focus()
        reader.page.keyboard.press("m")
        reader.page.locator(".ghost").wait_for()
        reader.page.keyboard.press("Escape")
    took: list[float] = reader.page.evaluate(SHADED)
    shading = round(median(took[1:]))  # the first question waits for a solver process to read the week
    report.say("72 patients: from picking a session up until every place is shaded, asking included.")
    report.table(["first, ms", "then, median, ms"], [(round(took[0]), shading)])
    report.require(shading <= SHADING, f"shaded within {SHADING} ms")


def _scripts(report: Report) -> None:
    rows = [(view, bytes_of(modules_of(view))) for view in TABS]
    report.say(
        "Own JavaScript that a view loads until it stands, raw bytes, the parts of an attended week "
        "included; nobody else's: none."
    )
    report.table(["view", "bytes"], rows)
    size = bytes_of(set(SOURCES))
    packed = sum(len(compress(text.encode(), 9)) for text in SOURCES.values())
    report.say(
        f"The budget is read as what a view loads. All {len(SOURCES)} modules together are {size:,} bytes "
        f"raw, more than a hundred kilobytes, and {packed:,} as they are sent (gzip); whoever opens every "
        "view and dialog has fetched them all, each once."
    )
    report.require(max(n for _, n in rows) <= HUNDRED_KILOBYTES, "a view's own JavaScript within 100 kB raw")
    report.require(packed <= HUNDRED_KILOBYTES, "all of it within 100 kB as it is sent")
