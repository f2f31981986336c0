"""`not_preferred`: minutes of sessions outside a patient's preferred windows; none given, none counted."""

from __future__ import annotations

from typing import Final

from scheduler.calendar import minutes_outside
from scheduler.rules.facts import Facts

NAME: Final = "not_preferred"


def units_of(facts: Facts, patient_id: str) -> int:
    preferred = facts.setting.calendar.preferred[patient_id]
    if preferred is None:
        return 0
    return sum(minutes_outside(s.interval, preferred) for s in facts.by_patient.get(patient_id, ()))


def units(facts: Facts) -> int:
    return sum(units_of(facts, p) for p in facts.weeks)
