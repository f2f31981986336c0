"""Every patient's best conceivable week, as if the clinic were theirs alone: the first safe bound."""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.solver.kernels.personal_week import best_week
from scheduler.solver.kernels.plan import EXACT, INFEASIBLE, OR_NOTHING, add_place, clear_places
from scheduler.solver.kernels.staffing import may_fill
from scheduler.solver.kernels.state import NO


@njit(cache=True, nogil=True)
def could_be_led(A, p, t, u):
    """Whether every entry has some clinician on site who may fill it for the patient (one by one)."""
    for f in range(A.entries[t]):
        found = False
        for c in range(A.cok.shape[0]):
            if A.cok[c, t, u] and may_fill(A, t, u, f, c, p):
                found = True
                break
        if not found:
            return False
    return True


@njit(cache=True, nogil=True)
def could_be_housed(A, t, u):
    if not A.needs_room[t]:
        return True
    for r in range(A.rok.shape[0]):
        if A.rok[r, t, u]:
            return True
    return False


@njit(cache=True, nogil=True)
def possible(A, enough, p, t, u):
    return A.pok[p, t, u] and enough[t, u] and could_be_led(A, p, t, u)


@njit(cache=True, nogil=True)
def enough_patients(A):
    """[t,u]: a room exists and as many patients as a group needs could come."""
    types, slots = A.ok.shape
    enough = np.zeros((types, slots), np.bool_)
    for t in range(types):
        for u in range(slots):
            if A.ok[t, u] and could_be_housed(A, t, u):
                n = 0
                for p in range(A.pok.shape[0]):
                    if A.pok[p, t, u]:
                        n += 1
                enough[t, u] = n >= A.size_min[t]
    return enough


@njit(cache=True, nogil=True)
def ideal_weeks(A, P, price, enough, values, exact, first, last):
    """For patients first … last - 1 a lower bound of their part of the objective, when each attendance of
    type t at u costs price[t,u] more; `exact[p]` tells whether it is the optimum. Sound in any case.
    """
    for p in range(first, last):
        clear_places(P)
        for t in range(A.length.shape[0]):
            if A.need_of[p, t] < 0:
                continue
            for u in range(A.pok.shape[2]):
                if possible(A, enough, p, t, u):
                    add_place(P, t, u, NO, np.int64(A.cost[p, t, u]) + price[t, u], False)
        value = best_week(A, P, p, np.int64(INFEASIBLE), np.int64(OR_NOTHING))
        exact[p] = P.info[EXACT] == 1 and value < INFEASIBLE
        values[p] = value if exact[p] else 0
