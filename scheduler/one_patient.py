"""One patient in a timetable: the problem for them alone, the sessions without them, what a week costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal, TypeGuard

from scheduler.problem import (
    AttendancePin,
    Mode,
    Patient,
    Pin,
    Problem,
    Session,
    SessionPin,
    SessionType,
)
from scheduler.rules import FLAGGED, PATIENT_TERMS
from scheduler.rules.facts import Facts, Held, facts_of_one
from scheduler.setting import Setting, setting_of
from scheduler.timetable import Breach, PlannedSession

Tie = Literal["pin", "others"]


def narrowed(problem: Problem, sessions: Sequence[PlannedSession], patient: Patient) -> Problem:
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


def ties_of(
    problem: Problem, setting: Setting, sessions: Iterable[PlannedSession], patient: str
) -> dict[str, Tie]:
    """The patient's sessions that they cannot leave, by id, and whether a pin or others keep them there."""
    own = [s for s in sessions if patient in s.patients and s.session_type in setting.types]
    given = given_sessions(problem, own)
    seats = {(p.session_type, p.start) for p in problem.pins if _is_seat(p, patient)}
    held = {(p.session.session_type, p.session.start) for p in problem.pins if isinstance(p, SessionPin)}
    found: dict[str, Tie] = {}
    for session in own:
        kind, others = setting.types[session.session_type], len(session.patients) - 1
        place, group = (session.session_type, session.start), kind.mode is Mode.GROUP
        if session.id in given or place in seats or (place in held and (not group or others == 0)):
            found[session.id] = "pin"
        elif session.session_type in setting.cohorts_of or (group and 0 < others < kind.size_min):
            found[session.id] = "others"
    return found


def _is_seat(pin: Pin, patient: str) -> TypeGuard[AttendancePin]:
    return isinstance(pin, AttendancePin) and pin.patient == patient


def given_sessions(problem: Problem, sessions: Iterable[PlannedSession]) -> frozenset[str]:
    """Sessions whose patients a pin gives: frozen and happened ones."""
    exact = {
        _exactly(p.session) for p in problem.pins if isinstance(p, SessionPin) and (p.frozen or p.happened)
    }
    return frozenset(s.id for s in sessions if _exactly(s) in exact)


def closed_sessions(problem: Problem, sessions: Sequence[PlannedSession]) -> frozenset[str]:
    """Sessions that nobody may join or leave: closed groups as well."""
    cohorts = setting_of(problem).cohorts_of
    return given_sessions(problem, sessions) | {s.id for s in sessions if s.session_type in cohorts}


def happened_of(
    problem: Problem, sessions: Iterable[PlannedSession], patient: str
) -> tuple[PlannedSession, ...]:
    """What the patient has attended already: facts, which no rule undoes."""
    exact = {_exactly(p.session) for p in problem.pins if isinstance(p, SessionPin) and p.happened}
    return tuple(s for s in sessions if patient in s.patients and _exactly(s) in exact)


def _exactly(session: PlannedSession | Session) -> tuple[str, datetime, frozenset[str]]:
    return session.session_type, session.start, frozenset(session.patients)


def without(
    sessions: Iterable[PlannedSession], patient: str, kept: frozenset[str]
) -> Iterator[PlannedSession]:
    """The sessions without the patient, but for those they cannot leave; what nobody else attends is gone."""
    for session in sessions:
        if patient not in session.patients or session.id in kept:
            yield session
        elif rest := tuple(p for p in session.patients if p != patient):
            yield session.model_copy(update={"patients": rest})


def held_of(setting: Setting, session: PlannedSession) -> Held:
    start = setting.calendar.minute_of(session.start)
    kind = setting.types[session.session_type]
    end = start + kind.minutes
    return Held(session, session.id, kind, start, end, session.clinicians, session.room, session.patients)


def price_now(problem: Problem, sessions: Sequence[PlannedSession], patient: str) -> int:
    """The patient's part of the objective as the timetable is, with groups that they alone attend."""
    setting = setting_of(problem)
    if patient not in setting.patients:
        return 0
    own = [s for s in sessions if patient in s.patients and s.session_type in setting.types]
    held = sorted((held_of(setting, s) for s in own), key=lambda s: (s.start, s.end))
    facts = facts_of_one(setting, setting.patients[patient], held)
    units = {term.NAME: term.units_of(facts, patient) for term in PATIENT_TERMS}
    alone = [s.type for s in held if len(s.patients) == 1]
    return priced(problem, units) + sum(opening_price(problem, t) for t in alone)


def priced(problem: Problem, units: dict[str, int]) -> int:
    return sum(n * getattr(problem.weights, term) for term, n in units.items())


def opening_price(problem: Problem, kind: SessionType) -> int:
    if kind.mode is not Mode.GROUP:
        return 0
    return kind.minutes * len(kind.facilitators) * problem.weights.facilitator_time


def breaches_of(facts: Facts, patient: str) -> Iterator[Breach]:
    for rule in FLAGGED:
        if n := rule.breaches(facts, patient):
            yield Breach(rule=rule.NAME, count=n)


def loads_of(setting: Setting, sessions: Iterable[PlannedSession]) -> dict[str, int]:
    found: dict[str, int] = {}
    for session in sessions:
        if session.session_type in setting.types:
            for c in dict.fromkeys(session.clinicians):
                found[c] = found.get(c, 0) + setting.types[session.session_type].minutes
    return found


def span_of(loads: dict[str, int]) -> int:
    led = [n for n in loads.values() if n]
    return max(led) - min(led) if led else 0
