"""What calendars call a time zone, as a zone of the IANA data base."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

# What Exchange and Outlook write where they mean the name they show, without the zone's own name.
_SHOWN: Final = {
    "eastern time (us & canada)": "America/New_York",
    "indiana (east)": "America/Indiana/Indianapolis",
    "central time (us & canada)": "America/Chicago",
    "mountain time (us & canada)": "America/Denver",
    "arizona": "America/Phoenix",
    "pacific time (us & canada)": "America/Los_Angeles",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "atlantic time (canada)": "America/Halifax",
    "coordinated universal time": "UTC",
    "dublin, edinburgh, lisbon, london": "Europe/London",
    "amsterdam, berlin, bern, rome, stockholm, vienna": "Europe/Berlin",
    "brussels, copenhagen, madrid, paris": "Europe/Paris",
}
_WINDOWS: Final = {name.lower(): zone for name, zone in WINDOWS_TO_OLSON.items()}
_BRACKET: Final = re.compile(r"^\((?:utc|gmt)[^)]*\)\s*", re.IGNORECASE)
_OFFSET: Final = re.compile(r"^(?:utc|gmt)\s*([+-])(\d{1,2})(?::?(00))?$", re.IGNORECASE)
_NAME_LENGTH: Final = 200


@lru_cache(maxsize=1024)
def known_zone(tzid: str) -> str | None:
    """The IANA name, or None where the file itself has to say what the zone is."""
    name = tzid.strip().strip('"')[:_NAME_LENGTH]
    for found in (_iana(name), _WINDOWS.get(name.lower()), _shown(name), _offset(name), _of_path(name)):
        if found is not None:
            return found
    return None


def _iana(name: str) -> str | None:
    try:
        return ZoneInfo(name).key
    except (OSError, ValueError, LookupError):  # unknown, a path out of the data base, one of its folders
        return None


def _shown(name: str) -> str | None:
    """`(UTC-05:00) Eastern Time (US & Canada)`."""
    return _SHOWN.get(_BRACKET.sub("", name).lower())


def _offset(name: str) -> str | None:
    """`GMT-0500`: whole hours; the zones of that name have their sign turned round."""
    match = _OFFSET.match(name)
    if match is None:
        return None
    return _iana(f"Etc/GMT{'-' if match[1] == '+' else '+'}{int(match[2])}")


def _of_path(name: str) -> str | None:
    """`/freeassociation.sourceforge.net/America/New_York`: the zone is at the end."""
    if not name.startswith("/"):
        return None
    parts = name.strip("/").split("/")
    return next((found for n in (3, 2) if (found := _iana("/".join(parts[-n:])))), None)
