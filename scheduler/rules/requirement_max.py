"""`requirement_max`: no more sessions of a requirement than its maximum, none outside the requirements.

A session type in none of the patient's requirements is never attended. A maximum without a value is
unlimited; an override or a lift of `requirements` decides what the patient's requirements are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.calendar import Interval
from scheduler.finding import Finding, Words
from scheduler.problem import Patient, SessionType
from scheduler.rules.facts import Facts
from scheduler.setting import Setting
from scheduler.timetable import Reason

NAME: Final = "requirement_max"
SHAPE: Final = "count"

TOO_MANY: Final = Words(
    "requirement_full",
    "patient {patient} attends too many sessions of {requirement}: {count}, at most {limit}",
)
NOT_REQUIRED: Final = Words(
    "not_required", "{session_type} is in none of the requirements of patient {patient}"
)
AT_MOST: Final = Words("requirement_max", "no more than {limit} sessions of {what} a week")


def bars(
    setting: Setting, patient: Patient, session_type: SessionType, interval: Interval | None = None
) -> Reason | None:
    """Why the patient never attends the type."""
    if setting.entitlements[patient.id].requirement_of(session_type.id) is not None:
        return None
    return NOT_REQUIRED.reason(patient=patient.id, session_type=session_type.id)


def check(facts: Facts) -> Iterator[Finding]:
    for session, patient in facts.attendances:
        if reason := bars(facts.setting, patient, session.type):
            yield session.broken(NAME, reason, subject=patient.id)
    for patient_id, week in facts.weeks.items():
        counts = week.requirement_counts
        for need in week.entitlement.requirements:
            if need.maximum is not None and counts[need.id] > need.maximum:
                ids = tuple(s.id for s in week.sessions if s.type.id in need.any_of)
                yield TOO_MANY.finding(
                    NAME, patient_id, ids,
                    patient=patient_id, count=counts[need.id], requirement=need.id, limit=need.maximum,
                )  # fmt: skip
