"""What pins leave open and the clinic does not have: clinicians, rooms, patients for the pinned sessions.

Only what is certain is told. At every instant the sessions that pins ask for need different clinicians and
rooms, found by matching; each needs as many patients who may come then. Loads, buffers and turnover are not
asked here, nor what the rest of the week wants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from scheduler.calendar import Interval, overlap
from scheduler.finding import Finding, Words
from scheduler.problem import (
    AttendancePin,
    Clinician,
    Mode,
    Pin,
    Problem,
    Room,
    SessionPin,
    SessionType,
    format_start,
)
from scheduler.rules import PATIENT_MASKS, clinician_availability, facilitators, room, size
from scheduler.setting import Setting, setting_of

NOBODY: Final = Words(
    "pinned_unled",
    "the pinned sessions at {start} need {needed} clinicians, and only {able} of them can be had",
)
NO_ROOM: Final = Words(
    "pinned_unroomed",
    "the pinned sessions at {start} need {needed} rooms, and only {able} of them can be had",
)
TOO_FEW: Final = Words(
    "pinned_unattended", "{session_type} at {start} needs {needed} patients, and only {able} may come then"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One session that pins ask for; `patients` only where they are sure to be in this one."""

    kind: SessionType
    interval: Interval
    clinicians: tuple[str, ...] = ()
    room: str | None = None
    patients: tuple[str, ...] = ()
    exact: bool = False
    happened: bool = False


class PinnedNeeds:
    """The pins of one problem, asked about in many subsets."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.setting = problem, setting_of(problem)
        self.known: dict[tuple[str, int], frozenset[str]] = {}

    def findings(self, pins: dict[int, Pin]) -> Iterator[Finding]:
        """What these pins need together and cannot have."""
        wanted = list(_wanted(self.setting, pins))
        for start in sorted({w.interval[0] for w in wanted}):
            running = [w for w in wanted if w.interval[0] <= start < w.interval[1]]
            said = format_start(self.setting.calendar.moment_of(start))
            yield from self._leaders(running, said)
            yield from self._rooms(running, said)
        for session in wanted:
            if not session.exact:
                yield from self._patients(session, pins)

    # -- clinicians -----------------------------------------------------------------------------------------

    def _leaders(self, running: Sequence[Wanted], start: str) -> Iterator[Finding]:
        taken = {c for w in running for c in w.clinicians}
        choices = [
            [c.id for c in self.problem.clinicians if c.id not in taken and self._may_lead(c, w, entry)]
            for w in running
            if not w.clinicians and not w.happened
            for entry in range(len(w.kind.facilitators))
        ]
        if (able := _matched(choices)) < len(choices):
            yield NOBODY.finding(facilitators.NAME, "pins", needed=len(choices), able=able, start=start)

    def _may_lead(self, clinician: Clinician, wanted: Wanted, entry: int) -> bool:
        if clinician_availability.bars(self.setting, clinician, wanted.interval) is not None:
            return False
        known = [self.setting.patients[p] for p in wanted.patients]
        return (
            facilitators.bars(
                self.setting, wanted.kind.facilitators[entry], clinician, known, wanted.interval
            )
            is None
        )

    # -- rooms ----------------------------------------------------------------------------------------------

    def _rooms(self, running: Sequence[Wanted], start: str) -> Iterator[Finding]:
        taken = {w.room for w in running if w.room is not None}
        choices = [
            [r.id for r in self.problem.rooms if r.id not in taken and self._serves(r, w)]
            for w in running
            if w.kind.room is not None and w.room is None and not w.happened
        ]
        if (able := _matched(choices)) < len(choices):
            yield NO_ROOM.finding(room.NAME, "pins", needed=len(choices), able=able, start=start)

    def _serves(self, given: Room, wanted: Wanted) -> bool:
        patients = max(len(wanted.patients), wanted.kind.size_min)
        return room.bars(self.setting, given, wanted.kind, wanted.interval, patients) is None

    # -- patients -------------------------------------------------------------------------------------------

    def _patients(self, session: Wanted, pins: dict[int, Pin]) -> Iterator[Finding]:
        able = self._may_come(session) - self._elsewhere(session, pins)
        if len(able) < session.kind.size_min:
            start = format_start(self.setting.calendar.moment_of(session.interval[0]))
            yield TOO_FEW.finding(
                size.NAME, "pins", session_type=session.kind.id, start=start,
                needed=session.kind.size_min, able=len(able),
            )  # fmt: skip

    def _elsewhere(self, session: Wanted, pins: dict[int, Pin]) -> frozenset[str]:
        """Patients whom a pin holds in another session at that time."""
        found: set[str] = set()
        for pin in pins.values():
            given = pin if isinstance(pin, AttendancePin) else pin.session
            start = self.setting.calendar.minute_of(given.start)
            end = start + self.setting.types[given.session_type].minutes
            if not overlap((start, end), session.interval):
                continue
            if isinstance(pin, SessionPin):
                found.update(pin.session.patients if pin.frozen or pin.happened else ())
            elif (pin.session_type, start) != (session.kind.id, session.interval[0]):
                found.add(pin.patient)
        return frozenset(found)

    def _may_come(self, session: Wanted) -> frozenset[str]:
        key = session.kind.id, session.interval[0]
        if key not in self.known:
            self.known[key] = frozenset(
                p.id
                for p in self.problem.patients
                if all(m.bars(self.setting, p, session.kind, session.interval) is None for m in PATIENT_MASKS)
            )
        return self.known[key]


def _wanted(setting: Setting, pins: dict[int, Pin]) -> Iterator[Wanted]:
    """Every session pin's own session; for attendance pins that no such session can take, one more each, or
    one group for all of them.
    """
    attending: dict[tuple[str, int], list[str]] = {}
    for pin in pins.values():
        if isinstance(pin, AttendancePin):
            key = pin.session_type, setting.calendar.minute_of(pin.start)
            attending.setdefault(key, []).append(pin.patient)
    for pin in pins.values():
        if isinstance(pin, SessionPin):
            given, exact = pin.session, pin.frozen or pin.happened
            kind, start = setting.types[given.session_type], setting.calendar.minute_of(given.start)
            key = kind.id, start
            attending[key] = _left(attending.get(key, []), given.patients if exact else None, kind)
            yield Wanted(
                kind,
                (start, start + kind.minutes),
                given.clinicians or (),
                given.room,
                given.patients if exact else (),
                exact,
                pin.happened,
            )
    for (name, start), patients in attending.items():
        kind = setting.types[name]
        when = (start, start + kind.minutes)
        if kind.mode is Mode.GROUP:
            yield from [Wanted(kind, when)] if patients else []
        else:
            yield from (Wanted(kind, when, patients=(p,), exact=True) for p in dict.fromkeys(patients))


def _left(patients: list[str], exactly: Sequence[str] | None, kind: SessionType) -> list[str]:
    """Whom of the attending the session cannot take."""
    if exactly is not None:
        return [p for p in patients if p not in exactly]
    return [] if kind.mode is Mode.GROUP else patients[1:]


def _matched(choices: Sequence[Sequence[str]]) -> int:
    """How many can have one of their choices, each another one."""
    owner: dict[str, int] = {}

    def claim(i: int, tried: set[str]) -> bool:
        for choice in choices[i]:
            if choice not in tried:
                tried.add(choice)
                if choice not in owner or claim(owner[choice], tried):
                    owner[choice] = i
                    return True
        return False

    return sum(claim(i, set()) for i in range(len(choices)))
