"""Whole groups to another time, everybody in them following where their week allows.

Ruin and recreate plans each patient's week anew, which is slow and finds few ways to exchange two groups
that are full of the same people. Such a move changes a few attendances, whose price is counted directly, so
hundreds of moves are tried in the time of a round of ruin and recreate; each is accepted or taken back by
itself. Where a group is all of its type (a course), hardly anything else is worth its time.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.solver.kernels.attendance import is_pinned
from scheduler.solver.kernels.groups import try_open
from scheduler.solver.kernels.memory import enqueue, spread, total, worth
from scheduler.solver.kernels.pricing import BIG, may_add, price_with
from scheduler.solver.kernels.staffing import find_room, find_staff, has_seat
from scheduler.solver.kernels.state import (
    GROUPS,
    LOGGED,
    NO,
    ONE,
    ZERO,
    attend,
    below,
    close_session,
    leave,
    set_price,
    undo,
    unit,
)
from scheduler.solver.kernels.wants import may_have_more, short_patient

LACKED = 0.1  # share of moves that hold something for whoever is short of it
STARTS = 8  # starts drawn for one move


@njit(cache=True, nogil=True)
def _movable(S, s):
    """Whether a group and all who are in it may go elsewhere."""
    if S.fixed[s] or S.tied[s]:
        return False
    for i in range(S.present[s]):
        p = S.members[s, i]
        if S.price[p] >= BIG // 2 or is_pinned(S, p, S.kind[s], S.start[s]):
            return False
    return True


@njit(cache=True, nogil=True)
def _group_at(A, S, first, last):
    """A movable group in the slots [first, last), from a random one on; -1: none."""
    total, groups, start, kind, length = S.z[GROUPS], S.groups, S.start, S.kind, A.length
    if total == 0:
        return NO
    k = below(S, total)
    for _ in range(total):
        s = groups[k]
        if start[s] < last and first < start[s] + length[kind[s]] and _movable(S, s):
            return np.int64(s)
        k = k + 1 if k + 1 < total else ZERO
    return NO


@njit(cache=True, nogil=True)
def _disband(A, S, X, s, party):
    """Close a group: (its type, its start, how many were in it); they are in `party` and queued."""
    t, u, n = S.kind[s], S.start[s], S.present[s]
    for i in range(n - 1, -1, -1):
        p = S.members[s, i]
        party[i] = p
        enqueue(X, p)
        leave(S, s, p)
    close_session(A, S, s)
    return t, u, n


@njit(cache=True, nogil=True)
def _seat(A, S, s, party, n):
    """Whoever was in a group follows it, if their week allows."""
    for i in range(n):
        p = party[i]
        able = A.pok[p, S.kind[s], S.start[s]] and has_seat(A, S, s, p)
        if able and price_with(A, S, p, s)[0] < BIG:
            attend(S, s, p)


@njit(cache=True, nogil=True)
def _gains(A, S, X, p, s):
    """Whether attending a group would make the patient's week cheaper."""
    now = price_with(A, S, p, NO)[0] if X.queued[p] else S.price[p]
    return price_with(A, S, p, s)[0] < min(now, BIG)


@njit(cache=True, nogil=True)
def _invite(A, S, X, s):
    """Whoever gains by attending a group joins it."""
    t, u = S.kind[s], S.start[s]
    total = X.takers[t, 0]
    if total == 0:
        return
    k = below(S, total)
    for _ in range(total):
        p = X.takers[t, 1 + k]
        k = k + 1 if k + 1 < total else ZERO
        if S.present[s] >= S.seats[s]:
            return
        if not A.pok[p, t, u] or S.price[p] >= BIG // 2 or not may_add(A, S, p, s):
            continue
        if has_seat(A, S, s, p) and _gains(A, S, X, p, s):
            attend(S, s, p)
            enqueue(X, p)


@njit(cache=True, nogil=True)
def _regain(A, S, X, p):
    """A patient who is short joins groups that what they left was in the way of."""
    groups, kind, start, need_of, pok = S.groups, S.kind, S.start, A.need_of, A.pok
    for k in range(S.z[GROUPS]):
        s = groups[k]
        t = kind[s]
        if need_of[p, t] < 0 or not pok[p, t, start[s]] or not may_add(A, S, p, s):
            continue
        if has_seat(A, S, s, p) and _gains(A, S, X, p, s):
            attend(S, s, p)


@njit(cache=True, nogil=True)
def _another_start(A, S, t, u):
    """A possible start of a type other than u; -1: none drawn."""
    for _ in range(STARTS):
        v = below(S, np.int64(A.ok.shape[1]))
        if v != u and A.ok[t, v]:
            return v
    return NO


