"""`size`: a group has `size.min` to `size.max` patients; individual and family sessions exactly one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.problem import Mode, SessionType
from scheduler.rules.facts import Facts
from scheduler.timetable import Reason

NAME: Final = "size"
SHAPE: Final = "count"

TOO_FEW: Final = Words("too_few", "it has too few patients: {patients}, at least {limit}")
TOO_MANY: Final = Words("too_many", "it has too many patients: {patients}, at most {limit}")
NOT_ONE: Final = Words("not_one", "it has {patients} patients instead of exactly one")
FEW_COULD: Final = Words(
    "too_few", "{what} needs {needed} patients; at no time that fits the patient could more than {could} come"
)
FULL: Final = Words(
    "groups_full", "{what}: {full} of the {held} groups at times that fit the patient are full ({sizes})"
)
NOT_HELD: Final = Words(
    "not_held",
    "{what} is not held once more: it needs {needed}{when}",
)
HELD: Final = Words("groups_held", "{what}: {held} held, {parts}")
KEPT: Final = Words(
    "needed",
    "the patient is needed in {groups}, closed or otherwise too small, and cannot leave for other times",
)


def check(facts: Facts) -> Iterator[Finding]:
    for session in facts.sessions:
        if reason := _fault(session.type, len(session.patients)):
            yield session.broken(NAME, reason)


def _fault(session_type: SessionType, patients: int) -> Reason | None:
    if session_type.mode is not Mode.GROUP:
        return None if patients == 1 else NOT_ONE.reason(patients=patients)
    if patients < session_type.size_min:
        return TOO_FEW.reason(patients=patients, limit=session_type.size_min)
    if patients > session_type.size_max:
        return TOO_MANY.reason(patients=patients, limit=session_type.size_max)
    return None
