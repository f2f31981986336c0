"""A plan for one more patient inside a timetable whose other attendances, starts, clinicians and rooms stay.

The patient may be new, or planned already: then the question is what else their week could be, as a what-if.
Sessions that the patient cannot leave without breaking a rule for others (a group at its minimum, a closed
group, a pin) stay in every plan. Plans are ranked by what they add to the objective, then by earliest starts
(the sum of them); a plan that only adds sessions to a better one is not listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from scheduler.calendar import overlap
from scheduler.errors import InternalFault
from scheduler.finding import Words
from scheduler.problem import AttendancePin, LocalTime, Mode, Patient, Problem, SessionPin, SessionType
from scheduler.rules import FLAGGED, PATIENT_MASKS, PATIENT_TERMS, PATIENT_WEEK
from scheduler.rules.facts import Facts, Held, facts_of_one
from scheduler.setting import Setting, setting_of
from scheduler.solver.loading import Loaded, load
from scheduler.solver.placing import Found, OwnSession, Placing
from scheduler.timetable import Breach, Part, PlannedSession, Reason
from scheduler.week import compile_week

TIED: Final = Words("tied", "{patient} cannot leave {session} for others' sake, and cannot attend it either")
OPENINGS: Final = 3


class Attendance(Part):
    """One session of a plan; `session` is the id of one that is held already, null for one to be opened."""

    session: str | None
    session_type: str
    start: LocalTime
    end: LocalTime
    clinicians: tuple[str, ...]
    room: str | None


class Plan(Part):
    """A week for the patient; `increase` is what it adds to the objective of the timetable as given."""

    increase: int
    attendances: tuple[Attendance, ...]
    care_minutes: int
    days: tuple[str, ...]
    idle_minutes: int
    unmet_minutes: int
    short: dict[str, int]
    breaches: tuple[Breach, ...]


class Opening(Part):
    """One more group session, were it held: the best increase then, who else it needs and could have.

    `others_needed` patients more make it legal; `others_who_could` are free to come as they are planned now.
    """

    session_type: str
    start: LocalTime
    clinicians: tuple[str, ...]
    room: str | None
    increase: int
    others_needed: int
    others_who_could: int


class Placement(Part):
    """The best plans first; `exact` unless a search limit was reached; `reasons` when there is none."""

    patient: str
    exact: bool
    plans: tuple[Plan, ...]
    openings: tuple[Opening, ...]
    reasons: tuple[Reason, ...] = ()

    def document(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


def place(
    problem: Problem,
    sessions: Iterable[PlannedSession],
    patient: Patient,
    *,
    options: int = 5,
    openings: bool = True,
) -> Placement:
    """The best plans for the patient; `openings` asks as well what one more group session would allow."""
    return PlacingQuestion(problem, tuple(sessions), patient).answer(options, openings)


def with_plan(sessions: Iterable[PlannedSession], patient: str, plan: Plan) -> tuple[PlannedSession, ...]:
    """The timetable with the patient's week replaced by a plan; sessions left by everybody are gone."""
    joined = {a.session for a in plan.attendances}
    made = []
    for session in sessions:
        rest = tuple(p for p in session.patients if p != patient)
        if session.id in joined:
            rest = (*rest, patient)
        if rest or not session.patients:
            made.append(session.model_copy(update={"patients": rest}))
    taken = {s.id for s in made}
    free = (name for n in range(1, len(made) + 100) if (name := f"placed-{n}") not in taken)
    made += [
        PlannedSession(**a.model_dump(exclude={"session"}), id=next(free), patients=(patient,))
        for a in plan.attendances
        if a.session is None
    ]
    return tuple(made)


