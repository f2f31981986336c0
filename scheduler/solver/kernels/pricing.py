"""What a patient's week costs as it stands, or with one more session: counted, not planned."""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.calendar import DAYS
from scheduler.solver.kernels.days import DAY_CARE_MIN, DAYS_MIN, GAP, GROUP_DAILY, SERVICES_MIN
from scheduler.solver.kernels.staffing import staff_changed
from scheduler.solver.kernels.state import NO, ZERO

BIG = 10**12  # price of what no timetable may have, so that a search leaves it first
# Columns of State.tally, a row a day
FIRST, FINAL, CARE, SERVICES, GROUPED, THERE, MINUTES, ONLINE = 0, 1, 2, 3, 4, 5, 6, 7


@njit(cache=True, nogil=True)
def unmet_of(A, p, counts, care):
    """Unmet minutes for sessions received by requirement and care minutes received."""
    needed, other = 0, 0
    for q in range(A.needs[p]):
        short = A.need_min[p, q] - counts[q]
        if short > 0:
            if A.need_care[p, q]:
                needed += short * A.need_minutes[p, q]
            else:
                other += short * A.need_minutes[p, q]
    return max(needed, A.care_min[p] - care) + other


@njit(cache=True, nogil=True)
def may_add(A, S, p, extra):
    """Whether a session collides with no other one of the patient's, and is not one too many of its kind."""
    attends, start, kind, length = S.attends, S.start, S.kind, A.length
    t, u = kind[extra], start[extra]
    q, d, end, same, got = A.need_of[p, t], u // A.day, u + length[t], 0, 0
    if q < 0:
        return False
    need_of = A.need_of
    for i in range(S.attended[p]):
        s = attends[p, i]
        k, v = kind[s], start[s]
        if u < v + length[k] and v < end:
            return False
        if need_of[p, k] == q:
            got += 1
        if k == t and v // A.day == d:
            same += 1
    return got < A.need_max[p, q] and same < A.per_day[t]


@njit(cache=True, nogil=True)
def _add_up(A, S, p, extra):
    """Fill the tallies of p's days and requirements; what the attendances cost by themselves. `extra` is one
    more session, or -1.
    """
    tally, counts = S.tally, S.counts
    attends, start, kind, length = S.attends, S.start, S.kind, A.length
    need_of, price, care, group = A.need_of, A.cost, A.care, A.group
    in_person, minutes, day, known = A.in_person, A.minutes, A.day, A.has_baseline[p]
    for d in range(DAYS):
        for k in range(tally.shape[1]):
            tally[d, k] = 0
        tally[d, FIRST] = 1 << 30
    for q in range(A.needs[p]):
        counts[q] = 0
    cost = np.int64(0)
    for i in range(-1 if extra >= 0 else 0, S.attended[p]):
        s = extra if i < 0 else attends[p, i]
        t, u = kind[s], start[s]
        d = u // day
        if need_of[p, t] >= 0:
            counts[need_of[p, t]] += 1
        cost += np.int64(price[p, t, u])
        if known:
            cost += staff_changed(A, S, p, t, u, S.staff[s])
        tally[d, THERE] = 1
        if care[t] > 0:
            tally[d, CARE] += care[t]
            tally[d, SERVICES] += 1
            if group[t]:
                tally[d, GROUPED] = 1
        if in_person[t]:
            tally[d, FIRST] = min(tally[d, FIRST], u)
            tally[d, FINAL] = max(tally[d, FINAL], u + length[t])
            tally[d, MINUTES] += minutes[t]
        else:
            tally[d, ONLINE] = 1
    return cost


@njit(cache=True, nogil=True)
def _idle(A, S, p, d, extra):
    """Minutes of waiting between the in-person sessions of a day."""
    tally = S.tally
    if tally[d, FINAL] <= tally[d, FIRST]:
        return ZERO
    idle = (tally[d, FINAL] - tally[d, FIRST]) * A.slot - tally[d, MINUTES]
    if tally[d, ONLINE]:
        for i in range(-1 if extra >= 0 else 0, S.attended[p]):
            s = extra if i < 0 else S.attends[p, i]
            if not A.in_person[S.kind[s]] and tally[d, FIRST] <= S.start[s] < tally[d, FINAL]:
                idle -= A.minutes[S.kind[s]]
    return idle


@njit(cache=True, nogil=True)
def _breach(A, p, flag):
    return np.int64(BIG) if A.enforced[p, flag] else np.int64(A.w_breach)


@njit(cache=True, nogil=True)
def week_price(A, S, p, extra):
    """What the patient's week costs with one more session (-1: none), its unmet minutes, and whether it keeps
    the hard limits of days and week. Enforced rules that it breaks cost BIG each.
    """
    cost = _add_up(A, S, p, extra)
    tally = S.tally
    total, days, last, legal = ZERO, ZERO, NO, True
    for d in range(DAYS):
        if not tally[d, THERE]:
            continue
        idle = _idle(A, S, p, d, extra)
        legal = legal and idle <= A.idle_max[p] and tally[d, CARE] <= A.day_care_max[p]
        cost += A.w_day + A.w_idle * idle
        total += tally[d, CARE]
        if tally[d, SERVICES] == 0:
            continue
        if tally[d, CARE] < A.day_care_min[p]:
            cost += _breach(A, p, DAY_CARE_MIN)
        if tally[d, SERVICES] < A.services_min[p]:
            cost += _breach(A, p, SERVICES_MIN)
        if A.group_daily[p] and not tally[d, GROUPED]:
            cost += _breach(A, p, GROUP_DAILY)
        if last >= 0 and d - last - 1 > A.gap_max[p]:
            cost += _breach(A, p, GAP)
        last = d
        days += 1
    if 0 < days < A.days_min[p]:
        cost += (A.days_min[p] - days) * _breach(A, p, DAYS_MIN)
    unmet = unmet_of(A, p, S.counts, total)
    legal = legal and total <= A.care_max[p] and days <= A.days_max[p]
    return cost + A.unmet_price[p] * unmet, np.int64(unmet), legal


@njit(cache=True, nogil=True)
def price_with(A, S, p, extra):
    """(cost, unmet minutes) of a week that may be had; the cost is BIG where a rule forbids it."""
    if extra >= 0 and not may_add(A, S, p, extra):
        return np.int64(BIG), ZERO
    price, unmet, legal = week_price(A, S, p, extra)
    return (price if legal else np.int64(BIG)), unmet


@njit(cache=True, nogil=True)
def is_legal(A, S, p):
    """Whether a week that was not planned but taken over keeps every hard limit, collisions among them."""
    if not week_price(A, S, p, NO)[2]:
        return False
    for q in range(A.needs[p]):
        if S.counts[q] > A.need_max[p, q]:
            return False
    for i in range(S.attended[p]):
        s, same = S.attends[p, i], 0
        t, u = S.kind[s], S.start[s]
        given = S.tied[s] and S.cohort[s] < 0  # happened or frozen: nobody can mend that they collide
        for j in range(S.attended[p]):
            r = S.attends[p, j]
            together = S.start[r] < u + A.length[t] and u < S.start[r] + A.length[S.kind[r]]
            if r != s and together and not (given and S.tied[r] and S.cohort[r] < 0):
                return False
            if S.kind[r] == t and S.start[r] // A.day == u // A.day:
                same += 1
        if same > A.per_day[t] and not A.often[p]:
            return False
    return True
