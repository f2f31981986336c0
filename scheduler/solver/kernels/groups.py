"""Groups closed and opened, and everybody in the queue planned among them."""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.solver.kernels.attendance import plan, unplan
from scheduler.solver.kernels.memory import enqueue
from scheduler.solver.kernels.plan import INFEASIBLE
from scheduler.solver.kernels.staffing import find_room, find_staff
from scheduler.solver.kernels.state import (
    GROUPS,
    NO,
    ZERO,
    below,
    close_session,
    leave,
    open_session,
    unit,
)
from scheduler.solver.kernels.wants import fit, lacks, queue_those_who_lack


@njit(cache=True, nogil=True)
def dissolve(A, S, X, s):
    """Close a session; whoever was in it is queued."""
    if A.group[S.kind[s]] and S.cohort[s] < 0:
        X.closed[X.n[1]] = S.kind[s]
        X.n[1] += 1
    while S.present[s] > 0:
        p = S.members[s, S.present[s] - 1]
        enqueue(X, p)
        leave(S, s, p)
    close_session(A, S, s)


@njit(cache=True, nogil=True)
def plan_queue(A, S, P, X, share, beam, first):
    """Plan everybody in the queue anew, one after the other, until no group is under its minimum.

    The order is random, but for the first `first` of the queue.
    """
    while True:
        for i in range(X.n[0] - 1, first, -1):
            j = first + below(S, i - first + 1)
            X.queue[i], X.queue[j] = X.queue[j], X.queue[i]
        for i in range(X.n[0]):
            p = X.queue[i]
            X.queued[p] = False
            unplan(A, S, p)
            plan(A, S, P, p, X.staff, share, beam, np.int64(INFEASIBLE))
        X.n[0] = 0
        first = ZERO
        if not _close_smallest(A, S, X):
            return


@njit(cache=True, nogil=True)
def _close_smallest(A, S, X):
    """Close the empty groups and the one furthest below its minimum; False if there was none of the
    latter.
    """
    worst, found = ZERO, NO
    for k in range(S.z[GROUPS] - 1, -1, -1):
        s = S.groups[k]
        if S.fixed[s] or S.tied[s]:
            continue
        if S.present[s] == 0:
            close_session(A, S, s)
            continue
        lack = A.size_min[S.kind[s]] - S.present[s]
        if lack > worst:
            worst, found = lack, s
    if found >= 0:
        dissolve(A, S, X, found)
        return True
    return False


@njit(cache=True, nogil=True)
def try_open(A, S, t, u, wanted, staff):
    """A new group if clinicians and a room are free; its number or -1."""
    if not A.ok[t, u]:
        return -1
    room = find_room(A, S, t, u, wanted)
    if room == -2 or not find_staff(A, S, t, u, NO, staff):
        return -1
    return open_session(A, S, t, u, staff, room, NO)


@njit(cache=True, nogil=True)
def _vote(A, S, X, p, t):
    for u in range(X.votes.shape[0]):
        if A.pok[p, t, u]:
            X.votes[u] += fit(A, S, p, t, u)


@njit(cache=True, nogil=True)
def open_for_queue(A, S, X, t):
    """Open one group of a type where it would fit the weeks of many in the queue; -1 if nowhere."""
    X.votes[:] = 0
    for i in range(X.n[0]):
        p = X.queue[i]
        if A.need_of[p, t] >= 0:
            _vote(A, S, X, p, t)
    for p in range(S.attended.shape[0]):
        if S.unmet[p] > 0 and not X.queued[p] and lacks(A, S, p, t):
            _vote(A, S, X, p, t)
    for _ in range(6):
        best, at = 0.0, NO
        for u in range(X.votes.shape[0]):
            if X.votes[u] > 0:
                value = X.votes[u] * (0.3 + unit(S))
                if value > best:
                    best, at = value, u
        if at < 0:
            return -1
        s = try_open(A, S, t, at, max(A.size_min[t], X.votes[at] // 3), X.staff)
        if s >= 0:
            queue_those_who_lack(A, S, X, t, at, np.int64(4))
            return s
        X.votes[at] = 0
    return -1


@njit(cache=True, nogil=True)
def wanted_type(A, S, X):
    """A group type that somebody in the queue may attend, -1: none."""
    for _ in range(8):
        p = X.queue[below(S, X.n[0])]
        t = below(S, A.length.shape[0])
        if A.group[t] and not A.cohort_type[t] and A.need_of[p, t] >= 0:
            return t
    return -1


@njit(cache=True, nogil=True)
def reopen(A, S, X):
    """Open groups for the queue: mostly one for each that was taken out, now and then another one."""
    for i in range(X.n[1]):
        if unit(S) < 0.85:
            open_for_queue(A, S, X, X.closed[i])
    if unit(S) < 0.35:
        t = wanted_type(A, S, X)
        if t >= 0:
            open_for_queue(A, S, X, t)
    X.n[1] = 0


@njit(cache=True, nogil=True)
def small_group(A, S):
    """A group that the search may close, small ones more often; -1: none."""
    best, found = 1e18, NO
    for _ in range(4):
        if S.z[GROUPS] == 0:
            return -1
        s = S.groups[below(S, S.z[GROUPS])]
        if not S.fixed[s] and not S.tied[s]:
            value = S.present[s] * unit(S)
            if value < best:
                best, found = value, s
    return found


@njit(cache=True, nogil=True)
def queue_for_pinned(A, S, X):
    """Queue some who could fill the pinned groups that are under their minimum."""
    for k in range(S.z[GROUPS]):
        s = S.groups[k]
        if S.fixed[s] and S.present[s] < A.size_min[S.kind[s]]:
            for _ in range(12):
                p = below(S, S.attended.shape[0])
                if A.pok[p, S.kind[s], S.start[s]]:
                    enqueue(X, p)
