"""The best week of one patient among given places: exact, by dynamic programming over labels.

A day is planned by labels (`days.py`). The finished days of one date (*patterns*: what they count for, at
what cost) are then combined to weeks by states (received so far, care days, last care day). Both steps are
exact unless a cap is reached; `Plan.info[EXACT]` says whether one was.

Bounds: whatever is still to come lowers the unmet cost by at most the minutes it counts for, so a state can
be dropped as soon as its cost and the best conceivable rest reach the best known week. The first week known
is the one that takes the most promising pattern day by day.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.calendar import DAYS
from scheduler.solver.kernels.days import (
    DAYS_MIN,
    GAP,
    P_CARE,
    P_COST,
    P_COUNTS,
    P_GAIN_CARE,
    P_GAIN_NEED,
    P_LABEL,
    PARENT,
    PLACE,
    day_labels,
    day_patterns,
)
from scheduler.solver.kernels.plan import (
    CHOSEN,
    EXACT,
    INFEASIBLE,
    LABELS,
    LABELS_SEARCHED,
    NEEDED,
    OR_NOTHING,
    PLANNED,
    STAMP,
    STATES,
    TABLE,
    find,
    lay_out_day,
    lay_out_needs,
    smallest,
    unmet_by,
)
from scheduler.week import NONE

# Columns of Plan.states
S_COUNTS, S_CARE, S_DAYS, S_LAST, S_COST, S_BOUND, S_PARENT, S_PATTERN = 0, 1, 2, 3, 4, 5, 6, 7
WORK = 1 << 23  # states times patterns of a day: a tenth of a second


@njit(cache=True, nogil=True)
def _rests(A, P, p):
    """Per day: the least that the following days can add, without and with what they take off the unmet
    cost.
    """
    w = A.unmet_price[p]
    D, rest = P.days, P.rest
    for k in range(3):
        rest[DAYS, k] = 0
    for d in range(DAYS - 1, -1, -1):
        by_need, by_care, plain = np.int64(INFEASIBLE), np.int64(INFEASIBLE), np.int64(INFEASIBLE)
        for i in range(P.patterns[d]):
            cost = D[d, i, P_COST]
            by_need = min(by_need, cost - w * D[d, i, P_GAIN_NEED])
            by_care = min(by_care, cost - w * D[d, i, P_GAIN_CARE])
            plain = min(plain, cost)
        rest[d, 0] = rest[d + 1, 0] + by_need
        rest[d, 1] = rest[d + 1, 1] + by_care
        rest[d, 2] = rest[d + 1, 2] + plain


@njit(cache=True, nogil=True)
def _least(rest, d, w, care_min, needed, other, care, cost):
    """The least that a week can cost that has this behind it and goes on with days d …"""
    by_need = w * (needed + other) + rest[d, 0]
    by_care = w * (max(0, care_min - care) + other) + rest[d, 1]
    return cost + max(max(by_need, by_care), rest[d, 2])


@njit(cache=True, nogil=True)
def _greedy(A, P, p, top, guard):
    """What the week costs that takes the most promising pattern of each day; INFEASIBLE if it runs dry."""
    D, rest, needs, count = P.days, P.rest, P.needs, P.info[NEEDED]
    w, care_min, care_max = A.unmet_price[p], A.care_min[p], A.care_max[p]
    counts, care, days, seen, cost = np.int64(0), np.int64(0), np.int64(0), np.int64(-1), np.int64(0)
    for d in range(DAYS):
        least, at, paid = np.int64(INFEASIBLE), -1, np.int64(0)
        for i in range(P.patterns[d]):
            c, m = counts + D[d, i, P_COUNTS], care + D[d, i, P_CARE]
            if (((top | guard) - c) & guard) != guard or m > care_max:
                continue
            price = cost + D[d, i, P_COST]
            if D[d, i, P_CARE] > 0:
                if days + 1 > A.days_max[p]:
                    continue
                if seen >= 0 and d - seen - 1 > A.gap_max[p]:
                    if A.enforced[p, GAP]:
                        continue
                    price += A.w_breach
            needed, other = unmet_by(needs, count, c)
            bound = _least(rest, d + 1, w, care_min, needed, other, m, price)
            if bound < least:
                least, at, paid = bound, i, price
        if at < 0:
            return np.int64(INFEASIBLE)
        counts += D[d, at, P_COUNTS]
        care += D[d, at, P_CARE]
        cost = paid
        if D[d, at, P_CARE] > 0:
            days += 1
            seen = np.int64(d)
    if days > 0 and days < A.days_min[p]:
        if A.enforced[p, DAYS_MIN]:
            return np.int64(INFEASIBLE)
        cost += (A.days_min[p] - days) * A.w_breach
    needed, other = unmet_by(needs, count, counts)
    return cost + w * (max(needed, care_min - care) + other)


@njit(cache=True, nogil=True)
def _weeks(A, P, p, top, guard, upper, beam):
    """The final state of the best week cheaper than `upper`; -1 if there is none."""
    W, D, rest, needs, count = P.states, P.days, P.rest, P.needs, P.info[NEEDED]
    slot_key, slot_stamp, slot_item = P.slot_key, P.slot_stamp, P.slot_item
    w, care_min, care_max = A.unmet_price[p], A.care_min[p], A.care_max[p]
    days_max, gap_max, w_breach = A.days_max[p], A.gap_max[p], A.w_breach
    hard_gap = A.enforced[p, GAP]
    has_gap = gap_max < DAYS
    counts_days = days_max < DAYS or A.days_min[p] > 0
    counts_care = care_max < NONE or care_min > 0
    W[0, :] = 0
    W[0, S_LAST] = -1
    first, new = np.int64(0), np.int64(1)
    for d in range(DAYS):
        last = new
        limit = new + (STATES - new) // (DAYS - d)  # every day to come keeps its share of the memory
        P.info[STAMP] += 1
        stamp = P.info[STAMP]
        used = 0
        patterns = P.patterns[d]
        most = max(np.int64(1), WORK // patterns)
        if last - first > most:
            P.info[EXACT] = 0
            if beam >= OR_NOTHING:
                return np.int64(-1)
            _thin(W, P.order, first, last, most)
        for s in range(first, last):
            if W[s, S_BOUND] >= upper:
                continue
            old_counts, old_care, old_cost = W[s, S_COUNTS], W[s, S_CARE], W[s, S_COST]
            # a day takes off at most what it counts for: most patterns are out of the question at once
            needed, other = unmet_by(needs, count, old_counts)
            by_need = upper - old_cost - w * (needed + other) - rest[d + 1, 0]
            by_care = upper - old_cost - w * (max(0, care_min - old_care) + other) - rest[d + 1, 1]
            for i in range(patterns):
                if D[d, i, P_COST] - w * D[d, i, P_GAIN_NEED] >= by_need:
                    continue
                if D[d, i, P_COST] - w * D[d, i, P_GAIN_CARE] >= by_care:
                    continue
                counts = old_counts + D[d, i, P_COUNTS]
                if (((top | guard) - counts) & guard) != guard:
                    continue
                care = old_care + D[d, i, P_CARE]
                if care > care_max:
                    continue
                cost = old_cost + D[d, i, P_COST]
                if cost + rest[d + 1, 2] >= upper:
                    continue
                days, seen = W[s, S_DAYS], W[s, S_LAST]
                if D[d, i, P_CARE] > 0:
                    if counts_days:
                        days += 1
                        if days > days_max:
                            continue
                    if has_gap:
                        if seen >= 0 and d - seen - 1 > gap_max:
                            if hard_gap:
                                continue
                            cost += w_breach
                        seen = np.int64(d)
                if not counts_care:
                    care = np.int64(0)
                needed, other = unmet_by(needs, count, counts)
                bound = _least(rest, d + 1, w, care_min, needed, other, care, cost)
                if bound >= upper:
                    continue
                key = counts ^ (care * 1000003) ^ (days << 58) ^ ((seen + 1) << 54)
                h = find(slot_key, slot_stamp, key, stamp)
                if slot_stamp[h] == stamp:
                    k = slot_item[h]
                    same = (
                        W[k, S_COUNTS] == counts
                        and W[k, S_CARE] == care
                        and W[k, S_DAYS] == days
                        and W[k, S_LAST] == seen
                    )
                    if same:
                        if cost < W[k, S_COST]:
                            W[k, S_COST] = cost
                            W[k, S_BOUND] = bound
                            W[k, S_PARENT] = s
                            W[k, S_PATTERN] = i
                        continue
                elif used > TABLE // 2:
                    P.info[EXACT] = 0
                    continue
                if new >= limit:
                    P.info[EXACT] = 0
                    continue
                if slot_stamp[h] != stamp:
                    slot_stamp[h] = stamp
                    slot_key[h] = key
                    slot_item[h] = new
                    used += 1
                W[new, S_COUNTS] = counts
                W[new, S_CARE] = care
                W[new, S_DAYS] = days
                W[new, S_LAST] = seen
                W[new, S_COST] = cost
                W[new, S_BOUND] = bound
                W[new, S_PARENT] = s
                W[new, S_PATTERN] = i
                new += 1
        first = last
        if new - first > beam:
            P.info[EXACT] = 0
            _thin(W, P.order, first, new, beam)
    return _best_week(A, P, p, first, new, upper)


@njit(cache=True, nogil=True)
def _thin(W, order, first, new, beam):
    """Give up all but the most promising states of a day."""
    n = new - first
    for k in range(n):
        order[k] = W[first + k, S_BOUND]
    worst = smallest(order, n, beam)
    less = 0
    for s in range(first, new):
        if W[s, S_BOUND] < worst:
            less += 1
    ties = beam - less
    for s in range(first, new):
        if W[s, S_BOUND] == worst and ties > 0:
            ties -= 1
        elif W[s, S_BOUND] >= worst:
            W[s, S_BOUND] = INFEASIBLE


@njit(cache=True, nogil=True)
def _best_week(A, P, p, first, new, upper):
    W, needs, count = P.states, P.needs, P.info[NEEDED]
    best, found = np.int64(upper), np.int64(-1)
    w, care_min = A.unmet_price[p], A.care_min[p]
    for s in range(first, new):
        if W[s, S_BOUND] >= INFEASIBLE:
            continue
        cost = W[s, S_COST]
        missing = A.days_min[p] - W[s, S_DAYS]
        if missing > 0 and W[s, S_DAYS] > 0:
            if A.enforced[p, DAYS_MIN]:
                continue
            cost += missing * A.w_breach
        needed, other = unmet_by(needs, count, W[s, S_COUNTS])
        cost += w * (max(needed, care_min - W[s, S_CARE]) + other)
        if cost < best:
            best, found = cost, s
            W[s, S_BOUND] = cost
    return found


@njit(cache=True, nogil=True)
def best_week(A, P, p, upper, beam):
    """Plan the week of patient p among P's places; the cost of the best week below `upper`, or INFEASIBLE.

    The places taken are P.chosen[: P.info[CHOSEN]]. `beam` is how many states a day are kept: STATES for all,
    OR_NOTHING for all or INFEASIBLE where some had to be given up.
    """
    P.info[EXACT] = 1
    P.info[CHOSEN] = 0
    P.info[PLANNED] += 1
    top, guard = lay_out_needs(A, P, p)
    root = np.int64(0)
    most = LABELS if beam >= STATES else LABELS_SEARCHED
    for d in range(DAYS):
        first, last = d * A.day, (d + 1) * A.day
        musts = np.int64(0)
        for u in range(first, last):
            i = P.head[u]
            while i >= 0:
                if P.must[i]:
                    musts += 1
                i = P.after[i]
        lay_out_day(A, P, p, first, last)
        limit = root + (most - root) // (DAYS - d)  # every day to come keeps its share of the memory
        exact = P.info[EXACT]
        P.info[EXACT] = 1
        end = day_labels(A, P, p, first, last, root, limit, top, guard, beam < STATES)
        if P.info[EXACT] == 0 and beam == STATES:  # too many: the whole day in part, not a part wholly
            end = day_labels(A, P, p, first, last, root, limit, top, guard, True)
        P.info[EXACT] = min(exact, P.info[EXACT])
        day_patterns(A, P, p, d, root, end, musts)
        root = end
        if P.patterns[d] == 0 or (beam >= OR_NOTHING and P.info[EXACT] == 0):
            return np.int64(INFEASIBLE)
    _rests(A, P, p)
    known = _greedy(A, P, p, top, guard)
    s = np.int64(-1)
    if known < upper:
        s = _weeks(A, P, p, top, guard, known + 1, beam)
    if s < 0 and (beam < OR_NOTHING or P.info[EXACT] == 1):  # no week known, or the beam lost it
        s = _weeks(A, P, p, top, guard, upper, beam)
    if s < 0 and P.info[EXACT] == 0 and beam < STATES:  # it kept only weeks that end by breaking a rule
        s = _weeks(A, P, p, top, guard, upper, np.int64(STATES))
    if s < 0:
        return np.int64(INFEASIBLE)
    cost = P.states[s, S_BOUND]
    for d in range(DAYS - 1, -1, -1):
        label = P.days[d, P.states[s, S_PATTERN], P_LABEL]
        while P.labels[label, PLACE] >= 0:
            P.chosen[P.info[CHOSEN]] = P.labels[label, PLACE]
            P.info[CHOSEN] += 1
            label = P.labels[label, PARENT]
        s = P.states[s, S_PARENT]
    return cost
