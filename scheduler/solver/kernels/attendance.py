"""One patient in the timetable: the places open to them, their week's true cost, planning and unplanning
them.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.solver.kernels.personal_week import best_week
from scheduler.solver.kernels.plan import (
    BAN,
    CHOSEN,
    EXACT,
    INFEASIBLE,
    PLACES,
    STATES,
    add_place,
    clear_places,
)
from scheduler.solver.kernels.pricing import BIG, week_price
from scheduler.solver.kernels.staffing import find_solo, has_seat, staff_changed
from scheduler.solver.kernels.state import (
    GROUPS,
    NO,
    ZERO,
    attend,
    close_session,
    leave,
    open_session,
    set_price,
    unit,
)

CHANCE = 0.06  # that a search looks at a start of a patient's own session that touches nothing
REWARD = 10**9  # what joining a pinned group under its minimum is worth to a search


@njit(cache=True, nogil=True)
def is_pinned(S, p, t, u):
    i = 0
    while S.pinned[p, i, 0] >= 0:
        if S.pinned[p, i, 0] == t and S.pinned[p, i, 1] == u:
            return True
        i += 1
    return False


@njit(cache=True, nogil=True)
def reprice(A, S, p):
    price, unmet, _ = week_price(A, S, p, NO)
    set_price(S, p, price, unmet)
    if price < S.least[p]:
        S.least[p] = price


@njit(cache=True, nogil=True)
def price_impossible(A, S, p):
    """What the patient is tied to allows no legal week."""
    price, unmet, _ = week_price(A, S, p, NO)
    set_price(S, p, price + BIG, unmet)


@njit(cache=True, nogil=True)
def unplan_kindly(A, S, p):
    """As `unplan`, but stay in groups that would fall under their minimum, and leave no empty group
    behind.
    """
    for i in range(S.attended[p] - 1, -1, -1):
        s = S.attends[p, i]
        t = S.kind[s]
        if S.tied[s] or is_pinned(S, p, t, S.start[s]) or (S.fixed[s] and not A.group[t]):
            continue
        if A.group[t] and 0 < S.present[s] - 1 < A.size_min[t]:
            continue
        leave(S, s, p)
        if S.present[s] == 0 and not S.fixed[s]:
            close_session(A, S, s)


@njit(cache=True, nogil=True)
def unplan(A, S, p):
    """Take a patient out of every session that is theirs to leave; their own sessions close.

    Tied sessions and pinned attendances stay.
    """
    for i in range(S.attended[p] - 1, -1, -1):
        s = S.attends[p, i]
        if S.tied[s] or is_pinned(S, p, S.kind[s], S.start[s]):
            continue
        if S.fixed[s] and not A.group[S.kind[s]]:
            continue
        leave(S, s, p)
        if not A.group[S.kind[s]]:
            close_session(A, S, s)


@njit(cache=True, nogil=True)
def gather(A, S, P, p, staff, share, thin):
    """The places of an unplanned patient: what they are tied to, groups with a seat, sessions of their own.

    Joining a group that is under its minimum costs `share` thousandths of its price divided by that minimum:
    starting a group is not free; a negative share lures patients into one that somebody else needs. `thin`
    leaves most starts of the patient's own sessions out.
    """
    clear_places(P)
    pok, need_of, kind, start, groups = A.pok, A.need_of, S.kind, S.start, S.groups
    for i in range(S.attended[p]):
        s = S.attends[p, i]
        t, u = S.kind[s], S.start[s]
        add_place(P, t, u, s, np.int64(A.cost[p, t, u]) + staff_changed(A, S, p, t, u, S.staff[s]), True)
    for k in range(S.z[GROUPS]):
        s = groups[k]
        t, u = kind[s], start[s]
        if pok[p, t, u] and has_seat(A, S, s, p) and not _attends(S, s, p):
            extra = np.int64(A.cost[p, t, u]) + staff_changed(A, S, p, t, u, S.staff[s])
            if S.present[s] < A.size_min[t] and not S.fixed[s]:
                extra += share * (A.group_cost[t] + A.w_day) // (1000 * A.size_min[t])
            elif S.present[s] < A.size_min[t]:
                extra -= REWARD
            add_place(P, t, u, s, extra, False)
    if thin:
        _mark_edges(A, P)
    edge, banned, ban = P.edge, P.banned, P.info[BAN]
    for t in range(need_of.shape[1]):
        if need_of[p, t] < 0 or A.cohort_type[t] or (A.group[t] and A.size_min[t] > 1):
            continue
        opening = A.group_cost[t] if A.group[t] else ZERO
        length = A.length[t]
        for u in range(pok.shape[2]):
            if not pok[p, t, u] or banned[t, u] == ban:
                continue
            touches = edge[u] != 0 or edge[u + length] != 0
            if thin and not touches and not was_there(A, p, t, u) and unit(S) >= CHANCE:
                continue
            room, changed = find_solo(A, S, p, t, u, staff)
            if room > -2:
                add_place(P, t, u, NO, np.int64(A.cost[p, t, u]) + changed + opening, False)
                if thin:
                    edge[u] = 1
                    edge[u + length] = 1


@njit(cache=True, nogil=True)
def was_there(A, p, t, u):
    """Whether the baseline gives the patient this attendance."""
    return A.has_baseline[p] and A.base_index[p, t, u] >= 0


@njit(cache=True, nogil=True)
def _mark_edges(A, P):
    """Slots where a place gathered so far starts or ends: a search looks at few other starts for a
    patient's own sessions, since a week without waiting is made of sessions that touch.
    """
    edge, slot, kind, length = P.edge, P.slot, P.kind, A.length
    edge[:] = 0
    for i in range(P.info[PLACES]):
        edge[slot[i]] = 1
        edge[slot[i] + length[kind[i]]] = 1


@njit(cache=True, nogil=True)
def take(A, S, P, p, staff):
    """Put the patient into the chosen places; False if two of their own sessions got in each other's way.

    The places that could not be had are banned for the next try.
    """
    fine = True
    for k in range(P.info[CHOSEN]):
        i = P.chosen[k]
        s = P.session[i]
        t = P.kind[i]
        if s >= 0:
            if not P.must[i] or not _attends(S, s, p):
                attend(S, s, p)
            continue
        u = P.slot[i]
        room, _ = find_solo(A, S, p, t, u, staff)
        s = open_session(A, S, t, u, staff, room, NO) if room > -2 else NO
        if s >= 0:
            attend(S, s, p)
        else:
            P.banned[t, u] = P.info[BAN]
            fine = False
    return fine


@njit(cache=True, nogil=True)
def _attends(S, s, p):
    for i in range(S.attended[p]):
        if S.attends[p, i] == s:
            return True
    return False


@njit(cache=True, nogil=True)
def plan(A, S, P, p, staff, share, beam, upper):
    """Give an unplanned patient the best week cheaper than `upper`; False if there is none."""
    P.info[BAN] += 1
    for attempt in range(12):
        gather(A, S, P, p, staff, share, beam < STATES)
        if attempt == 10:
            P.banned[:, :] = P.info[BAN]  # no sessions of their own, after so many collisions among them
            gather(A, S, P, p, staff, share, beam < STATES)
        if best_week(A, P, p, upper, beam) >= INFEASIBLE:
            price_impossible(A, S, p)
            return False
        if take(A, S, P, p, staff):
            reprice(A, S, p)
            if attempt > 0:
                P.info[EXACT] = 0
            return True
        _give_back(A, S, P, p)
    price_impossible(A, S, p)
    return False


@njit(cache=True, nogil=True)
def _give_back(A, S, P, p):
    """Undo what `take` did."""
    for i in range(S.attended[p] - 1, -1, -1):
        s = S.attends[p, i]
        for k in range(P.info[CHOSEN]):
            j = P.chosen[k]
            if not P.must[j] and (P.session[j] == s or (P.session[j] < 0 and _is_place(S, P, s, j))):
                leave(S, s, p)
                if P.session[j] < 0:
                    close_session(A, S, s)
                break


@njit(cache=True, nogil=True)
def _is_place(S, P, s, j):
    return S.kind[s] == P.kind[j] and S.start[s] == P.slot[j]
