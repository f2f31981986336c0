"""The baseline as the timetable that a search begins with, as far as the new week allows it.

Sessions keep their start, clinicians and room where these can be had again, other clinicians or another room
where not; whoever attended is seated again where they may. What is illegal about it is nobody's worry here:
every patient is planned anew in it afterwards, at the price of being moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from scheduler.calendar import DAY
from scheduler.problem import Session
from scheduler.solver.kernels.staffing import clinician_free, find_room, find_staff, room_free
from scheduler.solver.kernels.state import LOGGED, Array, State, attend, open_session, undo
from scheduler.week import Week, counts_as_primary


def resume(week: Week, arrays: Any, state: State, boxed: Any) -> bool:
    """Open the baseline's sessions beside what is there already; whether there was anything to open."""
    baseline = week.problem.baseline
    if baseline is None or not week.arrays.has_baseline.any():
        return False
    resuming = _Resuming(week, arrays, state, boxed)
    closed = week.arrays.cohort_type
    sessions = [s for s in baseline.sessions if s.session_type in week.type_index]
    # closed groups first: their members cannot come at another time
    for session in sorted(sessions, key=lambda s: (not closed[week.type_index[s.session_type]], s.start)):
        resuming.hold(session)
    return True


class _Resuming:
    def __init__(self, week: Week, arrays: Any, state: State, boxed: Any) -> None:
        self.week, self.arrays, self.state, self.boxed = week, arrays, state, boxed
        self.staff = np.full(max(1, int(week.arrays.entries.max(initial=1))), -1, np.int64)
        self.known = {int(s) for s in np.flatnonzero(state.kind >= 0)}  # what pins have opened

    def hold(self, session: Session) -> None:
        week, a = self.week, self.week.arrays
        t, u = week.type_index[session.session_type], self._slot(session)
        who = [week.patient_index[p] for p in session.patients if p in week.patient_index]
        if u is None or not who:
            return
        self.state.z[LOGGED] = 0
        if (s := self._pinned(t, u)) is not None:
            self._seat(s, t, u, who)
        elif a.ok[t, u]:
            self._closed_group(session, t, u, set(who)) if a.cohort_type[t] else self._own(session, t, u, who)
        self.state.z[LOGGED] = 0

    def _slot(self, session: Session) -> int | None:
        weekday, clock = self.week.calendar.weekday_and_clock(session.start)
        minute = self.week.calendar.weekdays.index(weekday) * DAY + clock
        return None if minute % self.week.arrays.slot else minute // self.week.arrays.slot

    def _pinned(self, t: int, u: int) -> int | None:
        """A session that a pin holds there, once."""
        found = next((s for s in self.known if self.state.kind[s] == t and self.state.start[s] == u), None)
        self.known.discard(-1 if found is None else found)
        return found

    def _can(self, p: int, t: int, u: int) -> bool:
        a, state = self.week.arrays, self.state
        end = u + int(a.length[t])
        held = [int(s) for s in state.attends[p, : state.attended[p]]]
        clash = any(state.start[s] < end and u < state.start[s] + a.length[state.kind[s]] for s in held)
        return bool(a.pok[p, t, u]) and not clash

    def _own(self, session: Session, t: int, u: int, who: Sequence[int]) -> None:
        free = [p for p in who if self._can(p, t, u)]
        s = self._open(session, t, u, free, -1) if free else None
        if s is not None:
            self._seat(s, t, u, free)
            if not self.state.present[s]:
                undo(self.arrays, self.boxed, np.int64(0))

    # -- opening --------------------------------------------------------------------------------------------

    def _open(self, session: Session, t: int, u: int, who: Sequence[int], cohort: int) -> int | None:
        """The session with its clinicians and room, or what else is free; None: neither can be had."""
        kind, slot = np.int64(t), np.int64(u)
        first = np.int64(who[0] if self.week.arrays.primary_entry[t].any() else -1)
        if not (
            self._same_crew(session, t, u, who)
            or find_staff(self.arrays, self.boxed, kind, slot, first, self.staff)
        ):
            return None
        room = self._room(session, t, u, len(who))
        if room == -2 or (cohort >= 0 and not all(self._led(p, self.staff, t, u) for p in who)):
            return None
        s = open_session(self.arrays, self.boxed, kind, slot, self.staff, np.int64(room), np.int64(cohort))
        return int(s) if s >= 0 else None

    def _same_crew(self, session: Session, t: int, u: int, who: Sequence[int]) -> bool:
        a = self.week.arrays
        crew = [self.week.clinician_index.get(c, -1) for c in session.clinicians or ()]
        if len(crew) != a.entries[t] or -1 in crew or len(set(crew)) < len(crew):
            return False
        for f, c in enumerate(crew):
            fills = a.qualified[t, f, c] or (
                a.primary_entry[t, f] and all(counts_as_primary(a, p, c, t, u) for p in who)
            )
            free = clinician_free(self.arrays, self.boxed, np.int64(c), np.int64(t), np.int64(u))
            if not (fills and free):
                return False
        self.staff[: len(crew)] = crew
        return True

    def _room(self, session: Session, t: int, u: int, wanted: int) -> int:
        """Its own room, another, -1: takes none, -2: none is free."""
        a = self.week.arrays
        own = self.week.room_index.get(session.room or "", -1)
        kind, slot = np.int64(t), np.int64(u)
        suits = a.needs_room[t] and own >= 0 and a.capacity[own] >= wanted
        if suits and room_free(self.arrays, self.boxed, np.int64(own), kind, slot):
            return own
        return int(find_room(self.arrays, self.boxed, kind, slot, np.int64(wanted)))

    # -- seating --------------------------------------------------------------------------------------------

    def _seat(self, s: int, t: int, u: int, who: Sequence[int]) -> None:
        a, state = self.week.arrays, self.state
        for p in who:
            full = state.tied[s] or state.present[s] >= state.seats[s]
            if (
                not full
                and self._can(p, t, u)
                and not self._apart(p, s)
                and self._led(p, self.state.staff[s], t, u)
            ):
                attend(self.boxed, np.int64(s), np.int64(p))
            if not a.group[t] and state.present[s]:
                break

    def _apart(self, p: int, s: int) -> bool:
        there = set(self.state.members[s, : self.state.present[s]].tolist())
        return any(int(q) in there for q in self.week.arrays.apart_of[p] if q >= 0)

    def _led(self, p: int, crew: Array, t: int, u: int) -> bool:
        a = self.week.arrays
        return all(
            a.qualified[t, f, c] or counts_as_primary(a, p, int(c), t, u)
            for f, c in enumerate(crew[: a.entries[t]])
        )

    def _closed_group(self, session: Session, t: int, u: int, who: set[int]) -> None:
        """The cohort that most of them belong to, if all of it that has to come can."""
        for k in self._cohorts(t, u, who):
            members = [p for p in self._members(k) if self.week.arrays.pok[p, t, u]]
            if not members or not all(self._can(p, t, u) for p in members):
                continue
            s = self._open(session, t, u, members, k)
            if s is not None:
                self.state.seats[s] = len(members)
                for p in members:
                    attend(self.boxed, np.int64(s), np.int64(p))

    def _cohorts(self, t: int, u: int, who: set[int]) -> Iterator[int]:
        a = self.week.arrays
        able = [k for k in range(len(self.week.problem.cohorts)) if a.cohort_ok[k, t, u]]
        best = sorted(able, key=lambda k: -len(who & set(self._members(k))))
        yield from best[:1]

    def _members(self, k: int) -> list[int]:
        return [int(p) for p in self.week.arrays.cohort_patients[k] if p >= 0]
