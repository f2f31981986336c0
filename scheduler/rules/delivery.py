"""`delivery`: a telehealth session is only for patients with `telehealth`; in person is for everyone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.calendar import Interval
from scheduler.finding import Finding, Words
from scheduler.problem import Patient, SessionType
from scheduler.rules.facts import Facts
from scheduler.setting import Setting
from scheduler.timetable import Reason

NAME: Final = "delivery"
SHAPE: Final = "mask"

NO_TELEHEALTH: Final = Words(
    "no_telehealth", "{session_type} is by telehealth, which {patient} does not take"
)
NOT_TAKEN: Final = Words("delivery", "{what} is by telehealth, which the patient does not take")


def bars(
    setting: Setting, patient: Patient, session_type: SessionType, interval: Interval | None = None
) -> Reason | None:
    """Why the patient can take no session delivered like this."""
    if session_type.in_person or patient.telehealth:
        return None
    return NO_TELEHEALTH.reason(session_type=session_type.id, patient=patient.id)


def check(facts: Facts) -> Iterator[Finding]:
    for session, patient in facts.attendances:
        if reason := bars(facts.setting, patient, session.type):
            yield session.broken(NAME, reason)
