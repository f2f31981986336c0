"""What a timetable takes of clinicians and rooms, and when they could not take one more session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scheduler.calendar import DAY, DAYS, Interval
from scheduler.rules.facts import Facts, Held
from scheduler.week import NONE, Bools, Week


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


class Occupation:
    """A clinic's week by who is taken when; patients asked about are left out by their sessions."""

    def __init__(self, week: Week, facts: Facts) -> None:
        self.week, self.facts = week, facts
        self.a = week.arrays
        self.slot = self.a.slot
        self.slots = self.a.ok.shape[1]
        self._occupied: dict[int, tuple[Bools, Bools]] = {}
        self._too_long: dict[object, Bools] = {}

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
