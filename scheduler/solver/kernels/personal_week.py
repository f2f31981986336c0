"""The best week of one patient among given places: exact, by dynamic programming over labels.

A *place* is a session that the patient could attend: an open group with a seat, or a session of their own
that could be opened. A day is planned by labels (partial days, extended in order of start); of two labels
with the same sessions done, the one that can only do worse is dropped. The finished days of one date
(*patterns*: what they count for, at what cost) are then combined to weeks by states (received so far, care
days, last care day). Both steps are exact unless a cap is reached; `Plan.info[EXACT]` says whether one was.

Bounds: whatever is still to come lowers the unmet cost by at most the minutes it counts for, so a state can
be dropped as soon as its cost and the best conceivable rest reach the best known week.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from scheduler.calendar import DAYS
from scheduler.week import NONE, Arrays

Array = NDArray[Any]

INFEASIBLE = 1 << 50
LABELS = 1 << 16  # of a whole week
PATTERNS = 1 << 12  # of one day
STATES = 1 << 17  # of a whole week
TABLE = 1 << 15
PLACES, CHOSEN, EXACT, STAMP, BAN = 0, 1, 2, 3, 4
DAY_CARE_MIN, DAYS_MIN, GAP, SERVICES_MIN, GROUP_DAILY = 0, 1, 2, 3, 4
FAR = -(1 << 30)


class Plan(NamedTuple):
    """Working memory of one search thread, and the answer: `chosen` places of the best week."""

    info: Array
    head: Array  # [u] first place that starts in a slot, -1 none
    after: Array  # [i] next place of the same slot
    slot: Array  # [i] start
    kind: Array  # [i] session type
    session: Array  # [i] open session, or -1: one of the patient's own
    extra: Array  # [i] cost of attending
    must: Array  # [i]
    chosen: Array
    banned: Array  # [t,u] stamp of the call that forbids the place
    edge: Array  # [u] 1: a place starts or ends in the slot
    # labels
    done: Array  # sessions of the day by type, packed
    counts: Array  # sessions of the day by requirement, packed
    end: Array  # slot
    idle: Array  # minutes
    pending: Array  # minutes since the last in-person session that become idle if another one follows
    in_person: Array  # whether an in-person session is behind
    care: Array
    services: Array
    grouped: Array
    musts: Array
    cost: Array
    parent: Array
    place: Array
    alive: Array
    chain: Array
    # hash table
    slot_key: Array
    slot_stamp: Array
    slot_item: Array
    # patterns
    p_counts: Array  # [day,i]
    p_care: Array
    p_cost: Array
    p_label: Array
    p_gain: (
        Array  # [day,i,2] unmet minutes that the pattern removes at most: by requirements, by care minutes
    )
    patterns: Array  # [day]
    # states
    s_counts: Array
    s_care: Array
    s_days: Array
    s_last: Array
    s_cost: Array
    s_bound: Array
    s_parent: Array
    s_pattern: Array
    first_state: Array  # [day+1]
    # per call
    field: Array  # [q] shift of the requirement's field
    day_field: Array  # [t] shift of the type's field, -1 none
    day_top: Array  # [t] most sessions of the type in one day
    rest: Array  # [day,3]


def new_plan(a: Arrays) -> Plan:
    types, slots = a.ok.shape
    places = types * slots + 4096
    i64 = np.int64

    def col(n: int, dtype: Any = i64) -> Array:
        return np.zeros(n, dtype)

    return Plan(
        info=col(16),
        head=np.full(slots + 1, -1, i64),
        after=col(places),
        slot=col(places),
        kind=col(places),
        session=col(places),
        extra=col(places),
        must=col(places, np.bool_),
        chosen=col(256),
        banned=np.zeros((max(1, types), slots), i64),
        edge=col(slots + int(a.length.max(initial=1)) + 1),
        done=col(LABELS),
        counts=col(LABELS),
        end=col(LABELS),
        idle=col(LABELS),
        pending=col(LABELS),
        in_person=col(LABELS, np.bool_),
        care=col(LABELS),
        services=col(LABELS),
        grouped=col(LABELS, np.bool_),
        musts=col(LABELS),
        cost=col(LABELS),
        parent=col(LABELS),
        place=col(LABELS),
        alive=col(LABELS, np.bool_),
        chain=col(LABELS),
        slot_key=col(TABLE),
        slot_stamp=col(TABLE),
        slot_item=col(TABLE),
        p_counts=np.zeros((DAYS, PATTERNS), i64),
        p_care=np.zeros((DAYS, PATTERNS), i64),
        p_cost=np.zeros((DAYS, PATTERNS), i64),
        p_label=np.zeros((DAYS, PATTERNS), i64),
        p_gain=np.zeros((DAYS, PATTERNS, 2), i64),
        patterns=col(DAYS),
        s_counts=col(STATES),
        s_care=col(STATES),
        s_days=col(STATES),
        s_last=col(STATES),
        s_cost=col(STATES),
        s_bound=col(STATES),
        s_parent=col(STATES),
        s_pattern=col(STATES),
        first_state=col(DAYS + 2),
        field=col(int(a.need_min.shape[1]) + 1),
        day_field=col(max(1, types)),
        day_top=col(max(1, types)),
        rest=np.zeros((DAYS + 1, 3), i64),
    )


@njit(cache=True, nogil=True)
def clear_places(P):
    P.head[:] = -1
    P.info[PLACES] = 0


@njit(cache=True, nogil=True)
def add_place(P, t, u, session, extra, must):
    i = P.info[PLACES]
    if i >= P.after.shape[0]:
        P.info[EXACT] = 0
        return
    P.slot[i] = u
    P.kind[i] = t
    P.session[i] = session
    P.extra[i] = extra
    P.must[i] = must
    P.after[i] = P.head[u]
    P.head[u] = i
    P.info[PLACES] = i + 1


@njit(cache=True, nogil=True)
def _bits(value):
    n = 0
    while value > 0:
        n += 1
        value >>= 1
    return n


@njit(cache=True, nogil=True)
def _lay_out(A, P, p):
    """Fields of the packed requirement counts, each with a guard bit: (largest counts, guard bits)."""
    needs = A.needs[p]
    most = 14
    while True:
        total = 0
        for q in range(needs):
            total += _bits(min(A.need_max[p, q], most)) + 1
        if total <= 62 or most == 1:
            break
        most -= 1
        P.info[EXACT] = 0
    shift, top, guard = 0, np.int64(0), np.int64(0)
    for q in range(needs):
        cap = min(A.need_max[p, q], most)
        width = _bits(cap) + 1
        if shift + width > 62:  # more requirements than one word holds: the last ones are left alone
            P.field[q] = -1
            P.info[EXACT] = 0
            continue
        P.field[q] = shift
        top |= np.int64(cap) << shift
        guard |= np.int64(1) << (shift + width - 1)
        shift += width
    return top, guard


@njit(cache=True, nogil=True)
def count_of(A, P, p, q, counts):
    """The count of one requirement in a packed word."""
    if P.field[q] < 0:
        return 0
    width = _bits(min(A.need_max[p, q], 14))
    return (counts >> P.field[q]) & ((np.int64(1) << width) - 1)


@njit(cache=True, nogil=True)
def _musts_of(P, t, first, last):
    """Places of one type in the slots that the patient is tied to."""
    found = np.int64(0)
    for u in range(first, last):
        i = P.head[u]
        while i >= 0:
            if P.must[i] and P.kind[i] == t:
                found += 1
            i = P.after[i]
    return found


@njit(cache=True, nogil=True)
def _lay_out_day(A, P, p, first, last):
    """Fields of the types that have a place on a day; what has happened may be more than a day's most."""
    for t in range(P.day_field.shape[0]):
        P.day_field[t] = -1
    shift = 0
    for u in range(first, last):
        i = P.head[u]
        while i >= 0:
            t = P.kind[i]
            q = A.need_of[p, t]
            if P.day_field[t] < 0 and q >= 0:
                top = min(min(A.per_day[t], A.need_max[p, q]), 14)
                if A.often[p]:
                    top = max(top, min(_musts_of(P, t, first, last), 14))
                width = _bits(top)
                if shift + width <= 62 and P.field[q] >= 0:
                    P.day_field[t] = shift
                    P.day_top[t] = top
                    shift += width
                else:
                    P.info[EXACT] = 0
            i = P.after[i]


