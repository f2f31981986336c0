"""The door of a calendar file: times pass, text does not.

A file is cut into its components and, of their properties, the few that say when something is. Summaries,
descriptions, places, people, notes, alarms, attachments, file names and every identifier stay outside: they
are never parsed, kept or repeated in an error. Lines that are no property at all (text that some program
wrapped without marking it) are passed over like the text they belong to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from scheduler.imports import CannotImport, Misfit

BYTES_MOST: Final = 10_000_000
COMPONENTS_MOST: Final = 20_000
LINES_MOST: Final = 1_000_000
LINE_LENGTH_MOST: Final = 100_000  # of a property that passes

_TIMES: Final = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SEQUENCE"}
_PASSING: Final = {
    "VCALENDAR": {"METHOD", "VERSION"},
    "VEVENT": _TIMES | {"UID", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"},
    "VFREEBUSY": {"FREEBUSY"},
    "VAVAILABILITY": {"DTSTART", "DTEND", "DURATION", "PRIORITY"},
    "AVAILABLE": _TIMES | {"UID"},
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"},
    "DAYLIGHT": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"},
}
_INSIDE: Final = {
    "VEVENT": "VCALENDAR",
    "VFREEBUSY": "VCALENDAR",
    "VAVAILABILITY": "VCALENDAR",
    "VTIMEZONE": "VCALENDAR",
    "AVAILABLE": "VAVAILABILITY",
    "STANDARD": "VTIMEZONE",
    "DAYLIGHT": "VTIMEZONE",
}
_NAME: Final = re.compile(r"(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)(?=[;:])")
# Exchange writes `TZID=(UTC-05:00) Eastern Time (US & Canada)` without the quotes that its colon needs.
_SHOWN_ZONE: Final = r"\((?:UTC|GMT)[^)]*\)[^\":;]*"
_PARAMETER: Final = re.compile(
    rf';([A-Za-z0-9-]+)=({_SHOWN_ZONE}|"[^"]*"|[^";:,]*(?:,(?:"[^"]*"|[^";:,]*))*)', re.IGNORECASE
)
_PARAMETERS: Final = {"TZID", "VALUE", "FBTYPE", "RANGE"}
_LINE: Final = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r|$)")


@dataclass(slots=True)
class Property:
    name: str
    parameters: dict[str, str]
    value: str
    line: int


@dataclass(slots=True)
class Component:
    """One component: where it begins, the properties that passed, and what is inside of it."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)

    def first(self, name: str) -> Property | None:
        return next((p for p in self.properties if p.name == name), None)

    def value(self, name: str) -> str:
        found = self.first(name)
        return found.value if found else ""

    def of(self, name: str) -> list[Component]:
        return [part for part in self.parts if part.name == name]


def calendars_in(content: bytes) -> list[Component]:
    """Every VCALENDAR of a file; raises `CannotImport` where the file is none, too large or cut off."""
    if len(content) > BYTES_MOST:
        raise CannotImport([Misfit(f"a calendar file has at most {BYTES_MOST:,} bytes", "too_large")])
    walk = _Walk()
    for number, line in _unfolded(_text(content)):
        walk.take(number, line)
    walk.end()
    if walk.misfits:
        raise CannotImport(walk.misfits)
    return walk.calendars


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    # What is no UTF-8 is text in some older code page; the properties that pass are ASCII in all of them.
    return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").replace("\x00", "")


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first; the rest of very long ones is nothing that passes."""
    begun, parts, length = 0, [], 0
    for number, match in enumerate(_LINE.finditer(text), start=1):
        line = match[1]
        if number > LINES_MOST:
            raise CannotImport([Misfit(f"more than {LINES_MOST:,} lines", "too_many", number)])
        if line[:1] in (" ", "\t") and begun:
            if length <= LINE_LENGTH_MOST:
                parts.append(line[1:])
                length += len(line)
            continue
        if begun:
            yield begun, "".join(parts)
        begun, parts, length = number, [line], len(line)
    if begun:
        yield begun, "".join(parts)


class _Walk:
    """Follows BEGIN and END; whatever is in a component of no interest is passed over."""

    def __init__(self) -> None:
        self.calendars: list[Component] = []
        self.misfits: list[Misfit] = []
        self._open: list[Component] = []
        self._skipped: list[str] = []
        self._count = 0
        self._last = 0

    def take(self, number: int, line: str) -> None:
        match = _NAME.match(line)
        if match is None:
            return
        self._last = number
        name = match[1].upper()
        if name in ("BEGIN", "END"):
            kind = line[match.end() + 1 :].strip().upper()
            self._begin(number, kind) if name == "BEGIN" else self._end(number, kind)
        elif self._open and not self._skipped and name in _PASSING[self._open[-1].name]:
            found = _property(number, name, line[match.end() :])
            if found is None:
                self.misfits.append(Misfit(f"{name} cannot be read", "broken_line", number))
            else:
                self._open[-1].properties.append(found)

    def _begin(self, number: int, kind: str) -> None:
        place = self._open[-1].name if self._open else None
        if kind not in _PASSING:
            self._skipped.append(kind)
            return
        if self._skipped or _INSIDE.get(kind) != place:
            raise CannotImport([Misfit(f"{kind} begins where it cannot be", "misplaced", number)])
        self._count += 1
        if self._count > COMPONENTS_MOST:
            raise CannotImport([Misfit(f"more than {COMPONENTS_MOST:,} components", "too_many", number)])
        component = Component(kind, number)
        (self._open[-1].parts if self._open else self.calendars).append(component)
        self._open.append(component)

    def _end(self, number: int, kind: str) -> None:
        if self._skipped:
            if self._skipped[-1] == kind:
                self._skipped.pop()
            elif self._open and self._open[-1].name == kind:  # an alarm or a note that never ends
                self._skipped.clear()
                self._open.pop()
            return
        if not self._open or self._open[-1].name != kind:
            raise CannotImport([Misfit("END without its BEGIN", "misplaced", number)])
        self._open.pop()

    def end(self) -> None:
        if not self.calendars:
            raise CannotImport([Misfit("this is no iCalendar file: it has no BEGIN:VCALENDAR", "not_ics")])
        if self._open:
            name = self._open[-1].name
            raise CannotImport(
                [Misfit(f"the file ends inside of a {name}: it is cut off", "cut", self._last)]
            )


def _property(number: int, name: str, rest: str) -> Property | None:
    """`;TZID=X;VALUE=DATE:20261130` as parameters and value; a parameter of no interest is dropped."""
    parameters: dict[str, str] = {}
    at = 0
    while (match := _PARAMETER.match(rest, at)) is not None:
        if match[1].upper() in _PARAMETERS:
            parameters[match[1].upper()] = match[2].strip('"')
        at = match.end()
    if at >= len(rest) or rest[at] != ":" or len(rest) > LINE_LENGTH_MOST:
        return None
    return Property(name, parameters, rest[at + 1 :].strip(), number)
