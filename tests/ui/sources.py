"""The page's own modules, and which of them a view loads."""

from __future__ import annotations

import re
from pathlib import Path

import api

PAGE = Path(api.__file__).parent / "page"
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in sorted((PAGE / "js").glob("*.js"))}
TABS = (
    "timetable",
    "plan",
    "unplaced",
    "availability",
    "newcomer",
    "callout",
    "insight",
    "handouts",
    "setup",
)
STATIC_IMPORT = re.compile(r'^import .*?from "\./([\w.]+)";', re.M | re.S)


def modules_of(view: str) -> set[str]:
    """What the frame and one view load."""
    seen: set[str] = set()
    waiting = ["main.js", f"{view}.js"]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += STATIC_IMPORT.findall(SOURCES[name])
    return seen
