"""Faults as the service tells them: without the words that were sent, which may be somebody's name or story.

The library quotes what it got, for a person at a terminal. Here answers pass through proxies, browsers and
tickets, so only what can be an id or a field's name is repeated.
"""

from __future__ import annotations

import re

from scheduler.errors import Fault

# What was sent stood where something else was expected: it can be anything at all.
_OF_FORM = frozenset(
    (
        "wrong_type",
        "wrong_form",
        "unknown_value",
        "out_of_range",
        "not_a_time",
        "not_a_date",
        "not_a_local_time",
    )
)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_GOT = re.compile(r", got .*", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_EXPECTED = frozenset(("HH:MM", "YYYY-MM-DD", "YYYY-MM-DDTHH:MM", "America/New_York"))


def discreet(fault: Fault) -> Fault:
    message = _GOT.sub(", got something else", fault.message) if fault.code in _OF_FORM else fault.message
    return Fault(_known_part(fault.pointer), _QUOTED.sub(_quoted, message), fault.code)


def _quoted(match: re.Match[str]) -> str:
    inside = match[0][1:-1]
    return match[0] if inside in _EXPECTED or _NAME.fullmatch(inside) else "…"


def _known_part(pointer: str) -> str:
    """The pointer up to a field whose very name is somebody's own words."""
    kept = []
    for part in pointer.split("/")[1:]:
        if not _NAME.fullmatch(part):
            break
        kept.append(f"/{part}")
    return "".join(kept)
