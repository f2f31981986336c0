"""`soft_commitment`: minutes of sessions in a patient's soft commitments, times the commitment's weight.

Summed over commitments, so two that overlap cost twice. Travel is not added, whatever the delivery.
"""

from __future__ import annotations

from typing import Final

from scheduler.calendar import overlap
from scheduler.rules.facts import Facts

NAME: Final = "soft_commitment"


def units_of(facts: Facts, patient_id: str) -> int:
    sessions = facts.by_patient.get(patient_id, ())
    soft = facts.setting.soft[patient_id]
    return sum(overlap(s.interval, taken) * weight for s in sessions for taken, weight in soft)


def units(facts: Facts) -> int:
    return sum(units_of(facts, p) for p in facts.weeks)
