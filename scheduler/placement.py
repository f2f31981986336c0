"""A plan for one more patient inside a timetable whose other attendances, starts, clinicians and rooms stay.

The patient may be new, or planned already: then the question is what else their week could be, as a what-if.
Sessions that the patient cannot leave without breaking a rule for others (a group at its minimum, a closed
group, a pin) stay in every plan. Plans are ranked by what they add to the objective, then by earliest starts
(the sum of them); a plan that only adds sessions to a better one is not listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from scheduler.errors import InternalFault
from scheduler.finding import Finding, Words
from scheduler.one_patient import (
    breaches_of,
    closed_sessions,
    happened_of,
    held_of,
    loads_of,
    narrowed,
    opening_price,
    price_now,
    priced,
    span_of,
    ties_of,
    without,
)
from scheduler.openings import openings_beside
from scheduler.plans import Attendance, Opening, Placement, Plan
from scheduler.problem import Patient, Problem, SessionType
from scheduler.rules import PATIENT_MASKS, PATIENT_TERMS, PATIENT_WEEK
from scheduler.rules.facts import Facts, facts_of_one
from scheduler.setting import setting_of
from scheduler.solver.loading import Loaded, load
from scheduler.solver.placing import Found, OwnSession, Placing
from scheduler.solver.seeding import excuse_facts
from scheduler.timetable import PlannedSession, Reason
from scheduler.week import compile_week

TIED: Final = Words("tied", "{patient} cannot leave {session} for others' sake, and cannot attend it either")

__all__ = ["Attendance", "Opening", "Placement", "PlacingQuestion", "Plan", "place", "with_plan"]


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
        self.narrow = narrowed(self.problem, self.sessions, self.patient)
        self.setting = setting_of(self.narrow)
        self.bound_to = frozenset(ties_of(self.problem, self.setting, self.sessions, self.patient.id))
        self.others = tuple(without(self.sessions, self.patient.id, self.bound_to))
        self.happened = happened_of(self.problem, self.sessions, self.patient.id)
        week = compile_week(self.narrow)
        excuse_facts(week, list(self.happened))
        self.loaded: Loaded = load(week, self.others, closed_sessions(self.problem, self.others))
        self.placing = Placing(self.loaded, week.patient_index[self.patient.id])
        self.before = price_now(self.problem, self.sessions, self.patient.id)

    def answer(self, options: int, openings: bool) -> Placement:
        reasons = tuple(self._impossible_ties())
        found = [] if reasons else self.placing.plans(options)
        plans = [self.plan(f) for f in found]
        plans.sort(key=lambda p: p.increase)  # stable: equal ones stay in the order of starts
        extra = tuple(openings_beside(self, plans[0])) if openings and plans else ()
        return Placement(
            patient=self.patient.id,
            exact=self.placing.exact,
            plans=tuple(plans),
            openings=extra,
            reasons=reasons,
        )

    def _impossible_ties(self) -> Iterator[Reason]:
        past = {s.id for s in self.happened}
        for session in self.others:
            if session.id in self.bound_to and session.id not in past:
                held = held_of(self.setting, session)
                bars = (m.bars(self.setting, self.patient, held.type, held.interval) for m in PATIENT_MASKS)
                if any(reason is not None for reason in bars):
                    yield TIED.reason(patient=self.patient.id, session=held.label)

    # -- plans ----------------------------------------------------------------------------------------------

    @cached_property
    def excused(self) -> frozenset[tuple[str, str]]:
        """What is broken by what has happened alone."""
        held = sorted((held_of(self.setting, s) for s in self.happened), key=lambda s: (s.start, s.end))
        return frozenset(f.key for f in _broken(facts_of_one(self.setting, self.patient, held)))

    def plan(self, found: Found) -> Plan:
        attendances = sorted(
            [*(self._joined(p.session) for p in found.joined), *map(self._opened, found.own)],
            key=lambda a: a.start,
        )
        facts = self._facts(attendances)
        broken = [f for f in _broken(facts) if f.key not in self.excused]
        if broken:
            raise InternalFault(f"a placement breaks a rule: {broken[0]}")
        week = facts.weeks[self.patient.id]
        units = {term.NAME: term.units_of(facts, self.patient.id) for term in PATIENT_TERMS}
        price = priced(self.problem, units) + self._group_time(found.own)
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
            breaches=tuple(breaches_of(facts, self.patient.id)),
        )

    def _joined(self, s: int) -> Attendance:
        session = self.loaded.opened[s]
        held = held_of(self.setting, session)
        return Attendance(
            session=session.id,
            session_type=session.session_type,
            start=session.start,
            end=self.setting.calendar.moment_of(held.end),
            clinicians=session.clinicians,
            room=session.room,
        )

    def _opened(self, own: OwnSession) -> Attendance:
        kind, start = self.place_of(own.place.kind, own.place.slot)
        return Attendance(
            session=None,
            session_type=kind.id,
            start=self.setting.calendar.moment_of(start),
            end=self.setting.calendar.moment_of(start + kind.minutes),
            clinicians=self.clinicians(own.clinicians),
            room=self.room(own.room),
        )

    def place_of(self, kind: int, slot: int) -> tuple[SessionType, int]:
        return self.narrow.session_types[kind], slot * self.narrow.clinic.slot_minutes

    def clinicians(self, numbers: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.narrow.clinicians[c].id for c in numbers)

    def room(self, number: int) -> str | None:
        return self.narrow.rooms[number].id if number >= 0 else None

    def _facts(self, attendances: Sequence[Attendance]) -> Facts:
        sessions = [
            held_of(
                self.setting, PlannedSession(**a.model_dump(exclude={"session"}), id=a.session or f"own-{i}")
            )
            for i, a in enumerate(attendances)
        ]
        return facts_of_one(self.setting, self.patient, sorted(sessions, key=lambda s: (s.start, s.end)))

    def _group_time(self, own: Iterable[OwnSession]) -> int:
        return sum(opening_price(self.problem, self.narrow.session_types[o.place.kind]) for o in own)

    def _spread(self, own: Sequence[OwnSession]) -> int:
        """What the plan does to the spread of loads, against the timetable as given."""
        if not self.problem.weights.load_spread:
            return 0
        added = [
            (self.clinicians(o.clinicians), self.narrow.session_types[o.place.kind].minutes) for o in own
        ]
        then = loads_of(self.setting, self.others)
        for crew, minutes in added:
            for c in crew:
                then[c] = then.get(c, 0) + minutes
        return self.problem.weights.load_spread * (
            span_of(then) - span_of(loads_of(self.setting, self.sessions))
        )


def _broken(facts: Facts) -> list[Finding]:
    return [f for rule in PATIENT_WEEK for f in rule.check(facts)]
