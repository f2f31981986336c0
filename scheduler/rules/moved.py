"""`moved`: attendances that a patient of the baseline did not have there.

For patients who appear in any session of the baseline: each attendance at a (session type, weekday, start)
that the baseline does not give them. Where the baseline gives them nothing at that weekday and start, of
whatever type, it counts `new_time_weight` times. A new patient moves nothing; an attendance dropped without a
substitute is no move either (it is unmet care, if it was needed). Baseline sessions of types that no longer
exist are ignored entirely.
"""

from __future__ import annotations

from typing import Final

from scheduler.rules.facts import Facts

NAME: Final = "moved"


def units_of(facts: Facts, patient_id: str) -> int:
    given = facts.setting.baseline.get(patient_id)
    if given is None:
        return 0
    times, new = {start for _, start in given}, facts.setting.patients[patient_id].new_time_weight
    own = facts.by_patient.get(patient_id, ())
    return sum(1 if s.start in times else new for s in own if (s.type.id, s.start) not in given)


def units(facts: Facts) -> int:
    return sum(units_of(facts, p) for p in facts.weeks)


def kept_share(facts: Facts, patient_id: str) -> float | None:
    """Share of the patient's distinct baseline attendances that the week keeps; None without any."""
    given = facts.setting.baseline.get(patient_id)
    if not given:
        return None
    attended = {(s.type.id, s.start) for s in facts.by_patient.get(patient_id, ())}
    return len(attended & given.keys()) / len(given)
