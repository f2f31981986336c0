"""`day_care_min` (flagged): a care day has at least `day_care_minutes.min` care minutes.

Each care day below the minimum is a breach. A day without care is not a care day and breaches nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts, PatientDay

NAME: Final = "day_care_min"
SHAPE: Final = "count"

TOO_LITTLE: Final = Words(
    "day_care_min", "patient {patient} has too few care minutes on {date}: {minutes}, at least {limit}"
)
AT_LEAST: Final = Words("day_care_min", "a day with care needs {limit} care minutes or more")


def breaches(facts: Facts, patient_id: str) -> int:
    """Care days below the minimum."""
    return len(_short_days(facts, patient_id))


def check(facts: Facts) -> Iterator[Finding]:
    for patient, week in facts.enforcing(NAME):
        for day in _short_days(facts, patient):
            yield TOO_LITTLE.finding(
                NAME, patient, day.ids,
                patient=patient, minutes=day.care_minutes, date=day.date, limit=week.entitlement.day_care_min,
            )  # fmt: skip


def _short_days(facts: Facts, patient_id: str) -> list[PatientDay]:
    week = facts.weeks[patient_id]
    return [day for day in week.care_days if day.care_minutes < week.entitlement.day_care_min]
