"""Closed groups: opened for all their members at once, moved, dropped."""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.solver.kernels.attendance import unplan
from scheduler.solver.kernels.groups import dissolve
from scheduler.solver.kernels.memory import enqueue
from scheduler.solver.kernels.staffing import find_room, find_staff, may_fill
from scheduler.solver.kernels.state import GROUPS, NO, ZERO, attend, below, open_session, unit
from scheduler.solver.kernels.wants import queue_relatives, short_patient


@njit(cache=True, nogil=True)
def _cohort_session(A, S):
    """A closed group's session that the search may move; -1: none found."""
    for _ in range(12):
        if S.z[GROUPS] == 0:
            return NO
        s = S.groups[below(S, S.z[GROUPS])]
        if S.cohort[s] >= 0 and not S.fixed[s]:
            return np.int64(s)
    return NO


@njit(cache=True, nogil=True)
def open_cohort(A, S, X, k, t):
    """Hold a session of a closed group at a random possible time; all its members who are not excused
    attend.
    """
    X.votes[:] = 0
    open_at = 0
    for u in range(X.votes.shape[0]):
        if A.cohort_ok[k, t, u]:
            X.votes[open_at] = u
            open_at += 1
    for _ in range(min(12, open_at)):
        u = X.votes[below(S, open_at)]
        n, i, first = ZERO, 0, NO
        while A.cohort_patients[k, i] >= 0:
            if A.pok[A.cohort_patients[k, i], t, u]:
                n += 1
                first = A.cohort_patients[k, i]
            i += 1
        room = find_room(A, S, t, u, n)
        if room == -2 or (room >= 0 and A.capacity[room] < n) or not find_staff(A, S, t, u, first, X.staff):
            continue
        if not _suits_all(A, X, k, t, u):
            continue
        if _seat_cohort(A, S, X, k, t, u, room):
            return True
    return False


@njit(cache=True, nogil=True)
def _suits_all(A, X, k, t, u):
    """Whether the clinicians in X.staff may fill their entries for every member who attends."""
    i = 0
    while A.cohort_patients[k, i] >= 0:
        p = A.cohort_patients[k, i]
        for f in range(A.entries[t]):
            if A.pok[p, t, u] and not may_fill(A, t, u, f, X.staff[f], p):
                return False
        i += 1
    return True


@njit(cache=True, nogil=True)
def _seat_cohort(A, S, X, k, t, u, room):
    i = 0
    while A.cohort_patients[k, i] >= 0:
        p = A.cohort_patients[k, i]
        if A.pok[p, t, u]:
            enqueue(X, p)
            unplan(A, S, p)
            for j in range(S.attended[p]):
                s = S.attends[p, j]
                if S.start[s] < u + A.length[t] and u < S.start[s] + A.length[S.kind[s]]:
                    return False
        i += 1
    s = open_session(A, S, t, u, X.staff, room, k)
    if s < 0:
        return False
    i = 0
    while A.cohort_patients[k, i] >= 0:
        p = A.cohort_patients[k, i]
        if A.pok[p, t, u]:
            attend(S, s, p)
        i += 1
    return True


@njit(cache=True, nogil=True)
def move_cohort(A, S, X):
    """Move a closed group's session, drop one, or hold one more."""
    if not A.cohort_type.any():
        queue_relatives(A, S, X, short_patient(A, S), 1 + below(S, np.int64(3)))
        return
    s = _cohort_session(A, S)
    if s >= 0 and unit(S) < 0.7:
        k, t = S.cohort[s], S.kind[s]
        dissolve(A, S, X, s)
        if unit(S) < 0.9:
            open_cohort(A, S, X, k, t)
        return
    t = below(S, A.cohort_type.shape[0])
    k = below(S, A.cohort_ok.shape[0])
    if A.cohort_type[t] and A.cohort_ok[k, t].any():
        open_cohort(A, S, X, k, t)
