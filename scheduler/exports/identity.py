"""Identifiers that stay while what they identify stays, so that a second export updates the first.

An appointment is a patient's, clinician's or room's nth session of a type in a week: it keeps its identifier
when it moves or changes room, whatever ids the sessions of the new timetable happen to have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID, uuid5

from scheduler.timetable import PlannedSession, Timetable

_SPACE: Final = UUID("6f1d3f0a-6e0b-5f0e-9d3e-0b8a4f1c7a52")


def stable_id(*parts: str) -> UUID:
    """The same for the same parts on every machine; ids hold no blank, so a blank keeps parts apart."""
    return uuid5(_SPACE, " ".join(parts))


def numbered(sessions: Iterable[PlannedSession]) -> Iterator[tuple[PlannedSession, int]]:
    """Sessions of one person or room, in order, each with its number among those of its type."""
    seen: Counter[str] = Counter()
    for session in sessions:
        seen[session.session_type] += 1
        yield session, seen[session.session_type]


def appointment_id(timetable: Timetable, kind: str, key: str, session_type: str, number: int) -> UUID:
    return stable_id(timetable.clinic, timetable.week_start, kind, key, session_type, str(number))
