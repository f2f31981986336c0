"""`unmet_care`: minutes of care that the week fails to deliver, times the patient's priority.

A requirement is short by the sessions missing to its minimum times the minutes of its shortest type. Of the
requirements that hold a care type the shortfalls are summed, and set against the care minutes missing to
`care_minutes.min`: the larger counts, since one missing session explains both. Shortfalls of requirements
without any care type are added. Minima are scaled to the active dates.
"""

from __future__ import annotations

from typing import Final

from scheduler.finding import Words
from scheduler.rules.facts import Facts

NAME: Final = "unmet_care"
SHORT: Final = Words("short", "{what}: {missing} of {minimum} sessions missing ({minutes} min)")
SHORT_CARE: Final = Words("short_care", "care minutes: {missing} of {minimum} missing")


def minutes_of(facts: Facts, patient_id: str) -> int:
    """Unmet minutes of one patient, as their figures show them."""
    week = facts.weeks[patient_id]
    counts = week.requirement_counts
    care = other = 0
    for need in week.entitlement.requirements:
        short = max(0, need.minimum - counts[need.id]) * need.shortest_minutes
        if need.holds_care:
            care += short
        else:
            other += short
    return max(care, week.entitlement.care_min - week.care_minutes) + other


def units_of(facts: Facts, patient_id: str) -> int:
    return minutes_of(facts, patient_id) * facts.setting.patients[patient_id].priority


def units(facts: Facts) -> int:
    return sum(units_of(facts, p) for p in facts.weeks)
