"""`authorization`: a patient uses no more than the payer has authorised for this week.

At most `days` care days and `minutes` care minutes, and no session at all outside the dates, which are
inclusive. It scales no minimum: what the payer leaves unserved stays visible as unmet care.
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

NAME: Final = "authorization"
SHAPE: Final = "count"

NOT_AUTHORIZED: Final = Words("not_authorized", "patient {patient} is not authorised on {date}")
DAYS: Final = Words(
    "authorized_days", "patient {patient} has more care days than authorised: {days}, at most {limit}"
)
MINUTES: Final = Words(
    "authorized_minutes",
    "patient {patient} has more care minutes than authorised: {minutes}, at most {limit}",
)
FEW_DATES: Final = Words("authorization", "the payer authorises {days} of the {open} open dates")
AMOUNT: Final = Words("authorization", "the payer authorises at most {limits} this week")


def bars(setting: Setting, patient: Patient, session_type: SessionType, interval: Interval) -> Reason | None:
    """Why the payer allows the patient no session on that date."""
    day = interval[0] // DAY
    if day in setting.calendar.authorized_days[patient.id]:
        return None
    return NOT_AUTHORIZED.reason(patient=patient.id, date=setting.calendar.date_of(day).isoformat())


def check(facts: Facts) -> Iterator[Finding]:
    for session, patient in facts.attendances:
        if reason := bars(facts.setting, patient, session.type, session.interval):
            yield session.broken(NAME, reason, subject=patient.id)
    for patient_id, week in facts.weeks.items():
        ids = tuple(s.id for s in week.sessions if s.type.counts_as_care)
        limit, days = week.entitlement.authorized_days, len(week.care_days)
        if limit is not None and days > limit:
            yield DAYS.finding(NAME, patient_id, ids, patient=patient_id, days=days, limit=limit)
        limit, minutes = week.entitlement.authorized_minutes, week.care_minutes
        if limit is not None and minutes > limit:
            yield MINUTES.finding(NAME, patient_id, ids, patient=patient_id, minutes=minutes, limit=limit)