@dataclass
class PlacingQuestion:
    """One patient, the timetable without them, and the week as it is for them alone."""

    problem: Problem
    sessions: tuple[PlannedSession, ...]
    patient: Patient

    def __post_init__(self) -> None:
        self.narrow = _narrow(self.problem, self.sessions, self.patient)
        self.setting = setting_of(self.narrow)
        self.bound_to = _kept(self.problem, self.setting, self.sessions, self.patient)
        self.others = tuple(_without(self.sessions, self.patient.id, self.bound_to))
        week = compile_week(self.narrow)
        self.loaded: Loaded = load(week, self.others, _closed(self.problem, self.others))
        self.placing = Placing(self.loaded, week.patient_index[self.patient.id])
        self.before = _price_now(self.problem, self.sessions, self.patient.id)

    def answer(self, options: int, openings: bool) -> Placement:
        reasons = tuple(self._impossible_ties())
        found = [] if reasons else self.placing.plans(options)
        plans = [self._plan(f) for f in found]
        plans.sort(key=lambda p: p.increase)  # stable: equal ones stay in the order of starts
        extra = tuple(self._openings(plans[0])) if openings and plans else ()
        return Placement(
            patient=self.patient.id,
            exact=self.placing.exact,
            plans=tuple(plans),
            openings=extra,
            reasons=reasons,
        )

    def _impossible_ties(self) -> Iterator[Reason]:
        for session in self.others:
            if session.id in self.bound_to:
                held = _held(self.setting, session)
                bars = (m.bars(self.setting, self.patient, held.type, held.interval) for m in PATIENT_MASKS)
                if any(reason is not None for reason in bars):
                    yield TIED.reason(patient=self.patient.id, session=held.label)

    # -- plans ----------------------------------------------------------------------------------------------

    def _plan(self, found: Found) -> Plan:
        attendances = sorted(
            [*(self._joined(p.session) for p in found.joined), *map(self._opened, found.own)],
            key=lambda a: a.start,
        )
        facts = self._facts(attendances)
        broken = [f for rule in PATIENT_WEEK for f in rule.check(facts)]
        if broken:
            raise InternalFault(f"a placement breaks a rule: {broken[0]}")
        week = facts.weeks[self.patient.id]
        units = {term.NAME: term.units_of(facts, self.patient.id) for term in PATIENT_TERMS}
        price = _priced(self.problem, units) + self._group_time(found.own)
        if price != found.price:
            raise InternalFault(f"a placement is priced {found.price}, the rules say {price}")
        counts = week.requirement_counts
        return Plan(
            increase=price - self.before + self._spread(found.own),
            attendances=tuple(attendances),
            care_minutes=week.care_minutes,
            days=tuple(day.date for day in week.days),
            idle_minutes=week.idle_minutes,
            unmet_minutes=units["unmet_care"] // self.patient.priority,
            short={
                n.id: n.minimum - counts[n.id]
                for n in week.entitlement.requirements
                if counts[n.id] < n.minimum
            },
            breaches=tuple(_breaches(facts, self.patient.id)),
        )

    def _joined(self, s: int) -> Attendance:
        session = self.loaded.opened[s]
        held = _held(self.setting, session)
        return Attendance(
            session=session.id,
            session_type=session.session_type,
            start=session.start,
            end=self.setting.calendar.moment_of(held.end),
            clinicians=session.clinicians,
            room=session.room,
        )

    def _opened(self, own: OwnSession) -> Attendance:
        kind, start = self._when(own.place.kind, own.place.slot)
        return Attendance(
            session=None,
            session_type=kind.id,
            start=self.setting.calendar.moment_of(start),
            end=self.setting.calendar.moment_of(start + kind.minutes),
            clinicians=self._clinicians(own.clinicians),
            room=self._room(own.room),
        )

    def _when(self, kind: int, slot: int) -> tuple[SessionType, int]:
        return self.narrow.session_types[kind], slot * self.narrow.clinic.slot_minutes

    def _clinicians(self, numbers: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.narrow.clinicians[c].id for c in numbers)

    def _room(self, number: int) -> str | None:
        return self.narrow.rooms[number].id if number >= 0 else None

    def _facts(self, attendances: Sequence[Attendance]) -> Facts:
        sessions = [
            _held(
                self.setting, PlannedSession(**a.model_dump(exclude={"session"}), id=a.session or f"own-{i}")
            )
            for i, a in enumerate(attendances)
        ]
        return facts_of_one(self.setting, self.patient, sorted(sessions, key=lambda s: (s.start, s.end)))

    def _group_time(self, own: Iterable[OwnSession]) -> int:
        return sum(_opening_price(self.problem, self.narrow.session_types[o.place.kind]) for o in own)

    def _spread(self, own: Sequence[OwnSession]) -> int:
        """What the plan does to the spread of loads, against the timetable as given."""
        if not self.problem.weights.load_spread:
            return 0
        added = [
            (self._clinicians(o.clinicians), self.narrow.session_types[o.place.kind].minutes) for o in own
        ]
        then = _loads(self.setting, self.others)
        for crew, minutes in added:
            for c in crew:
                then[c] = then.get(c, 0) + minutes
        return self.problem.weights.load_spread * (_span(then) - _span(_loads(self.setting, self.sessions)))

    # -- one more session -----------------------------------------------------------------------------------

    def _openings(self, best: Plan) -> list[Opening]:
        """The most useful group sessions that clinicians and rooms allow, were they held as well."""
        limit = best.increase + self.before
        candidates = []
        for t, kind in enumerate(self.narrow.session_types):
            need = self.setting.entitlements[self.patient.id].requirement_of(kind.id)
            if (
                need is None
                or kind.mode is not Mode.GROUP
                or kind.size_min < 2
                or kind.id in self.setting.cohorts_of
            ):
                continue
            for slot in self.placing.week.arrays.ok[t].nonzero()[0]:
                staff = self.placing.could_be_opened(t, int(slot))
                if staff is None:
                    continue
                extra = int(self.placing.week.arrays.cost[self.placing.p, t, slot]) + _opening_price(
                    self.problem, kind
                )
                price = self.placing.cost_with(t, int(slot), extra, limit)
                if price is not None:
                    candidates.append((price, int(slot), t, staff))
        return [self._opening(*c) for c in sorted(candidates)[:OPENINGS]]

    def _opening(self, price: int, slot: int, t: int, staff: tuple[tuple[int, ...], int]) -> Opening:
        kind, start = self._when(t, slot)
        return Opening(
            session_type=kind.id,
            start=self.setting.calendar.moment_of(start),
            clinicians=self._clinicians(staff[0]),
            room=self._room(staff[1]),
            increase=price - self.before,
            others_needed=kind.size_min - 1,
            others_who_could=self._others_free(kind, (start, start + kind.minutes)),
        )

    def _others_free(self, kind: SessionType, when: tuple[int, int]) -> int:
        """Patients who may attend it then and are in no session at that time."""
        setting = setting_of(self.problem)
        busy = {
            p
            for s in self.sessions
            if s.session_type in setting.types and overlap(_held(setting, s).interval, when)
            for p in s.patients
        }
        return sum(
            p.id != self.patient.id
            and p.id not in busy
            and all(m.bars(setting, p, kind, when) is None for m in PATIENT_MASKS)
            for p in self.problem.patients
        )