@njit(cache=True, nogil=True)
def _find(P, key, stamp):
    """The table's place for a key: free or holding it."""
    h = (key * np.int64(-7046029254386353131)) >> 40
    h &= TABLE - 1
    while P.slot_stamp[h] == stamp and P.slot_key[h] != key:
        h = (h + 1) & (TABLE - 1)
    return h


@njit(cache=True, nogil=True)
def _dominated(A, P, p, new, first):
    """Whether a label of the same sessions makes the new one useless; labels it makes useless are dropped."""
    label = first
    while label >= 0:
        if P.alive[label] and P.in_person[label] == P.in_person[new] and P.musts[label] == P.musts[new]:
            if _no_better(A, P, p, new, label):
                return True
            if _no_better(A, P, p, label, new):
                P.alive[label] = False
        label = P.chain[label]
    return False


@njit(cache=True, nogil=True)
def _no_better(A, P, p, x, y):
    """Whether label x can never lead to a better day than label y (same sessions done)."""
    if P.end[x] < P.end[y] or P.cost[x] < P.cost[y]:
        return False
    if not P.in_person[x]:
        return True
    wait_x = P.pending[x]
    wait_y = P.pending[y] + (P.end[x] - P.end[y]) * A.slot
    if P.cost[x] + A.w_idle * wait_x < P.cost[y] + A.w_idle * wait_y:
        return False
    return A.idle_max[p] >= NONE or P.idle[x] + wait_x >= P.idle[y] + wait_y


