"""Make-ups: what of the care that was missed the rest of a week can still give, everybody else as they are.

The patient's other sessions stay. New ones start at or after the given instant, in seats that are free or
with clinicians and rooms that are; which of them, the exact placement decides. Whoever comes first by
priority is placed first, and the others find what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from scheduler.attendance import ABSENT, Delivered, Mark, delivered, owed_of
from scheduler.errors import InternalFault
from scheduler.finding import Words
from scheduler.one_patient import closed_sessions, narrowed, price_now
from scheduler.placement import PlacingQuestion
from scheduler.plans import Attendance, Plan
from scheduler.problem import Limits, Patient, Problem, SessionType
from scheduler.rules import PATIENT_MASKS
from scheduler.rules.facts import Facts, Held
from scheduler.setting import setting_of
from scheduler.solver.loading import load
from scheduler.solver.placing import Found, Placing
from scheduler.solver.seeding import excuse_facts
from scheduler.timetable import Part, PlannedSession, Reason
from scheduler.week import compile_week, slots_up

OPTIONS: Final = 3
MOST_PLACES: Final = 40  # that are asked about one by one
NOTHING_LEFT: Final = Words("makeup_none_left", "{requirement}: no session is held in the rest of the week")
FULL: Final = Words("makeup_full", "{requirement}: {count} sessions to come have no free seat")
BUSY: Final = Words("makeup_busy", "{requirement}: {count} sessions to come are when the patient cannot")
IN_SESSION: Final = Words("makeup_in_session", "{requirement}: {count} sessions to come overlap their others")
NO_CLINICIAN: Final = Words(
    "makeup_no_clinician", "{requirement}: nobody is free to lead one when they could"
)
LIMITS: Final = Words("makeup_limits", "{requirement}: one more would pass a limit of a day or of the week")


class MakeUp(Part):
    """One patient's missed care: what makes it up, what stays owed and why; `could`: more was possible."""

    patient: str
    owed_minutes: int
    added: tuple[Attendance, ...]
    made_up_minutes: int
    still_owed_minutes: int
    still_owed: dict[str, int]
    could: bool
    exact: bool
    reasons: tuple[Reason, ...] = ()


def make_ups(
    problem: Problem,
    sessions: Sequence[PlannedSession],
    marks: Iterable[Mark],
    at: datetime,
    *,
    patient: str | None = None,
) -> tuple[MakeUp, ...]:
    """For whoever is owed care (or for the patient named), from the instant `at` on."""
    given = tuple(marks)
    who = [p for p in problem.patients if patient in (None, p.id)]
    found: list[MakeUp] = []
    weeks = delivered(Facts(problem, sessions), given)
    now = tuple(_with_seats_given_up(sessions, given, at))
    for one in sorted(who, key=lambda p: -p.priority):
        week = weeks[one.id]
        facts = Facts(problem, now)
        if owed_of(facts.weeks[one.id].entitlement, week)[0] > 0:
            made = _Owing(problem, now, one, week, at).made_up()
            found.append(made)
            now = with_make_ups(now, (made,))
    return tuple(found)


def with_make_ups(sessions: Iterable[PlannedSession], made: Iterable[MakeUp]) -> tuple[PlannedSession, ...]:
    """The timetable with the make-ups in it; new sessions are called m1, m2 …"""
    result = {s.id: s for s in sessions}
    names = (name for n in range(1, 1 << 20) if (name := f"m{n}") not in result)
    for one in made:
        for a in one.added:
            name = a.session or next(names)
            if a.session is None:
                fields = a.model_dump(exclude={"session"})
                result[name] = PlannedSession(**fields, id=name, patients=(one.patient,))
            elif one.patient not in result[name].patients:
                held = result[name]
                result[name] = held.model_copy(update={"patients": (*held.patients, one.patient)})
    return tuple(sorted(result.values(), key=lambda s: (s.start, s.id)))


def _with_seats_given_up(
    sessions: Iterable[PlannedSession], marks: Iterable[Mark], at: datetime
) -> Iterator[PlannedSession]:
    """Sessions to come without those who have said that they will not come."""
    absent = {(m.session, m.patient) for m in marks if m.mark in ABSENT}
    for session in sessions:
        gone = {p for p in session.patients if (session.id, p) in absent}
        yield _left(session, gone) if gone and session.start >= at else session


def _left(session: PlannedSession, gone: set[str]) -> PlannedSession:
    return session.model_copy(update={"patients": tuple(p for p in session.patients if p not in gone)})


