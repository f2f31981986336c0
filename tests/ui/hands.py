"""The same actions by keys alone or by clicks alone: nobody needs both."""

from __future__ import annotations

from typing import Any, Protocol

from playwright.sync_api import FileChooser, Locator, expect

from tests.ui.reader import Reader

FOCUSED = "node => node === document.activeElement"
OUTLINED = """node => [node, node.nextElementSibling, node.closest("label")].some(
  n => n && (getComputedStyle(n).outlineStyle !== "none" || getComputedStyle(n).boxShadow !== "none"))"""
STOPS = 600  # of Tab; a form of thirty standing groups has two hundred controls


class Hand(Protocol):
    """What a person does at a control, whichever way."""

    reader: Reader

    def press(self, control: Locator) -> None: ...
    def choose(self, control: Locator, label: str) -> None: ...
    def pick(self, label: str) -> None: ...
    def type(self, control: Locator, text: str) -> None: ...
    def file(self, control: Locator, content: Any) -> None: ...


class Clicks:
    """A mouse, or a finger that taps; text is typed, for want of another way."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def press(self, control: Locator) -> None:
        control.click()

    def choose(self, control: Locator, label: str) -> None:
        control.select_option(label=label)

    def pick(self, label: str) -> None:
        self.reader.page.locator("label.choice", has=self.reader.page.get_by_label(label, exact=True)).click()

    def type(self, control: Locator, text: str) -> None:
        control.click(click_count=3)
        self.reader.page.keyboard.type(text)

    def file(self, control: Locator, content: Any) -> None:
        with self.reader.page.expect_file_chooser() as opened:
            control.click()
        chosen: FileChooser = opened.value
        chosen.set_files(content)


class Keys:
    """Tab, arrows, Enter, Space and letters: the mouse is never touched, and focus is always to be seen."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def reach(self, control: Locator) -> None:
        control.wait_for(state="attached")
        for _ in range(STOPS):
            if control.evaluate(FOCUSED):
                assert control.evaluate(OUTLINED), "focus is not to be seen"
                return
            self.reader.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {control}")

    def press(self, control: Locator) -> None:
        expect(control).to_be_enabled()
        self.reach(control)
        box = control.evaluate("node => node.matches('[type=checkbox], [type=radio]')")
        self.reader.page.keyboard.press("Space" if box else "Enter")

    def choose(self, control: Locator, label: str) -> None:
        self.reach(control)
        wanted = control.evaluate(
            "(node, label) => [...node.options].findIndex(o => o.label === label)", label
        )
        assert wanted >= 0, label
        self.reader.page.keyboard.press("Home")
        for _ in range(wanted):
            self.reader.page.keyboard.press("ArrowDown")

    def pick(self, label: str) -> None:
        page = self.reader.page
        wanted = page.get_by_role("radio", name=label, exact=True)
        name = wanted.get_attribute("name")
        chosen = page.locator(f'input[name="{name}"]:checked')
        self.reach(chosen if chosen.count() else page.locator(f'input[name="{name}"]').first)
        for _ in range(12):
            if wanted.is_checked():
                return
            page.keyboard.press("ArrowRight")
        raise AssertionError(f"arrows never come to {label}")

    def type(self, control: Locator, text: str) -> None:
        self.reach(control)
        self.reader.page.keyboard.press("Control+a")
        self.reader.page.keyboard.type(text)

    def file(self, control: Locator, content: Any) -> None:
        self.reach(control)
        with self.reader.page.expect_file_chooser() as opened:
            self.reader.page.keyboard.press("Space")
        chosen: FileChooser = opened.value
        chosen.set_files(content)


HANDS: dict[str, type[Keys] | type[Clicks]] = {"keys": Keys, "clicks": Clicks}
