"""Values that no JSON text in UTF-8 could hold: half characters, and what a Python caller may hand over."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from scheduler.intake.place import Faults, Place

MAX_DEPTH: Final = 60
_HALF: Final = re.compile("[\ud800-\udfff]")
_HALF_ESCAPED: Final = re.compile(r"\\u[dD][89a-fA-F]")


def may_hold_halves(text: bytes | str) -> bool:
    """Whether a document's text could have half characters (surrogates) at all; most have none."""
    if isinstance(text, bytes):
        return b"\\u" in text and _HALF_ESCAPED.search(text.decode("utf-8", "replace")) is not None
    return not text.isascii() or _HALF_ESCAPED.search(text) is not None


def sound(document: Any, faults: Faults) -> Any:
    """The document itself, or a copy with its unsound values reported and replaced."""
    return document if _is_sound(document) else _repaired(Place(document), faults, 0)


def _is_sound(root: Any) -> bool:
    todo, known = [root], set()
    while todo:
        node = todo.pop()
        kind = type(node)
        if kind is dict or kind is list:
            if id(node) in known:  # shared or circular: seen already
                continue
            known.add(id(node))
            todo.extend(node)
            if kind is dict:
                if not all(type(name) is str for name in node):
                    return False
                todo.extend(node.values())
        elif not _is_sound_scalar(node, kind):
            return False
    return True


def _is_sound_scalar(value: Any, kind: type) -> bool:
    if kind is str:
        return value.isascii() or not _HALF.search(value)
    if kind is float:
        return math.isfinite(value)
    return kind is int or kind is bool or value is None


def _repaired(place: Place, faults: Faults, depth: int) -> Any:
    value = place.value
    if depth > MAX_DEPTH:
        faults.add(place, "too_deep", f"nested more than {MAX_DEPTH} deep")
        return None
    if isinstance(value, dict):
        return _repaired_object(place, faults, depth)
    if isinstance(value, list | tuple):
        return [_repaired(entry, faults, depth + 1) for entry in place.entries()]
    if isinstance(value, str):
        return _whole_characters(str.__str__(value), place, faults)
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    faults.add(place, "not_json", f"a value of the kind {type(value).__name__} cannot be written as JSON")
    return None


def _repaired_object(place: Place, faults: Faults, depth: int) -> dict[str, Any]:
    copy: dict[str, Any] = {}
    for name, value in place.value.items():
        if isinstance(name, str):
            name = _whole_characters(str.__str__(name), Place(None, place, _visible(name)), faults)
            copy[name] = _repaired(Place(value, place, name), faults, depth + 1)
        else:
            faults.add(place, "not_json", f"a field is named by a {type(name).__name__}, not by a string")
    return copy


def _whole_characters(text: str, place: Place, faults: Faults) -> str:
    if text.isascii() or not _HALF.search(text):
        return text
    faults.add(place, "not_text", f"half of a character (a lone surrogate) in {_visible(text[:60])!r}")
    return _visible(text)


def _visible(text: str) -> str:
    return _HALF.sub("\ufffd", text)