def _narrow(problem: Problem, sessions: Sequence[PlannedSession], patient: Patient) -> Problem:
    """The problem of the patient alone, with those who are kept apart from them."""
    pairs = tuple(pair for pair in problem.apart if patient.id in pair)
    partners = {p for pair in pairs for p in pair} - {patient.id}
    patients = (patient, *(p for p in problem.patients if p.id in partners))
    ids = {p.id for p in patients}
    cohorts = tuple(
        c.model_copy(update={"patients": tuple(p for p in c.patients if p in ids)}) for c in problem.cohorts
    )
    baseline = problem.baseline
    if baseline is not None:
        own = tuple(s for s in baseline.sessions if patient.id in s.patients)
        baseline = baseline.model_copy(update={"sessions": own})
    update = {"patients": patients, "apart": pairs, "cohorts": cohorts, "baseline": baseline, "pins": ()}
    return problem.model_copy(update=update)


def _kept(
    problem: Problem, setting: Setting, sessions: Sequence[PlannedSession], patient: Patient
) -> frozenset[str]:
    """The patient's sessions that others, or pins, need them in."""
    closed = _closed(problem, sessions)
    pinned = {
        (p.session_type, p.start)
        for p in problem.pins
        if isinstance(p, AttendancePin) and p.patient == patient.id
    } | {(p.session.session_type, p.session.start) for p in problem.pins if isinstance(p, SessionPin)}
    kept = set()
    for session in (s for s in sessions if patient.id in s.patients and s.session_type in setting.types):
        kind, others = setting.types[session.session_type], len(session.patients) - 1
        alone = others == 0 and (session.session_type, session.start) in pinned
        seated = (session.session_type, session.start) in pinned and kind.mode is not Mode.GROUP
        attendance = any(
            isinstance(p, AttendancePin)
            and (p.patient, p.session_type, p.start) == (patient.id, session.session_type, session.start)
            for p in problem.pins
        )
        lacking = kind.mode is Mode.GROUP and 0 < others < kind.size_min
        if session.id in closed or attendance or alone or seated or lacking:
            kept.add(session.id)
    return frozenset(kept)


