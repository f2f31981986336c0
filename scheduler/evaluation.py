"""The figures of a timetable, from the rules alone: objective terms, patients, clinicians and rooms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scheduler.calendar import Interval, merged, minutes_outside
from scheduler.problem import Problem
from scheduler.rules import TERMS, breach, moved, unmet_care
from scheduler.rules.facts import Facts, Held
from scheduler.setting import Setting
from scheduler.timetable import Breach, PatientFigures, PlannedSession, ResourceFigures, TermCost


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a timetable delivers and costs; `value` is the objective."""

    patients: tuple[PatientFigures, ...]
    clinicians: tuple[ResourceFigures, ...]
    rooms: tuple[ResourceFigures, ...]
    terms: tuple[TermCost, ...]
    value: int


def evaluate(problem: Problem, sessions: Iterable[PlannedSession]) -> Evaluation:
    """Recomputes every figure of a timetable from its sessions; broken rules do not matter here."""
    return evaluation_of(Facts(problem, sessions))


def evaluation_of(facts: Facts) -> Evaluation:
    terms = term_costs(facts)
    return Evaluation(
        patients=tuple(_patient(facts, p) for p in facts.weeks),
        clinicians=_resources(facts.by_clinician, clinician_minutes(facts.setting)),
        rooms=_resources(facts.by_room, room_minutes(facts.setting)),
        terms=terms,
        value=sum(t.cost for t in terms),
    )


def term_costs(facts: Facts) -> tuple[TermCost, ...]:
    """Units, weight and cost of every objective term, in the contract's order."""
    costs = []
    for term in TERMS:
        units, weight = term.units(facts), getattr(facts.setting.problem.weights, term.NAME)
        costs.append(TermCost(term=term.NAME, units=units, weight=weight, cost=units * weight))
    return tuple(costs)


def _patient(facts: Facts, patient_id: str) -> PatientFigures:
    week = facts.weeks[patient_id]
    counts = breach.counts_of(facts, patient_id)
    return PatientFigures(
        id=patient_id,
        care_minutes=week.care_minutes,
        attended_days=len(week.days),
        care_days=len(week.care_days),
        idle_minutes=week.idle_minutes,
        requirements=week.requirement_counts,
        unmet_minutes=unmet_care.minutes_of(facts, patient_id),
        breaches=tuple(Breach(rule=rule, count=count) for rule, count in counts.items()),
        kept=moved.kept_share(facts, patient_id),
    )


def _resources(used: dict[str, tuple[Held, ...]], available: dict[str, int]) -> tuple[ResourceFigures, ...]:
    return tuple(
        ResourceFigures(id=i, minutes=sum(s.minutes for s in used.get(i, ())), available_minutes=minutes)
        for i, minutes in available.items()
    )


def clinician_minutes(setting: Setting) -> dict[str, int]:
    """Per clinician the minutes they could lead: available while the clinic is open, less time off and the
    closures that apply to all (during one for `in_person` they can still lead telehealth)."""
    calendar = setting.calendar
    return {
        c.id: _minutes(
            _common(calendar.availability[c.id], calendar.opening),
            (*calendar.time_off[c.id], *calendar.closed(in_person=False)),
        )
        for c in setting.problem.clinicians
    }


def room_minutes(setting: Setting) -> dict[str, int]:
    """Per room the minutes it could be used: opening hours less the clinic's closures (of either kind: what
    happens in a room is in person) and its own."""
    calendar = setting.calendar
    return {
        r.id: _minutes(calendar.opening, (*calendar.closed(in_person=True), *calendar.room_closed[r.id]))
        for r in setting.problem.rooms
    }


def _common(some: Sequence[Interval], others: Sequence[Interval]) -> list[Interval]:
    shared = ((max(a[0], b[0]), min(a[1], b[1])) for a in some for b in others)
    return [i for i in shared if i[0] < i[1]]


def _minutes(intervals: Iterable[Interval], holes: Iterable[Interval]) -> int:
    apart = merged(holes)
    return sum(minutes_outside(interval, apart) for interval in intervals)
