"""A real browser against a real service; without a Chromium these tests are skipped, and say so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.ui.hands import HANDS
from tests.ui.reader import Reader, browsing, chromium, reading
from tests.ui.served import Served, example, serving


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: nothing of the page is tested")
    with browsing(path) as found:
        yield found


@pytest.fixture(scope="session")
def riverside() -> Iterator[Served]:
    """A service that has the example clinic with a planned week; tests that change it make their own."""
    with serving() as served:
        served.solved(served.store(example()))
        yield served


@pytest.fixture
def reader(browser: Browser, riverside: Served) -> Iterator[Reader]:
    """Somebody signed in at the example clinic."""
    with reading(browser, riverside) as found:
        found.sign_in()
        yield found


@pytest.fixture(scope="module", params=HANDS)
def way(request: pytest.FixtureRequest) -> str:
    """By keys alone, by clicks alone."""
    return str(request.param)
