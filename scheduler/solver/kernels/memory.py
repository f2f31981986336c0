"""The working memory of a search: its queue, its statistics, and the best timetable it has seen."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from scheduler.solver.kernels.attendance import price_impossible, reprice
from scheduler.solver.kernels.plan import Plan, new_plan
from scheduler.solver.kernels.pricing import BIG, is_legal
from scheduler.solver.kernels.state import (
    GROUP_COST,
    GROUPS,
    LOGGED,
    PATIENT_COST,
    State,
    attend,
    new_state,
    open_session,
)
from scheduler.week import Arrays

Array = NDArray[Any]

KINDS = (
    "patients",
    "close",
    "clinician_day",
    "short",
    "window",
    "move",
    "room",
    "block",
    "support",
    "cohort",
    "whole",
)
# How often each is drawn, in proportion: what takes out many patients gains little for its work.
ODDS = (2.0, 1.5, 0.7, 1.5, 0.3, 1.5, 2.0, 0.3, 2.0, 1.0, 1.5)
COHORTS = 40.0  # the cohorts' odds in a week of closed groups alone
WHOLE = 40.0  # whole groups' odds in a week of courses alone: groups of which one is enough for everybody
PATIENTS, CLOSE, CLINICIAN_DAY, SHORT, WINDOW = 0, 1, 2, 3, 4
MOVE, ROOM, BLOCK, SUPPORT, COHORT, WHOLE_GROUPS = 5, 6, 7, 8, 9, 10


# Fields of the best timetable in Search.
TIMETABLE = ("best", "kind", "start", "room", "crew", "present", "members", "cohort", "fixed", "tied")


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
    odds: Array  # [kind of ruin] summed up: the chance that it or an earlier one is drawn
    closed: Array  # types of the groups taken out
    moved: Array  # [i, type, start, patients] of a block on the move
    n: Array  # lengths of queue and closed, and of moved where closed groups wait in it
    takers: Array  # [t,i] how many patients may attend a group type, then who
    party: Array  # patients of a group on the move
    other: Array  # patients of the group it changes places with


def new_search(a: Arrays, state: State) -> Search:
    patients, slots = a.pok.shape[0], a.ok.shape[1]
    takers = _takers(a)
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
        stats=np.zeros((len(KINDS), 5), np.int64),
        odds=_odds(a, takers[:, 0]),
        closed=np.zeros(state.kind.shape[0], np.int64),
        moved=np.zeros((8, 3), np.int64),
        n=np.zeros(3, np.int64),
        takers=takers,
        party=np.zeros(state.members.shape[1], np.int64),
        other=np.zeros(state.members.shape[1], np.int64),
    )


def _takers(a: Arrays) -> Array:
    """Per group type: how many patients may attend it, then who."""
    takers = np.zeros((a.ok.shape[0], a.pok.shape[0] + 1), np.int64)
    for t in np.flatnonzero(a.group):
        who = np.flatnonzero((a.need_of[:, t] >= 0) & a.pok[:, t].any(axis=1))
        takers[t, 0] = who.size
        takers[t, 1 : 1 + who.size] = who
    return takers


def _odds(a: Arrays, takers: Array) -> Array:
    """More for closed groups, the more of all care is given in them, and for whole groups where more than
    half of it is given in types of which one group holds everybody.
    """
    needed = (a.need_of >= 0) * np.take_along_axis(a.need_min, np.maximum(a.need_of, 0), 1) * a.minutes
    share = needed.sum(axis=0) / max(1, needed.sum())
    one = a.group & ~a.cohort_type & (takers <= a.size_max)
    odds = np.array(ODDS)
    odds[COHORT] = max(odds[COHORT], float(share[a.cohort_type].sum()) * COHORTS)
    odds[WHOLE_GROUPS] = max(odds[WHOLE_GROUPS], (2 * float(share[one].sum()) - 1) * WHOLE)
    return np.cumsum(odds) / odds.sum()


def new_memory(a: Arrays, seed: int) -> tuple[State, Plan, Search]:
    state = new_state(a, seed)
    return state, new_plan(a), new_search(a, state)


@njit(cache=True, nogil=True)
def total(A, S):
    """The objective of the timetable; what it may not have (an under-filled pinned group) costs BIG."""
    value = worth(S) + spread(A, S)
    for k in range(S.z[GROUPS]):
        s = S.groups[k]
        if S.fixed[s] and S.present[s] < A.size_min[S.kind[s]]:
            value += BIG * (A.size_min[S.kind[s]] - S.present[s])
    return value


@njit(cache=True, nogil=True)
def worth(S):
    """What the groups held and the patients' weeks cost."""
    return S.z[PATIENT_COST] + S.z[GROUP_COST]


@njit(cache=True, nogil=True)
def spread(A, S):
    """What it costs that clinicians are not alike busy."""
    if A.w_spread == 0:
        return np.int64(0)
    most, least = np.int64(0), np.int64(1 << 30)
    for c in range(S.week_load.shape[0]):
        if S.week_load[c] > 0:
            most = max(most, S.week_load[c])
            least = min(least, S.week_load[c])
    return A.w_spread * (most - least) if most > 0 else np.int64(0)


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
        if is_legal(A, S, p):
            reprice(A, S, p)
        else:
            price_impossible(A, S, p)
        S.z[LOGGED] = 0


@njit(cache=True, nogil=True)
def enqueue(X, p):
    if not X.queued[p]:
        X.queued[p] = True
        X.queue[X.n[0]] = p
        X.n[0] += 1
