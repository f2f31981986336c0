"""A calendar that was sent, read for one clinic: what it takes and what it offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from api.exchange import reading
from api.exchange.dates import Dates
from api.exchange.files import File, read_in_child
from api.service import Service
from api.store.models import Clinic
from scheduler.imports.busy import with_commitments, with_time_off

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Windows of the dates from `first` on, so many days."""

    first: date
    days: int
    busy: list[Json]
    events: list[Json]
    availability: list[Json] | None

    def commitments(self, stored: list[Json]) -> list[Json]:
        return with_commitments(stored, self.busy, self.first, self.days)

    def hours(self, stored: Json) -> Json:
        """A clinician's fields: time off from events, weekly hours where the calendar offers some."""
        away = with_time_off(stored.get("time_off") or [], self.events, self.first, self.days)
        weekly = {} if self.availability is None else {"availability": self.availability}
        return {"availability": stored.get("availability") or [], "time_off": away} | weekly


def read(service: Service, clinic: Clinic, file: File, dates: Dates) -> Calendar:
    timezone = clinic.document["clinic"]["timezone"]
    first = dates.first(timezone)
    payload = {"content": file.encoded, "first": first.isoformat(), "days": dates.days, "timezone": timezone}
    return Calendar(first, dates.days, **read_in_child(service, reading.CALENDAR, payload))
