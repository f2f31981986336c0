"""A place for somebody who is badly served: a seat, a clinician's time, a group that others join."""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.solver.kernels.attendance import is_pinned
from scheduler.solver.kernels.groups import dissolve, try_open
from scheduler.solver.kernels.memory import enqueue
from scheduler.solver.kernels.staffing import find_room
from scheduler.solver.kernels.state import GROUPS, NO, ONE, ZERO, below, leave, unit
from scheduler.solver.kernels.wants import (
    anyone_worse_off,
    fit,
    lacks,
    may_have_more,
    queue_joiners,
    queue_those_who_lack,
    short_patient,
)


@njit(cache=True, nogil=True)
def _free_of(A, S, X, c, t, u):
    """Dissolve what a clinician leads in or too near the slots of a session of type t at u."""
    first, last = u - A.buffer[c], u + A.length[t] + A.buffer[c]
    for s in range(S.kind.shape[0]):
        if S.kind[s] < 0 or S.fixed[s] or S.tied[s] or S.start[s] >= last:
            continue
        if S.start[s] + A.length[S.kind[s]] <= first:
            continue
        for f in range(A.entries[S.kind[s]]):
            if S.staff[s, f] == c:
                dissolve(A, S, X, s)
                break


@njit(cache=True, nogil=True)
def free_clinician(A, S, X, t, u):
    """Dissolve what keeps a random suitable clinician from leading a session of type t at slot u."""
    total = S.week_load.shape[0]
    if total == 0 or A.entries[t] == 0:
        return
    c = below(S, total)
    for _ in range(total):
        if A.cok[c, t, u] and (A.qualified[t, 0, c] or A.primary_entry[t, 0]):
            break
        c = c + 1 if c + 1 < total else ZERO
    _free_of(A, S, X, c, t, u)


@njit(cache=True, nogil=True)
def free_room(A, S, X, t, u):
    """Dissolve what is in a suitable room at slot u, mostly what few attend, for a session of type t."""
    rooms = A.capacity.shape[0]
    taken = np.zeros(rooms, np.int64)
    end = u + A.length[t]
    for s in range(S.kind.shape[0]):
        if S.kind[s] < 0 or S.room[s] < 0:
            continue
        r = S.room[s]
        if S.start[s] < end + A.turnover[r] and u < S.start[s] + A.length[S.kind[s]] + A.turnover[r]:
            taken[r] += 1 << 30 if S.fixed[s] or S.tied[s] else S.present[s]
    least, found = 1e9, NO
    for r in range(rooms):
        if A.rok[r, t, u] and taken[r] < 1 << 30:
            value = (taken[r] + 0.5) * (0.2 + unit(S))
            if value < least:
                least, found = value, r
    if found < 0:
        return
    for s in range(S.kind.shape[0]):
        if S.kind[s] < 0 or S.room[s] != found:
            continue
        if S.start[s] < end + A.turnover[found] and u < S.start[s] + A.length[S.kind[s]] + A.turnover[found]:
            dissolve(A, S, X, s)


@njit(cache=True, nogil=True)
def open_by_force(A, S, X, t, u, wanted):
    """A new group, whoever stands in its way: first a room is freed, then a clinician; its number or -1."""
    s = try_open(A, S, t, u, wanted, X.staff)
    if s >= 0 or not A.ok[t, u]:
        return s
    if find_room(A, S, t, u, wanted) == -2:
        free_room(A, S, X, t, u)
        s = try_open(A, S, t, u, wanted, X.staff)
    if s < 0:
        free_clinician(A, S, X, t, u)
        s = try_open(A, S, t, u, wanted, X.staff)
    return s


@njit(cache=True, nogil=True)
def _take_a_seat(A, S, X, t, u):
    """Make somebody leave a full group of that type and time; False if there is no such group."""
    for k in range(S.z[GROUPS]):
        s = S.groups[k]
        if S.kind[s] == t and S.start[s] == u and not S.tied[s] and S.present[s] > 0:
            q = S.members[s, below(S, S.present[s])]
            if not is_pinned(S, q, t, u):
                enqueue(X, q)
                leave(S, s, q)
            return True
    return False


@njit(cache=True, nogil=True)
def make_room(A, S, X):
    """For a short patient: a session of a type they lack at a time they can, whoever stands in its way."""
    p = short_patient(A, S)
    types = A.length.shape[0]
    t = below(S, types)
    for _ in range(types):
        if not A.cohort_type[t] and lacks(A, S, p, t):
            break
        t = t + 1 if t + 1 < types else ZERO
    if A.cohort_type[t] or A.need_of[p, t] < 0:
        return
    slots = A.pok.shape[2]
    u = below(S, slots)
    for _ in range(slots):
        if A.pok[p, t, u]:
            break
        u = u + 1 if u + 1 < slots else ZERO
    if not A.pok[p, t, u]:
        return
    enqueue(X, p)
    if A.group[t]:
        if _take_a_seat(A, S, X, t, u):
            return
        open_by_force(A, S, X, t, u, A.size_max[t])
        queue_those_who_lack(A, S, X, t, u, np.int64(8))
        return
    if A.primary_entry[t, 0] and A.primary[p] >= 0 and not A.qualified[t, 0].any():
        _free_of(A, S, X, A.primary[p], t, u)
    else:
        free_clinician(A, S, X, t, u)
    if find_room(A, S, t, u, ONE) == -2:
        free_room(A, S, X, t, u)


@njit(cache=True, nogil=True)
def support(A, S, X):
    """One more group that suits somebody's week, and others who could join it without giving anything up."""
    p = anyone_worse_off(A, S)
    best, at, kind = 0.0, NO, NO
    for t in range(A.length.shape[0]):
        if not A.group[t] or A.cohort_type[t] or not may_have_more(A, S, p, t):
            continue
        for u in range(A.pok.shape[2]):
            if A.pok[p, t, u]:
                value = fit(A, S, p, t, u) * unit(S)
                if value > best:
                    best, at, kind = value, u, t
    if at < 0:
        return
    enqueue(X, p)
    if _take_a_seat(A, S, X, kind, at):
        return
    if open_by_force(A, S, X, kind, at, A.size_min[kind]) < 0:
        return
    wanted = A.size_min[kind] + below(S, A.size_min[kind] + 2)
    queue_joiners(A, S, X, kind, at, wanted)
