"""`days_max`: a patient has at most `days.max` care days.

Days on which nothing attended counts as care are attended days, not care days.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts

NAME: Final = "days_max"
SHAPE: Final = "count"

TOO_MANY: Final = Words("days_max", "patient {patient} has too many care days: {days}, at most {limit}")
AT_MOST: Final = Words("days_max", "no more than {limit} care days a week")


def check(facts: Facts) -> Iterator[Finding]:
    for patient, week in facts.weeks.items():
        limit, days = week.entitlement.days_max, week.care_days
        if limit is not None and len(days) > limit:
            ids = tuple(i for day in days for i in day.ids)
            yield TOO_MANY.finding(NAME, patient, ids, patient=patient, days=len(days), limit=limit)
