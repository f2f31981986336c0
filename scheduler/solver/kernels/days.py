"""All useful days of one patient: partial days extended in order of start, the finished ones as patterns.

Of two partial days (*labels*) with the same sessions done, the one that can only do worse is dropped. Where a
patient could attend so much that a day has more of them than there is memory, only the most promising go on
from every start, so that the whole day is looked at.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.solver.kernels.plan import (
    CARE_GROUP,
    CARE_MINUTES,
    DAY_MASK,
    DAY_SHIFT,
    DAY_TOP,
    EXACT,
    IN_PERSON,
    INFEASIBLE,
    LENGTH,
    NEED_CARE,
    NEED_MASK,
    NEED_MIN,
    NEED_MINUTES,
    NEED_SHIFT,
    NEEDED,
    PATTERNS,
    STAMP,
    TABLE,
    UNIT,
    find,
    smallest,
)
from scheduler.week import NONE

DAY_CARE_MIN, DAYS_MIN, GAP, SERVICES_MIN, GROUP_DAILY = 0, 1, 2, 3, 4
# Columns of Plan.labels
DONE = 0  # sessions of the day by type, packed
COUNTS = 1  # sessions of the day by requirement, packed
END = 2  # slot
IDLE = 3  # minutes
PENDING = 4  # minutes since the last in-person session that become idle if another one follows
ON_SITE = 5  # whether an in-person session is behind
CARE = 6  # minutes
SERVICES = 7
GROUPED = 8
MUSTS = 9
COST = 10
PARENT = 11
PLACE = 12
ALIVE = 13  # GOES_ON, or FINISHED: a day that may end so, and is not extended
CHAIN = 14  # next label with the same sessions done
GOES_ON, FINISHED = 1, 2
TIED = 1 << 40
# Columns of Plan.days; the gains are the unmet minutes that the pattern removes at most
P_COUNTS, P_CARE, P_COST, P_LABEL, P_GAIN_NEED, P_GAIN_CARE = 0, 1, 2, 3, 4, 5


@njit(cache=True, nogil=True)
def _dominated(L, first, end, idle, pending, on_site, musts, cost, slot, w_idle, idle_bound):
    """Whether a label of the same sessions makes a new one useless; labels it makes useless are dropped."""
    label = first
    while label >= 0:
        if L[label, ALIVE] == GOES_ON and L[label, ON_SITE] == on_site and L[label, MUSTS] == musts:
            # waiting time is counted as if both waited for the same next session
            gap = (end - L[label, END]) * slot
            old_wait, new_wait = L[label, PENDING] + max(0, gap), pending + max(0, -gap)
            old_cost, new_cost = L[label, COST], cost
            worse = end >= L[label, END] and new_cost >= old_cost
            better = end <= L[label, END] and new_cost <= old_cost
            if on_site:
                old_total, new_total = old_cost + w_idle * old_wait, new_cost + w_idle * new_wait
                worse = worse and new_total >= old_total
                better = better and new_total <= old_total
                if idle_bound:
                    old_idle, new_idle = L[label, IDLE] + old_wait, idle + new_wait
                    worse = worse and new_idle >= old_idle
                    better = better and new_idle <= old_idle
            if worse:
                return True
            if better:
                L[label, ALIVE] = 0
        label = L[label, CHAIN]
    return False


@njit(cache=True, nogil=True)
def day_labels(A, P, p, first, last, root, limit, top, guard, thin):
    """All useful partial days of slots [first, last): labels root + 1 …; returns the next free label.

    `limit` is what they may not reach; unless `thin`, none is given up before it is reached.
    """
    L, T = P.labels, P.types
    head, after, kind, extra, must = P.head, P.after, P.kind, P.extra, P.must
    slot_key, slot_stamp, slot_item = P.slot_key, P.slot_stamp, P.slot_item
    slot, w_idle, idle_max = np.int64(A.slot), np.int64(A.w_idle), np.int64(A.idle_max[p])
    care_most = min(np.int64(A.day_care_max[p]), np.int64(A.care_max[p]))
    idle_bound = idle_max < NONE
    L[root, :] = 0
    L[root, END] = first
    L[root, PARENT] = -1
    L[root, PLACE] = -1
    L[root, ALIVE] = GOES_ON
    P.info[STAMP] += 1
    stamp = P.info[STAMP]
    used = 0
    new = root + 1
    starts = _starts(head, first, last)
    for u in range(first, last):
        i = head[u]
        if i < 0:
            continue
        share = (limit - 1 - new) // starts  # of what memory is left, for this start
        starts -= 1
        here = np.int64(0)
        while i >= 0:
            here += 1
            i = after[i]
        if thin and (new - root) * here > share:
            _thin_out(P, A.unmet_price[p], root, new, u, max(np.int64(1), share // here))
        i = head[u]
        while i >= 0:
            t = kind[i]
            shift = T[t, DAY_SHIFT]
            if shift < 0:
                i = after[i]
                continue
            mask, often, unit = T[t, DAY_MASK], T[t, DAY_TOP], T[t, UNIT]
            minutes, on_site, end = T[t, CARE_MINUTES], T[t, IN_PERSON], u + T[t, LENGTH]
            for label in range(root, new):
                if L[label, END] > u or L[label, ALIVE] != GOES_ON:
                    continue
                done = L[label, DONE]
                if ((done >> shift) & mask) >= often:
                    continue
                counts = L[label, COUNTS] + unit
                if (((top | guard) - counts) & guard) != guard:
                    continue
                care = L[label, CARE] + minutes
                if care > care_most:
                    continue
                idle, pending, cost = L[label, IDLE], L[label, PENDING], L[label, COST] + extra[i]
                if L[label, ON_SITE]:
                    waited = pending + (u - L[label, END]) * slot
                    if on_site:
                        idle += waited
                        if idle > idle_max:
                            continue
                        pending = np.int64(0)
                        cost += w_idle * waited
                    else:
                        pending = waited
                done += np.int64(1) << shift
                on = L[label, ON_SITE] | on_site
                musts = L[label, MUSTS] + (1 if must[i] else 0)
                h = find(slot_key, slot_stamp, done, stamp)
                if slot_stamp[h] != stamp:
                    if used > TABLE // 2:
                        P.info[EXACT] = 0
                        continue
                    used += 1
                    slot_stamp[h] = stamp
                    slot_key[h] = done
                    slot_item[h] = -1
                elif _dominated(
                    L, slot_item[h], end, idle, pending, on, musts, cost, slot, w_idle, idle_bound
                ):
                    continue
                L[new, DONE] = done
                L[new, COUNTS] = counts
                L[new, END] = end
                L[new, IDLE] = idle
                L[new, PENDING] = pending
                L[new, ON_SITE] = on
                L[new, CARE] = care
                L[new, SERVICES] = L[label, SERVICES] + (1 if minutes > 0 else 0)
                L[new, GROUPED] = L[label, GROUPED] | T[t, CARE_GROUP]
                L[new, MUSTS] = musts
                L[new, COST] = cost
                L[new, PARENT] = label
                L[new, PLACE] = i
                L[new, ALIVE] = GOES_ON
                L[new, CHAIN] = slot_item[h]
                slot_item[h] = new
                new += 1
                if new >= limit - 1:
                    P.info[EXACT] = 0
                    return new
            i = after[i]
    return new


@njit(cache=True, nogil=True)
def _starts(head, first, last):
    """Slots in which some place starts."""
    starts = np.int64(0)
    for u in range(first, last):
        if head[u] >= 0:
            starts += 1
    return starts


@njit(cache=True, nogil=True)
def _thin_out(P, w, root, new, u, most):
    """Let only the `most` most promising labels that have ended by slot u go on, and the empty day."""
    L, order = P.labels, P.order
    n = 0
    for label in range(root + 1, new):
        if L[label, END] <= u and L[label, ALIVE] == GOES_ON:
            order[n] = _promise(P, w, label)
            n += 1
    if n <= most:
        return
    P.info[EXACT] = 0
    worst = smallest(order, n, most)
    ties = most
    for label in range(root + 1, new):
        if L[label, END] <= u and L[label, ALIVE] == GOES_ON and _promise(P, w, label) < worst:
            ties -= 1
    for label in range(new - 1, root, -1):  # of equal ones those go on that were made last: they wait least
        if L[label, END] > u or L[label, ALIVE] != GOES_ON:
            continue
        promise = _promise(P, w, label)
        if promise == worst and ties > 0:
            ties -= 1
        elif promise >= worst:
            L[label, ALIVE] = FINISHED


@njit(cache=True, nogil=True)
def _promise(P, w, label):
    """Cost of a partial day less the unmet minutes that its sessions count for: the less, the better. Nobody
    leaves out what they are tied to.
    """
    needed, other = _gains(P.needs, P.info[NEEDED], P.labels[label, COUNTS])
    gain = w * max(needed + other, P.labels[label, CARE] + other)
    return P.labels[label, COST] - gain - TIED * P.labels[label, MUSTS]


@njit(cache=True, nogil=True)
def _day_cost(A, L, p, label):
    """Cost of a finished day, or INFEASIBLE where an enforced rule of the day fails."""
    if L[label, PLACE] < 0:
        return np.int64(0)
    cost = L[label, COST] + A.w_day
    if L[label, SERVICES] > 0:
        for flag in (DAY_CARE_MIN, SERVICES_MIN, GROUP_DAILY):
            broken = (
                (flag == DAY_CARE_MIN and L[label, CARE] < A.day_care_min[p])
                or (flag == SERVICES_MIN and L[label, SERVICES] < A.services_min[p])
                or (flag == GROUP_DAILY and A.group_daily[p] and not L[label, GROUPED])
            )
            if broken:
                if A.enforced[p, flag]:
                    return np.int64(INFEASIBLE)
                cost += A.w_breach
    return cost


@njit(cache=True, nogil=True)
def day_patterns(A, P, p, d, root, end, musts):
    """The cheapest finished day for everything it can count for."""
    L, D = P.labels, P.days
    P.info[STAMP] += 1
    stamp = P.info[STAMP]
    n = np.int64(0)
    for label in range(root, end):
        if not L[label, ALIVE] or L[label, MUSTS] != musts:
            continue
        cost = _day_cost(A, L, p, label)
        if cost >= INFEASIBLE:
            continue
        # the day's care minutes follow from the types, which the requirement counts do not always tell apart
        key = L[label, COUNTS] ^ (L[label, CARE] << 50)
        h = find(P.slot_key, P.slot_stamp, key, stamp)
        if P.slot_stamp[h] == stamp:
            k = P.slot_item[h]
            if D[d, k, P_COUNTS] == L[label, COUNTS] and D[d, k, P_CARE] == L[label, CARE]:
                if cost < D[d, k, P_COST]:
                    D[d, k, P_COST] = cost
                    D[d, k, P_LABEL] = label
                continue
        if n >= PATTERNS:
            P.info[EXACT] = 0
            continue
        if P.slot_stamp[h] != stamp:
            P.slot_stamp[h] = stamp
            P.slot_key[h] = key
            P.slot_item[h] = n
        D[d, n, P_COUNTS] = L[label, COUNTS]
        D[d, n, P_CARE] = L[label, CARE]
        D[d, n, P_COST] = cost
        D[d, n, P_LABEL] = label
        needed, other = _gains(P.needs, P.info[NEEDED], L[label, COUNTS])
        D[d, n, P_GAIN_NEED] = needed + other
        D[d, n, P_GAIN_CARE] = L[label, CARE] + other
        n += 1
    P.patterns[d] = n


@njit(cache=True, nogil=True)
def _gains(needs, count, counts):
    """Minutes of requirements that a day's sessions fill: (of care, of others)."""
    needed, other = np.int64(0), np.int64(0)
    for k in range(count):
        got = min((counts >> needs[k, NEED_SHIFT]) & needs[k, NEED_MASK], needs[k, NEED_MIN])
        if needs[k, NEED_CARE]:
            needed += got * needs[k, NEED_MINUTES]
        else:
            other += got * needs[k, NEED_MINUTES]
    return needed, other
