"""Cohorts that can never meet: too few of the members, or no start that suits them all."""

from __future__ import annotations

from scheduler.intake.foresight.minutes import ALL, each, lasting, minutes_in, minutes_of_days
from scheduler.intake.foresight.outlook import Outlook, Starts
from scheduler.intake.place import Steps, shown
from scheduler.problem import Cohort, Patient, SessionType


def warn_of_cohorts(outlook: Outlook) -> None:
    for index, cohort in enumerate(outlook.setting.problem.cohorts):
        steps: Steps = ("cohorts", index)
        types = [outlook.setting.types[t] for t in cohort.session_types]
        never = [n for n, t in enumerate(types) if not _can_meet(outlook, cohort, t)]
        if len(never) == len(types):
            message = "the cohort can never meet: no start suits its members, rooms and clinicians"
            outlook.warn(steps, "cohort_never_meets", message)
            continue
        for n in never:
            message = f"the cohort can never meet for session type {shown(types[n].id)}"
            outlook.warn((*steps, "session_types", n), "cohort_never_meets", message)


def _can_meet(outlook: Outlook, cohort: Cohort, session_type: SessionType) -> bool:
    """Whether at some start all members who are not excused can come, and are not too few or too many."""
    starts, expected = outlook.starts[session_type.id], []
    for member in (outlook.setting.patients[p] for p in cohort.patients):
        due, free = _membership(outlook, member, session_type)
        starts &= ~due | free
        expected.append(due)
    sizes = range(session_type.size_min, session_type.size_max + 1)
    return any(sum(1 for due in expected if due & start) in sizes for start in each(starts))


def _membership(outlook: Outlook, member: Patient, session_type: SessionType) -> tuple[Starts, Starts]:
    """The starts at which the member is expected, and those at which the member can come."""
    calendar, in_person = outlook.setting.calendar, session_type.in_person
    excused = minutes_in(calendar.dated_busy(member, in_person))
    due = lasting(ALL & ~excused, session_type.minutes) & minutes_of_days(calendar.active_days[member.id])
    if member.id not in outlook.attendees[session_type.id]:
        return due, 0
    busy = minutes_in(calendar.busy(member, in_person))
    free = lasting(ALL & ~busy, session_type.minutes)
    return due, free & minutes_of_days(calendar.authorized_days[member.id])
