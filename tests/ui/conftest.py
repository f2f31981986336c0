"""A real browser against a real service; without a Chromium these tests are skipped, and say so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.ui.reader import Reader, reading
from tests.ui.served import Served, example, serving

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or next((p for n in NAMES if (p := shutil.which(n))), None)
    if path is None:
        pytest.skip("no Chromium on this machine: nothing of the page is tested")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()


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
