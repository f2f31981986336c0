"""A real browser against a real service; without a Chromium these tests are skipped, and say so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest
from playwright.sync_api import Browser

from tests.ui.hands import HANDS
from tests.ui.reader import Reader, browsing, chromium, reading
from tests.ui.served import Served, example, serving

# Every dialog and every action, with either hand, light and dark, take minutes: of these files the suite
# runs a third, always the same; EVERY_PAGE_TEST=1, or asking for a file alone, runs all.
LONG = ("test_dialogs", "test_actions_in_a_week", "test_actions_around_a_week", "test_colours_and_motion")
SAMPLE = 3


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("EVERY_PAGE_TEST") or len({i.path for i in items}) == 1:
        return
    folder = Path(__file__).parent
    long = [i for i in items if i.path.parent == folder and i.path.stem in LONG]
    left = {i for i in long if crc32(i.name.encode()) % SAMPLE}
    if left:
        config.hook.pytest_deselected(items=sorted(left, key=items.index))
        items[:] = [i for i in items if i not in left]


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
