"""The questions that rules share, answered once for a timetable: who is where and when, what a day holds.

Times are week minutes (see `calendar`). A session that names no known type or no time of this week stands for
nothing here; the rule `reference` reports it. Its end follows from its type, whatever the document says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from scheduler.calendar import DAY, WEEK, Interval, merged, overlap
from scheduler.entitlement import Entitlement
from scheduler.finding import Finding
from scheduler.problem import Mode, Patient, Problem, SessionType, format_clock
from scheduler.setting import Setting, setting_of
from scheduler.timetable import PlannedSession, Reason


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A session resolved against the problem: unknown clinicians, room and patients count as not in it."""

    given: PlannedSession
    id: str
    type: SessionType
    start: int
    end: int
    clinicians: tuple[str, ...]
    room: str | None
    patients: tuple[str, ...]

    @property
    def minutes(self) -> int:
        return self.end - self.start

    @property
    def interval(self) -> Interval:
        return self.start, self.end

    @property
    def day(self) -> int:
        return self.start // DAY

    @property
    def when(self) -> str:
        """Date and clock times, for words."""
        clock = self.start % DAY
        return f"{self.date} {format_clock(clock)}–{format_clock(clock + self.minutes)}"

    @property
    def date(self) -> str:
        return self.given.start.date().isoformat()

    @property
    def label(self) -> str:
        return f"session {self.id} ({self.type.id}, {self.when})"

    def broken(self, rule: str, reason: Reason, subject: str | None = None) -> Finding:
        """The finding that a rule is broken in this session, for the session itself unless said otherwise."""
        text = f"Session {self.label[8:]}: {reason.text}."
        params = {"code": reason.code, "session": self.id} | reason.params
        return Finding(rule, self.id if subject is None else subject, text, params, (self.id,))


@dataclass(frozen=True, slots=True, eq=False)
class PatientDay:
    """One attended day of one patient, sessions by start."""

    day: int
    sessions: tuple[Held, ...]
    care_minutes: int
    services: int
    has_care_group: bool
    idle_minutes: int

    @property
    def date(self) -> str:
        return self.sessions[0].date

    @property
    def ids(self) -> tuple[str, ...]:
        """The day's sessions."""
        return tuple(s.id for s in self.sessions)


@dataclass(frozen=True, slots=True, eq=False)
class PatientWeek:
    """What one patient attends, by day and in sum."""

    patient: Patient
    entitlement: Entitlement
    days: tuple[PatientDay, ...]

    @property
    def sessions(self) -> tuple[Held, ...]:
        return tuple(s for day in self.days for s in day.sessions)

    @property
    def care_days(self) -> tuple[PatientDay, ...]:
        return tuple(day for day in self.days if day.services)

    @property
    def care_minutes(self) -> int:
        return sum(day.care_minutes for day in self.days)

    @property
    def idle_minutes(self) -> int:
        return sum(day.idle_minutes for day in self.days)

    @property
    def requirement_counts(self) -> dict[str, int]:
        """Sessions attended, per requirement of the patient."""
        attended = [s.type.id for day in self.days for s in day.sessions]
        return {r.id: sum(t in r.any_of for t in attended) for r in self.entitlement.requirements}


class Facts:
    """One timetable of one problem, indexed."""

    def __init__(self, problem: Problem, sessions: Iterable[PlannedSession]) -> None:
        self.setting: Setting = setting_of(problem)
        self.given: tuple[PlannedSession, ...] = tuple(sessions)

    @cached_property
    def sessions(self) -> tuple[Held, ...]:
        """In the order of the document."""
        return tuple(held for s in self.given if (held := self._resolved(s)) is not None)

    def _resolved(self, session: PlannedSession) -> Held | None:
        setting = self.setting
        session_type = setting.types.get(session.session_type)
        start = setting.calendar.minute_of(session.start)
        if session_type is None or not 0 <= start < WEEK:
            return None
        return Held(
            given=session,
            id=session.id,
            type=session_type,
            start=start,
            end=start + session_type.minutes,
            clinicians=tuple(c for c in session.clinicians if c in setting.clinicians),
            room=session.room if session.room in setting.rooms else None,
            patients=tuple(p for p in dict.fromkeys(session.patients) if p in setting.patients),
        )

    @cached_property
    def by_clinician(self) -> dict[str, tuple[Held, ...]]:
        """Per clinician who leads or co-leads any, their sessions by start."""
        return self._by_start((c, s) for s in self.sessions for c in dict.fromkeys(s.clinicians))

    @cached_property
    def by_room(self) -> dict[str, tuple[Held, ...]]:
        """Per room that is used, its sessions by start."""
        return self._by_start((s.room, s) for s in self.sessions if s.room is not None)

    @cached_property
    def by_patient(self) -> dict[str, tuple[Held, ...]]:
        """Per patient who attends any, their sessions by start."""
        return self._by_start((p, s) for s in self.sessions for p in s.patients)

    def _by_start(self, pairs: Iterable[tuple[str, Held]]) -> dict[str, tuple[Held, ...]]:
        found: dict[str, list[Held]] = {}
        for key, session in pairs:
            found.setdefault(key, []).append(session)
        return {key: tuple(sorted(own, key=lambda s: (s.start, s.end))) for key, own in found.items()}

    @cached_property
    def attendances(self) -> tuple[tuple[Held, Patient], ...]:
        """Every session with every known patient in it."""
        patients = self.setting.patients
        return tuple((s, patients[p]) for s in self.sessions for p in s.patients)

    @cached_property
    def weeks(self) -> dict[str, PatientWeek]:
        """Per patient of the problem, in its order, whether they attend anything or not."""
        entitlements = self.setting.entitlements
        return {
            p.id: PatientWeek(p, entitlements[p.id], _days(self.by_patient.get(p.id, ())))
            for p in self.setting.problem.patients
        }

    def enforcing(self, rule: str) -> Iterator[tuple[str, PatientWeek]]:
        """The weeks of the patients for whom a flagged rule is hard."""
        return ((p, week) for p, week in self.weeks.items() if rule in week.entitlement.enforced)


