"""What the week asks of and allows one patient: program, overrides, lifts, dates and authorisation in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scheduler.calendar import Calendar
from scheduler.problem import Limits, Patient, Problem, Program, Requirement


@dataclass(frozen=True, slots=True)
class RequirementNeed:
    """One requirement of a patient; `minimum` is scaled to the active dates, `maximum` None is unlimited."""

    id: str
    any_of: tuple[str, ...]
    minimum: int
    maximum: int | None
    shortest_minutes: int
    holds_care: bool


@dataclass(frozen=True, slots=True)
class Entitlement:
    """All weekly rules of one patient, resolved; None means that the rule does not hold."""

    requirements: tuple[RequirementNeed, ...]
    care_min: int
    care_max: int | None
    days_min: int
    days_max: int | None
    day_care_min: int
    day_care_max: int | None
    idle_max: int | None
    gap_max: int | None
    services_min: int
    group_daily: bool
    enforced: frozenset[str]
    authorized_days: int | None
    authorized_minutes: int | None

    def requirement_of(self, session_type: str) -> RequirementNeed | None:
        """The requirement that a session of the type counts for; None: the patient never attends it."""
        return next((r for r in self.requirements if session_type in r.any_of), None)


def entitlements(problem: Problem, calendar: Calendar) -> dict[str, Entitlement]:
    """Per patient id."""
    programs = {p.id: p for p in problem.programs}
    return {p.id: _entitlement(problem, calendar, programs[p.program], p) for p in problem.patients}


def _entitlement(problem: Problem, calendar: Calendar, program: Program, patient: Patient) -> Entitlement:
    def rule(name: str) -> Any:
        if name in patient.lift:
            return None
        own = getattr(patient, name)
        return getattr(program, name) if own is None else own

    open_days = calendar.open_days
    share = (len(open_days & calendar.active_days[patient.id]), len(open_days))
    care, days, day_care = (rule(name) or Limits() for name in ("care_minutes", "days", "day_care_minutes"))
    return Entitlement(
        requirements=tuple(_need(problem, r, share) for r in rule("requirements") or ()),
        care_min=scaled(care.min, share),
        care_max=care.max,
        days_min=scaled(days.min, share),
        days_max=days.max,
        day_care_min=day_care.min or 0,
        day_care_max=day_care.max,
        idle_max=rule("max_idle_minutes"),
        gap_max=rule("max_gap_days"),
        services_min=rule("min_services_per_day") or 0,
        group_daily=bool(rule("group_every_day")),
        enforced=frozenset(rule("enforce") or ()),
        authorized_days=patient.authorized.days,
        authorized_minutes=patient.authorized.minutes,
    )


def scaled(minimum: int | None, share: tuple[int, int]) -> int:
    """A weekly minimum times active open dates / open dates, to the nearest whole, halves up."""
    active, opened = share
    if minimum is None:
        return 0
    return minimum if opened == 0 else (2 * minimum * active + opened) // (2 * opened)


def _need(problem: Problem, requirement: Requirement, share: tuple[int, int]) -> RequirementNeed:
    types = [t for t in problem.session_types if t.id in requirement.any_of]
    return RequirementNeed(
        id=requirement.id,
        any_of=requirement.any_of,
        minimum=scaled(requirement.sessions.min, share),
        maximum=requirement.sessions.max,
        shortest_minutes=min((t.minutes for t in types), default=0),
        holds_care=any(t.counts_as_care for t in types),
    )
