"""A first timetable: open the most useful group again and again, then give every patient their best week
in it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.solver.kernels.staffing import find_room, find_staff, has_seat, order_clinicians
from scheduler.solver.kernels.state import NO, attend, open_session, unit
from scheduler.week import NONE

TOGETHER = 0.35  # bonus for patients who are in that day anyway


@njit(cache=True, nogil=True)
def open_groups(A, S, can, staff, noise, most):
    """Open up to `most` groups, the largest useful attendance first, and seat patients in them provisionally.

    `can[p,t,u]` says who could still use what; it is used up. Seats are taken without a look at the rest of
    the week, so every patient has to be planned anew afterwards.
    """
    patients, types, slots = can.shape
    need = np.zeros((patients, A.need_min.shape[1]), np.int64)
    there = np.zeros((patients, slots // A.day), np.bool_)
    days = np.zeros(patients, np.int64)
    votes = np.zeros((types, slots), np.float64)
    tried = np.zeros((types, slots), np.bool_)
    for p in range(patients):
        for q in range(A.needs[p]):
            wanted = A.need_min[p, q]
            if A.need_care[p, q] and A.care_min[p] > 0 and A.need_max[p, q] > wanted:
                wanted += 1
            need[p, q] = wanted
    for _ in range(most):
        _count_votes(A, S, can, there, votes)
        order_clinicians(A, S)
        best, t, u = 0.0, NO, NO
        for k in range(types):
            if not A.group[k] or A.cohort_type[k]:
                continue
            for v in range(slots):
                if votes[k, v] > 0 and not tried[k, v]:
                    value = votes[k, v] * A.length[k] * (1 + noise * unit(S))
                    if value > best:
                        best, t, u = value, k, v
        if t < 0:
            return
        room = find_room(A, S, t, u, A.size_max[t])
        if room == -2 or not find_staff(A, S, t, u, NO, staff):
            tried[t, u] = True
            continue
        s = open_session(A, S, t, u, staff, room, NO)
        if s < 0:
            return
        _seat(A, S, s, can, need, there, days)
        if S.present[s] == 0:
            tried[t, u] = True


@njit(cache=True, nogil=True)
def _count_votes(A, S, can, there, votes):
    """How many patients could use each (type, slot), those already there that day counting more."""
    patients, types, slots = can.shape
    for t in range(types):
        if not A.group[t]:
            continue
        for u in range(slots):
            votes[t, u] = 0
        for p in range(patients):
            if A.need_of[p, t] < 0:
                continue
            for u in range(slots):
                if can[p, t, u]:
                    votes[t, u] += 1.0 + (TOGETHER if there[p, u // A.day] else 0.0)
        for u in range(slots):
            if votes[t, u] < A.size_min[t]:
                votes[t, u] = 0
            votes[t, u] = min(votes[t, u], A.size_max[t] * (1 + TOGETHER))


@njit(cache=True, nogil=True)
def _seat(A, S, s, can, need, there, days):
    """Seat those who are in that day first, then those with the fewest other chances."""
    t, u = S.kind[s], S.start[s]
    patients = can.shape[0]
    order = np.full(patients, 1e9)
    for p in range(patients):
        if can[p, t, u]:
            order[p] = can[p, t].sum() - (10000 if there[p, u // A.day] else 0)
    for p in np.argsort(order):
        if S.present[s] >= S.seats[s] or order[p] >= 1e9:
            break
        if not has_seat(A, S, s, p):
            continue
        attend(S, s, p)
        _use_up(A, p, t, u, can, need, there, days)


@njit(cache=True, nogil=True)
def _use_up(A, p, t, u, can, need, there, days):
    """What a provisional attendance leaves possible for the patient."""
    q = A.need_of[p, t]
    need[p, q] -= 1
    d = u // A.day
    first, last = d * A.day, (d + 1) * A.day
    if not there[p, d]:
        there[p, d] = True
        days[p] += 1
    end = u + A.length[t]
    reach = A.idle_max[p] // A.slot if A.idle_max[p] < NONE else A.day
    for k in range(can.shape[1]):
        if A.need_of[p, k] < 0:
            continue
        if A.need_of[p, k] == q and need[p, q] <= 0:
            can[p, k, :] = False
            continue
        for v in range(first, last):
            if (v < end and v + A.length[k] > u) or v > end + reach + 8 or v + A.length[k] + reach + 8 < u:
                can[p, k, v] = False
        if k == t and A.per_day[t] == 1:
            can[p, k, first:last] = False
    if days[p] >= A.days_max[p]:
        for e in range(there.shape[1]):
            if not there[p, e]:
                can[p, :, e * A.day : (e + 1) * A.day] = False
