"""`services_min` (flagged): a care day has at least `min_services_per_day` care sessions.

Each care day with fewer is a breach. Sessions that do not count as care are no services.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts, PatientDay

NAME: Final = "services_min"
SHAPE: Final = "count"

TOO_FEW: Final = Words(
    "services_min", "patient {patient} has too few care sessions on {date}: {services}, at least {limit}"
)
AT_LEAST: Final = Words("services_min", "a day with care needs {limit} care sessions or more")


def breaches(facts: Facts, patient_id: str) -> int:
    """Care days with too few care sessions."""
    return len(_short_days(facts, patient_id))


def check(facts: Facts) -> Iterator[Finding]:
    for patient, week in facts.enforcing(NAME):
        for day in _short_days(facts, patient):
            yield TOO_FEW.finding(
                NAME, patient, day.ids,
                patient=patient, services=day.services, date=day.date, limit=week.entitlement.services_min,
            )  # fmt: skip


def _short_days(facts: Facts, patient_id: str) -> list[PatientDay]:
    week = facts.weeks[patient_id]
    return [day for day in week.care_days if day.services < week.entitlement.services_min]
