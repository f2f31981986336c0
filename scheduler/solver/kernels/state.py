"""The timetable under search: sessions, who attends, what clinicians and rooms are taken, and an undo
journal.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from scheduler.calendar import DAYS
from scheduler.week import Arrays

Array = NDArray[Any]

# Plain integer constants would be literal types to numba, and every value a compilation of its own.
NO, ZERO, ONE = np.int64(-1), np.int64(0), np.int64(1)
# Journal records: what was done, so that it can be undone in reverse order.
ATTEND, LEAVE, OPEN, CLOSE, PRICE = np.int64(0), np.int64(1), np.int64(2), np.int64(3), np.int64(4)
# Positions in State.z
GROUPS, FREE, LOGGED, GROUP_COST, PATIENT_COST, STAMP = 0, 1, 2, 3, 4, 5


class State(NamedTuple):
    """Axes: s session, i position, c clinician, r room, p patient, u slot."""

    kind: Array  # [s] session type, -1: no such session
    start: Array  # [s] slot
    room: Array  # [s] or -1
    staff: Array  # [s,f] clinicians in the order of the entries
    seats: Array  # [s] patients it can hold where it is
    present: Array  # [s] patients in it
    members: Array  # [s,i]
    cohort: Array  # [s] or -1
    fixed: Array  # [s] pinned: the search never closes it
    tied: Array  # [s] its patients are given (frozen, happened, cohort): nobody joins or leaves
    groups: Array  # [i] open group sessions
    group_at: Array  # [s] position in `groups`
    free: Array  # stack of unused session numbers
    attends: Array  # [p,i] sessions
    attended: Array  # [p] how many
    taken: Array  # [c,u] sessions that hold the clinician
    day_load: Array  # [c,day] minutes
    week_load: Array  # [c] minutes
    used: Array  # [r,u] sessions that hold the room
    price: Array  # [p] cost of the patient's week
    unmet: Array  # [p] unmet minutes of the patient's week
    least: Array  # [p] the least that a week of the patient has cost so far
    journal: Array  # [i,…] records
    clinicians: Array  # [c] order in which clinicians are tried
    owed: Array  # [c] minutes that only they can give their own patients
    breadth: Array  # [c] share of all entries they can fill
    pinned: Array  # [p,i,2] (type, slot) that the patient must attend, -1 ends
    tally: Array  # [day,…] of the patient's week that is being priced
    counts: Array  # [q] its sessions by requirement
    z: Array  # counters and totals
    random: Array  # [1] state of the random numbers


def new_state(a: Arrays, seed: int) -> State:
    """An empty timetable with room for every session that patients can have."""
    types, patients, slots = a.ok.shape[0], a.pok.shape[0], a.ok.shape[1]
    entries = a.qualified.shape[1] if types else 1
    sessions = 512 + 16 * patients
    width = int(a.size_max.max(initial=1)) + 1
    whole = np.int64
    clinicians = a.cok.shape[0]
    state = State(
        kind=np.full(sessions, -1, whole),
        start=np.zeros(sessions, whole),
        room=np.full(sessions, -1, whole),
        staff=np.full((sessions, entries), -1, whole),
        seats=np.zeros(sessions, whole),
        present=np.zeros(sessions, whole),
        members=np.full((sessions, width), -1, whole),
        cohort=np.full(sessions, -1, whole),
        fixed=np.zeros(sessions, np.bool_),
        tied=np.zeros(sessions, np.bool_),
        groups=np.zeros(sessions, whole),
        group_at=np.full(sessions, -1, whole),
        free=np.arange(sessions - 1, -1, -1, dtype=whole),
        attends=np.full((patients, 96), -1, whole),
        attended=np.zeros(patients, whole),
        taken=np.zeros((clinicians, slots), np.int16),
        day_load=np.zeros((clinicians, DAYS), whole),
        week_load=np.zeros(clinicians, whole),
        used=np.zeros((a.rok.shape[0], slots), np.int16),
        price=np.zeros(patients, np.int64),
        unmet=np.zeros(patients, np.int64),
        least=np.full(patients, 1 << 50, np.int64),
        journal=np.zeros((max(1 << 16, 128 * patients), 8 + entries), np.int64),
        clinicians=np.arange(clinicians, dtype=whole),
        owed=_owed(a),
        breadth=a.qualified.mean(axis=(0, 1)) if types and clinicians else np.zeros(clinicians),
        pinned=np.full((patients, 1, 2), -1, whole),
        tally=np.zeros((DAYS, 8), whole),
        counts=np.zeros(int(a.need_min.shape[1]) + 1, whole),
        z=np.zeros(16, np.int64),
        random=np.array([seed * 2654435761 + 88172645463325252], np.uint64),
    )
    state.z[FREE] = sessions
    return state


def _owed(a: Arrays) -> Array:
    """Per clinician the minutes of their own patients' sessions that nobody else may lead."""
    owed = np.zeros(a.cok.shape[0], np.float64)
    for t in range(a.ok.shape[0]):
        entries = [
            f for f in range(int(a.entries[t])) if a.primary_entry[t, f] and not a.qualified[t, f].any()
        ]
        for p in np.flatnonzero((a.need_of[:, t] >= 0) & (a.primary >= 0)) if entries else ():
            owed[a.primary[p]] += a.minutes[t] * a.need_min[p, a.need_of[p, t]]
    return owed