@njit(cache=True, nogil=True)
def _extend(A, P, p, label, i, u, new, top, guard):
    """Label label followed by place i at slot u, written as label `new`; False if that breaks a rule."""
    t = P.kind[i]
    shift = P.day_field[t]
    if shift < 0:
        return False
    width = _bits(P.day_top[t])
    if ((P.done[label] >> shift) & ((np.int64(1) << width) - 1)) >= P.day_top[t]:
        return False
    q = A.need_of[p, t]
    counts = P.counts[label] + (np.int64(1) << P.field[q])
    if (((top | guard) - counts) & guard) != guard:
        return False
    care = P.care[label] + A.care[t]
    if care > A.day_care_max[p] or care > A.care_max[p]:
        return False
    idle, pending, cost = P.idle[label], P.pending[label], P.cost[label] + P.extra[i]
    if P.in_person[label]:
        waited = pending + (u - P.end[label]) * A.slot
        if A.in_person[t]:
            idle += waited
            pending = 0
            cost += A.w_idle * waited
            if idle > A.idle_max[p]:
                return False
        else:
            pending = waited
    P.done[new] = P.done[label] + (np.int64(1) << shift)
    P.counts[new] = counts
    P.end[new] = u + A.length[t]
    P.idle[new] = idle
    P.pending[new] = pending
    P.in_person[new] = P.in_person[label] or A.in_person[t]
    P.care[new] = care
    P.services[new] = P.services[label] + (1 if A.care[t] > 0 else 0)
    P.grouped[new] = P.grouped[label] or (A.care[t] > 0 and A.group[t])
    P.musts[new] = P.musts[label] + (1 if P.must[i] else 0)
    P.cost[new] = cost
    P.parent[new] = label
    P.place[new] = i
    P.alive[new] = True
    return True


