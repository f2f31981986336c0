"""The objective's grain: no timetable's objective lies between two multiples of it."""

from __future__ import annotations

import numpy as np

from scheduler.problem import SessionPin
from scheduler.week import Week


def grain(week: Week) -> int:
    """The greatest number that divides every cost the week can give rise to; at least 1."""
    a = week.arrays
    if any(isinstance(p, SessionPin) and p.happened for p in week.problem.pins):
        return 1  # facts may lie anywhere
    parts = [a.w_breach, a.w_day, a.w_idle * a.slot, a.w_changed if a.has_baseline.any() else 0]
    parts += np.unique(a.cost[a.pok]).tolist() + np.unique(a.group_cost).tolist()
    minutes = [*a.care.tolist(), *np.unique(a.need_minutes).tolist(), *np.unique(a.care_min).tolist()]
    step = int(np.gcd.reduce(np.array([0, *minutes], np.int64)))
    parts += [int(price) * step for price in np.unique(a.unmet_price)]
    parts.append(a.w_spread * int(np.gcd.reduce(np.array([0, *a.minutes], np.int64))))
    return max(1, int(np.gcd.reduce(np.array([0, *parts], np.int64))))


def rounded_up(value: int, unit: int) -> int:
    """The least multiple of the unit that is not below the value."""
    return -(-value // unit) * unit