@njit(cache=True, nogil=True)
def draw(S):
    """The next 63 random bits (xorshift)."""
    x = S.random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    S.random[0] = x
    return np.int64(x >> np.uint64(1))


@njit(cache=True, nogil=True)
def below(S, n):
    """A random whole number in [0, n)."""
    return draw(S) % n


@njit(cache=True, nogil=True)
def unit(S):
    """A random number in [0, 1)."""
    return (draw(S) >> 10) / 9007199254740992.0


@njit(cache=True, nogil=True)
def record(S, what, s, p):
    k = S.z[LOGGED]
    if k >= S.journal.shape[0]:  # only a construction writes so much, and nobody takes that back
        k = 0
    S.journal[k, 0] = what
    S.journal[k, 1] = s
    S.journal[k, 2] = p
    S.z[LOGGED] = k + 1
    return k


@njit(cache=True, nogil=True)
def hold(A, S, s, sign):
    """Take (+1) or release (-1) the clinicians and the room of a session."""
    t, u = S.kind[s], S.start[s]
    for f in range(A.entries[t]):
        c = S.staff[s, f]
        if c >= 0:
            for v in range(u, u + A.length[t]):
                S.taken[c, v] += sign
            S.day_load[c, u // A.day] += sign * A.minutes[t]
            S.week_load[c] += sign * A.minutes[t]
    r = S.room[s]
    if r >= 0:
        for v in range(u, u + A.length[t]):
            S.used[r, v] += sign


@njit(cache=True, nogil=True)
def _list_group(A, S, s):
    t = S.kind[s]
    if A.group[t]:
        S.groups[S.z[GROUPS]] = s
        S.group_at[s] = S.z[GROUPS]
        S.z[GROUPS] += 1
        S.z[GROUP_COST] += A.group_cost[t]


@njit(cache=True, nogil=True)
def _unlist_group(A, S, s):
    t = S.kind[s]
    if A.group[t]:
        i = S.group_at[s]
        last = S.groups[S.z[GROUPS] - 1]
        S.groups[i] = last
        S.group_at[last] = i
        S.group_at[s] = -1
        S.z[GROUPS] -= 1
        S.z[GROUP_COST] -= A.group_cost[t]


@njit(cache=True, nogil=True)
def open_session(A, S, t, u, staff, room, cohort):
    """A new session without patients; the caller has made sure that clinicians and room are free. -1: no
    space.
    """
    if S.z[FREE] == 0:
        return -1
    S.z[FREE] -= 1
    s = S.free[S.z[FREE]]
    S.kind[s] = t
    S.start[s] = u
    S.room[s] = room
    for f in range(A.entries[t]):
        S.staff[s, f] = staff[f]
    S.seats[s] = A.size_max[t] if room < 0 else min(A.size_max[t], A.capacity[room])
    S.present[s] = 0
    S.cohort[s] = cohort
    S.tied[s] = cohort >= 0
    S.fixed[s] = False
    hold(A, S, s, ONE)
    _list_group(A, S, s)
    record(S, OPEN, s, ZERO)
    return s


@njit(cache=True, nogil=True)
def _vanish(A, S, s):
    _unlist_group(A, S, s)
    hold(A, S, s, NO)
    S.kind[s] = -1
    S.free[S.z[FREE]] = s
    S.z[FREE] += 1


@njit(cache=True, nogil=True)
def close_session(A, S, s):
    """Remove a session that nobody attends any more."""
    k = record(S, CLOSE, s, ZERO)
    S.journal[k, 3] = S.kind[s]
    S.journal[k, 4] = S.start[s]
    S.journal[k, 5] = S.room[s]
    S.journal[k, 6] = S.seats[s]
    S.journal[k, 7] = S.cohort[s]
    for f in range(A.entries[S.kind[s]]):
        S.journal[k, 8 + f] = S.staff[s, f]
    _vanish(A, S, s)


@njit(cache=True, nogil=True)
def _join(S, s, p):
    S.members[s, S.present[s]] = p
    S.present[s] += 1
    S.attends[p, S.attended[p]] = s
    S.attended[p] += 1


@njit(cache=True, nogil=True)
def _part(S, s, p):
    n = S.present[s]
    for i in range(n):
        if S.members[s, i] == p:
            S.members[s, i] = S.members[s, n - 1]
            break
    S.present[s] = n - 1
    n = S.attended[p]
    for i in range(n):
        if S.attends[p, i] == s:
            S.attends[p, i] = S.attends[p, n - 1]
            break
    S.attended[p] = n - 1


@njit(cache=True, nogil=True)
def attend(S, s, p):
    _join(S, s, p)
    record(S, ATTEND, s, p)


@njit(cache=True, nogil=True)
def leave(S, s, p):
    _part(S, s, p)
    record(S, LEAVE, s, p)


@njit(cache=True, nogil=True)
def set_price(S, p, price, unmet):
    """Remember the cost of a patient's week."""
    k = record(S, PRICE, ZERO, p)
    S.journal[k, 3] = S.price[p]
    S.journal[k, 4] = S.unmet[p]
    S.unmet[p] = unmet
    S.z[PATIENT_COST] += price - S.price[p]
    S.price[p] = price


@njit(cache=True, nogil=True)
def undo(A, S, mark):
    """Take back everything since the journal had `mark` records."""
    while S.z[LOGGED] > mark:
        S.z[LOGGED] -= 1
        k = S.z[LOGGED]
        what, s, p = S.journal[k, 0], S.journal[k, 1], S.journal[k, 2]
        if what == ATTEND:
            _part(S, s, p)
        elif what == LEAVE:
            _join(S, s, p)
        elif what == OPEN:
            _vanish(A, S, s)
        elif what == CLOSE:
            S.z[FREE] -= 1
            S.kind[s] = S.journal[k, 3]
            S.start[s] = S.journal[k, 4]
            S.room[s] = S.journal[k, 5]
            S.seats[s] = S.journal[k, 6]
            S.cohort[s] = S.journal[k, 7]
            S.tied[s] = S.cohort[s] >= 0
            S.fixed[s] = False
            S.present[s] = 0
            for f in range(A.entries[S.kind[s]]):
                S.staff[s, f] = S.journal[k, 8 + f]
            hold(A, S, s, ONE)
            _list_group(A, S, s)
        else:
            S.z[PATIENT_COST] += S.journal[k, 3] - S.price[p]
            S.price[p] = S.journal[k, 3]
            S.unmet[p] = S.journal[k, 4]
