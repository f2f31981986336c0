"""The page's own files: size, words, headers, and nothing that a strict policy would refuse."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from tests.ui.served import Served
from tests.ui.sources import PAGE, SOURCES, TABS, bytes_of, modules_of

WORDS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (PAGE / "words").glob("*.json")}
KILOBYTE = 1000


@pytest.mark.parametrize("view", TABS)
def test_no_view_loads_more_than_a_hundred_kilobytes_of_script(view: str) -> None:
    assert bytes_of(modules_of(view)) <= 100 * KILOBYTE


def test_no_source_makes_markup_out_of_text_or_runs_text() -> None:
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write"
    barred = re.compile(markup + r"|\beval\(|new Function|\.style\b(?!\.setProperty)")
    assert {name: barred.findall(text) for name, text in SOURCES.items() if barred.search(text)} == {}
    shell = (PAGE / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"style=|<style|<script(?![^>]*src)|https?://", shell) == []


def test_every_word_is_in_every_language_with_the_same_gaps() -> None:
    def gaps(text: str | dict[str, str]) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", " ".join(text.values()) if isinstance(text, dict) else text))

    english = WORDS["en"]
    used = {key for text in SOURCES.values() for key in re.findall(r'\bt\("([\w.]+)"', text)}
    assert used - english.keys() == set()
    for language, words in WORDS.items():
        assert words.keys() == english.keys(), language
        assert {k for k in words if gaps(words[k]) != gaps(english[k])} == set(), language


def test_files_are_kept_for_good_under_their_version_and_unknown_versions_have_none(
    riverside: Served,
) -> None:
    shell = httpx.get(riverside.url)
    assert shell.status_code == 200
    assert shell.headers["Cache-Control"] == "no-store"
    policy = shell.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    script = re.search(r'src="(/static/(\w+)/js/main\.js)"', shell.text)
    assert script is not None
    answer: httpx.Response = httpx.get(riverside.url + script[1])
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer.headers["Cache-Control"]
    assert httpx.get(riverside.url + script[1].replace(script[2], "other")).status_code == 404
    assert httpx.get(f"{riverside.url}/static/{script[2]}/../settings.py").status_code == 404
