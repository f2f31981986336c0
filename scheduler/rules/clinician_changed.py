"""`clinician_changed`: attendances kept from the baseline, but with other clinicians.

Compared as sets: co-leaders may swap places. Clinicians who no longer exist are left out of the baseline's.
"""

from __future__ import annotations

from typing import Final

from scheduler.rules.facts import Facts

NAME: Final = "clinician_changed"


def units_of(facts: Facts, patient_id: str) -> int:
    given = facts.setting.baseline.get(patient_id)
    if given is None:
        return 0
    return sum(
        frozenset(s.clinicians) not in given[s.type.id, s.start]
        for s in facts.by_patient.get(patient_id, ())
        if (s.type.id, s.start) in given
    )


def units(facts: Facts) -> int:
    return sum(units_of(facts, p) for p in facts.weeks)
