"""`days_min` (flagged): a patient who has care at all has it on at least `days.min` days.

Each missing care day is a breach. A patient without any care day breaches nothing here: all their care is
unmet, and that is priced already. The minimum is scaled to the active dates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts

NAME: Final = "days_min"
SHAPE: Final = "count"

TOO_FEW: Final = Words("days_min", "patient {patient} has too few care days: {days}, at least {limit}")
AT_LEAST: Final = Words("days_min", "a week with care needs {limit} care days or more")


def breaches(facts: Facts, patient_id: str) -> int:
    """Missing care days of a patient who has any."""
    week = facts.weeks[patient_id]
    days = len(week.care_days)
    return max(0, week.entitlement.days_min - days) if days else 0


def check(facts: Facts) -> Iterator[Finding]:
    for patient, week in facts.enforcing(NAME):
        if breaches(facts, patient):
            days, limit = week.care_days, week.entitlement.days_min
            ids = tuple(i for day in days for i in day.ids)
            yield TOO_FEW.finding(NAME, patient, ids, patient=patient, days=len(days), limit=limit)
