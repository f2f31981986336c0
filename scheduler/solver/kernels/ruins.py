"""The kinds of ruin: what a round takes out of the timetable."""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.calendar import DAYS
from scheduler.solver.kernels.cohorts import move_cohort
from scheduler.solver.kernels.enlarging import enlarge
from scheduler.solver.kernels.groups import dissolve, queue_for_pinned, small_group, try_open
from scheduler.solver.kernels.making_room import make_room, support
from scheduler.solver.kernels.memory import (
    BLOCK,
    CLINICIAN_DAY,
    CLOSE,
    MOVE,
    PATIENTS,
    ROOM,
    SHORT,
    SUPPORT,
    WINDOW,
    enqueue,
)
from scheduler.solver.kernels.state import GROUPS, NO, ZERO, below, unit
from scheduler.solver.kernels.wants import anyone_worse_off, queue_relatives

ENLARGING = 0.4  # how often support, with a baseline, takes others' seats for one more group


@njit(cache=True, nogil=True)
def _ruin_clinician_day(A, S, X):
    c, d = below(S, S.week_load.shape[0]), below(S, DAYS)
    if S.day_load[c, d] == 0:
        return
    for s in range(S.kind.shape[0]):
        if S.kind[s] < 0 or S.fixed[s] or S.tied[s] or S.start[s] // A.day != d:
            continue
        for f in range(A.entries[S.kind[s]]):
            if S.staff[s, f] == c:
                dissolve(A, S, X, s)
                break


@njit(cache=True, nogil=True)
def _ruin_window(A, S, X):
    """Close up to three groups of one day that start near one another."""
    if S.z[GROUPS] == 0:
        return
    u = S.start[S.groups[below(S, S.z[GROUPS])]]
    reach = 1 + below(S, A.day // 8)
    closed = 0
    for k in range(S.z[GROUPS] - 1, -1, -1):
        s = S.groups[k]
        if S.fixed[s] or S.tied[s] or S.start[s] // A.day != u // A.day or abs(S.start[s] - u) > reach:
            continue
        dissolve(A, S, X, s)
        closed += 1
        if closed == 3:
            return


@njit(cache=True, nogil=True)
def _move_group(A, S, X):
    """Close a group and open one of its type at another time."""
    s = small_group(A, S)
    if s < 0:
        return
    t, u, n = S.kind[s], S.start[s], S.present[s]
    dissolve(A, S, X, s)
    if unit(S) < 0.5:
        v = u + below(S, np.int64(17)) - 8
        if 0 <= v < A.ok.shape[1] and try_open(A, S, t, v, n, X.staff) >= 0:
            X.n[1] -= 1


@njit(cache=True, nogil=True)
def _in_block(A, S, s, first, last):
    """Whether a group that the search may move lies in or touches the slots [first, last) of one day."""
    if S.fixed[s] or S.tied[s] or S.cohort[s] >= 0 or S.start[s] // A.day != first // A.day:
        return False
    return S.start[s] <= last and first <= S.start[s] + A.length[S.kind[s]]


@njit(cache=True, nogil=True)
def _move_block(A, S, X):
    """Move groups of one day that touch one another, all by as much: to another time or another day."""
    s = small_group(A, S)
    if s < 0:
        return
    lead, u = S.kind[s], S.start[s]
    first, last = u, u + A.length[lead]
    count = ZERO
    most = 2 + below(S, np.int64(3))
    while s >= 0 and count < most:
        X.moved[count, 0], X.moved[count, 1], X.moved[count, 2] = S.kind[s], S.start[s], S.present[s]
        first, last = min(first, S.start[s]), max(last, S.start[s] + A.length[S.kind[s]])
        dissolve(A, S, X, s)
        count += 1
        s = NO
        for k in range(S.z[GROUPS]):
            if _in_block(A, S, S.groups[k], first, last):
                s = S.groups[k]
                if unit(S) < 0.5:
                    break
    offset = _offset(A, S, lead, u)
    X.n[1] = 0
    for i in range(count):
        t, v = X.moved[i, 0], X.moved[i, 1] + offset
        if v < 0 or v >= A.ok.shape[1] or try_open(A, S, t, v, X.moved[i, 2], X.staff) < 0:
            X.closed[X.n[1]] = t
            X.n[1] += 1


@njit(cache=True, nogil=True)
def _offset(A, S, t, u):
    """From slot u to another possible start of type t: near it, or on another day at about its time."""
    for _ in range(12):
        if unit(S) < 0.5:
            v = u + below(S, np.int64(17)) - 8
        else:
            v = u % A.day + below(S, np.int64(DAYS)) * A.day + below(S, np.int64(5)) - 2
        if v != u and 0 <= v < A.ok.shape[1] and A.ok[t, v]:
            return v - u
    return ZERO


@njit(cache=True, nogil=True)
def ruin(A, S, X, kind):
    patients = S.attended.shape[0]
    if kind == PATIENTS:
        queue_relatives(A, S, X, below(S, patients), 1 + below(S, np.int64(6)))
    elif kind == CLOSE:
        for _ in range(1 + below(S, np.int64(2))):
            s = small_group(A, S)
            if s >= 0:
                dissolve(A, S, X, s)
    elif kind == CLINICIAN_DAY:
        if S.week_load.shape[0] > 0:
            _ruin_clinician_day(A, S, X)
    elif kind == SHORT:
        queue_relatives(A, S, X, anyone_worse_off(A, S), 2 + below(S, np.int64(10)))
    elif kind == WINDOW:
        _ruin_window(A, S, X)
    elif kind == MOVE:
        _move_group(A, S, X)
    elif kind == ROOM:
        make_room(A, S, X)
    elif kind == BLOCK:
        _move_block(A, S, X)
    elif kind == SUPPORT:
        # the baseline is asked first, so that a week without one draws no other random numbers for this
        if not (A.has_baseline.any() and unit(S) < ENLARGING and enlarge(A, S, X)):
            support(A, S, X)
    else:
        move_cohort(A, S, X)
    queue_for_pinned(A, S, X)
    if unit(S) < 0.3:
        enqueue(X, anyone_worse_off(A, S))
