"""What the clinic could hold at every start, and what keeps it from it: one array of causes a session type.

Arrays are [session type, slot] unless said otherwise. What does not change with the patient asked about is
worked out once; who is busy is asked without that patient's own sessions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scheduler.calendar import DAYS, WEEK, Interval
from scheduler.explain.busy import Occupation
from scheduler.explain.causes import Cause
from scheduler.one_patient import given_sessions
from scheduler.problem import Mode, SessionType
from scheduler.rules.facts import Facts, Held, PatientWeek, facts_of_one
from scheduler.week import Week

Bools = NDArray[np.bool_]
Masks = NDArray[np.int64]


def overlapping(length: int, intervals: Iterable[Interval], slot: int) -> Bools:
    """[slot]: starts whose session of `length` minutes overlaps one of the intervals."""
    mask = np.zeros(WEEK // slot, np.bool_)
    for start, end in intervals:
        if start < end:
            first = max(0, (start - length) // slot + 1)
            mask[first : max(first, -(-end // slot))] = True
    return mask


def inside(length: int, windows: Iterable[Interval], slot: int) -> Bools:
    """[slot]: starts whose session of `length` minutes lies inside one of the merged windows."""
    mask = np.zeros(WEEK // slot, np.bool_)
    for start, end in windows:
        mask[-(-start // slot) : max(0, (end - length) // slot + 1)] = True
    return mask


class ClinicPlaces(Occupation):
    """One clinic's week with a timetable in it."""

    def __init__(self, week: Week, facts: Facts) -> None:
        super().__init__(week, facts)
        self.types: Sequence[SessionType] = week.problem.session_types
        self.weeks: dict[str, PatientWeek] = {}

    # -- whoever is asked about -----------------------------------------------------------------------------

    @cached_property
    def grid(self) -> Bools:
        """Starts that grid, opening hours and windows allow, closed or not."""
        return np.array([self.grid_within(t, self.week.calendar.opening) for t in self.types]).reshape(
            len(self.types), self.slots
        )

    def grid_within(self, kind: SessionType, opening: Iterable[Interval]) -> Bools:
        every = (kind.start_every_minutes or self.slot) // self.slot
        mask = inside(kind.minutes, opening, self.slot)
        windows = self.week.calendar.type_windows[kind.id]
        if windows is not None:
            mask &= inside(kind.minutes, windows, self.slot)
        on_grid = np.zeros(self.slots, np.bool_)
        for day in range(DAYS):
            on_grid[day * self.a.day : (day + 1) * self.a.day : every] = True
        return mask & on_grid

    @cached_property
    def there(self) -> NDArray[np.bool_]:
        """[clinician, type, slot]: on site for the whole session, whatever the opening hours."""
        calendar, problem = self.week.calendar, self.week.problem
        found = np.zeros((len(problem.clinicians), len(self.types), self.slots), np.bool_)
        for c, clinician in enumerate(problem.clinicians):
            for minutes in {t.minutes for t in self.types}:
                mask = inside(minutes, calendar.availability[clinician.id], self.slot)
                mask &= ~overlapping(minutes, calendar.time_off[clinician.id], self.slot)
                found[c, [i for i, t in enumerate(self.types) if t.minutes == minutes]] = mask
        return found

    @cached_property
    def could_come(self) -> NDArray[np.int64]:
        """How many patients may attend, whatever else they do."""
        return np.asarray(self.a.pok.sum(axis=0), np.int64)

    @cached_property
    def roomed(self) -> Masks:
        """Causes that no room serves, were all of them empty."""
        found = np.zeros((len(self.types), self.slots), np.int64)
        for t, kind in enumerate(self.types):
            if kind.room is None:
                continue
            fitting = self.rooms_for(kind)
            if not fitting:
                found[t] |= Cause.ROOM_FEATURE
            elif not (big := [r for r in fitting if self.a.capacity[r] >= kind.size_min]):
                found[t] |= Cause.ROOM_TOO_SMALL
            else:
                found[t, ~self.open_rooms(kind, big).any(axis=0)] |= Cause.ROOM_CLOSED
        return found

    def rooms_for(self, kind: SessionType) -> list[int]:
        features = set(kind.room.features) if kind.room else set()
        return [r for r, room in enumerate(self.week.problem.rooms) if features <= set(room.features)]

    def open_rooms(self, kind: SessionType, rooms: Sequence[int]) -> Bools:
        """[room of the list, slot]"""
        closed = self.week.calendar.room_closed
        ids = [self.week.problem.rooms[r].id for r in rooms]
        return np.array([~overlapping(kind.minutes, closed[r], self.slot) for r in ids]).reshape(
            len(rooms), self.slots
        )

    @cached_property
    def too_few(self) -> Bools:
        """Group starts at which fewer patients could come than the group needs."""
        return self.could_come < np.asarray(self.a.size_min)[:, None]

    def qualified(self, t: int, primary: int) -> NDArray[np.bool_]:
        """[entry, clinician] for a patient with that primary clinician (-1: none) and who covers for them."""
        who = np.array(self.a.qualified[t, : self.a.entries[t]])
        for f in range(len(who)):
            if self.a.primary_entry[t, f] and primary >= 0:
                who[f] |= self.a.covers[primary]
                who[f, primary] = True
        return who

    def there_for(self, t: int, primary: int) -> Bools:
        """[clinician, slot] on site for a patient: who only covers their primary, while that one is away."""
        if primary < 0 or not self.a.covers[primary].any():
            return self.there[:, t]
        only = self.a.covers[primary] & ~self.a.qualified[t, : self.a.entries[t]].any(axis=0)
        found = np.array(self.there[:, t])
        found[only] &= self.a.away[primary, t]
        return found

    @staticmethod
    def staffed(who: NDArray[np.bool_], able: Bools) -> Bools:
        """Whether all entries can be filled by different clinicians of [clinician, slot] (Hall's theorem)."""
        entries = len(who)
        found = np.ones(able.shape[1], np.bool_)
        for count in range(1, entries + 1):
            for together in combinations(range(entries), count):
                found &= able[who[list(together)].any(axis=0)].sum(axis=0) >= count
        return found

    @cached_property
    def held_groups(self) -> dict[str, list[Held]]:
        """Per session type its groups that are held, by start."""
        found: dict[str, list[Held]] = {}
        for session in sorted(self.facts.sessions, key=lambda s: s.start):
            if session.type.mode is Mode.GROUP:
                found.setdefault(session.type.id, []).append(session)
        return found

    @cached_property
    def closed_groups(self) -> dict[str, list[tuple[Held, int]]]:
        """The same, each with what keeps anybody from joining it."""
        return {name: [(s, self._closed(s)) for s in groups] for name, groups in self.held_groups.items()}

    def _closed(self, session: Held) -> int:
        tied = session.type.id in self.facts.setting.cohorts_of or session.id in self.fixed
        full = len(session.patients) >= self.seats(session)
        return (int(Cause.FIXED) if tied else 0) | (int(Cause.FULL) if full else 0)

    def seats(self, session: Held) -> int:
        """Patients that a group can hold in its room."""
        room = self.facts.setting.rooms.get(session.room or "")
        return session.type.size_max if room is None else min(session.type.size_max, room.capacity)

    @cached_property
    def fixed(self) -> frozenset[str]:
        """Sessions whose patients a pin gives."""
        return given_sessions(self.week.problem, self.facts.given)

    # -- with others in it ----------------------------------------------------------------------------------

    @cached_property
    def attending(self) -> NDArray[np.int16]:
        """[patient, slot + 1]: slots before this one in which the patient attends a session."""
        taken = np.zeros((len(self.week.problem.patients), self.slots + 1), np.int16)
        for session in self.facts.sessions:
            rows = [self.week.patient_index[p] for p in session.patients]
            taken[rows, session.start // self.slot + 1 : -(-session.end // self.slot) + 1] = 1
        return np.cumsum(taken, axis=1, dtype=np.int16)

    def week_of(self, patient: str) -> PatientWeek:
        """What one patient attends, without working out everybody's weeks."""
        if patient not in self.weeks:
            setting, sessions = self.facts.setting, self.facts.by_patient.get(patient, ())
            alone = facts_of_one(setting, setting.patients[patient], sessions)
            self.weeks[patient] = alone.weeks[patient]
        return self.weeks[patient]

    @cached_property
    def lacking(self) -> Bools:
        """[patient, type]: fewer sessions of its requirement than the minimum."""
        return self._received < np.take_along_axis(self.a.need_min, self._need, axis=1) * self._wanted

    @cached_property
    def open_to_more(self) -> Bools:
        """[patient, type]: fewer sessions of its requirement than the maximum."""
        return self._wanted & (self._received < np.take_along_axis(self.a.need_max, self._need, axis=1))

    @cached_property
    def _wanted(self) -> Bools:
        return np.asarray(self.a.need_of >= 0)

    @cached_property
    def _need(self) -> NDArray[np.int64]:
        return np.maximum(self.a.need_of, 0)

    @cached_property
    def _received(self) -> NDArray[np.int64]:
        """[patient, type]: sessions attended of the requirement that the type counts for."""
        counts = np.zeros(self.a.need_min.shape, np.int64)
        for session in self.facts.sessions:
            t = self.week.type_index[session.type.id]
            for p in (self.week.patient_index[i] for i in session.patients):
                if self.a.need_of[p, t] >= 0:
                    counts[p, self.a.need_of[p, t]] += 1
        return np.take_along_axis(counts, self._need, axis=1)
