"""Proven lower bounds on the objective."""

from __future__ import annotations

from typing import Any

import numpy as np

from scheduler.solver.kernels.boxes import box
from scheduler.solver.kernels.ideal import ideal_weeks
from scheduler.solver.kernels.personal_week import new_plan
from scheduler.week import Week


def ideal_bound(week: Week, arrays: Any) -> int:
    """Each patient's best week alone in the clinic, every attendance charged the least share of a group.

    A group held costs its facilitators' time whoever comes, and holds at most `size_max` patients: charging
    each attendance cost / size_max (rounded down) never charges more than the group costs. What is left out
    (other patients, clinicians' hours, rooms) only makes the true objective larger.
    """
    a = week.arrays
    patients, types, slots = a.pok.shape[0], *a.ok.shape
    if patients == 0:
        return 0
    price = np.zeros((max(1, types), slots), np.int64)
    for t in range(types):
        if a.group[t] and a.size_max[t] > 0 and not a.cohort_type[t]:
            price[t] = a.group_cost[t] // a.size_max[t]
    values, exact = np.zeros(patients, np.int64), np.zeros(patients, np.bool_)
    ideal_weeks(arrays, box(new_plan(a)), price, values, exact)
    return int(values.sum())