@njit(cache=True, nogil=True)
def _day_labels(A, P, p, first, last, root, top, guard):
    """All useful partial days of slots [first, last): labels root+1 …; returns the next free label."""
    P.done[root] = 0
    P.counts[root] = 0
    P.end[root] = first
    P.idle[root] = 0
    P.pending[root] = 0
    P.in_person[root] = False
    P.care[root] = 0
    P.services[root] = 0
    P.grouped[root] = False
    P.musts[root] = 0
    P.cost[root] = 0
    P.parent[root] = -1
    P.place[root] = -1
    P.alive[root] = True
    P.info[STAMP] += 1
    stamp = P.info[STAMP]
    used = 0
    new = root + 1
    limit = root + (LABELS - root) // 2 if root > 0 else LABELS // 3
    for u in range(first, last):
        i = P.head[u]
        while i >= 0:
            for label in range(root, new):
                if not P.alive[label] or P.end[label] > u:
                    continue
                if not _extend(A, P, p, label, i, u, new, top, guard):
                    continue
                h = _find(P, P.done[new], stamp)
                if P.slot_stamp[h] != stamp:
                    if used > TABLE // 2:
                        P.info[EXACT] = 0
                        continue
                    used += 1
                    P.slot_stamp[h] = stamp
                    P.slot_key[h] = P.done[new]
                    P.slot_item[h] = -1
                if _dominated(A, P, p, new, P.slot_item[h]):
                    continue
                P.chain[new] = P.slot_item[h]
                P.slot_item[h] = new
                new += 1
                if new >= limit - 1:
                    P.info[EXACT] = 0
                    return new
            i = P.after[i]
    return new


@njit(cache=True, nogil=True)
def _day_cost(A, P, p, label):
    """Cost of a finished day, or INFEASIBLE where an enforced rule of the day fails."""
    if P.place[label] < 0:
        return np.int64(0)
    cost = P.cost[label] + A.w_day
    if P.services[label] > 0:
        for flag in (DAY_CARE_MIN, SERVICES_MIN, GROUP_DAILY):
            broken = (
                (flag == DAY_CARE_MIN and P.care[label] < A.day_care_min[p])
                or (flag == SERVICES_MIN and P.services[label] < A.services_min[p])
                or (flag == GROUP_DAILY and A.group_daily[p] and not P.grouped[label])
            )
            if broken:
                if A.enforced[p, flag]:
                    return np.int64(INFEASIBLE)
                cost += A.w_breach
    return cost


@njit(cache=True, nogil=True)
def _day_patterns(A, P, p, d, root, end, musts):
    """The cheapest finished day for everything it can count for."""
    P.info[STAMP] += 1
    stamp = P.info[STAMP]
    n = np.int64(0)
    for label in range(root, end):
        if not P.alive[label] or P.musts[label] != musts:
            continue
        cost = _day_cost(A, P, p, label)
        if cost >= INFEASIBLE:
            continue
        # the day's care minutes follow from the types, which the requirement counts do not always tell apart
        key = P.counts[label] ^ (np.int64(P.care[label]) << 50)
        h = _find(P, key, stamp)
        if P.slot_stamp[h] == stamp:
            k = P.slot_item[h]
            if P.p_counts[d, k] == P.counts[label] and P.p_care[d, k] == P.care[label]:
                if cost < P.p_cost[d, k]:
                    P.p_cost[d, k] = cost
                    P.p_label[d, k] = label
                continue
        if n >= PATTERNS:
            P.info[EXACT] = 0
            continue
        if P.slot_stamp[h] != stamp:
            P.slot_stamp[h] = stamp
            P.slot_key[h] = key
            P.slot_item[h] = n
        P.p_counts[d, n] = P.counts[label]
        P.p_care[d, n] = P.care[label]
        P.p_cost[d, n] = cost
        P.p_label[d, n] = label
        needed, other = 0, 0
        for q in range(A.needs[p]):
            if A.need_min[p, q] > 0:
                k = min(count_of(A, P, p, q, P.counts[label]), A.need_min[p, q])
                if A.need_care[p, q]:
                    needed += k * A.need_minutes[p, q]
                else:
                    other += k * A.need_minutes[p, q]
        P.p_gain[d, n, 0] = needed + other
        P.p_gain[d, n, 1] = P.care[label] + other
        n += 1
    P.patterns[d] = n