def facts_of_one(
    setting: Setting,
    patient: Patient,
    sessions: Sequence[Held],
    known: Mapping[int, PatientDay] | None = None,
) -> Facts:
    """One patient's week alone (sessions by start), as the rules of a week see it.

    `known` are days of which all sessions are the same as once before.
    """
    days = by_day(sessions)
    known = known or {}
    own = tuple(known[d] if d in known else _patient_day(d, held) for d, held in days.items())
    return _narrow(
        setting,
        by_patient={patient.id: tuple(sessions)},
        weeks={patient.id: PatientWeek(patient, setting.entitlements[patient.id], own)},
    )


def facts_of_clinician(setting: Setting, clinician: str, sessions: Sequence[Held]) -> Facts:
    """Some sessions of one clinician alone (by start)."""
    return _narrow(setting, by_clinician={clinician: tuple(sessions)})


def facts_of_room(setting: Setting, room: str, sessions: Sequence[Held]) -> Facts:
    """Some sessions of one room alone (by start)."""
    return _narrow(setting, by_room={room: tuple(sessions)})


def _narrow(setting: Setting, **known: object) -> Facts:
    """Facts of which only the given indexes hold anything."""
    facts = Facts(setting.problem, ())
    empty: dict[str, object] = {"sessions": (), "attendances": (), "weeks": {}}
    facts.__dict__.update(empty | {"by_patient": {}, "by_clinician": {}, "by_room": {}} | known)
    return facts


def by_day(sessions: Sequence[Held]) -> dict[int, tuple[Held, ...]]:
    """Sessions by the date they start on, in the order given."""
    found: dict[int, tuple[Held, ...]] = {}
    for session in sessions:
        found[session.day] = (*found.get(session.day, ()), session)
    return found


def colliding(sessions: Sequence[Held], kept_free: int = 0) -> Iterable[tuple[Held, Held]]:
    """Pairs of sessions (by start) whose earlier, plus the minutes kept free after it, reaches the later."""
    longest: Held | None = None
    for session in sessions:
        if longest is not None and longest.end + kept_free > session.start:
            yield longest, session
        if longest is None or session.end > longest.end:
            longest = session


def _days(sessions: Sequence[Held]) -> tuple[PatientDay, ...]:
    return tuple(_patient_day(day, own) for day, own in by_day(sessions).items())


def _patient_day(day: int, sessions: tuple[Held, ...]) -> PatientDay:
    care = [s for s in sessions if s.type.counts_as_care]
    return PatientDay(
        day=day,
        sessions=sessions,
        care_minutes=sum(s.minutes for s in care),
        services=len(care),
        has_care_group=any(s.type.mode is Mode.GROUP for s in care),
        idle_minutes=_idle(sessions),
    )


def _idle(sessions: Sequence[Held]) -> int:
    """Minutes in no session between the start of the first and the end of the last in-person session."""
    on_site = [s for s in sessions if s.type.in_person]
    if not on_site:
        return 0
    span = (on_site[0].start, max(s.end for s in on_site))
    taken = [(s.start, s.end) for s in sessions]
    if len(taken) > 1:
        taken = list(merged(taken))
    return span[1] - span[0] - sum(overlap(span, t) for t in taken)
