"""`day_care_max`: a patient's care minutes of one day stay within `day_care_minutes.max`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts

NAME: Final = "day_care_max"
SHAPE: Final = "count"

TOO_MUCH: Final = Words(
    "day_care_max", "patient {patient} has too many care minutes on {date}: {minutes}, at most {limit}"
)
AT_MOST: Final = Words("day_care_max", "no more than {limit} care minutes a day")


def check(facts: Facts) -> Iterator[Finding]:
    for patient, week in facts.weeks.items():
        limit = week.entitlement.day_care_max
        for day in week.care_days:
            if limit is not None and day.care_minutes > limit:
                yield TOO_MUCH.finding(
                    NAME,
                    patient,
                    day.ids,
                    patient=patient,
                    minutes=day.care_minutes,
                    date=day.date,
                    limit=limit,
                )
