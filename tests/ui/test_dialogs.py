"""Every dialog, with names of every kind: no fault, light or dark; fits a narrow window; gives focus back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.ui.dialogs import OPENERS
from tests.ui.odd import WIDER, odd_clinic
from tests.ui.reader import Reader, reading
from tests.ui.served import Served, serving
from tests.ui.sources import SOURCES
from tests.ui.test_accessibility import Scheme, faults

CLINIC = "dialogs"
OF_AN_EMPTY_DATABASE = {"startOwn"}
REFUSED = re.compile(r"status of 4(09|12|22)")
TOO_WIDE = """() => [...document.querySelectorAll("dialog[open], dialog[open] .dialog-body")]
  .filter(node => node.scrollWidth > node.clientWidth + 1 || node.getBoundingClientRect().right > innerWidth)
  .map(node => node.className || node.tagName)"""
NARROW, WIDE = ViewportSize(width=320, height=640), ViewportSize(width=1440, height=900)


@pytest.fixture(scope="module")
def odd(riverside: Served) -> Served:
    odd_clinic(riverside, CLINIC)
    return riverside


def test_every_dialog_of_the_page_is_opened_here() -> None:
    titles = {title for text in SOURCES.values() for title in re.findall(r'\bdialog\(t\("(\w+)"', text)}
    calls = sum(len(re.findall(r"(?<!function )\bdialog\(", text)) for text in SOURCES.values())
    assert calls == sum(len(re.findall(r'\bdialog\(t\("\w+"', text)) for text in SOURCES.values())
    assert titles == {name.split()[0] for name in OPENERS} | OF_AN_EMPTY_DATABASE


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", OPENERS)
def test_a_dialog_has_no_fault_fits_and_gives_focus_back(
    browser: Browser, odd: Served, name: str, scheme: Scheme
) -> None:
    with reading(browser, odd, CLINIC, color_scheme=scheme) as reader:
        reader.sign_in()
        OPENERS[name](reader)
        looked_at(reader, scheme)
        # The browser itself notes a refused request; nothing else is reported.
        reader.reports[:] = [r for r in reader.reports if not REFUSED.search(r)]


def looked_at(reader: Reader, scheme: Scheme) -> None:
    page = reader.page
    expect(page.get_by_role("dialog")).to_have_count(1)
    assert page.evaluate("document.activeElement.closest('dialog') !== null"), "focus is outside"
    assert faults(reader, scheme) == []
    assert page.locator("dialog img, dialog script").count() == 0
    page.set_viewport_size(NARROW)
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(WIDER) <= 0
    page.set_viewport_size(WIDE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body"), "focus is lost"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_empty_database_and_its_dialog_have_no_fault(
    browser: Browser, empty: Served, scheme: Scheme
) -> None:
    with reading(browser, empty, color_scheme=scheme) as reader:
        reader.sign_in()
        assert faults(reader, scheme) == []
        reader.page.get_by_role("button", name="Set up your own").click()
        looked_at(reader, scheme)


@pytest.fixture(scope="module")
def empty() -> Iterator[Served]:
    with serving() as served:
        yield served
