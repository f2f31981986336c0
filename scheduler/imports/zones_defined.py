"""Time zones that a calendar file defines itself (VTIMEZONE)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Timezone

from scheduler.imports.door import Component
from scheduler.imports.zones import known_zone

OBSERVANCES_MOST: Final = 400
_YEARLY: Final = re.compile(r"FREQ=YEARLY(?:;[A-Z]+=[A-Z0-9,+-]+)*", re.IGNORECASE)


class Zones:
    """By the names of one calendar: the IANA data base first, what the file says second."""

    def __init__(self, defined: Sequence[Component]) -> None:
        self._defined = {part.value("TZID"): part for part in defined}
        self._made: dict[str, tzinfo | None] = {}

    def zone(self, name: str) -> tzinfo | None:
        if name not in self._made:
            known = known_zone(name)
            self._made[name] = ZoneInfo(known) if known else self._from_file(name)
        return self._made[name]

    def _from_file(self, name: str) -> tzinfo | None:
        part = self._defined.get(name)
        if part is None or not 1 <= len(part.parts) <= OBSERVANCES_MOST:
            return None
        rules = [p.value for o in part.parts for p in o.properties if p.name == "RRULE"]
        if not all(_YEARLY.fullmatch(rule) and "BYSECOND" not in rule.upper() for rule in rules):
            return None
        text = _text(part)
        try:
            # icalendar remembers zones by their names: another file's zone of that name is another zone.
            key = f"zone-{hashlib.sha256(text.encode()).hexdigest()[:32]}"
            made = Timezone.from_ical(f"BEGIN:VTIMEZONE\r\nTZID:{key}\r\n{text}END:VTIMEZONE\r\n")
            zone = made.to_tz() if isinstance(made, Timezone) else None
        except (ValueError, TypeError, KeyError, OverflowError, IndexError, AttributeError):
            return None
        return zone if isinstance(zone, tzinfo) else None


def _text(part: Component) -> str:
    lines = []
    for observance in part.parts:
        lines.append(f"BEGIN:{observance.name}")
        lines += [f"{p.name}:{p.value}" for p in observance.properties]
        lines.append(f"END:{observance.name}")
    return "".join(f"{line}\r\n" for line in lines)
