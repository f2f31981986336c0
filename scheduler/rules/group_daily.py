"""`group_daily` (flagged): with `group_every_day`, a care day has at least one care session that is a group.

Each care day without one is a breach. A group that does not count as care is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts, PatientDay

NAME: Final = "group_daily"
SHAPE: Final = "count"

NO_GROUP: Final = Words("group_daily", "patient {patient} has care but no care group on {date}")
NEEDED: Final = Words("group_daily", "a day with care needs a group")


def breaches(facts: Facts, patient_id: str) -> int:
    """Care days without a care group."""
    return len(_without_group(facts, patient_id))


def check(facts: Facts) -> Iterator[Finding]:
    for patient, _ in facts.enforcing(NAME):
        for day in _without_group(facts, patient):
            yield NO_GROUP.finding(NAME, patient, day.ids, patient=patient, date=day.date)


def _without_group(facts: Facts, patient_id: str) -> list[PatientDay]:
    week = facts.weeks[patient_id]
    return [day for day in week.care_days if week.entitlement.group_daily and not day.has_care_group]