@njit(cache=True, nogil=True)
def unmet_minutes(A, P, p, counts, care):
    """(by requirements, by care minutes): the unmet minutes are the larger of the two."""
    needed, other = 0, 0
    for q in range(A.needs[p]):
        if A.need_min[p, q] > 0:
            short = A.need_min[p, q] - count_of(A, P, p, q, counts)
            if short > 0:
                if A.need_care[p, q]:
                    needed += short * A.need_minutes[p, q]
                else:
                    other += short * A.need_minutes[p, q]
    return needed + other, max(0, A.care_min[p] - care) + other


@njit(cache=True, nogil=True)
def _rests(A, P, p):
    """Per day: the least that the following days can add, without and with what they take off the unmet
    cost.
    """
    w = A.unmet_price[p]
    for k in range(3):
        P.rest[DAYS, k] = 0
    for d in range(DAYS - 1, -1, -1):
        for k in range(3):
            best = np.int64(INFEASIBLE)
            for i in range(P.patterns[d]):
                value = P.p_cost[d, i]
                if k < 2:
                    value -= w * P.p_gain[d, i, k]
                best = min(best, value)
            P.rest[d, k] = P.rest[d + 1, k] + best


@njit(cache=True, nogil=True)
def _bound(A, P, p, d, counts, care, cost):
    """The least that a week can cost that continues so on days d …"""
    w = A.unmet_price[p]
    needed, minutes = unmet_minutes(A, P, p, counts, care)
    by_need = cost + w * needed + P.rest[d, 0]
    by_care = cost + w * minutes + P.rest[d, 1]
    return max(max(by_need, by_care), cost + P.rest[d, 2])


@njit(cache=True, nogil=True)
def _weeks(A, P, p, top, guard, upper, beam):
    """The final state of the best week cheaper than `upper`; -1 if there is none."""
    has_gap = A.gap_max[p] < DAYS
    counts_days = A.days_max[p] < DAYS or A.days_min[p] > 0
    counts_care = A.care_max[p] < NONE or A.care_min[p] > 0
    P.s_counts[0] = 0
    P.s_care[0] = 0
    P.s_days[0] = 0
    P.s_last[0] = -1
    P.s_cost[0] = 0
    P.s_bound[0] = 0
    P.first_state[0] = 0
    first, new = np.int64(0), np.int64(1)
    for d in range(DAYS):
        P.first_state[d + 1] = new
        last = new
        limit = new + (STATES - new) // (DAYS - d)  # every day to come keeps its share of the memory
        P.info[STAMP] += 1
        stamp = P.info[STAMP]
        used = 0
        for s in range(first, last):
            if P.s_bound[s] >= upper:
                continue
            for i in range(P.patterns[d]):
                counts = P.s_counts[s] + P.p_counts[d, i]
                if (((top | guard) - counts) & guard) != guard:
                    continue
                care = P.s_care[s] + P.p_care[d, i]
                if care > A.care_max[p]:
                    continue
                cost = P.s_cost[s] + P.p_cost[d, i]
                days, seen = P.s_days[s], P.s_last[s]
                if P.p_care[d, i] > 0:
                    if counts_days:
                        days += 1
                        if days > A.days_max[p]:
                            continue
                    if has_gap:
                        if seen >= 0 and d - seen - 1 > A.gap_max[p]:
                            if A.enforced[p, GAP]:
                                continue
                            cost += A.w_breach
                        seen = d
                if not counts_care:
                    care = 0
                bound = _bound(A, P, p, d + 1, counts, care, cost)
                if bound >= upper:
                    continue
                key = (
                    counts ^ (np.int64(care) * 1000003) ^ (np.int64(days) << 58) ^ (np.int64(seen + 1) << 54)
                )
                h = _find(P, key, stamp)
                if P.slot_stamp[h] == stamp:
                    k = P.slot_item[h]
                    same = (
                        P.s_counts[k] == counts
                        and P.s_care[k] == care
                        and P.s_days[k] == days
                        and P.s_last[k] == seen
                    )
                    if same:
                        if cost < P.s_cost[k]:
                            P.s_cost[k] = cost
                            P.s_bound[k] = bound
                            P.s_parent[k] = s
                            P.s_pattern[k] = i
                        continue
                elif used > TABLE // 2:
                    P.info[EXACT] = 0
                    continue
                if new >= limit:
                    P.info[EXACT] = 0
                    continue
                if P.slot_stamp[h] != stamp:
                    P.slot_stamp[h] = stamp
                    P.slot_key[h] = key
                    P.slot_item[h] = new
                    used += 1
                P.s_counts[new] = counts
                P.s_care[new] = care
                P.s_days[new] = days
                P.s_last[new] = seen
                P.s_cost[new] = cost
                P.s_bound[new] = bound
                P.s_parent[new] = s
                P.s_pattern[new] = i
                new += 1
        first = last
        if new - first > beam:
            P.info[EXACT] = 0
            _thin(P, first, new, beam)
    P.first_state[DAYS + 1] = new
    return _best_week(A, P, p, first, new, upper)