class _Question(PlacingQuestion):
    """The patient's sessions stay, nothing new starts before an instant, and what is broken may stay so."""

    def __init__(
        self, problem: Problem, sessions: tuple[PlannedSession, ...], patient: Patient, at: datetime
    ):
        self.at = at
        super().__init__(problem, sessions, patient)

    def __post_init__(self) -> None:
        own = [s for s in self.sessions if self.patient.id in s.patients]
        self.narrow = narrowed(self.problem, self.sessions, self.patient)
        self.setting = setting_of(self.narrow)
        self.bound_to = frozenset(s.id for s in own)
        self.others = self.sessions
        self.happened = tuple(own)
        week = compile_week(self.narrow)
        excuse_facts(week, own)
        self.first = max(
            0, slots_up((self.at - week.calendar.moment_of(0)) // timedelta(minutes=1), week.arrays.slot)
        )
        week.arrays.pok[:, :, : self.first] = False
        self.loaded = load(week, self.others, closed_sessions(self.problem, self.others))
        self.placing = Placing(self.loaded, week.patient_index[self.patient.id])
        self.before = price_now(self.problem, self.sessions, self.patient.id)


def _resolved(problem: Problem, session: PlannedSession) -> Held | None:
    return next(iter(Facts(problem, (session,)).sessions), None)


@dataclass
class _Owing:
    """One patient who is owed care, in the timetable less what they missed."""

    problem: Problem
    sessions: tuple[PlannedSession, ...]
    patient: Patient
    week: tuple[Delivered, ...]
    at: datetime

    def __post_init__(self) -> None:
        missed = {d.held.id for d in self.week if d.absent}
        name = self.patient.id
        self.rest = tuple(_left(s, {name}) if s.id in missed else s for s in self.sessions)
        self.rights = setting_of(self.problem).entitlements[name]
        self.owed, self.by_requirement = owed_of(self.rights, self.week)
        self.question = _Question(self.problem, self.rest, self._lacking_minutes(), self.at)

    def _lacking_minutes(self) -> Patient:
        """What late attendances lack is asked for beyond the minimum: a placement counts whole sessions."""
        lost = sum(
            d.held.minutes - d.minutes for d in self.week if not d.absent and d.held.type.counts_as_care
        )
        if not lost or not self.rights.care_min:
            return self.patient
        most = None if self.rights.care_max is None else self.rights.care_max + lost
        own = Limits(min=self._unscaled(self.rights.care_min + lost), max=most)
        return self.patient.model_copy(update={"care_minutes": own})

    def _unscaled(self, minimum: int) -> int:
        """The weekly minimum that, scaled to the dates of this week, is so much."""
        calendar = setting_of(self.problem).calendar
        active = len(calendar.open_days & calendar.active_days[self.patient.id])
        return minimum if not active else minimum * len(calendar.open_days) // active

    def made_up(self) -> MakeUp:
        plans = self.question.placing.plans(OPTIONS)
        best = next((p for p in map(self._checked, plans) if p is not None), None)
        had = {s.id for s in self.rest if self.patient.id in s.patients}
        added = tuple(a for a in best.attendances if a.session not in had) if best else ()
        owed, by_requirement = self._owed_after(added)
        return MakeUp(
            patient=self.patient.id,
            owed_minutes=self.owed,
            added=added,
            made_up_minutes=self.owed - owed,
            still_owed_minutes=owed,
            still_owed=by_requirement,
            could=owed > 0 and self._could(best),
            exact=self.question.placing.exact,
            reasons=tuple(self._reasons(by_requirement or self.by_requirement)) if owed > 0 else (),
        )

    def _checked(self, found: Found) -> Plan | None:
        try:
            return self.question.plan(found)
        except InternalFault:  # a limit that was passed already is passed by more: not this plan
            return None

    def _owed_after(self, added: Iterable[Attendance]) -> tuple[int, dict[str, int]]:
        new = []
        for n, a in enumerate(added):
            fields = a.model_dump(exclude={"session"})
            session = PlannedSession(**fields, id=f"added-{n}", patients=(self.patient.id,))
            held = _resolved(self.problem, session)
            assert held is not None
            new.append(Delivered(held, None, held.minutes))
        return owed_of(self.rights, self.week, new)

    # -- why something stays owed ---------------------------------------------------------------------------

    def _could(self, best: Plan | None) -> bool:
        """Whether a free place of a type that is owed is in a legal week that owes less than the best."""
        names = set(self.by_requirement) or {n.id for n in self.rights.requirements if n.holds_care}
        wanted = {t for n in self.rights.requirements if n.id in names for t in n.any_of}
        kinds = self.question.narrow.session_types
        numbered = enumerate(self.question.placing.places)
        free = [i for i, place in numbered if not place.must and kinds[place.kind].id in wanted]
        for i in free[:MOST_PLACES]:
            plans = map(self._checked, self.question.placing.plans(1, frozenset({i})))
            if any(p is not None and (best is None or p.unmet_minutes < best.unmet_minutes) for p in plans):
                return True
        return False

    def _reasons(self, owed: Iterable[str]) -> Iterator[Reason]:
        free = Counter(
            self.question.narrow.session_types[place.kind].id
            for place in self.question.placing.places
            if not place.must
        )
        for need in (n for n in self.rights.requirements if n.id in set(owed)):
            kinds = [t for t in self.question.narrow.session_types if t.id in need.any_of]
            if any(free[t.id] for t in kinds):
                yield LIMITS.reason(requirement=need.id)
            else:
                yield from self._barred(need.id, kinds)

    def _barred(self, requirement: str, kinds: Sequence[SessionType]) -> Iterator[Reason]:
        groups = {t.id for t in kinds if t.size_max > 1}
        tally = Counter(self._bar(h) for s in self.rest if (h := self._to_come(s, groups)) is not None)
        if len(groups) < len(kinds):
            yield NO_CLINICIAN.reason(requirement=requirement)
        elif not tally:
            yield NOTHING_LEFT.reason(requirement=requirement)
        for words, count in tally.items():
            yield words.reason(requirement=requirement, count=count)

    def _to_come(self, session: PlannedSession, groups: set[str]) -> Held | None:
        if session.session_type not in groups or session.start < self.at:
            return None
        return None if self.patient.id in session.patients else _resolved(self.problem, session)

    def _bar(self, held: Held) -> Words:
        setting = setting_of(self.problem)
        if any(m.bars(setting, self.patient, held.type, held.interval) is not None for m in PATIENT_MASKS):
            return BUSY
        own = [d.held for d in self.week if not d.absent]
        if any(h.start < held.end and held.start < h.end for h in own):
            return IN_SESSION
        return FULL
