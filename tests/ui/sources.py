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
IMPORT = re.compile(r'^import .*?from "\./([\w.]+)";', re.M | re.S)
LATE_IMPORT = re.compile(r'\bimport\("\./([\w.]+)"\)')
# Fetched when somebody opens the dialog, goes to the field.
ON_DEMAND = {"lasting.js", "movedialog.js", "search.js"}


def modules_of(view: str) -> set[str]:
    """What the frame and one view load until it stands, the parts of an attended week included."""
    seen: set[str] = set()
    waiting = ["main.js", f"{view}.js"]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting += IMPORT.findall(SOURCES[name])
        if name != "main.js":  # which fetches one view at a time
            waiting += set(LATE_IMPORT.findall(SOURCES[name])) - ON_DEMAND
    return seen


def bytes_of(names: set[str]) -> int:
    return sum(len(SOURCES[name].encode()) for name in names)
