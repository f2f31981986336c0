"""`active`: a patient attends nothing before admission, after discharge or on leave.

The dates are inclusive; a missing one is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.calendar import DAY, Interval
from scheduler.finding import Finding, Words
from scheduler.problem import Patient, SessionType
from scheduler.rules.facts import Facts
from scheduler.setting import Setting
from scheduler.timetable import Reason

NAME: Final = "active"
SHAPE: Final = "mask"

INACTIVE: Final = Words("inactive", "patient {patient} is not active on {date}")
FEW_DATES: Final = Words("active", "the patient is active on {days} of the {open} open dates")


def bars(setting: Setting, patient: Patient, session_type: SessionType, interval: Interval) -> Reason | None:
    """Why the patient attends nothing on that date."""
    day = interval[0] // DAY
    if day in setting.calendar.active_days[patient.id]:
        return None
    return INACTIVE.reason(patient=patient.id, date=setting.calendar.date_of(day).isoformat())


def check(facts: Facts) -> Iterator[Finding]:
    for session, patient in facts.attendances:
        if reason := bars(facts.setting, patient, session.type, session.interval):
            yield session.broken(NAME, reason, subject=patient.id)