@njit(cache=True, nogil=True)
def _thin(P, first, new, beam):
    """Give up all but the most promising states of a day."""
    bounds = np.sort(P.s_bound[first:new])
    worst = bounds[beam]
    ties = beam - np.searchsorted(bounds, worst)
    for s in range(first, new):
        if P.s_bound[s] == worst and ties > 0:
            ties -= 1
        elif P.s_bound[s] >= worst:
            P.s_bound[s] = INFEASIBLE


@njit(cache=True, nogil=True)
def _best_week(A, P, p, first, new, upper):
    best, found = np.int64(upper), np.int64(-1)
    w = A.unmet_price[p]
    for s in range(first, new):
        if P.s_bound[s] >= INFEASIBLE:
            continue
        cost = P.s_cost[s]
        missing = A.days_min[p] - P.s_days[s]
        if missing > 0 and P.s_days[s] > 0:
            if A.enforced[p, DAYS_MIN]:
                continue
            cost += missing * A.w_breach
        needed, minutes = unmet_minutes(A, P, p, P.s_counts[s], P.s_care[s])
        cost += w * max(needed, minutes)
        if cost < best:
            best, found = cost, s
            P.s_bound[s] = cost
    return found


@njit(cache=True, nogil=True)
def best_week(A, P, p, upper, beam):
    """Plan the week of patient p among P's places; the cost of the best week below `upper`, or INFEASIBLE.

    The places taken are P.chosen[: P.info[CHOSEN]].
    """
    P.info[EXACT] = 1
    P.info[CHOSEN] = 0
    top, guard = _lay_out(A, P, p)
    root = np.int64(0)
    for d in range(DAYS):
        first, last = d * A.day, (d + 1) * A.day
        musts = np.int64(0)
        for u in range(first, last):
            i = P.head[u]
            while i >= 0:
                if P.must[i]:
                    musts += 1
                i = P.after[i]
        _lay_out_day(A, P, p, first, last)
        end = _day_labels(A, P, p, first, last, root, top, guard)
        _day_patterns(A, P, p, d, root, end, musts)
        root = end
        if P.patterns[d] == 0:
            return np.int64(INFEASIBLE)
    _rests(A, P, p)
    s = _weeks(A, P, p, top, guard, upper, beam)
    if s < 0:
        return np.int64(INFEASIBLE)
    cost = P.s_bound[s]
    for d in range(DAYS - 1, -1, -1):
        label = P.p_label[d, P.s_pattern[s]]
        while P.place[label] >= 0:
            P.chosen[P.info[CHOSEN]] = P.place[label]
            P.info[CHOSEN] += 1
            label = P.parent[label]
        s = P.s_parent[s]
    return cost
