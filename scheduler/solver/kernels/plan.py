"""Working memory for planning one patient's week: the places they could take, and the tables of the search.

A *place* is a session that the patient could attend: an open group with a seat, or a session of their own
that could be opened. Tables are two-dimensional, a row a thing, so that compiled code reads one array.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from scheduler.calendar import DAYS
from scheduler.week import Arrays

Array = NDArray[Any]

INFEASIBLE = 1 << 50
LABELS = 1 << 17  # of a whole week
LABELS_SEARCHED = 1 << 12  # of a whole week while searching: three times what real weeks were seen to need
PATTERNS = 1 << 12  # of one day
STATES = 1 << 17  # of a whole week
OR_NOTHING = STATES + 1  # all of them, and no answer where even that is not exact
TABLE = 1 << 15
# Positions in Plan.info
PLACES, CHOSEN, EXACT, STAMP, BAN, NEEDED, PLANNED = 0, 1, 2, 3, 4, 5, 6
# Columns of Plan.needs: the requirements that have a minimum
NEED_SHIFT, NEED_MASK, NEED_MIN, NEED_MINUTES, NEED_CARE = 0, 1, 2, 3, 4
# Columns of Plan.types: what a session of a type does to a day
DAY_SHIFT, DAY_MASK, DAY_TOP, UNIT, LENGTH, CARE_MINUTES, IN_PERSON, CARE_GROUP = 0, 1, 2, 3, 4, 5, 6, 7


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
    field: Array  # [q] shift of the requirement's field in packed counts, -1 none
    needs: Array  # [k,…] requirements with a minimum
    types: Array  # [t,…] session types on the day in question
    labels: Array  # [label,…] partial days
    slot_key: Array  # hash table
    slot_stamp: Array
    slot_item: Array
    days: Array  # [day,pattern,…] finished days
    patterns: Array  # [day] how many
    rest: Array  # [day,3] the least that the following days add
    states: Array  # [state,…] partial weeks
    order: Array  # scratch for picking the most promising states


def new_plan(a: Arrays) -> Plan:
    types, slots = a.ok.shape
    places = types * slots + 4096
    i64 = np.int64

    def col(n: int, dtype: Any = i64) -> Array:
        return np.zeros(n, dtype)

    needs = int(a.need_min.shape[1]) + 1
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
        field=col(needs),
        needs=np.zeros((needs, 5), i64),
        types=np.zeros((max(1, types), 8), i64),
        labels=np.zeros((LABELS, 16), i64),
        slot_key=col(TABLE),
        slot_stamp=col(TABLE),
        slot_item=col(TABLE),
        days=np.zeros((DAYS, PATTERNS, 6), i64),
        patterns=col(DAYS),
        rest=np.zeros((DAYS + 1, 3), i64),
        states=np.zeros((STATES, 8), i64),
        order=col(STATES),
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
def bits(value):
    n = 0
    while value > 0:
        n += 1
        value >>= 1
    return n


@njit(cache=True, nogil=True)
def lay_out_needs(A, P, p):
    """Fields of the packed requirement counts, each with a guard bit: (largest counts, guard bits)."""
    needs = A.needs[p]
    most = 14
    while True:
        total = 0
        for q in range(needs):
            total += bits(min(A.need_max[p, q], most)) + 1
        if total <= 62 or most == 1:
            break
        most -= 1
        P.info[EXACT] = 0
    shift, top, guard = 0, np.int64(0), np.int64(0)
    P.info[NEEDED] = 0
    for q in range(needs):
        cap = min(A.need_max[p, q], most)
        width = bits(cap) + 1
        if shift + width > 62:  # more requirements than one word holds: the last ones are left alone
            P.field[q] = -1
            P.info[EXACT] = 0
        else:
            P.field[q] = shift
            top |= np.int64(cap) << shift
            guard |= np.int64(1) << (shift + width - 1)
            shift += width
        if A.need_min[p, q] > 0:
            _note_need(A, P, p, q, (np.int64(1) << (width - 1)) - 1)
    return top, guard


@njit(cache=True, nogil=True)
def _note_need(A, P, p, q, mask):
    k = P.info[NEEDED]
    P.info[NEEDED] = k + 1
    P.needs[k, NEED_SHIFT] = max(0, P.field[q])
    P.needs[k, NEED_MASK] = mask if P.field[q] >= 0 else 0
    P.needs[k, NEED_MIN] = A.need_min[p, q]
    P.needs[k, NEED_MINUTES] = A.need_minutes[p, q]
    P.needs[k, NEED_CARE] = 1 if A.need_care[p, q] else 0


@njit(cache=True, nogil=True)
def lay_out_day(A, P, p, first, last):
    """Fields of the types that have a place on a day; what has happened may be more than a day's most."""
    P.types[:, DAY_SHIFT] = -1
    shift = 0
    for u in range(first, last):
        i = P.head[u]
        while i >= 0:
            t = P.kind[i]
            q = A.need_of[p, t]
            if P.types[t, DAY_SHIFT] < 0 and q >= 0:
                top = min(min(A.per_day[t], A.need_max[p, q]), 14)
                if A.often[p]:
                    top = max(top, min(_musts_of(P, t, first, last), 14))
                width = bits(top)
                if shift + width <= 62 and P.field[q] >= 0:
                    P.types[t, DAY_SHIFT] = shift
                    P.types[t, DAY_MASK] = (np.int64(1) << width) - 1
                    P.types[t, DAY_TOP] = top
                    P.types[t, UNIT] = np.int64(1) << P.field[q]
                    P.types[t, LENGTH] = A.length[t]
                    P.types[t, CARE_MINUTES] = A.care[t]
                    P.types[t, IN_PERSON] = 1 if A.in_person[t] else 0
                    P.types[t, CARE_GROUP] = 1 if A.care[t] > 0 and A.group[t] else 0
                    shift += width
                else:
                    P.info[EXACT] = 0
            i = P.after[i]


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
def find(slot_key, slot_stamp, key, stamp):
    """The hash table's place for a key: free or holding it."""
    h = (key * np.int64(-7046029254386353131)) >> 40
    h &= TABLE - 1
    while slot_stamp[h] == stamp and slot_key[h] != key:
        h = (h + 1) & (TABLE - 1)
    return h


@njit(cache=True, nogil=True)
def unmet_by(needs, count, counts):
    """(minutes that care requirements lack, minutes that the others lack) for packed counts."""
    needed, other = np.int64(0), np.int64(0)
    for k in range(count):
        short = needs[k, NEED_MIN] - ((counts >> needs[k, NEED_SHIFT]) & needs[k, NEED_MASK])
        if short > 0:
            if needs[k, NEED_CARE]:
                needed += short * needs[k, NEED_MINUTES]
            else:
                other += short * needs[k, NEED_MINUTES]
    return needed, other


@njit(cache=True, nogil=True)
def smallest(values, n, k):
    """The k-th smallest (from 0) of the first n values, which are left in another order."""
    low, high = 0, n - 1
    while low < high:
        pivot = values[(low + high) >> 1]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if k <= j:
            high = j
        elif k >= i:
            low = i
        else:
            break
    return values[k]
