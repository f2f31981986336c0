"""Names of every kind are shown as text, and every view fits a narrow window and a doubled one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.odd import LONG, MARKUP, WIDER, odd_clinic
from tests.ui.reader import Reader, reading
from tests.ui.served import Served
from tests.ui.test_accessibility import VIEWS

CLINIC = "names"


@pytest.fixture(scope="module")
def odd(riverside: Served) -> Served:
    odd_clinic(riverside, CLINIC)
    return riverside


@pytest.fixture
def wary(browser: Browser, odd: Served) -> Iterator[Reader]:
    with reading(browser, odd, CLINIC) as found:
        found.sign_in()
        yield found


def test_markup_in_names_is_text_in_every_view(wary: Reader) -> None:
    for view, more in VIEWS.items():
        wary.go(view, **more)
        assert wary.page.locator("main img, main script").count() == 0, view
        assert wary.page.title() != "taken"
        assert wary.page.evaluate(WIDER) <= 0, view
    wary.go("timetable", by="patient", one="p01")
    expect(wary.page.get_by_label("Show one")).to_contain_text(MARKUP)
    wary.go("handouts", one="p02")
    expect(wary.page.locator(".sheet h2")).to_contain_text(LONG)


@pytest.mark.parametrize(("width", "height"), [(320, 640), (720, 450)], ids=["320 px", "200 %"])
def test_every_view_fits_without_scrolling_sideways(
    browser: Browser, odd: Served, width: int, height: int
) -> None:
    with reading(browser, odd, CLINIC, viewport={"width": width, "height": height}) as reader:
        reader.sign_in()
        for view, more in VIEWS.items():
            reader.go(view, **more)
            assert reader.page.evaluate(WIDER) <= 0, view
            assert reader.page.locator("h1").count() == 1, view
