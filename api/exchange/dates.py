"""Which dates of a calendar are wanted: from a week's first date, or from today by the clinic's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import Depends, Query

from api.errors import Refused
from api.store.columns import now
from scheduler.errors import Fault

WEEKS_AHEAD: Final = 13
WEEKS_MOST: Final = 53
_DATE: Final = r"^\d{4}-\d\d-\d\d$"


@dataclass(frozen=True, slots=True)
class Dates:
    week_start: date | None
    weeks: int | None

    @property
    def days(self) -> int:
        return 7 * (self.weeks or (1 if self.week_start else WEEKS_AHEAD))

    def first(self, timezone: str) -> date:
        return self.week_start or now().astimezone(ZoneInfo(timezone)).date()


def date_of(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"query parameter {name}: no such date in the calendar"
        raise Refused([Fault("", message, "not_a_date")]) from None


def calendar_dates(
    week_start: Annotated[
        str | None,
        Query(pattern=_DATE, description="`text/calendar`: first date that is read; left out: today"),
    ] = None,
    weeks: Annotated[
        int | None,
        Query(
            ge=1,
            le=WEEKS_MOST,
            description=f"`text/calendar`: so many weeks; left out: one, or {WEEKS_AHEAD} from today",
        ),
    ] = None,
) -> Dates:
    return Dates(date_of(week_start, "week_start") if week_start else None, weeks)


CalendarDates = Annotated[Dates, Depends(calendar_dates)]
