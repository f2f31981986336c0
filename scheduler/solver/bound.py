"""Proven lower bounds on the objective."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scheduler.problem import SessionPin
from scheduler.solver.kernels.boxes import box
from scheduler.solver.kernels.ideal import enough_patients, ideal_weeks
from scheduler.solver.kernels.plan import new_plan
from scheduler.week import Week

CHUNK = 2  # patients between two answers: seldom more than a millisecond each, at worst half a second


def ideal_bounds(week: Week) -> Iterator[int]:
    """Growing bounds: each patient's best week alone in the clinic, patient after patient.

    Every attendance is charged the least share of a group: a group held costs its facilitators' time whoever
    comes, and holds at most `size_max` patients, so charging each attendance cost / size_max (rounded down)
    never charges more than the group costs. What is left out (other patients, clinicians' hours, rooms,
    patients not looked at yet) only makes the true objective larger.
    """
    a, arrays = week.arrays, box(week.arrays)
    patients, types, slots = a.pok.shape[0], *a.ok.shape
    price = np.zeros((max(1, types), slots), np.int64)
    for t in range(types):
        if a.group[t] and a.size_max[t] > 0 and not a.cohort_type[t]:
            price[t] = a.group_cost[t] // a.size_max[t]
    values, exact = np.zeros(patients, np.int64), np.zeros(patients, np.bool_)
    freed = _with_facts(week)
    if patients == 0:
        return
    plan, enough = box(new_plan(a)), enough_patients(arrays)
    for first in range(0, patients, CHUNK):
        last = np.int64(min(patients, first + CHUNK))
        ideal_weeks(arrays, plan, price, enough, values, exact, np.int64(first), last)
        values[freed] = 0
        yield int(values.sum())


def _with_facts(week: Week) -> list[int]:
    """Patients whose week holds what has happened: no rule binds a fact, so nothing is claimed for them."""
    pins = [p for p in week.problem.pins if isinstance(p, SessionPin) and p.happened]
    return sorted({week.patient_index[p] for pin in pins for p in pin.session.patients})
