"""From bytes or text to a JSON value, as RFC 8259 has it: UTF-8, no NaN, no name twice in one object."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from scheduler.errors import Fault, ProblemRefused
from scheduler.intake.place import Faults, Place, shown

MAX_BYTES: Final = 20_000_000
_STRING: Final = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_TOO_DEEP: Final = 200
_LONG_NUMBER: Final = 400  # digits; Python itself refuses to read more than 4,300


@dataclass(frozen=True, slots=True)
class Parsed:
    """The value of a text, and the objects in which names were given twice (the last one holds)."""

    value: Any
    twice: Sequence[tuple[dict[str, Any], list[str]]]


def parse(document: bytes | str, kind: str = "problem") -> Parsed:
    """What is not JSON at all is refused at once."""
    text = _decoded(document, kind)
    try:
        return _parsed(text, kind)
    except ValueError:  # a number of more digits than Python reads by itself
        return _parsed(text, kind, parse_int=_whole)


def _parsed(text: str, kind: str, parse_int: Callable[[str], int] | None = None) -> Parsed:
    twice: list[tuple[dict[str, Any], list[str]]] = []

    def gather(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            times = Counter(name for name, _ in pairs)
            twice.append((found, [name for name in found if times[name] > 1]))
        return found

    try:
        value = json.loads(text, object_pairs_hook=gather, parse_constant=_no_number, parse_int=parse_int)
    except json.JSONDecodeError as error:
        _refuse(kind, f"{_in_words(error.msg)} at line {error.lineno}, column {error.colno}")
    except _NoNumberError as error:
        _refuse(kind, f"{error} is no number in JSON, {_first(text, 'NaN|-?Infinity')}")
    except RecursionError:
        _refuse(kind, f"it is nested too deeply, {_deepest(text)}")
    return Parsed(value, twice)


def values_at_most(document: bytes | str) -> int:
    """No fewer than there are values, told at a glance by the marks that part them."""
    marks = (",", "[", "{")
    return 1 + sum(
        document.count(m) if isinstance(document, str) else document.count(m.encode()) for m in marks
    )


def _decoded(document: bytes | str, kind: str) -> str:
    if isinstance(document, str):
        if len(document) > MAX_BYTES or len(document.encode("utf-8", "surrogatepass")) > MAX_BYTES:
            _too_large(kind)
        text = document
    else:
        if len(document) > MAX_BYTES:
            _too_large(kind)
        text = _from_utf8(document, kind)
    text = text.removeprefix("\ufeff")
    if not text.strip():
        _refuse(kind, "it is empty, line 1, column 1")
    return text


def _from_utf8(document: bytes, kind: str) -> str:
    if b"\0" in document[:4] or document[:2] in (b"\xff\xfe", b"\xfe\xff"):
        _refuse(kind, "it is not UTF-8 text, at line 1, column 1; maybe it was saved as UTF-16")
    try:
        return document.decode("utf-8")
    except UnicodeDecodeError as error:
        where = _line_and_column(document[: error.start].decode("utf-8"))
        byte = document[error.start]
        _refuse(kind, f"it is not UTF-8 text: byte 0x{byte:02X} {where}; maybe it was saved as Windows-1252")


def _in_words(message: str) -> str:
    return message[0].lower() + message[1:].removesuffix(" at")


def _refuse(kind: str, message: str, code: str = "not_json") -> NoReturn:
    raise ProblemRefused([Fault("", f"the document is not JSON: {message}", code)], kind) from None


def _too_large(kind: str) -> NoReturn:
    message = f"the document is larger than {MAX_BYTES // 1_000_000} MB"
    raise ProblemRefused([Fault("", message, "too_large")], kind)


# -- numbers ------------------------------------------------------------------------------------------------


class _NoNumberError(ValueError):
    pass


def _no_number(name: str) -> NoReturn:
    raise _NoNumberError(name)


def _whole(digits: str) -> int:
    """Numbers longer than anything allowed keep their sign and are out of every range all the same."""
    return int(digits[:_LONG_NUMBER])


# -- places in the text -------------------------------------------------------------------------------------


def _line_and_column(before: str) -> str:
    return f"at line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))}"


def _first(text: str, pattern: str) -> str:
    """Where a pattern occurs first outside the strings."""
    for match in re.finditer(f"{_STRING}|({pattern})", text, re.DOTALL):
        if match[1]:
            return _line_and_column(text[: match.start()])
    return _line_and_column("")


def _deepest(text: str) -> str:
    """Where the nesting passes any depth that a document could need."""
    depth = 0
    for match in re.finditer(rf"{_STRING}|([\[{{])|([\]}}])", text, re.DOTALL):
        depth += bool(match[1]) - bool(match[2])
        if depth > _TOO_DEEP:
            return _line_and_column(text[: match.start()])
    return _line_and_column("")


# -- names given twice --------------------------------------------------------------------------------------


def report_twice(parsed: Parsed, faults: Faults) -> None:
    if not parsed.twice:
        return
    names = {id(found): again for found, again in parsed.twice}
    for place in _objects(parsed.value):
        for name in names.get(id(place.value), ()):
            faults.add(place.at(name), "duplicate_key", f"{shown(name)} is given twice in one object")


def _objects(root: Any) -> Iterator[Place]:
    todo = [Place(root)]
    while todo:
        place = todo.pop()
        if isinstance(place.value, dict):
            yield place
            todo.extend(Place(value, place, name) for name, value in place.value.items())
        else:
            todo.extend(place.entries())
