"""A patient's phases resolved for one planning week: which program holds, on which dates they are in care.

From its date on a phase's program holds; one of null is outside this clinic's care. A week has one program:
the one that holds on most open dates in care. `active` is one run of dates: the one with most open dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

from scheduler.problem import WEEKDAYS, ActiveDates, Patient, Phase, Problem

DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class InCare:
    """What holds in one week: the program, the dates in care (None: on none), and dates in care left out."""

    program: str
    first: date | None
    last: date | None
    left_out: tuple[date, ...]


def in_care(program: str, phases: Sequence[Phase], week_start: date, opens: Callable[[date], bool]) -> InCare:
    """`program` holds before the first phase; `opens` says which dates are open."""
    dates = [week_start + timedelta(days=d) for d in range(DAYS)]
    held = [(day, _holding(program, phases, day)) for day in dates]
    runs = [list(run) for cared, run in groupby(held, key=lambda h: h[1] is not None) if cared]
    if not runs:
        return InCare(program, None, None, ())
    best = max(enumerate(runs), key=lambda r: (sum(opens(day) for day, _ in r[1]), r[0]))[1]
    names = [name for _, name in best if name is not None]
    counts = {name: sum(opens(day) for day, held_by in best if held_by == name) for name in names}
    chosen = max(enumerate(counts), key=lambda n: (counts[n[1]], n[0]))[1]
    left = tuple(day for run in runs if run is not best for day, _ in run if opens(day))
    return InCare(chosen, best[0][0], best[-1][0], left)


def _holding(program: str, phases: Iterable[Phase], day: date) -> str | None:
    found: str | None = program
    for phase in phases:
        if phase.from_ <= day:
            found = phase.program
    return found


def in_phase(problem: Problem) -> Problem:
    """The problem with the program and the active dates that each patient's phases give them."""
    if not any(p.phases for p in problem.patients):
        return problem
    clinic = problem.clinic
    weekdays = {day for window in clinic.opening_hours for day in window.days}
    patients = tuple(
        _resolved(p, clinic.week_start, lambda d: WEEKDAYS[d.weekday()] in weekdays) if p.phases else p
        for p in problem.patients
    )
    return problem.model_copy(update={"patients": patients})


def _resolved(patient: Patient, week_start: date, opens: Callable[[date], bool]) -> Patient:
    held = in_care(patient.program, patient.phases, week_start, opens)
    if held.first is None or held.last is None:
        return patient.model_copy(update={"active": _never(week_start)})
    first = patient.active.from_
    last = patient.active.until
    # dates at the week's edges say nothing about other weeks: they stay open
    if held.first > week_start:
        first = max(held.first, first) if first else held.first
    if held.last < week_start + timedelta(days=DAYS - 1):
        last = min(held.last, last) if last else held.last
    active = (
        _never(week_start)
        if first and last and last < first
        else ActiveDates.model_validate(_dates(first, last))
    )
    update = {
        "program": held.program,
        "active": active,
        "new_time_weight": _new_times(patient, held, week_start),
    }
    return patient.model_copy(update=update)


def _new_times(patient: Patient, held: InCare, week_start: date) -> int:
    """What the phase says that has just begun, in the first week of its program."""
    begun = [
        p
        for p in patient.phases
        if week_start - timedelta(days=DAYS) < p.from_ < week_start + timedelta(days=DAYS)
        and p.program == held.program
        and p.new_time_weight is not None
    ]
    return begun[-1].new_time_weight or 1 if begun else patient.new_time_weight


def _never(week_start: date) -> ActiveDates:
    return ActiveDates.model_validate(_dates(None, week_start - timedelta(days=1)))


def _dates(first: date | None, last: date | None) -> dict[str, Any]:
    return {
        "from": first.isoformat() if first else None,
        "until": last.isoformat() if last else None,
    }


def in_week(
    patient: dict[str, Any], week_start: date, open_dates: Iterable[date] | None = None
) -> dict[str, Any]:
    """A patient document with its phases resolved for the week; `open_dates` are all dates unless given."""
    phases = patient.get("phases")
    if not phases:
        return {k: v for k, v in patient.items() if k != "phases"}
    opened = None if open_dates is None else set(open_dates)
    read = Patient.model_validate(patient)
    resolved = _resolved(read, week_start, lambda d: opened is None or d in opened)
    whole = {k: v for k, v in patient.items() if k != "phases"}
    active = resolved.active.model_dump(mode="json", by_alias=True)
    now: dict[str, Any] = {"program": resolved.program, "active": active}
    if resolved.new_time_weight != read.new_time_weight:
        now["new_time_weight"] = resolved.new_time_weight
    return whole | now
