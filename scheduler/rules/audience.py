"""`audience`: a type is for patients who have all the tags it requires and none that it excludes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.calendar import Interval
from scheduler.finding import Finding, Words
from scheduler.problem import Patient, SessionType
from scheduler.rules.facts import Facts
from scheduler.setting import Setting
from scheduler.timetable import Reason

NAME: Final = "audience"
SHAPE: Final = "mask"

LACKS_TAG: Final = Words("lacks_tag", "{session_type} is only for patients tagged {tags}; {patient} is not")
EXCLUDED_TAG: Final = Words(
    "excluded_tag", "{session_type} is not for patients tagged {tags}, as {patient} is"
)

# Why care stays unmet, as `explain` says it.
ONLY_FOR: Final = Words("audience", "{what} is only for patients tagged {tags}")
NOT_FOR: Final = Words("audience", "{what} is not for patients tagged {tags}")


def bars(
    setting: Setting, patient: Patient, session_type: SessionType, interval: Interval | None = None
) -> Reason | None:
    """Why the type is never for the patient."""
    audience, tags = session_type.audience, setting.tags[patient.id]
    if missing := [t for t in audience.requires if t not in tags]:
        return LACKS_TAG.reason(session_type=session_type.id, tags=missing, patient=patient.id)
    if unwanted := [t for t in audience.excludes if t in tags]:
        return EXCLUDED_TAG.reason(session_type=session_type.id, tags=unwanted, patient=patient.id)
    return None


def check(facts: Facts) -> Iterator[Finding]:
    for session, patient in facts.attendances:
        if reason := bars(facts.setting, patient, session.type):
            yield session.broken(NAME, reason)
