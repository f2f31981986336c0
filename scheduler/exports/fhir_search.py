"""The answer to a FHIR search: appointments of several weeks and what they refer to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from scheduler.exports import Extract
from scheduler.exports.fhir import SECURITY, write
from scheduler.exports.instants import zone_of

Resource = dict[str, Any]
_PREFIXES: Final = ("eq", "ne", "ge", "gt", "le", "lt")


class BadDate(ValueError):
    """A search date that is none; the text does not repeat it."""


@dataclass(frozen=True, slots=True)
class DateTest:
    """`ge2026-11-30`: how the start of an appointment has to lie to a date or an instant."""

    prefix: str
    day: date
    instant: datetime | None = None

    @classmethod
    def read(cls, text: str) -> DateTest:
        prefix, rest = (text[:2], text[2:]) if text[:2] in _PREFIXES else ("eq", text)
        try:
            if len(rest) == 10:
                return cls(prefix, date.fromisoformat(rest))
            # A plus sign of an offset that was not escaped arrives as a blank.
            instant = datetime.fromisoformat(rest.replace(" ", "+"))
        except ValueError:
            raise BadDate(
                "expected a date, or an instant with its offset, after eq ne ge gt le or lt"
            ) from None
        if instant.tzinfo is None or "T" not in rest:
            raise BadDate("an instant needs its offset")
        return cls(prefix, instant.date(), instant)

    @property
    def week_starts(self) -> tuple[date | None, date | None]:
        """The first and the last date on which a week may begin that can have such an appointment."""
        margin = timedelta(days=1)  # an instant's date can be another one by the clinic's clock
        first = self.day - timedelta(days=6) - margin if self.prefix in ("eq", "ge", "gt") else None
        last = self.day + margin if self.prefix in ("eq", "le", "lt") else None
        return first, last

    def holds(self, start: datetime, zone: ZoneInfo) -> bool:
        """A date is its whole day by the clinic's clock."""
        first = self.instant or datetime.combine(self.day, time(), zone)
        after = self.instant or datetime.combine(self.day + timedelta(days=1), time(), zone)
        inside = start == self.instant if self.instant else first <= start < after
        match self.prefix:
            case "eq":
                return inside
            case "ne":
                return not inside
            case "ge":
                return start >= first
            case "gt":
                return start >= after if self.instant is None else start > after
            case "le":
                return start < after if self.instant is None else start <= after
            case _:
                return start < first


def searchset(weeks: Sequence[Extract], tests: Sequence[DateTest], address: str, stamp: datetime) -> bytes:
    """Appointments of the extracts that pass every test, as `match`; what they refer to as `include`."""
    matches: dict[str, Resource] = {}
    included: dict[str, Resource] = {}
    about: dict[str, str] = {}  # outcome: the appointment that it explains
    for extract in weeks:
        entries = json.loads(write(extract)).get("entry", [])
        by_url = {entry["fullUrl"]: entry["resource"] for entry in entries}
        zone = zone_of(extract.timetable)
        for place, (url, resource) in enumerate(by_url.items()):
            if resource["resourceType"] == "Appointment" and _passes(resource, tests, zone):
                matches[url] = resource
                included |= _referred(resource, by_url)
                if resource["status"] == "waitlist":
                    outcome = entries[place + 1]
                    included[outcome["fullUrl"]] = outcome["resource"]
                    about[outcome["fullUrl"]] = url
    bundle: Resource = {
        "resourceType": "Bundle",
        "id": str(uuid4()),
        "meta": {"security": list(SECURITY)},
        "type": "searchset",
        "timestamp": stamp.astimezone(UTC).isoformat(timespec="seconds"),
        "total": len(matches),
        "link": [{"relation": "self", "url": address}],
    }
    places = {url: place for place, url in enumerate(matches)}
    for outcome, url in about.items():
        included[outcome] = _pointed(included[outcome], f"Bundle.entry[{places[url]}].resource")
    listed = [*_entries(matches, "match"), *_entries(included, "include")]
    return json.dumps(bundle | ({"entry": listed} if listed else {}), ensure_ascii=False).encode()


def _entries(resources: dict[str, Resource], mode: str) -> list[Resource]:
    return [{"fullUrl": u, "resource": r, "search": {"mode": mode}} for u, r in resources.items()]


def _pointed(outcome: Resource, place: str) -> Resource:
    return outcome | {"issue": [issue | {"expression": [place]} for issue in outcome["issue"]]}


def _passes(resource: Resource, tests: Iterable[DateTest], zone: ZoneInfo) -> bool:
    """Who waits has an appointment without a start: it is found by the week that it is wanted in."""
    given = resource.get("start") or resource["requestedPeriod"][0]["start"]
    start = datetime.fromisoformat(given)
    return all(test.holds(start, zone) for test in tests)


def _referred(resource: Resource, by_url: dict[str, Resource]) -> dict[str, Resource]:
    """Slots with their schedules, and whatever takes part and is in the bundle."""
    references = [slot["reference"] for slot in resource.get("slot", ())]
    references += [by_url[url]["schedule"]["reference"] for url in references]
    references += [p["actor"]["reference"] for p in resource["participant"] if "reference" in p["actor"]]
    return {url: by_url[url] for url in references}
