"""Who is badly served, what they could still use, and whom a group would suit."""

from __future__ import annotations

from numba import njit

from scheduler.solver.kernels.memory import enqueue
from scheduler.solver.kernels.state import ZERO, below, unit


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
def fit(A, S, p, t, u):
    """How well a session of type t at slot u fits what is left of a patient's week: 0 when it collides, or
    is one too many that day.
    """
    end = u + A.length[t]
    fit, same = 2, 0
    for i in range(S.attended[p]):
        s = S.attends[p, i]
        first = S.start[s]
        last = first + A.length[S.kind[s]]
        if first < end and u < last:
            return 0
        if S.kind[s] == t and first // A.day == u // A.day:
            same += 1
        if first == end or u == last:
            fit += 6
        elif first // A.day == u // A.day:
            fit += 1
    return fit if same < A.per_day[t] else 0


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
def queue_joiners(A, S, X, t, u, wanted):
    """Queue patients who could join a group: first those whose other sessions touch it."""
    patients = S.attended.shape[0]
    for least in (8, 3, 1):
        p = below(S, patients)
        for _ in range(patients):
            if wanted <= 0:
                return
            able = A.pok[p, t, u] and not X.queued[p] and may_have_more(A, S, p, t)
            if able and fit(A, S, p, t, u) >= least:
                enqueue(X, p)
                wanted -= 1
            p = p + 1 if p + 1 < patients else ZERO
