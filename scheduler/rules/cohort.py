"""`cohort`: a closed group meets as a whole.

A session of a type that any cohort names belongs to exactly one of the cohorts naming it: its patients are
exactly that cohort's members, less those who have a hard *dated* commitment overlapping it (travel included,
for sessions in person) or are not active that date.

- A weekly commitment excuses nobody: the session must then be held at another time.
- Nor does a past authorisation: the member is expected, and `authorization` reports it.
- Types that no cohort names are open to all, members included.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.calendar import DAY, Interval, overlaps_any
from scheduler.finding import Finding, Words
from scheduler.problem import Cohort, Patient, SessionType
from scheduler.rules.facts import Facts
from scheduler.setting import Setting
from scheduler.timetable import Reason

NAME: Final = "cohort"
SHAPE: Final = "pair"

NO_MEMBER: Final = Words("no_member", "patient {patient} is in no cohort of {session_type}")
NOT_ONE_COHORT: Final = Words(
    "not_one_cohort",
    "its patients are not exactly those expected of one cohort of {session_type} ({cohorts})",
)
NOT_A_MEMBER: Final = Words("cohort", "{what} is a closed group, and the patient is not in it")
NOT_MET: Final = Words(
    "not_held",
    "the closed group {cohort} does not meet for {what}, though it could: other care was preferred",
)
NEVER_MEETS: Final = Words(
    "cohort_cannot_meet",
    "the closed group {cohort} cannot meet at {barred} of the {starts} times of {what} that fit the patient: "
    "others of it cannot come{rest}",
)


def expected(
    setting: Setting, cohort: Cohort, session_type: SessionType, interval: Interval
) -> frozenset[str]:
    """The members who attend when the cohort meets then: all but the excused."""
    members = (setting.patients[p] for p in cohort.patients)
    return frozenset(m.id for m in members if not _excused(setting, m, session_type, interval))


def _excused(setting: Setting, member: Patient, session_type: SessionType, interval: Interval) -> bool:
    calendar = setting.calendar
    if interval[0] // DAY not in calendar.active_days[member.id]:
        return True
    return overlaps_any(interval, calendar.dated_busy(member, session_type.in_person))


def bars(
    setting: Setting, patient: Patient, session_type: SessionType, interval: Interval | None = None
) -> Reason | None:
    """Why the closed group is not the patient's."""
    cohorts = setting.cohorts_of.get(session_type.id)
    if cohorts is None or any(patient.id in c.patients for c in cohorts):
        return None
    return NO_MEMBER.reason(patient=patient.id, session_type=session_type.id)


def check(facts: Facts) -> Iterator[Finding]:
    setting = facts.setting
    for session in facts.sessions:
        cohorts = setting.cohorts_of.get(session.type.id)
        if cohorts is None:
            continue
        attend = frozenset(session.patients)
        matching = [c for c in cohorts if expected(setting, c, session.type, session.interval) == attend]
        if len(matching) != 1:
            ids = [c.id for c in cohorts]
            yield session.broken(NAME, NOT_ONE_COHORT.reason(session_type=session.type.id, cohorts=ids))
