"""Closed groups: held for all their members at once, at the best time for them, whoever stands in the way."""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.solver.kernels.attendance import unplan
from scheduler.solver.kernels.groups import dissolve
from scheduler.solver.kernels.memory import enqueue
from scheduler.solver.kernels.staffing import find_room, find_staff, may_fill
from scheduler.solver.kernels.state import GROUPS, NO, ZERO, attend, below, open_session, unit
from scheduler.solver.kernels.wants import anyone_worse_off, fit, lacks, queue_relatives, short_patient

CLOSED, SOLID = -1, 1 << 20  # votes for a start that is not possible, that a session which stays holds
EJECTED = 2  # position in X.n: closed groups' sessions thrown out that wait in X.moved
TRIED = 4  # starts looked at for one session


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
def _count_collisions(A, S, X, k, t):
    """X.votes[u]: how many attendances of other closed groups a session at u would cost; CLOSED where none
    can be.
    """
    slots, length = X.votes.shape[0], A.length[t]
    for u in range(slots):
        X.votes[u] = 0 if A.cohort_ok[k, t, u] else CLOSED
    i = 0
    while A.cohort_patients[k, i] >= 0:
        p = A.cohort_patients[k, i]
        for j in range(S.attended[p]):
            s = S.attends[p, j]
            if not S.tied[s]:
                continue
            price = SOLID if S.fixed[s] else S.present[s]
            first, last = S.start[s] - length + 1, S.start[s] + A.length[S.kind[s]]
            if S.kind[s] == t and S.cohort[s] == k and A.per_day[t] == 1:
                first = S.start[s] // A.day * A.day
                last, price = first + A.day, SOLID
            for u in range(max(0, first), min(slots, last)):
                if X.votes[u] >= 0 and A.pok[p, t, u]:
                    X.votes[u] += price
        i += 1


@njit(cache=True, nogil=True)
def _attending(A, k, t, u):
    """(how many members are not excused from a session of type t at slot u, the first of them)."""
    n, i, first = ZERO, 0, NO
    while A.cohort_patients[k, i] >= 0:
        if A.pok[A.cohort_patients[k, i], t, u]:
            n += 1
            if first < 0:
                first = A.cohort_patients[k, i]
        i += 1
    return n, first


@njit(cache=True, nogil=True)
def _suits_week(A, S, k, t, u):
    """How well a session would fit the weeks of the members who attend, added up."""
    value, i = 1.0, 0
    while A.cohort_patients[k, i] >= 0:
        p = A.cohort_patients[k, i]
        if A.pok[p, t, u]:
            value += fit(A, S, p, t, u)
        i += 1
    return value


@njit(cache=True, nogil=True)
def _best_start(A, S, X, k, t, most):
    """The start that throws out least, at most `most` attendances, and fits best; -1: none."""
    best, at = -1e18, NO
    for u in range(X.votes.shape[0]):
        cost = X.votes[u]
        if cost < 0 or cost > most:
            continue
        good = _suits_week(A, S, k, t, u) if most == 0 else 0.0
        value = good * (0.3 + unit(S)) - (cost + 0.5) * (0.2 + unit(S))
        if value > best:
            best, at = value, u
    return at


@njit(cache=True, nogil=True)
def _throw_out(A, S, X, s):
    """Dissolve a session; a closed group's is remembered, to be held at another time."""
    if S.cohort[s] >= 0 and X.n[EJECTED] < X.moved.shape[0]:
        X.moved[X.n[EJECTED], 0], X.moved[X.n[EJECTED], 1] = S.cohort[s], S.kind[s]
        X.n[EJECTED] += 1
    dissolve(A, S, X, s)


@njit(cache=True, nogil=True)
def _clear_members(A, S, X, k, t, u):
    """Throw out the closed groups that members attend at that time."""
    end = u + A.length[t]
    i = 0
    while A.cohort_patients[k, i] >= 0:
        p = A.cohort_patients[k, i]
        if A.pok[p, t, u]:
            for j in range(S.attended[p] - 1, -1, -1):
                s = S.attends[p, j]
                if not S.tied[s] or S.fixed[s]:
                    continue
                if S.start[s] < end and u < S.start[s] + A.length[S.kind[s]]:
                    _throw_out(A, S, X, s)
        i += 1


@njit(cache=True, nogil=True)
def _clear_room(A, S, X, t, u, n):
    """Throw whatever is in a random suitable room out of it, at that time."""
    rooms = A.capacity.shape[0]
    if rooms == 0:
        return
    r = below(S, rooms)
    for _ in range(rooms):
        if A.rok[r, t, u] and A.capacity[r] >= n:
            break
        r = r + 1 if r + 1 < rooms else ZERO
    if not A.rok[r, t, u] or A.capacity[r] < n:
        return
    first, last = u - A.turnover[r], u + A.length[t] + A.turnover[r]
    for s in range(S.kind.shape[0]):
        if S.kind[s] < 0 or S.fixed[s] or S.room[s] != r or S.start[s] >= last:
            continue
        if (S.cohort[s] >= 0 or not S.tied[s]) and S.start[s] + A.length[S.kind[s]] > first:
            _throw_out(A, S, X, s)