@njit(cache=True, nogil=True)
def _lacked(A, S):
    """A group type that somebody is short of; -1: none found."""
    p = short_patient(A, S)
    types = A.length.shape[0]
    if S.unmet[p] == 0 or S.price[p] >= BIG // 2:
        return NO
    t = below(S, types)
    for _ in range(types):
        if A.group[t] and not A.cohort_type[t] and may_have_more(A, S, p, t):
            return t
        t = t + 1 if t + 1 < types else ZERO
    return NO


@njit(cache=True, nogil=True)
def _lost(A, S, s, u, gone):
    """What the attendances of those are worth who cannot follow a group to slot u, `gone` left out."""
    attends, start, kind, length, pok = S.attends, S.start, S.kind, A.length, A.pok
    t = kind[s]
    end, lost = u + length[t], np.int64(0)
    for i in range(S.present[s]):
        p = S.members[s, i]
        free = pok[p, t, u]
        if free:
            for j in range(S.attended[p]):
                r = attends[p, j]
                if r != s and r != gone and start[r] < end and u < start[r] + length[kind[r]]:
                    free = False
                    break
        if not free:
            lost += A.unmet_price[p] * A.minutes[t]
    return lost


@njit(cache=True, nogil=True)
def _move(A, S, X, most):
    """Hold a group at another time, in exchange with one that is there if need be; False if it came to
    nothing, or would cost attendances worth more than `most`.
    """
    s, t, u, n = NO, NO, NO, ZERO
    if unit(S) < LACKED:
        t = _lacked(A, S)
    if t < 0:
        if S.z[GROUPS] == 0:
            return False
        s = S.groups[below(S, S.z[GROUPS])]
        if not _movable(S, s):
            return False
        t, u, n = S.kind[s], S.start[s], S.present[s]
    v = _another_start(A, S, t, u)
    if v < 0:
        return False
    wanted = max(n, A.size_min[t])
    k = NO
    if find_room(A, S, t, v, wanted) == -2 or not find_staff(A, S, t, v, NO, X.staff):
        k = _group_at(A, S, v, v + A.length[t])
        if k < 0 or k == s:
            return False
    lost = _lost(A, S, s, v, k) if s >= 0 else np.int64(0)
    if k >= 0 and u >= 0:
        lost += _lost(A, S, k, u, s)
    if lost > most:
        return False
    if s >= 0:
        _disband(A, S, X, s, X.party)
    other, there, m = NO, NO, ZERO
    if k >= 0:
        other, _, m = _disband(A, S, X, k, X.other)
    here = try_open(A, S, t, v, wanted, X.staff)
    if here < 0:
        return False
    if k >= 0:
        there = try_open(A, S, other, u, m, X.staff) if u >= 0 else NO
        if there < 0:
            w = _another_start(A, S, other, v)
            there = try_open(A, S, other, w, m, X.staff) if w >= 0 else NO
    _seat(A, S, here, X.party, n)
    if there >= 0:
        _seat(A, S, there, X.other, m)
        _invite(A, S, X, there)
        if S.present[there] < max(ONE, A.size_min[other]):
            return False
    _invite(A, S, X, here)
    return S.present[here] >= max(ONE, A.size_min[t])


@njit(cache=True, nogil=True)
def _reprice(A, S, X):
    """The new prices of all whose week has changed; False where a week is not legal."""
    for i in range(X.n[0]):
        p = X.queue[i]
        price, unmet = price_with(A, S, p, NO)
        if unmet > 0 and price < BIG:
            _regain(A, S, X, p)
            price, unmet = price_with(A, S, p, NO)
        if price >= BIG:
            return False
        set_price(S, p, price, unmet)
        if price < S.least[p]:
            S.least[p] = price
    return True


@njit(cache=True, nogil=True)
def _forget(X):
    for i in range(X.n[0]):
        X.queued[X.queue[i]] = False
    X.n[0] = 0


@njit(cache=True, nogil=True)
def _slack(A, S):
    """What a move may lose at first, because somebody who is short may gain as much by it: an hour."""
    most = np.int64(0)
    for p in range(S.unmet.shape[0]):
        most = max(most, A.unmet_price[p] * min(S.unmet[p], 60))
    return most


@njit(cache=True, nogil=True)
def move_groups(A, S, X, temperature, tries):
    """So many moves of whole groups, each accepted by itself: (the objective afterwards, how many were
    accepted).
    """
    accepted, slack = ZERO, _slack(A, S)
    for _ in range(tries):
        S.z[LOGGED] = 0
        before = worth(S) + spread(A, S)
        climb = -temperature * np.log(max(unit(S), 1e-12))
        done = _move(A, S, X, np.int64(climb) + slack) and _reprice(A, S, X)
        _forget(X)
        if done:
            gain = before - worth(S) - spread(A, S)
            if gain >= -climb:
                accepted += 1
                continue
        undo(A, S, ZERO)
    # whoever joined a pinned group under its minimum has made it cheaper than was counted here
    return total(A, S), accepted
