"""`commitment`: no session overlaps a hard commitment of its patients.

For sessions in person the commitment is widened by its travel at both ends; a telehealth session may begin
the minute it ends. A commitment whose end is not after its start ends the next day, also one that began on
the evening before the week. Soft commitments bar nothing (they cost, see `soft_commitment`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.calendar import Interval, overlaps_any
from scheduler.finding import Finding, Words
from scheduler.problem import Commitment, Patient, SessionType
from scheduler.rules.facts import Facts
from scheduler.setting import Setting
from scheduler.timetable import Reason

NAME: Final = "commitment"
SHAPE: Final = "mask"

TAKEN: Final = Words("commitment", "patient {patient} has the commitment {commitment} then")
TRAVELLING: Final = Words(
    "travel",
    "patient {patient} is on the way to or from the commitment {commitment} then ({minutes} minutes)",
)
OVERLAPS: Final = Words(
    "commitment", "{barred} of the {starts} times at which {what} could start overlap {commitments}"
)
ON_THE_WAY: Final = Words(
    "travel",
    "{barred} of the {starts} times at which {what} could start overlap the way to or from {commitments}",
)
FREE: Final = Words(
    "free_time", "free {free} h of the {open} opening hours, commitments and travel taken off"
)


def bars(setting: Setting, patient: Patient, session_type: SessionType, interval: Interval) -> Reason | None:
    """Which hard commitment keeps the patient from such a session then."""
    if not overlaps_any(interval, setting.calendar.busy(patient, session_type.in_person)):
        return None
    # The commitment itself is a fuller reason than the way to another one.
    if met := _first(setting, patient, interval, in_person=False):
        return TAKEN.reason(patient=patient.id, commitment=met.id)
    if met := _first(setting, patient, interval, in_person=True):
        return TRAVELLING.reason(patient=patient.id, commitment=met.id, minutes=met.travel_minutes)
    return None


def _first(setting: Setting, patient: Patient, interval: Interval, in_person: bool) -> Commitment | None:
    hard = (c for c in patient.commitments if c.strength == "hard")
    return next((c for c in hard if overlaps_any(interval, setting.calendar.taken_by(c, in_person))), None)


def check(facts: Facts) -> Iterator[Finding]:
    for session, patient in facts.attendances:
        if reason := bars(facts.setting, patient, session.type, session.interval):
            yield session.broken(NAME, reason, subject=patient.id)