@njit(cache=True, nogil=True)
def _may_lead(A, c, t, u):
    return A.cok[c, t, u] and (A.qualified[t, :, c].any() or A.primary_entry[t].any())


@njit(cache=True, nogil=True)
def _clear_clinician(A, S, X, t, u):
    """Throw out whatever keeps a random suitable clinician from leading a session then."""
    total = S.week_load.shape[0]
    if total == 0 or A.entries[t] == 0:
        return
    c = below(S, total)
    for _ in range(total):
        if _may_lead(A, c, t, u):
            break
        c = c + 1 if c + 1 < total else ZERO
    if not _may_lead(A, c, t, u):
        return
    first, last = u - A.buffer[c], u + A.length[t] + A.buffer[c]
    for s in range(S.kind.shape[0]):
        if S.kind[s] < 0 or S.fixed[s] or S.start[s] >= last or S.start[s] + A.length[S.kind[s]] <= first:
            continue
        if S.tied[s] and S.cohort[s] < 0:
            continue
        for f in range(A.entries[S.kind[s]]):
            if S.staff[s, f] == c:
                _throw_out(A, S, X, s)
                break


@njit(cache=True, nogil=True)
def _room_for(A, S, t, u, n):
    """A free room that holds them all; -1: needs none, -2: none free."""
    room = find_room(A, S, t, u, n)
    return -2 if room >= 0 and A.capacity[room] < n else room


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
def open_cohort(A, S, X, k, t, most):
    """Hold a session of a closed group, with all its members who are not excused; False if that failed.

    Closed groups in its way, at most `most` attendances, are thrown out, and whatever is in a room and with a
    clinician that it needs; the first try that throws something out is the last.
    """
    _count_collisions(A, S, X, k, t)
    for _ in range(TRIED):
        u = _best_start(A, S, X, k, t, most)
        if u < 0:
            return False
        X.votes[u] = CLOSED
        n, first = _attending(A, k, t, u)
        if n < A.size_min[t] or n > A.size_max[t]:
            continue
        room = _room_for(A, S, t, u, n)
        staffed = find_staff(A, S, t, u, first, X.staff)
        if most == 0 and (room == -2 or not staffed):
            continue
        _clear_members(A, S, X, k, t, u)
        if room == -2:
            _clear_room(A, S, X, t, u, n)
            room = _room_for(A, S, t, u, n)
        if not staffed:
            _clear_clinician(A, S, X, t, u)
            staffed = find_staff(A, S, t, u, first, X.staff)
        suits = room > -2 and staffed and _suits_all(A, X, k, t, u)
        if suits and _seat_cohort(A, S, X, k, t, u, room):
            return True
        if most > 0:
            return False
    return False


@njit(cache=True, nogil=True)
def _lacking(A, S):
    """A closed group and a type that a badly served member lacks; NO, NO if none was found."""
    types, cohorts = A.cohort_type.shape[0], A.cohort_ok.shape[0]
    for _ in range(4):
        p = anyone_worse_off(A, S)
        t = below(S, types)
        for _ in range(types):
            if A.cohort_type[t] and lacks(A, S, p, t):
                k = below(S, cohorts)
                for _ in range(cohorts):
                    if _belongs(A, k, p) and A.cohort_ok[k, t].any():
                        return k, t
                    k = k + 1 if k + 1 < cohorts else ZERO
            t = t + 1 if t + 1 < types else ZERO
    return NO, NO


@njit(cache=True, nogil=True)
def _belongs(A, k, p):
    i = 0
    while A.cohort_patients[k, i] >= 0:
        if A.cohort_patients[k, i] == p:
            return True
        i += 1
    return False


@njit(cache=True, nogil=True)
def move_cohort(A, S, X):
    """One more session of a closed group that lacks one, or one of another time; what is thrown out for it
    is held elsewhere, if anywhere.
    """
    if not A.cohort_type.any():
        queue_relatives(A, S, X, short_patient(A, S), 1 + below(S, np.int64(3)))
        return
    X.n[EJECTED] = 0
    most = np.int64(1) << (2 + below(S, np.int64(6)))
    k, t = _lacking(A, S) if unit(S) < 0.5 else (NO, NO)
    if k >= 0:
        open_cohort(A, S, X, k, t, most)
    else:
        s = _cohort_session(A, S)
        if s < 0:
            return
        k, t = S.cohort[s], S.kind[s]
        dissolve(A, S, X, s)
        if unit(S) < 0.95:
            open_cohort(A, S, X, k, t, most if unit(S) < 0.7 else ZERO)
    i = 0
    while i < X.n[EJECTED]:
        open_cohort(A, S, X, X.moved[i, 0], X.moved[i, 1], ZERO)
        i += 1
