"""A given timetable as the state of a search: the door for questions about what is planned already.

Only the patients of the compiled week can be planned; everybody else in a session just takes a seat. So a
question about one patient compiles a problem of that patient alone, and still meets every clinician, room and
seat as the timetable has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scheduler.calendar import DAY, WEEK
from scheduler.solver.kernels.boxes import box
from scheduler.solver.kernels.memory import Search, new_memory
from scheduler.solver.kernels.plan import Plan
from scheduler.solver.kernels.state import FREE, LOGGED, NO, State, attend, open_session
from scheduler.timetable import PlannedSession
from scheduler.week import Week, slots_up


@dataclass
class Loaded:
    """A timetable in memory; `opened` are the sessions that patients of the week are in or could join."""

    week: Week
    arrays: Any
    state: State
    plan: Plan
    search: Search
    boxed: tuple[Any, Any, Any]
    opened: dict[int, PlannedSession] = field(default_factory=dict)

    def forget_journal(self) -> None:
        self.state.z[LOGGED] = 0


def load(week: Week, sessions: Iterable[PlannedSession], closed: frozenset[str] = frozenset()) -> Loaded:
    """The sessions as they are, legal or not; nobody joins those whose ids are in `closed`."""
    a = week.arrays
    roomy = a._replace(size_max=np.maximum(a.size_max, len(week.problem.patients)))
    state, plan, search = new_memory(roomy, 0)
    loaded = Loaded(week, box(a), state, plan, search, (box(state), box(plan), box(search)))
    for session in sessions:
        _load(loaded, session, closed)
    loaded.forget_journal()
    return loaded


def _load(loaded: Loaded, session: PlannedSession, closed: frozenset[str]) -> None:
    week, a = loaded.week, loaded.week.arrays
    t = week.type_index.get(session.session_type)
    begin = week.calendar.minute_of(session.start)
    if t is None or not 0 <= begin < WEEK:
        return
    focus = [week.patient_index[p] for p in session.patients if p in week.patient_index]
    on_grid = begin % a.slot == 0
    joinable = bool(a.group[t]) and session.id not in closed and bool((a.need_of[:, t] >= 0).any())
    if on_grid and (focus or joinable) and loaded.state.z[FREE] > 64:
        s = _open(loaded, session, t, begin // a.slot)
        loaded.state.tied[s] = session.id in closed
        for p in focus:
            attend(loaded.boxed[0], np.int64(s), np.int64(p))
        loaded.opened[s] = session
    else:
        _hold(loaded, session, t, begin)
    loaded.forget_journal()


def _open(loaded: Loaded, session: PlannedSession, t: int, u: int) -> int:
    week, a = loaded.week, loaded.week.arrays
    staff = np.full(max(1, a.qualified.shape[1]), -1, np.int64)
    for f, clinician in enumerate(session.clinicians[: int(a.entries[t])]):
        staff[f] = week.clinician_index.get(clinician, -1)
    room = week.room_index.get(session.room or "", -1)
    s = int(open_session(loaded.arrays, loaded.boxed[0], np.int64(t), np.int64(u), staff, np.int64(room), NO))
    kind = week.problem.session_types[t]
    capacity = kind.size_max if room < 0 else min(kind.size_max, int(a.capacity[room]))
    strangers = sum(p not in week.patient_index for p in session.patients)
    loaded.state.seats[s] = max(0, capacity - strangers)
    return s


def _hold(loaded: Loaded, session: PlannedSession, t: int, begin: int) -> None:
    """Clinicians and room are taken; who attends is nobody's question."""
    week, a, state = loaded.week, loaded.week.arrays, loaded.state
    minutes = int(a.minutes[t])
    first, last = begin // a.slot, slots_up(begin + minutes, a.slot)
    for clinician in dict.fromkeys(session.clinicians):
        c = week.clinician_index.get(clinician)
        if c is not None:
            state.taken[c, first:last] += 1
            state.day_load[c, begin // DAY] += minutes
            state.week_load[c] += minutes
    r = week.room_index.get(session.room or "")
    if r is not None:
        state.used[r, first:last] += 1
