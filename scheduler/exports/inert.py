"""Text from elsewhere, made harmless for spreadsheets."""

from __future__ import annotations

from typing import Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def inert(text: str) -> str:
    """With an apostrophe before what a spreadsheet would run, full-width signs (the last four) included."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text
