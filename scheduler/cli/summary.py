"""A planned week in words: what it delivers, what it owes, how good it is and how that is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scheduler.calendar import Calendar
from scheduler.cli.progress import percent
from scheduler.entitlement import Entitlement, entitlements
from scheduler.problem import Problem
from scheduler.show import counted, flag, hours, long_date
from scheduler.timetable import PatientFigures, Timetable

STOPPED = {
    "optimal": "proved optimal",
    "gap": "stopped within the gap asked for",
    "time": "stopped by the time limit",
    "cancelled": "stopped on request",
}


class Shortfall(NamedTuple):
    """Care a patient is owed and does not get, and in which requirements."""

    figures: PatientFigures
    parts: tuple[str, ...]


def summary(problem: Problem, timetable: Timetable) -> Iterator[str]:
    owed = entitlements(problem, Calendar(problem))
    yield (
        f"{problem.clinic.name or problem.clinic.id}, week of {long_date(problem.clinic.week_start)}: "
        f"{counted(len(timetable.sessions), 'session')}, {counted(len(timetable.patients), 'patient')}."
    )
    yield _care(timetable, owed)
    yield from short(timetable, owed)
    yield from flagged(timetable)
    yield _quality(timetable)
    yield _search(timetable)
    if timetable.warnings:
        yield f"{counted(len(timetable.warnings), 'warning')}:"
        yield from (f"  {w.get('pointer') or '/'}: {w.get('message', '')}" for w in timetable.warnings)


def short(timetable: Timetable, owed: dict[str, Entitlement]) -> Iterator[str]:
    """Who gets less care than is owed, most first, and of what."""
    rows = [_shortfall(p, owed[p.id]) for p in timetable.patients if p.unmet_minutes > 0]
    if not rows:
        yield "Every patient gets the care that is owed."
        return
    yield f"{counted(len(rows), 'patient')} short of care:"
    for row in sorted(rows, key=lambda r: (-r.figures.unmet_minutes, r.figures.id)):
        yield f"  {row.figures.id}  {row.figures.unmet_minutes} min: {', '.join(row.parts)}"
        # Whose side it is on and what stands in the way; `explain` tells the rest.
        yield from (f"    {r.text}" for r in row.figures.reasons if "tier" in r.params)


def flagged(timetable: Timetable) -> Iterator[str]:
    """The flagged rules that the week breaks, each with whom and how often: allowed, priced, worth a look."""
    by_rule: dict[str, list[str]] = {}
    for patient in timetable.patients:
        for breach in patient.breaches:
            often = f" ({breach.count}×)" if breach.count > 1 else ""
            by_rule.setdefault(breach.rule, []).append(patient.id + often)
    if by_rule:
        yield "Flagged, though allowed:"
    for rule, patients in by_rule.items():
        yield f"  {flag(rule, len(patients))}: {', '.join(patients)}"


def _shortfall(figures: PatientFigures, owed: Entitlement) -> Shortfall:
    parts = [
        f"{need.id} {figures.requirements.get(need.id, 0)} of {need.minimum}"
        for need in owed.requirements
        if figures.requirements.get(need.id, 0) < need.minimum
    ]
    if figures.care_minutes < owed.care_min:
        parts.append(f"care {hours(figures.care_minutes)} of {hours(owed.care_min)}")
    return Shortfall(figures, tuple(parts))


def _care(timetable: Timetable, owed: dict[str, Entitlement]) -> str:
    minimum = {p.id: _owed_minutes(owed[p.id]) for p in timetable.patients}
    delivered = sum(min(p.care_minutes, minimum[p.id]) for p in timetable.patients)
    planned = sum(p.care_minutes for p in timetable.patients)
    beyond = f", and {hours(planned - delivered)} beyond it" if planned > delivered else ""
    return f"Care: {hours(delivered)} of the {hours(sum(minimum.values()))} owed{beyond}."


def _owed_minutes(owed: Entitlement) -> int:
    """The weekly minimum, or what the care requirements add up to where that is more."""
    return max(owed.care_min, sum(r.minimum * r.shortest_minutes for r in owed.requirements if r.holds_care))


def _quality(timetable: Timetable) -> str:
    objective = timetable.objective
    if objective.value <= objective.bound:
        return f"Objective {objective.value:,}, and proved: no timetable is better."
    return (
        f"Objective {objective.value:,}; proved: no timetable is below {objective.bound:,}, "
        f"so at most {percent(objective.gap)} of it could still be saved."
    )


def _search(timetable: Timetable) -> str:
    reason = str(timetable.solver.get("stop_reason", ""))
    return f"Searched {float(timetable.solver.get('seconds', 0)):.1f} s; {STOPPED.get(reason, reason)}."
