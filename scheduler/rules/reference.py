"""`reference`: the sessions of a timetable speak of the problem's own ids and of this week.

Unknown or missing ids, an id that two sessions share, a patient twice in one session, a start outside the
planning week, an `end` that is not the start plus the type's minutes. A session without a known type or
outside the week stands for nothing in every other rule; so does an unknown patient, clinician or room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from scheduler.calendar import WEEK
from scheduler.finding import Finding, Words
from scheduler.problem import format_start
from scheduler.rules.facts import Facts
from scheduler.setting import Setting
from scheduler.timetable import PlannedSession

NAME: Final = "reference"
SHAPE: Final = "mask"

SHARED_ID: Final = Words("shared_id", "{count} sessions have the id {session}")
UNKNOWN: Final = Words("unknown_id", "session {session} names an unknown {kind}: {id}")
TWICE: Final = Words("named_twice", "session {session} names patient {patient} {count} times")
OUTSIDE_WEEK: Final = Words("outside_week", "session {session} starts at {start}, outside the planning week")
WRONG_END: Final = Words("wrong_end", "session {session} ends at {end} instead of {right}")


def check(facts: Facts) -> Iterator[Finding]:
    for session in facts.given:
        yield from _unknown(facts.setting, session)
        yield from _mistimed(facts.setting, session)
        for patient, count in Counter(session.patients).items():
            if count > 1:
                yield _of(session, TWICE, patient=patient, count=count)
    for session_id, count in Counter(s.id for s in facts.given).items():
        if count > 1:
            yield SHARED_ID.finding(NAME, session_id, (session_id,), session=session_id, count=count)


def _of(session: PlannedSession, words: Words, **params: object) -> Finding:
    return words.finding(NAME, session.id, (session.id,), session=session.id, **params)


def _unknown(setting: Setting, session: PlannedSession) -> Iterator[Finding]:
    if session.session_type not in setting.types:
        yield _of(session, UNKNOWN, kind="session type", id=session.session_type)
    if session.room is not None and session.room not in setting.rooms:
        yield _of(session, UNKNOWN, kind="room", id=session.room)
    for clinician in dict.fromkeys(session.clinicians):
        if clinician not in setting.clinicians:
            yield _of(session, UNKNOWN, kind="clinician", id=clinician)
    for patient in dict.fromkeys(session.patients):
        if patient not in setting.patients:
            yield _of(session, UNKNOWN, kind="patient", id=patient)


def _mistimed(setting: Setting, session: PlannedSession) -> Iterator[Finding]:
    if not 0 <= setting.calendar.minute_of(session.start) < WEEK:
        yield _of(session, OUTSIDE_WEEK, start=format_start(session.start))
    session_type = setting.types.get(session.session_type)
    if session_type is None or session.end is None:
        return
    right = session.start + timedelta(minutes=session_type.minutes)
    if session.end != right:
        yield _of(session, WRONG_END, end=format_start(session.end), right=format_start(right))
