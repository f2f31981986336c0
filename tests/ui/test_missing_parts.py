"""A part of the page that cannot be fetched any more: told in words, with a way out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.ui.reader import Reader
from tests.ui.test_actions_in_a_week import details


def gone(route: Route) -> None:
    route.abort()


@pytest.mark.parametrize("part", ["movedialog", "search"])
def test_a_part_that_cannot_be_fetched_is_told_and_the_page_loaded_again(reader: Reader, part: str) -> None:
    page = reader.page
    reader.go("timetable", by="room", day=1)
    page.route(f"**/{part}.js", gone)
    if part == "search":
        page.get_by_role("combobox", name="Search patients").focus()
    else:
        page.locator(".card.kind-group").first.click()
        details(reader).get_by_role("button", name="Move …").last.click()
    reader.said("could not be fetched")
    assert [r for r in reader.reports if "ERR_FAILED" not in r] == []  # the browser's own report
    reader.reports.clear()
    page.unroute(f"**/{part}.js")
    with page.expect_navigation():
        page.get_by_role("button", name="Load the page again").click()
    reader.ready()
    if part == "movedialog":
        reader.go("timetable", by="room", day=1)
        page.locator(".card.kind-group").first.click()
        details(reader).get_by_role("button", name="Move …").last.click()
        expect(page.get_by_role("dialog")).to_be_visible()
