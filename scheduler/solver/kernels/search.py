"""Ruin and recreate on the timetable: take a part out, rebuild it with exact personal weeks, keep what is
good.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from scheduler.calendar import DAYS
from scheduler.solver.kernels.attendance import (
    BIG,
    is_pinned,
    plan,
    reprice,
    unplan,
    unplan_kindly,
)
from scheduler.solver.kernels.construction import open_groups
from scheduler.solver.kernels.personal_week import EXACT, INFEASIBLE, Plan
from scheduler.solver.kernels.staffing import find_room, find_staff, may_fill, order_clinicians
from scheduler.solver.kernels.state import (
    GROUP_COST,
    GROUPS,
    LOGGED,
    NO,
    ONE,
    PATIENT_COST,
    ZERO,
    State,
    attend,
    below,
    close_session,
    leave,
    open_session,
    undo,
    unit,
)
from scheduler.week import Arrays

Array = NDArray[Any]

KINDS = ("patients", "close", "clinician_day", "short", "window", "move", "room", "block", "support", "cohort")
PATIENTS, CLOSE, CLINICIAN_DAY, SHORT, WINDOW, MOVE, ROOM, BLOCK = 0, 1, 2, 3, 4, 5, 6, 7
SUPPORT, COHORT = 8, 9
TRIES, ACCEPTED, IMPROVED, GAIN = 0, 1, 2, 3


class Search(NamedTuple):
    """Working memory and memory of the best timetable of one search thread."""

    queue: Array  # patients to be planned
    queued: Array  # [p]
    staff: Array
    votes: Array  # [u]
    best: Array  # [1] objective
    kind: Array  # the best timetable's sessions
    start: Array
    room: Array
    crew: Array
    present: Array
    members: Array
    cohort: Array
    fixed: Array
    tied: Array
    stats: Array  # [kind of ruin, TRIES …]
    closed: Array  # types of the groups taken out
    moved: Array  # [i, type, start, patients] of a block on the move
    n: Array  # lengths of queue and closed


def new_search(a: Arrays, state: State) -> Search:
    patients, slots = a.pok.shape[0], a.ok.shape[1]
    return Search(
        queue=np.zeros(patients + 1, np.int64),
        queued=np.zeros(patients, np.bool_),
        staff=np.full(max(1, int(a.entries.max(initial=1))), -1, np.int64),
        votes=np.zeros(slots, np.int64),
        best=np.full(1, 1 << 60, np.int64),
        kind=np.full_like(state.kind, -1),
        start=state.start.copy(),
        room=state.room.copy(),
        crew=state.staff.copy(),
        present=state.present.copy(),
        members=state.members.copy(),
        cohort=state.cohort.copy(),
        fixed=state.fixed.copy(),
        tied=state.tied.copy(),
        stats=np.zeros((len(KINDS), 4), np.int64),
        closed=np.zeros(state.kind.shape[0], np.int64),
        moved=np.zeros((8, 3), np.int64),
        n=np.zeros(2, np.int64),
    )


@njit(cache=True, nogil=True)
def total(A, S):
    """The objective of the timetable; what it may not have (an under-filled pinned group) costs BIG."""
    value = S.z[PATIENT_COST] + S.z[GROUP_COST]
    for k in range(S.z[GROUPS]):
        s = S.groups[k]
        if S.fixed[s] and S.present[s] < A.size_min[S.kind[s]]:
            value += BIG * (A.size_min[S.kind[s]] - S.present[s])
    if A.w_spread > 0:
        most, least = 0, 1 << 30
        for c in range(S.week_load.shape[0]):
            if S.week_load[c] > 0:
                most = max(most, S.week_load[c])
                least = min(least, S.week_load[c])
        if most > 0:
            value += A.w_spread * (most - least)
    return value


@njit(cache=True, nogil=True)
def remember(S, X, value):
    """Keep a copy of the timetable as the best one."""
    X.best[0] = value
    X.kind[:] = S.kind
    X.start[:] = S.start
    X.room[:] = S.room
    X.crew[:] = S.staff
    X.present[:] = S.present
    X.members[:] = S.members
    X.cohort[:] = S.cohort
    X.fixed[:] = S.fixed
    X.tied[:] = S.tied


@njit(cache=True, nogil=True)
def enqueue(X, p):
    if not X.queued[p]:
        X.queued[p] = True
        X.queue[X.n[0]] = p
        X.n[0] += 1


@njit(cache=True, nogil=True)
def dissolve(A, S, X, s):
    """Close a session; whoever was in it is queued."""
    if A.group[S.kind[s]] and S.cohort[s] < 0:
        X.closed[X.n[1]] = S.kind[s]
        X.n[1] += 1
    while S.present[s] > 0:
        p = S.members[s, S.present[s] - 1]
        enqueue(X, p)
        leave(S, s, p)
    close_session(A, S, s)


@njit(cache=True, nogil=True)
def plan_queue(A, S, P, X, share, beam, first):
    """Plan everybody in the queue anew, one after the other, until no group is under its minimum.

    The order is random, but for the first `first` of the queue.
    """
    while True:
        for i in range(X.n[0] - 1, first, -1):
            j = first + below(S, i - first + 1)
            X.queue[i], X.queue[j] = X.queue[j], X.queue[i]
        for i in range(X.n[0]):
            p = X.queue[i]
            X.queued[p] = False
            unplan(A, S, p)
            plan(A, S, P, p, X.staff, share, beam, np.int64(INFEASIBLE))
        X.n[0] = 0
        first = ZERO
        if not _close_smallest(A, S, X):
            return


@njit(cache=True, nogil=True)
def _close_smallest(A, S, X):
    """Close the empty groups and the one furthest below its minimum; False if there was none of the
    latter.
    """
    worst, found = ZERO, NO
    for k in range(S.z[GROUPS] - 1, -1, -1):
        s = S.groups[k]
        if S.fixed[s] or S.tied[s]:
            continue
        if S.present[s] == 0:
            close_session(A, S, s)
            continue
        lack = A.size_min[S.kind[s]] - S.present[s]
        if lack > worst:
            worst, found = lack, s
    if found >= 0:
        dissolve(A, S, X, found)
        return True
    return False


@njit(cache=True, nogil=True)
def try_open(A, S, t, u, wanted, staff):
    """A new group if clinicians and a room are free; its number or -1."""
    if not A.ok[t, u]:
        return -1
    room = find_room(A, S, t, u, wanted)
    if room == -2 or not find_staff(A, S, t, u, NO, staff):
        return -1
    return open_session(A, S, t, u, staff, room, NO)


@njit(cache=True, nogil=True)
def _fit(A, S, p, t, u):
    """How well a session of type t at slot u fits what is left of a patient's week: 0 when it collides."""
    end = u + A.length[t]
    fit = 2
    for i in range(S.attended[p]):
        s = S.attends[p, i]
        first = S.start[s]
        last = first + A.length[S.kind[s]]
        if first < end and u < last:
            return 0
        if first == end or u == last:
            fit += 6
        elif first // A.day == u // A.day:
            fit += 1
    return fit


