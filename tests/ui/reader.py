"""A person at a browser: signs in, goes to views; every report of the browser is kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.ui.served import WEEK, Served
from tests.witness import WITNESS

NAMES = ("chromium", "chromium-browser", "google-chrome")
READY = "html[data-ready]"
TURN = """hash => {
  delete document.documentElement.dataset.ready;
  if (location.hash === hash) dispatchEvent(new Event("hashchange")); else location.hash = hash;
}"""


class Reader:
    """One browser window of one service."""

    def __init__(self, page: Page, served: Served, clinic: str) -> None:
        self.page, self.served, self.clinic = page, served, clinic
        self.reports: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.reports.append(f"error: {error}"))
        page.on("request", lambda request: WITNESS.asked_for(request.url))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.reports.append(f"{message.type}: {message.text}")

    def open(self) -> None:
        self.page.goto(self.served.url)
        self.ready()

    def ready(self) -> None:
        self.page.locator(READY).wait_for(state="attached", timeout=60_000)

    def sign_in(self) -> None:
        self.open()
        self.page.get_by_label("Key", exact=True).fill(self.served.key)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.locator(".bar, .welcome h1:has-text('No clinic')").first.wait_for()
        self.ready()

    def go(self, view: str, **more: Any) -> None:
        query = "&".join(f"{name}={value}" for name, value in more.items())
        self.page.evaluate(TURN, f"#/{self.clinic}/{WEEK}/{view}{'?' if query else ''}{query}")
        self.ready()

    def card(self, text: str) -> Any:
        return self.page.locator(".card", has_text=text)

    def said(self, text: str) -> None:
        """Wait until the page has said so."""
        self.page.locator("#toasts", has_text=text).wait_for(timeout=60_000)

    def heard(self, text: str) -> None:
        """The same, and what has been said is put away, so that only news is heard the next time."""
        self.said(text)
        self.page.locator("#toasts").evaluate("toasts => toasts.replaceChildren()")


@contextmanager
def reading(browser: Browser, served: Served, clinic: str = "riverside", **options: Any) -> Iterator[Reader]:
    """A window in a context of its own; it must not have reported anything by the end."""
    options = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US", **options}
    context = browser.new_context(**options)
    context.set_default_timeout(30_000)
    reader = Reader(context.new_page(), served, clinic)
    yield reader
    context.close()
    assert not reader.reports, reader.reports


def chromium() -> str | None:
    """The browser of this machine: what CHROMIUM names, or the first one found."""
    return os.environ.get("CHROMIUM") or next((p for n in NAMES if (p := shutil.which(n))), None)


@contextmanager
def browsing(path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()
