"""`pin`: what a person has fixed stays.

A session pin wants a session of its own: its type and start, its clinicians (in order) and room where given,
exactly its patients where frozen or happened. Two pins alike want two sessions, so pins and sessions are
matched; where not all can be, earlier pins go first, and of sessions alike a pin's own id. An attendance pin
wants the patient in any session of the type and start. Ends of pins mean nothing here. Reported for
`pins/<index>`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.problem import AttendancePin, SessionPin, format_start
from scheduler.rules.facts import Facts, Held
from scheduler.setting import Setting

NAME: Final = "pin"
SHAPE: Final = "demand"

SESSION_LOST: Final = Words(
    "pinned_session", "pin {pin}: no session of its own of {session_type} at {start}{details}"
)
ATTENDANCE_LOST: Final = Words(
    "pinned_attendance", "pin {pin}: patient {patient} attends no {session_type} at {start}"
)
TIED: Final = Words("pin", "pinned attendances leave no other week")
FIXED: Final = Words(
    "fixed_group", "{what}: the patients of {barred} of the {held} groups that fit are fixed"
)


def matched(facts: Facts) -> dict[int, Held]:
    """Per session pin (its index) the session that is its own."""
    there: dict[tuple[str, int], list[Held]] = {}
    for session in facts.sessions:
        there.setdefault((session.type.id, session.start), []).append(session)
    wanted: dict[int, list[Held]] = {}
    for i, pin in enumerate(facts.setting.problem.pins):
        if isinstance(pin, SessionPin):
            place = pin.session.session_type, facts.setting.calendar.minute_of(pin.session.start)
            fitting = [s for s in there.get(place, ()) if fits(facts.setting, pin, s)]
            own = [s for s in fitting if s.id == pin.session.id]
            wanted[i] = own + [s for s in fitting if s.id != pin.session.id]
    owner: dict[Held, int] = {}
    for i in wanted:
        _claim(i, wanted, owner, set())
    return {i: session for session, i in owner.items()}


def _claim(pin: int, wanted: dict[int, list[Held]], owner: dict[Held, int], tried: set[Held]) -> bool:
    """Gives the pin a session, moving other pins to their second choices where that frees one."""
    for session in wanted[pin]:
        if session in tried:
            continue
        tried.add(session)
        if session not in owner or _claim(owner[session], wanted, owner, tried):
            owner[session] = pin
            return True
    return False


def fits(setting: Setting, pin: SessionPin, session: Held) -> bool:
    want = pin.session
    return (
        want.session_type == session.type.id
        and setting.calendar.minute_of(want.start) == session.start
        and (not want.clinicians or want.clinicians == session.clinicians)
        and want.room in (None, session.room)
        and (not (pin.frozen or pin.happened) or set(want.patients) == set(session.patients))
    )


def check(facts: Facts) -> Iterator[Finding]:
    kept = matched(facts) if facts.setting.problem.pins else {}
    for i, pin in enumerate(facts.setting.problem.pins):
        if isinstance(pin, SessionPin):
            if i not in kept:
                yield _lost(i, pin)
        elif not _attended(facts, pin):
            yield ATTENDANCE_LOST.finding(
                NAME, f"pins/{i}",
                pin=i, patient=pin.patient, session_type=pin.session_type, start=format_start(pin.start),
            )  # fmt: skip


def _attended(facts: Facts, pin: AttendancePin) -> bool:
    start = facts.setting.calendar.minute_of(pin.start)
    own: Sequence[Held] = facts.by_patient.get(pin.patient, ())
    return any(s.type.id == pin.session_type and s.start == start for s in own)


def _lost(index: int, pin: SessionPin) -> Finding:
    want = pin.session
    details = [f"led by {', '.join(want.clinicians)}"] if want.clinicians else []
    details += [f"in room {want.room}"] if want.room else []
    details += ["with exactly its patients"] if pin.frozen or pin.happened else []
    return SESSION_LOST.finding(
        NAME, f"pins/{index}",
        pin=index, session_type=want.session_type, start=format_start(want.start),
        details="".join(f", {d}" for d in details),
    )  # fmt: skip
