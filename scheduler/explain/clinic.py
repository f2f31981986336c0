"""What the clinic could hold at every start, and what keeps it from it: one array of causes a session type.

Arrays are [session type, slot] unless said otherwise. What does not change with the patient asked about is
worked out once; who is busy is asked without that patient's own sessions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scheduler.calendar import DAY, DAYS, WEEK, Interval
from scheduler.explain.causes import Cause
from scheduler.problem import Mode, SessionPin, SessionType
from scheduler.rules.facts import Facts, Held, PatientWeek, facts_of_one
from scheduler.week import NONE, Week

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


@dataclass(frozen=True)
class Busy:
    """[clinician, slot], [room, slot]: what a timetable takes of them; loads in minutes."""

    taken: NDArray[np.int64]
    day_load: NDArray[np.int64]  # [clinician, day]
    week_load: NDArray[np.int64]
    runs: dict[
        tuple[int, int], list[Interval]
    ]  # sessions of a clinician's day, where unbroken runs are limited
    used: NDArray[np.int64]


class ClinicPlaces:
    """One clinic's week with a timetable in it."""

    def __init__(self, week: Week, facts: Facts) -> None:
        self.week, self.facts = week, facts
        self.a = week.arrays
        self.slot = self.a.slot
        self.slots = self.a.ok.shape[1]
        self.types: Sequence[SessionType] = week.problem.session_types
        self.weeks: dict[str, PatientWeek] = {}
        self._occupied: dict[int, tuple[Bools, Bools]] = {}
        self._too_long: dict[object, Bools] = {}

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
        """[entry, clinician] for a patient with that primary clinician (-1: none)."""
        who = np.array(self.a.qualified[t, : self.a.entries[t]])
        for f in range(len(who)):
            if self.a.primary_entry[t, f] and primary >= 0:
                who[f, primary] = True
        return who

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
        exact = {
            (p.session.session_type, p.session.start, frozenset(p.session.patients))
            for p in self.week.problem.pins
            if isinstance(p, SessionPin) and (p.frozen or p.happened)
        }
        if not exact:
            return frozenset()
        return frozenset(
            s.id for s in self.facts.sessions if (s.type.id, s.given.start, frozenset(s.patients)) in exact
        )

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

    @cached_property
    def busy(self) -> Busy:
        """What all sessions take."""
        clinicians, rooms = len(self.week.problem.clinicians), len(self.week.problem.rooms)
        busy = Busy(
            np.zeros((clinicians, self.slots), np.int64),
            np.zeros((clinicians, DAYS), np.int64),
            np.zeros(clinicians, np.int64),
            {},
            np.zeros((rooms, self.slots), np.int64),
        )
        for session in self.facts.sessions:
            self._take(busy, session, 1)
        return busy

    def busy_without(self, sessions: Iterable[Held]) -> Busy:
        """What all sessions but these take."""
        whole = self.busy
        runs = {key: list(value) for key, value in whole.runs.items()}
        arrays = (whole.taken.copy(), whole.day_load.copy(), whole.week_load.copy())
        busy = Busy(*arrays, runs, whole.used.copy())
        for session in sessions:
            self._take(busy, session, -1)
        return busy

    def _take(self, busy: Busy, session: Held, sign: int) -> None:
        first, last = session.start // self.slot, -(-session.end // self.slot)
        for clinician in dict.fromkeys(session.clinicians):
            c = self.week.clinician_index[clinician]
            busy.taken[c, first:last] += sign
            busy.day_load[c, session.day] += sign * session.minutes
            busy.week_load[c] += sign * session.minutes
            if self.a.run_max[c] < NONE and sign > 0:
                busy.runs.setdefault((c, session.day), []).append(session.interval)
            elif self.a.run_max[c] < NONE:
                busy.runs[c, session.day].remove(session.interval)
        if session.room is not None:
            busy.used[self.week.room_index[session.room], first:last] += sign

    def engaged(self, busy: Busy, t: int, who: Sequence[int]) -> Bools:
        """[clinician of the list, slot]: in another session, or too near to one."""
        rows = list(who)
        return _near(busy.taken[rows], int(self.a.length[t]), np.asarray(self.a.buffer)[rows])

    def loaded(self, busy: Busy, t: int, who: Sequence[int]) -> Bools:
        """[clinician of the list, slot]: a session then would pass a limit of the day, the week or a run."""
        minutes, rows = int(self.a.minutes[t]), list(who)
        full = busy.day_load[rows] + minutes > np.asarray(self.a.day_load)[rows, None]
        full |= (busy.week_load[rows] + minutes > np.asarray(self.a.week_load)[rows])[:, None]
        found = np.repeat(full, self.a.day, axis=1)
        for row, c in enumerate(rows):
            if self.a.run_max[c] < NONE:
                found[row] |= self.runs_on(busy, c, minutes)
        return found

    def occupied(self, t: int) -> tuple[Bools, Bools]:
        """Both for everybody, with all sessions of the timetable; not to be written to."""
        if t not in self._occupied:
            everybody = range(len(self.week.problem.clinicians))
            self._occupied[t] = (self.engaged(self.busy, t, everybody), self.loaded(self.busy, t, everybody))
        return self._occupied[t]

    def runs_on(self, busy: Busy, c: int, minutes: int) -> Bools:
        """[slot]: a session of so many minutes would be part of a run longer than allowed.

        Most patients have nothing to do with most clinicians, so the answers are the same for many.
        """
        key = (c, minutes, *(tuple(busy.runs.get((c, day), ())) for day in range(DAYS)))
        if key not in self._too_long:
            self._too_long[key] = self._runs_on(busy, c, minutes)
        return self._too_long[key]

    def _runs_on(self, busy: Busy, c: int, minutes: int) -> Bools:
        begin = np.arange(self.slots) * self.slot
        first, last = begin.copy(), begin + minutes
        pause = int(self.a.pause[c])
        for day in range(DAYS) if pause else ():
            for start, end in _joined(busy.runs.get((c, day), []), pause):
                near = (begin + minutes > start - pause) & (begin < end + pause) & (begin // DAY == day)
                first[near] = np.minimum(first[near], start)
                last[near] = np.maximum(last[near], end)
        return np.asarray(last - first > self.a.run_max[c])

    def room_taken(self, busy: Busy, t: int, rooms: Sequence[int]) -> Bools:
        """[room of the list, slot]"""
        return _near(busy.used[list(rooms)], int(self.a.length[t]), np.asarray(self.a.turnover)[list(rooms)])


def _near(taken: NDArray[np.int64], length: int, margin: NDArray[np.int64]) -> Bools:
    """Per row and start: something is taken within a session of that length or the margin around it."""
    rows, slots = taken.shape
    found = np.zeros((rows, slots), np.bool_)
    for m in np.unique(margin).tolist():
        own = np.flatnonzero(margin == m)
        sums = np.zeros((len(own), slots + 1 + 2 * m + length), np.int64)  # m more before, the rest after
        np.cumsum(taken[own] > 0, axis=1, out=sums[:, m + 1 : m + 1 + slots])
        sums[:, m + 1 + slots :] = sums[:, m + slots : m + slots + 1]
        end = length + 2 * m
        found[own] = sums[:, end : end + slots] > sums[:, :slots]
    return found


def _joined(sessions: Iterable[Interval], pause: int) -> list[Interval]:
    """Runs: sessions with pauses shorter than `pause` between them."""
    runs: list[Interval] = []
    for start, end in sorted(sessions):
        if runs and start - runs[-1][1] < pause:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return runs