def _closed(problem: Problem, sessions: Iterable[PlannedSession]) -> frozenset[str]:
    """Sessions whose patients are given: closed groups, frozen and happened ones."""
    cohorts = setting_of(problem).cohorts_of
    exact = {
        (p.session.session_type, p.session.start, frozenset(p.session.patients))
        for p in problem.pins
        if isinstance(p, SessionPin) and (p.frozen or p.happened)
    }
    return frozenset(
        s.id
        for s in sessions
        if s.session_type in cohorts or (s.session_type, s.start, frozenset(s.patients)) in exact
    )


def _without(
    sessions: Iterable[PlannedSession], patient: str, kept: frozenset[str]
) -> Iterator[PlannedSession]:
    """The sessions without the patient, but for those they cannot leave; what nobody else attends is gone."""
    for session in sessions:
        if patient not in session.patients or session.id in kept:
            yield session
        elif rest := tuple(p for p in session.patients if p != patient):
            yield session.model_copy(update={"patients": rest})


def _held(setting: Setting, session: PlannedSession) -> Held:
    start = setting.calendar.minute_of(session.start)
    kind = setting.types[session.session_type]
    end = start + kind.minutes
    return Held(session, session.id, kind, start, end, session.clinicians, session.room, session.patients)


def _price_now(problem: Problem, sessions: Sequence[PlannedSession], patient: str) -> int:
    """The patient's part of the objective as the timetable is, with groups that they alone attend."""
    setting = setting_of(problem)
    if patient not in setting.patients:
        return 0
    own = [s for s in sessions if patient in s.patients and s.session_type in setting.types]
    held = sorted((_held(setting, s) for s in own), key=lambda s: (s.start, s.end))
    facts = facts_of_one(setting, setting.patients[patient], held)
    units = {term.NAME: term.units_of(facts, patient) for term in PATIENT_TERMS}
    alone = [s.type for s in held if len(s.patients) == 1]
    return _priced(problem, units) + sum(_opening_price(problem, t) for t in alone)


def _priced(problem: Problem, units: dict[str, int]) -> int:
    return sum(n * getattr(problem.weights, term) for term, n in units.items())


def _opening_price(problem: Problem, kind: SessionType) -> int:
    if kind.mode is not Mode.GROUP:
        return 0
    return kind.minutes * len(kind.facilitators) * problem.weights.facilitator_time


def _breaches(facts: Facts, patient: str) -> Iterator[Breach]:
    for rule in FLAGGED:
        if n := rule.breaches(facts, patient):
            yield Breach(rule=rule.NAME, count=n)


def _loads(setting: Setting, sessions: Iterable[PlannedSession]) -> dict[str, int]:
    found: dict[str, int] = {}
    for session in sessions:
        if session.session_type in setting.types:
            for c in dict.fromkeys(session.clinicians):
                found[c] = found.get(c, 0) + setting.types[session.session_type].minutes
    return found


def _span(loads: dict[str, int]) -> int:
    led = [n for n in loads.values() if n]
    return max(led) - min(led) if led else 0
