"""Ruin and recreate on the timetable: take a part out, rebuild it with exact personal weeks, keep what is
good.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.solver.kernels.attendance import plan, unplan, unplan_kindly
from scheduler.solver.kernels.construction import open_groups
from scheduler.solver.kernels.groups import plan_queue, reopen
from scheduler.solver.kernels.memory import (
    PATIENTS,
    ROOM,
    SHORT,
    SUPPORT,
    WHOLE_GROUPS,
    enqueue,
    remember,
    total,
)
from scheduler.solver.kernels.plan import EXACT, PLANNED
from scheduler.solver.kernels.ruins import ruin
from scheduler.solver.kernels.staffing import order_clinicians
from scheduler.solver.kernels.state import LOGGED, ONE, ZERO, below, undo, unit
from scheduler.solver.kernels.whole_groups import move_groups

MOVES = np.int64(200)  # of whole groups in one round; what they end with is remembered, if it is the best
MOVES_A_PLAN = 20  # so many take about as long as planning one patient
TRIES, ACCEPTED, IMPROVED, GAIN, WORK = 0, 1, 2, 3, 4


@njit(cache=True, nogil=True)
def _drawn(S, X):
    """A kind of ruin by the odds."""
    value = unit(S)
    for kind in range(X.odds.shape[0] - 1):
        if value < X.odds[kind]:
            return np.int64(kind)
    return np.int64(X.odds.shape[0] - 1)


@njit(cache=True, nogil=True)
def _lure(S, kind, share):
    """What patients are charged, or promised, for joining a group under its minimum."""
    if kind == SUPPORT or unit(S) < 0.25:
        return -(np.int64(1000) << below(S, np.int64(5)))
    return np.int64(share)


@njit(cache=True, nogil=True)
def improve(A, S, P, X, rounds, temperature, share, beam):
    """`rounds` times ruin and recreate, with simulated annealing's acceptance; the objective afterwards."""
    if S.attended.shape[0] == 0:
        return total(A, S)
    value = total(A, S)
    for _ in range(rounds):
        S.z[LOGGED] = 0
        kind = _drawn(S, X)
        planned = P.info[PLANNED]
        X.n[1] = 0
        order_clinicians(A, S)
        X.stats[kind, TRIES] += 1
        if kind == WHOLE_GROUPS:
            after, accepted = move_groups(A, S, X, temperature, MOVES)
            X.stats[kind, WORK] += MOVES // MOVES_A_PLAN
            X.stats[kind, ACCEPTED] += accepted > 0
            if after < value:
                X.stats[kind, IMPROVED] += 1
                X.stats[kind, GAIN] += value - after
            value = after
            if value < X.best[0]:
                remember(S, X, value)
            continue
        ruin(A, S, X, kind)
        if X.n[0] == 0:
            undo(A, S, ZERO)
            continue
        if kind == PATIENTS or kind == SHORT:
            for i in range(X.n[0]):
                unplan(A, S, X.queue[i])
        reopen(A, S, X)
        own = kind == ROOM or kind == SHORT or kind == SUPPORT
        plan_queue(A, S, P, X, _lure(S, kind, share), beam, ONE if own else ZERO)
        X.stats[kind, WORK] += P.info[PLANNED] - planned
        after = total(A, S)
        if after <= value - temperature * np.log(max(unit(S), 1e-12)):
            X.stats[kind, ACCEPTED] += 1
            if after < value:
                X.stats[kind, IMPROVED] += 1
                X.stats[kind, GAIN] += value - after
            value = after
            if value < X.best[0]:
                remember(S, X, value)
        else:
            undo(A, S, ZERO)
    return value


@njit(cache=True, nogil=True)
def settle(A, S, P, X, p, beam):
    """Replace one patient, all others as they are: (whether that gained, whether it was exact)."""
    S.z[LOGGED] = 0
    before = total(A, S)
    known = S.price[p]
    unplan_kindly(A, S, p)
    plan(A, S, P, p, X.staff, ZERO, beam, known)
    exact = P.info[EXACT] == 1
    if total(A, S) < before:
        value = total(A, S)
        if value < X.best[0]:
            remember(S, X, value)
        return True, exact
    undo(A, S, ZERO)
    return False, exact


@njit(cache=True, nogil=True)
def construct(A, S, P, X, can, noise, share, beam):
    """Open groups for `can` and plan everybody in what is there; the objective afterwards."""
    S.z[LOGGED] = 0
    open_groups(A, S, can, X.staff, noise, 20000)
    S.z[LOGGED] = 0
    for p in range(S.attended.shape[0]):
        enqueue(X, p)
    plan_queue(A, S, P, X, share, beam, ZERO)
    S.z[LOGGED] = 0
    value = total(A, S)
    if value < X.best[0]:
        remember(S, X, value)
    return value
