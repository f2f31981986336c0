"""One more group of a type whose groups are full, filled by some who give up a seat elsewhere for it.

A week that begins with a baseline falls short in a way of its own: somebody new lacks a type of group, all
its groups are full of people who have what they need, and clinicians who could lead another are at the limit
of their week. So nobody would join one more group of their own accord, and nobody could lead it, unless a few
sessions and attendances are moved at once, which is cheap beside the care that is missing.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.solver.kernels.attendance import is_pinned
from scheduler.solver.kernels.groups import dissolve, try_open
from scheduler.solver.kernels.making_room import free_room
from scheduler.solver.kernels.memory import enqueue
from scheduler.solver.kernels.staffing import clinician_free, find_room, find_staff
from scheduler.solver.kernels.state import GROUPS, NO, ZERO, below, leave, unit

SAME_TIME = 8  # a group beside one of its own type and time moves nobody: it counts as so many who could come
CLEARED = 3  # clinicians freed for one session, at most


@njit(cache=True, nogil=True)
def enlarge(A, S, X):
    """False where nobody short lacks a group that could be held once more."""
    people = S.attended.shape[0]
    p = below(S, people)
    t = _lacking(A, S, p)
    for _ in range(people):
        if t >= 0:
            break
        p = p + 1 if p + 1 < people else ZERO
        t = _lacking(A, S, p)
    if t < 0:
        return False
    u = _where(A, S, X, p, t)
    if u < 0:
        return False
    enqueue(X, p)
    if find_room(A, S, t, u, A.size_min[t]) == -2:
        free_room(A, S, X, t, u)
    for _ in range(CLEARED):
        if find_staff(A, S, t, u, NO, X.staff):
            break
        _clear_somebody(A, S, X, t, u)
    if try_open(A, S, t, u, A.size_min[t], X.staff) >= 0:
        _send_some(A, S, X, p, t, u, A.size_min[t] - 1 + below(S, np.int64(3)))
    return True


@njit(cache=True, nogil=True)
def _lacking(A, S, p):
    """A type of open group that the patient lacks; -1: none."""
    if S.unmet[p] == 0:
        return NO
    types = A.length.shape[0]
    t = below(S, types)
    for _ in range(types):
        q = A.need_of[p, t]
        if A.group[t] and not A.cohort_type[t] and q >= 0 and _owed(A, S, p, q) > 0:
            return t
        t = t + 1 if t + 1 < types else ZERO
    return NO


@njit(cache=True, nogil=True)
def _owed(A, S, p, q):
    """Sessions of a requirement below its minimum."""
    owed = A.need_min[p, q]
    for i in range(S.attended[p]):
        if A.need_of[p, S.kind[S.attends[p, i]]] == q:
            owed -= 1
    return owed


@njit(cache=True, nogil=True)
def _where(A, S, X, p, t):
    """A start at which the patient can, and most likely one at which many can who attend the type already."""
    X.votes[:] = 0
    for k in range(S.z[GROUPS]):
        s = S.groups[k]
        if S.kind[s] != t or S.tied[s]:
            continue
        X.votes[S.start[s]] += SAME_TIME
        for i in range(S.present[s]):
            q = S.members[s, i]
            for u in range(X.votes.shape[0]):
                if A.pok[q, t, u]:
                    X.votes[u] += 1
    best, at = 0.0, NO
    for u in range(X.votes.shape[0]):
        if A.pok[p, t, u] and A.ok[t, u]:
            value = X.votes[u] * unit(S)
            if value > best:
                best, at = value, u
    return at


@njit(cache=True, nogil=True)
def _in_the_way(A, S, c, t, u, s):
    """Whether session s keeps the clinician from leading a session of type t at slot u by its time."""
    first, last = u - A.buffer[c], u + A.length[t] + A.buffer[c]
    return S.start[s] < last and S.start[s] + A.length[S.kind[s]] > first


@njit(cache=True, nogil=True)
def _leads(A, S, s, c):
    if S.kind[s] < 0:
        return False
    for f in range(A.entries[S.kind[s]]):
        if S.staff[s, f] == c:
            return True
    return False


@njit(cache=True, nogil=True)
def _clear_somebody(A, S, X, t, u):
    """Free a clinician who may lead the session, mostly one with little in the way: of what is at its time,
    and of what fills their day or week.
    """
    best, found = 1e18, NO
    for c in range(S.week_load.shape[0]):
        able = A.cok[c, t, u] and A.qualified[t, :, c].any()
        if not able or clinician_free(A, S, c, t, u):
            continue
        lost, possible = 0.5, True
        for s in range(S.kind.shape[0]):
            if _leads(A, S, s, c) and _in_the_way(A, S, c, t, u, s):
                possible = possible and not (S.fixed[s] or S.tied[s])
                lost += S.present[s]
        over = max(S.week_load[c] - A.week_load[c], S.day_load[c, u // A.day] - A.day_load[c]) + A.minutes[t]
        if lost < 1 and over <= 0:
            continue  # what keeps them is a break that is due: nothing to clear
        value = (lost + max(ZERO, over) / 60) * (0.1 + unit(S))
        if possible and value < best:
            best, found = value, c
    if found < 0:
        return
    for s in range(S.kind.shape[0]):
        if _leads(A, S, s, found) and _in_the_way(A, S, found, t, u, s):
            dissolve(A, S, X, s)
    _lighten(A, S, X, found, u // A.day, A.day_load[found] - A.minutes[t])
    _lighten(A, S, X, found, NO, A.week_load[found] - A.minutes[t])


@njit(cache=True, nogil=True)
def _lighten(A, S, X, c, day, limit):
    """Dissolve sessions of a clinician, those of few patients first, until the minutes of a day fit (of the
    week where `day` is -1).
    """
    for _ in range(8):
        load = S.week_load[c] if day < 0 else S.day_load[c, day]
        if load <= limit:
            return
        best, found = 1e18, NO
        for s in range(S.kind.shape[0]):
            if not _leads(A, S, s, c) or S.fixed[s] or S.tied[s]:
                continue
            if day >= 0 and S.start[s] // A.day != day:
                continue
            value = S.present[s] * (0.2 + unit(S))
            if value < best:
                best, found = value, s
        if found < 0:
            return
        dissolve(A, S, X, found)


@njit(cache=True, nogil=True)
def _send_some(A, S, X, p, t, u, wanted):
    """Make some who attend the type give up a seat and choose anew: first at that very time, then others."""
    people = S.attended.shape[0]
    for same in (True, False):
        q = below(S, people)
        for _ in range(people):
            if wanted <= 0:
                return
            if q != p and A.pok[q, t, u] and _give_up(A, S, X, q, t, u, same):
                wanted -= 1
            q = q + 1 if q + 1 < people else ZERO


@njit(cache=True, nogil=True)
def _give_up(A, S, X, q, t, u, same):
    for i in range(S.attended[q]):
        s = S.attends[q, i]
        if S.kind[s] != t or S.tied[s] or (S.start[s] == u) != same or is_pinned(S, q, t, S.start[s]):
            continue
        if S.present[s] > A.size_min[t]:
            enqueue(X, q)
            leave(S, s, q)
            return True
    return False