@njit(cache=True, nogil=True)
def _vote(A, S, X, p, t):
    for u in range(X.votes.shape[0]):
        if A.pok[p, t, u]:
            X.votes[u] += _fit(A, S, p, t, u)


@njit(cache=True, nogil=True)
def open_for_queue(A, S, X, t):
    """Open one group of a type where it would fit the weeks of many in the queue; -1 if nowhere."""
    X.votes[:] = 0
    for i in range(X.n[0]):
        p = X.queue[i]
        if A.need_of[p, t] >= 0:
            _vote(A, S, X, p, t)
    for p in range(S.attended.shape[0]):
        if S.unmet[p] > 0 and not X.queued[p] and lacks(A, S, p, t):
            _vote(A, S, X, p, t)
    for _ in range(6):
        best, at = 0.0, NO
        for u in range(X.votes.shape[0]):
            if X.votes[u] > 0:
                value = X.votes[u] * (0.3 + unit(S))
                if value > best:
                    best, at = value, u
        if at < 0:
            return -1
        s = try_open(A, S, t, at, max(A.size_min[t], X.votes[at] // 3), X.staff)
        if s >= 0:
            queue_those_who_lack(A, S, X, t, at, np.int64(4))
            return s
        X.votes[at] = 0
    return -1


@njit(cache=True, nogil=True)
def wanted_type(A, S, X):
    """A group type that somebody in the queue may attend, -1: none."""
    for _ in range(8):
        p = X.queue[below(S, X.n[0])]
        t = below(S, A.length.shape[0])
        if A.group[t] and not A.cohort_type[t] and A.need_of[p, t] >= 0:
            return t
    return -1


@njit(cache=True, nogil=True)
def queue_relatives(A, S, X, p, most):
    """Queue p and up to `most` patients who share sessions with p or are drawn at random."""
    enqueue(X, p)
    for _ in range(most):
        if S.attended[p] > 0 and unit(S) < 0.7:
            s = S.attends[p, below(S, S.attended[p])]
            enqueue(X, S.members[s, below(S, S.present[s])])
        else:
            enqueue(X, below(S, S.attended.shape[0]))


@njit(cache=True, nogil=True)
def short_patient(A, S):
    """Somebody with unmet minutes; anybody when nobody has."""
    patients = S.attended.shape[0]
    p = below(S, patients)
    for _ in range(patients):
        if S.unmet[p] > 0:
            return p
        p += 1
        if p == patients:
            p = ZERO
    return p


@njit(cache=True, nogil=True)
def troubled_patient(A, S):
    """Of a few patients the one whose week costs most above the best they have had so far."""
    patients = S.attended.shape[0]
    found = below(S, patients)
    for _ in range(4):
        p = below(S, patients)
        if S.price[p] - S.least[p] > S.price[found] - S.least[found]:
            found = p
    return found


@njit(cache=True, nogil=True)
def anyone_worse_off(A, S):
    """Somebody whom another timetable may serve better."""
    return short_patient(A, S) if unit(S) < 0.4 else troubled_patient(A, S)


@njit(cache=True, nogil=True)
def may_have_more(A, S, p, t):
    """Whether one more session of a type is within the patient's requirement."""
    q = A.need_of[p, t]
    if q < 0:
        return False
    got = 0
    for i in range(S.attended[p]):
        if A.need_of[p, S.kind[S.attends[p, i]]] == q:
            got += 1
    return got < A.need_max[p, q]


@njit(cache=True, nogil=True)
def lacks(A, S, p, t):
    """Whether the patient still needs sessions of a type."""
    q = A.need_of[p, t]
    if q < 0:
        return False
    got = 0
    for i in range(S.attended[p]):
        if A.need_of[p, S.kind[S.attends[p, i]]] == q:
            got += 1
    if got < A.need_min[p, q]:
        return True
    return got < A.need_max[p, q] and A.care[t] > 0 and A.need_care[p, q] and S.unmet[p] > 0


@njit(cache=True, nogil=True)
def queue_those_who_lack(A, S, X, t, u, most):
    """Queue short patients who could use a session of type t at slot u."""
    patients = S.attended.shape[0]
    p = below(S, patients)
    for _ in range(patients):
        if S.unmet[p] > 0 and A.pok[p, t, u] and lacks(A, S, p, t):
            enqueue(X, p)
            most -= 1
            if most == 0:
                return
        p += 1
        if p == patients:
            p = ZERO


@njit(cache=True, nogil=True)
def _free_of(A, S, X, c, t, u):
    """Dissolve what a clinician leads in or too near the slots of a session of type t at u."""
    first, last = u - A.buffer[c], u + A.length[t] + A.buffer[c]
    for s in range(S.kind.shape[0]):
        if S.kind[s] < 0 or S.fixed[s] or S.tied[s] or S.start[s] >= last:
            continue
        if S.start[s] + A.length[S.kind[s]] <= first:
            continue
        for f in range(A.entries[S.kind[s]]):
            if S.staff[s, f] == c:
                dissolve(A, S, X, s)
                break


@njit(cache=True, nogil=True)
def free_clinician(A, S, X, t, u):
    """Dissolve what keeps a random suitable clinician from leading a session of type t at slot u."""
    total = S.week_load.shape[0]
    if total == 0 or A.entries[t] == 0:
        return
    c = below(S, total)
    for _ in range(total):
        if A.cok[c, t, u] and (A.qualified[t, 0, c] or A.primary_entry[t, 0]):
            break
        c = c + 1 if c + 1 < total else ZERO
    _free_of(A, S, X, c, t, u)


@njit(cache=True, nogil=True)
def _take_a_seat(A, S, X, t, u):
    """Make somebody leave a full group of that type and time; False if there is no such group."""
    for k in range(S.z[GROUPS]):
        s = S.groups[k]
        if S.kind[s] == t and S.start[s] == u and not S.tied[s] and S.present[s] > 0:
            q = S.members[s, below(S, S.present[s])]
            if not is_pinned(S, q, t, u):
                enqueue(X, q)
                leave(S, s, q)
            return True
    return False


@njit(cache=True, nogil=True)
def _make_room(A, S, X):
    """For a short patient: a session of a type they lack at a time they can, whoever stands in its way."""
    p = short_patient(A, S)
    types = A.length.shape[0]
    t = below(S, types)
    for _ in range(types):
        if not A.cohort_type[t] and lacks(A, S, p, t):
            break
        t = t + 1 if t + 1 < types else ZERO
    if A.cohort_type[t] or A.need_of[p, t] < 0:
        return
    slots = A.pok.shape[2]
    u = below(S, slots)
    for _ in range(slots):
        if A.pok[p, t, u]:
            break
        u = u + 1 if u + 1 < slots else ZERO
    if not A.pok[p, t, u]:
        return
    enqueue(X, p)
    if A.group[t]:
        if _take_a_seat(A, S, X, t, u):
            return
        if try_open(A, S, t, u, A.size_max[t], X.staff) < 0:
            free_clinician(A, S, X, t, u)
            try_open(A, S, t, u, A.size_max[t], X.staff)
        queue_those_who_lack(A, S, X, t, u, np.int64(8))
    elif A.primary_entry[t, 0] and A.primary[p] >= 0 and not A.qualified[t, 0].any():
        _free_of(A, S, X, A.primary[p], t, u)
    else:
        free_clinician(A, S, X, t, u)


@njit(cache=True, nogil=True)
def _support(A, S, X):
    """One more group that suits somebody's week, and others who could join it without giving anything up."""
    p = anyone_worse_off(A, S)
    best, at, kind = 0.0, NO, NO
    for t in range(A.length.shape[0]):
        if not A.group[t] or A.cohort_type[t] or not may_have_more(A, S, p, t):
            continue
        for u in range(A.pok.shape[2]):
            if A.pok[p, t, u]:
                value = _fit(A, S, p, t, u) * unit(S)
                if value > best:
                    best, at, kind = value, u, t
    if at < 0:
        return
    enqueue(X, p)
    if _take_a_seat(A, S, X, kind, at):
        return
    if try_open(A, S, kind, at, A.size_min[kind], X.staff) < 0:
        free_clinician(A, S, X, kind, at)
        if try_open(A, S, kind, at, A.size_min[kind], X.staff) < 0:
            return
    wanted = A.size_min[kind] + below(S, A.size_min[kind] + 2)
    _queue_joiners(A, S, X, kind, at, wanted)


@njit(cache=True, nogil=True)
def _queue_joiners(A, S, X, t, u, wanted):
    """Queue patients who could join a group: first those whose other sessions touch it."""
    patients = S.attended.shape[0]
    for least in (8, 3, 1):
        p = below(S, patients)
        for _ in range(patients):
            if wanted <= 0:
                return
            if A.pok[p, t, u] and not X.queued[p] and may_have_more(A, S, p, t):
                if _fit(A, S, p, t, u) >= least:
                    enqueue(X, p)
                    wanted -= 1
            p = p + 1 if p + 1 < patients else ZERO


@njit(cache=True, nogil=True)
def _small_group(A, S):
    """A group that the search may close, small ones more often; -1: none."""
    best, found = 1e18, NO
    for _ in range(4):
        if S.z[GROUPS] == 0:
            return -1
        s = S.groups[below(S, S.z[GROUPS])]
        if not S.fixed[s] and not S.tied[s]:
            value = S.present[s] * unit(S)
            if value < best:
                best, found = value, s
    return found


@njit(cache=True, nogil=True)
def _ruin_clinician_day(A, S, X):
    c, d = below(S, S.week_load.shape[0]), below(S, DAYS)
    if S.day_load[c, d] == 0:
        return
    for s in range(S.kind.shape[0]):
        if S.kind[s] < 0 or S.fixed[s] or S.tied[s] or S.start[s] // A.day != d:
            continue
        for f in range(A.entries[S.kind[s]]):
            if S.staff[s, f] == c:
                dissolve(A, S, X, s)
                break


@njit(cache=True, nogil=True)
def _ruin_window(A, S, X):
    """Close up to three groups of one day that start near one another."""
    if S.z[GROUPS] == 0:
        return
    u = S.start[S.groups[below(S, S.z[GROUPS])]]
    reach = 1 + below(S, A.day // 8)
    closed = 0
    for k in range(S.z[GROUPS] - 1, -1, -1):
        s = S.groups[k]
        if S.fixed[s] or S.tied[s] or S.start[s] // A.day != u // A.day or abs(S.start[s] - u) > reach:
            continue
        dissolve(A, S, X, s)
        closed += 1
        if closed == 3:
            return


@njit(cache=True, nogil=True)
def _move_group(A, S, X):
    """Close a group and open one of its type at another time."""
    s = _small_group(A, S)
    if s < 0:
        return
    t, u, n = S.kind[s], S.start[s], S.present[s]
    dissolve(A, S, X, s)
    if unit(S) < 0.5:
        v = u + below(S, np.int64(17)) - 8
        if 0 <= v < A.ok.shape[1] and try_open(A, S, t, v, n, X.staff) >= 0:
            X.n[1] -= 1


@njit(cache=True, nogil=True)
def _in_block(A, S, s, first, last):
    """Whether a group that the search may move lies in or touches the slots [first, last) of one day."""
    if S.fixed[s] or S.tied[s] or S.cohort[s] >= 0 or S.start[s] // A.day != first // A.day:
        return False
    return S.start[s] <= last and first <= S.start[s] + A.length[S.kind[s]]


@njit(cache=True, nogil=True)
def _move_block(A, S, X):
    """Move groups of one day that touch one another, all by as much: to another time or another day."""
    s = _small_group(A, S)
    if s < 0:
        return
    lead, u = S.kind[s], S.start[s]
    first, last = u, u + A.length[lead]
    count = ZERO
    most = 2 + below(S, np.int64(3))
    while s >= 0 and count < most:
        X.moved[count, 0], X.moved[count, 1], X.moved[count, 2] = S.kind[s], S.start[s], S.present[s]
        first, last = min(first, S.start[s]), max(last, S.start[s] + A.length[S.kind[s]])
        dissolve(A, S, X, s)
        count += 1
        s = NO
        for k in range(S.z[GROUPS]):
            if _in_block(A, S, S.groups[k], first, last):
                s = S.groups[k]
                if unit(S) < 0.5:
                    break
    offset = _offset(A, S, lead, u)
    X.n[1] = 0
    for i in range(count):
        t, v = X.moved[i, 0], X.moved[i, 1] + offset
        if v < 0 or v >= A.ok.shape[1] or try_open(A, S, t, v, X.moved[i, 2], X.staff) < 0:
            X.closed[X.n[1]] = t
            X.n[1] += 1


@njit(cache=True, nogil=True)
def _offset(A, S, t, u):
    """From slot u to another possible start of type t: near it, or on another day at about its time."""
    for _ in range(12):
        if unit(S) < 0.5:
            v = u + below(S, np.int64(17)) - 8
        else:
            v = u % A.day + below(S, np.int64(DAYS)) * A.day + below(S, np.int64(5)) - 2
        if v != u and 0 <= v < A.ok.shape[1] and A.ok[t, v]:
            return v - u
    return ZERO


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
def open_cohort(A, S, X, k, t):
    """Hold a session of a closed group at a random possible time; all its members who are not excused
    attend.
    """
    X.votes[:] = 0
    open_at = 0
    for u in range(X.votes.shape[0]):
        if A.cohort_ok[k, t, u]:
            X.votes[open_at] = u
            open_at += 1
    for _ in range(min(12, open_at)):
        u = X.votes[below(S, open_at)]
        n, i, first = ZERO, 0, NO
        while A.cohort_patients[k, i] >= 0:
            if A.pok[A.cohort_patients[k, i], t, u]:
                n += 1
                first = A.cohort_patients[k, i]
            i += 1
        room = find_room(A, S, t, u, n)
        if room == -2 or (room >= 0 and A.capacity[room] < n) or not find_staff(A, S, t, u, first, X.staff):
            continue
        if not _suits_all(A, X, k, t, u):
            continue
        if _seat_cohort(A, S, X, k, t, u, room):
            return True
    return False


@njit(cache=True, nogil=True)
def _suits_all(A, X, k, t, u):
    """Whether the clinicians in X.staff may fill their entries for every member who attends."""
    i = 0
    while A.cohort_patients[k, i] >= 0:
        p = A.cohort_patients[k, i]
        for f in range(A.entries[t]):
            if A.pok[p, t, u] and not may_fill(A, t, f, X.staff[f], p):
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
def _move_cohort(A, S, X):
    """Move a closed group's session, drop one, or hold one more."""
    if not A.cohort_type.any():
        queue_relatives(A, S, X, short_patient(A, S), 1 + below(S, np.int64(3)))
        return
    s = _cohort_session(A, S)
    if s >= 0 and unit(S) < 0.7:
        k, t = S.cohort[s], S.kind[s]
        dissolve(A, S, X, s)
        if unit(S) < 0.9:
            open_cohort(A, S, X, k, t)
        return
    t = below(S, A.cohort_type.shape[0])
    k = below(S, A.cohort_ok.shape[0])
    if A.cohort_type[t] and A.cohort_ok[k, t].any():
        open_cohort(A, S, X, k, t)


@njit(cache=True, nogil=True)
def settle(A, S, P, X, beam):
    """Replace every patient exactly, all others as they are, until nobody gains; how many were not exact."""
    doubtful = 0
    for _ in range(60):  # a dozen passes are rare; the limit is a fuse
        moved, doubtful = 0, 0
        for p in range(S.attended.shape[0]):
            S.z[LOGGED] = 0
            before = total(A, S)
            known = S.price[p]
            unplan_kindly(A, S, p)
            plan(A, S, P, p, X.staff, ZERO, beam, known)
            if P.info[EXACT] == 0:
                doubtful += 1
            if total(A, S) < before:
                moved += 1
            else:
                undo(A, S, ZERO)
        if moved == 0:
            break
    S.z[LOGGED] = 0
    value = total(A, S)
    if value < X.best[0]:
        remember(S, X, value)
    return doubtful


@njit(cache=True, nogil=True)
def queue_for_pinned(A, S, X):
    """Queue some who could fill the pinned groups that are under their minimum."""
    for k in range(S.z[GROUPS]):
        s = S.groups[k]
        if S.fixed[s] and S.present[s] < A.size_min[S.kind[s]]:
            for _ in range(12):
                p = below(S, S.attended.shape[0])
                if A.pok[p, S.kind[s], S.start[s]]:
                    enqueue(X, p)


@njit(cache=True, nogil=True)
def ruin(A, S, X, kind):
    patients = S.attended.shape[0]
    if kind == PATIENTS:
        queue_relatives(A, S, X, below(S, patients), 1 + below(S, np.int64(6)))
    elif kind == CLOSE:
        for _ in range(1 + below(S, np.int64(2))):
            s = _small_group(A, S)
            if s >= 0:
                dissolve(A, S, X, s)
    elif kind == CLINICIAN_DAY:
        if S.week_load.shape[0] > 0:
            _ruin_clinician_day(A, S, X)
    elif kind == SHORT:
        queue_relatives(A, S, X, anyone_worse_off(A, S), 2 + below(S, np.int64(10)))
    elif kind == WINDOW:
        _ruin_window(A, S, X)
    elif kind == MOVE:
        _move_group(A, S, X)
    elif kind == ROOM:
        _make_room(A, S, X)
    elif kind == BLOCK:
        _move_block(A, S, X)
    elif kind == SUPPORT:
        _support(A, S, X)
    else:
        _move_cohort(A, S, X)
    queue_for_pinned(A, S, X)
    if unit(S) < 0.3:
        enqueue(X, anyone_worse_off(A, S))


@njit(cache=True, nogil=True)
def reopen(A, S, X):
    """Open groups for the queue: mostly one for each that was taken out, now and then another one."""
    for i in range(X.n[1]):
        if unit(S) < 0.85:
            open_for_queue(A, S, X, X.closed[i])
    if unit(S) < 0.35:
        t = wanted_type(A, S, X)
        if t >= 0:
            open_for_queue(A, S, X, t)
    X.n[1] = 0


@njit(cache=True, nogil=True)
def _lure(S, kind, share):
    """What patients are charged, or promised, for joining a group under its minimum."""
    if kind == SUPPORT or unit(S) < 0.25:
        return -(np.int64(1000) << below(S, np.int64(5)))
    return np.int64(share)


@njit(cache=True, nogil=True)
def improve(A, S, P, X, rounds, temperature, share, beam):
    """`rounds` times ruin and recreate, with simulated annealing's acceptance; the objective afterwards."""
    if S.attended.shape[0] == 0:
        return total(A, S)
    value = total(A, S)
    for _ in range(rounds):
        S.z[LOGGED] = 0
        kind = below(S, X.stats.shape[0])
        X.n[1] = 0
        order_clinicians(A, S)
        X.stats[kind, TRIES] += 1
        ruin(A, S, X, kind)
        if X.n[0] == 0:
            undo(A, S, ZERO)
            continue
        if kind == PATIENTS or kind == SHORT:
            for i in range(X.n[0]):
                unplan(A, S, X.queue[i])
        reopen(A, S, X)
        own = kind == ROOM or kind == SHORT or kind == SUPPORT
        plan_queue(A, S, P, X, _lure(S, kind, share), beam, ONE if own else ZERO)
        after = total(A, S)
        if after <= value - temperature * np.log(max(unit(S), 1e-12)):
            X.stats[kind, ACCEPTED] += 1
            if after < value:
                X.stats[kind, IMPROVED] += 1
                X.stats[kind, GAIN] += value - after
            value = after
            if value < X.best[0]:
                remember(S, X, value)
        else:
            undo(A, S, ZERO)
    return value


@njit(cache=True, nogil=True)
def construct(A, S, P, X, can, noise, share, beam):
    """Open groups for `can` and plan everybody in what is there; the objective afterwards."""
    S.z[LOGGED] = 0
    open_groups(A, S, can, X.staff, noise, 20000)
    S.z[LOGGED] = 0
    for p in range(S.attended.shape[0]):
        enqueue(X, p)
    plan_queue(A, S, P, X, share, beam, ZERO)
    S.z[LOGGED] = 0
    value = total(A, S)
    if value < X.best[0]:
        remember(S, X, value)
    return value


@njit(cache=True, nogil=True)
def restore(A, S, X):
    """Make the best timetable the current one (S must be empty of sessions and attendances)."""
    for k in range(X.kind.shape[0]):
        if X.kind[k] < 0:
            continue
        s = open_session(A, S, X.kind[k], X.start[k], X.crew[k], X.room[k], X.cohort[k])
        S.fixed[s] = X.fixed[k]
        S.tied[s] = X.tied[k]
        if X.tied[k]:
            S.seats[s] = X.present[k]
        for i in range(X.present[k]):
            attend(S, s, X.members[k, i])
        S.z[LOGGED] = 0
    for p in range(S.attended.shape[0]):
        reprice(A, S, p)
        S.z[LOGGED] = 0


def new_memory(a: Arrays, seed: int) -> tuple[State, Plan, Search]:
    from scheduler.solver.kernels.personal_week import new_plan
    from scheduler.solver.kernels.state import new_state

    state = new_state(a, seed)
    return state, new_plan(a), new_search(a, state)
