"""Who can lead a session and where it can be, given what is already taken."""

from __future__ import annotations

import numpy as np
from numba import njit

from scheduler.solver.kernels.state import ONE, ZERO, unit
from scheduler.week import NONE


@njit(cache=True, nogil=True)
def clinician_free(A, S, c, t, u):
    """On site, not in or too near another session, within day, week and unbroken-run limits."""
    if not A.cok[c, t, u]:
        return False
    end = u + A.length[t]
    taken, buffer = S.taken, A.buffer[c]
    for v in range(max(0, u - buffer), min(taken.shape[1], end + buffer)):
        if taken[c, v] > 0:
            return False
    minutes = A.minutes[t]
    if S.day_load[c, u // A.day] + minutes > A.day_load[c] or S.week_load[c] + minutes > A.week_load[c]:
        return False
    return A.run_max[c] >= NONE or run_with(A, S, c, u, end) <= A.run_max[c]


@njit(cache=True, nogil=True)
def run_with(A, S, c, first, end):
    """Minutes of the unbroken run that a session in slots [first, end) would be part of."""
    if A.pause[c] == 0:
        return (end - first) * A.slot
    day = (first // A.day) * A.day
    taken, pause = S.taken, A.pause[c]
    v = first - 1
    begin = first
    while v >= day and (begin - v - 1) * A.slot < pause:
        if taken[c, v] > 0:
            begin = v
        v -= 1
    last = end
    v = end
    while v < day + A.day and (v - last) * A.slot < pause:
        if taken[c, v] > 0:
            last = v + 1
        v += 1
    return (last - begin) * A.slot


@njit(cache=True, nogil=True)
def room_free(A, S, r, t, u):
    if not A.rok[r, t, u]:
        return False
    used, turnover = S.used, A.turnover[r]
    for v in range(max(0, u - turnover), min(used.shape[1], u + A.length[t] + turnover)):
        if used[r, v] > 0:
            return False
    return True


@njit(cache=True, nogil=True)
def is_primary(A, p, c, t, u):
    """Whether a clinician counts as the patient's primary: their own, or who covers them while away."""
    own = A.primary[p]
    return own == c or (own >= 0 and A.covers[own, c] and A.away[own, t, u])


@njit(cache=True, nogil=True)
def may_fill(A, t, u, f, c, p):
    """Whether a clinician may fill an entry for a patient (p = -1: for whoever is theirs)."""
    if A.qualified[t, f, c]:
        return True
    return A.primary_entry[t, f] and (p < 0 or is_primary(A, p, c, t, u))


@njit(cache=True, nogil=True)
def order_clinicians(A, S):
    """Try first who is little used so far and owes little to patients of their own, with some chance."""
    total = S.clinicians.shape[0]
    score = np.zeros(total)
    for c in range(total):
        limit = max(1, min(A.week_load[c], 2400))
        score[c] = (S.week_load[c] + S.owed[c]) / limit + S.breadth[c] + 0.6 * unit(S)
    S.clinicians[:] = np.argsort(score)


@njit(cache=True, nogil=True)
def find_staff(A, S, t, u, p, staff):
    """Distinct free clinicians for all entries, in `staff`; tried in the order of S.clinicians, with
    backtracking.
    """
    entries = A.entries[t]
    if entries == 0:
        return True
    total = S.clinicians.shape[0]
    at = np.zeros(entries, np.int64)
    f = ZERO
    while True:
        found = False
        while at[f] < total:
            c = S.clinicians[at[f]]
            at[f] += 1
            if not may_fill(A, t, u, f, c, p):
                continue
            taken = False
            for g in range(f):
                if staff[g] == c:
                    taken = True
            if not taken and clinician_free(A, S, c, t, u):
                staff[f] = c
                found = True
                break
        if found:
            f += 1
            if f == entries:
                return True
            at[f] = 0
        else:
            f -= 1
            if f < 0:
                return False


@njit(cache=True, nogil=True)
def find_room(A, S, t, u, wanted):
    """The smallest free room that holds `wanted` patients, else the largest free one; -1: needs none, -2:
    none free.
    """
    if not A.needs_room[t]:
        return -1
    best = -2
    for r in range(A.capacity.shape[0]):
        if room_free(A, S, r, t, u):
            if best == -2:
                best = r
            elif A.capacity[best] < wanted:
                if A.capacity[r] > A.capacity[best]:
                    best = r
            elif wanted <= A.capacity[r] < A.capacity[best]:
                best = r
    return best


@njit(cache=True, nogil=True)
def staff_changed(A, S, p, t, u, staff):
    """Cost of another set of clinicians than the baseline's, for an attendance that the baseline gives."""
    if not A.has_baseline[p]:
        return 0
    row = np.int64(A.base_index[p, t, u])
    if row < 0:
        return 0
    known = 0
    while A.base_clinicians[row, known] >= 0:
        known += 1
    if known != A.entries[t]:
        return A.w_changed
    for f in range(A.entries[t]):
        same = False
        for i in range(known):
            if A.base_clinicians[row, i] == staff[f]:
                same = True
        if not same:
            return A.w_changed
    return 0


@njit(cache=True, nogil=True)
def find_solo(A, S, p, t, u, staff):
    """Clinicians and room of a session for one patient alone: (room or -1, cost of changed clinicians);
    room -2: none.
    """
    if A.has_baseline[p] and A.base_index[p, t, u] >= 0 and _baseline_staff(A, S, p, t, u, staff):
        changed = 0
    elif find_staff(A, S, t, u, p, staff):
        changed = staff_changed(A, S, p, t, u, staff)
    else:
        return -2, 0
    return find_room(A, S, t, u, ONE), changed


@njit(cache=True, nogil=True)
def _baseline_staff(A, S, p, t, u, staff):
    """The baseline's clinicians, when they can lead this session again (one entry only)."""
    row = np.int64(A.base_index[p, t, u])
    if A.entries[t] != 1:
        return False
    c = A.base_clinicians[row, 0]
    if c < 0 or A.base_clinicians[row, 1] >= 0:
        return False
    staff[0] = c
    return may_fill(A, t, u, ZERO, c, p) and clinician_free(A, S, c, t, u)


@njit(cache=True, nogil=True)
def has_seat(A, S, s, p):
    """Whether a patient may join an open group as it stands (place and time are not asked here)."""
    if S.tied[s] or S.present[s] >= S.seats[s]:
        return False
    t = S.kind[s]
    i = 0
    while A.apart_of[p, i] >= 0:
        for k in range(S.present[s]):
            if S.members[s, k] == A.apart_of[p, i]:
                return False
        i += 1
    for f in range(A.entries[t]):
        if A.primary_entry[t, f] and not may_fill(A, t, S.start[s], f, S.staff[s, f], p):
            return False
    return True
