"""What the models of some dates have in common: what there was, what stays, who could lead or join."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.calendar import DAYS
from scheduler.solver.keeping.joining import could_join
from scheduler.solver.keeping.parts import Key
from scheduler.solver.personal import PersonalWeeks
from scheduler.timetable import PlannedSession
from scheduler.week import Week

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Dates:
    """Sessions of some dates that may change, and everything else of the week, which stays."""

    days: frozenset[int]
    free: tuple[PlannedSession, ...]
    fixed: tuple[PlannedSession, ...]


class Ground:
    def __init__(self, week: Week, dates: Dates, personal: PersonalWeeks) -> None:
        self.week, self.a, self.dates, self.personal = week, week.arrays, dates, personal
        self.members = self._by_key(dates.free)
        self.own = _by_patient(self.members)
        self.stays = _by_patient(self._by_key(dates.fixed))
        self.crews = self._crews()
        self._read_fixed()
        self._leaders: dict[tuple[Key, int], list[int]] = {}
        self._rooms: dict[Key, list[int]] = {}
        self._possible: dict[int, list[Key]] = {}
        self._joins: dict[tuple[int, Key], bool] = {}
        self._more: dict[tuple[int, bool], Bools] = {}
        self._come: dict[Key, frozenset[int]] = {}

    def key_of(self, session: PlannedSession) -> Key:
        minute = self.week.calendar.minute_of(session.start)
        return self.week.type_index[session.session_type], minute // self.a.slot

    def _by_key(self, sessions: Iterable[PlannedSession]) -> dict[Key, list[int]]:
        found: dict[Key, list[int]] = {}
        for session in sessions:
            own = found.setdefault(self.key_of(session), [])
            own += [self.week.patient_index[p] for p in session.patients if p in self.week.patient_index]
        return found

    def _crews(self) -> dict[Key, dict[int, frozenset[int]]]:
        """Who led the members of each place."""
        found: dict[Key, dict[int, frozenset[int]]] = {}
        for s in self.dates.free:
            crew = frozenset(self.week.clinician_index[c] for c in s.clinicians)
            own = found.setdefault(self.key_of(s), {})
            own |= {self.week.patient_index[p]: crew for p in s.patients if p in self.week.patient_index}
        return found

    def _read_fixed(self) -> None:
        """What the sessions that stay take of clinicians and rooms."""
        a, slots = self.a, self.a.ok.shape[1]
        self.busy = np.zeros((len(a.buffer), slots), np.bool_)
        self.used = np.zeros((len(a.capacity), slots), np.bool_)
        self.day_load = np.zeros((len(a.buffer), DAYS), np.int64)
        self.fixed_runs: dict[int, list[Key]] = {}
        for session in self.dates.fixed:
            t, u = self.key_of(session)
            end = u + int(a.length[t])
            for name in dict.fromkeys(session.clinicians):
                c = self.week.clinician_index[name]
                self.busy[c, max(0, u) : end + int(a.buffer[c])] = True
                self.day_load[c, u // a.day] += int(a.minutes[t])
                self.fixed_runs.setdefault(c, []).append((t, u))
            if session.room is not None:
                r = self.week.room_index[session.room]
                self.used[r, u : end + int(a.turnover[r])] = True

    # -- asked again by every model -------------------------------------------------------------------------

    def leaders(self, key: Key, f: int) -> list[int]:
        """Who is there and free, and may fill the entry: for everybody, or as somebody's primary."""
        if (key, f) not in self._leaders:
            self._leaders[key, f] = list(self._leading(key, f))
        return self._leaders[key, f]

    def _leading(self, key: Key, f: int) -> Iterable[int]:
        a, (t, u) = self.a, key
        end, minutes = u + int(a.length[t]), int(a.minutes[t])
        may = a.cok[:, t, u] if a.primary_entry[t, f] else a.cok[:, t, u] & a.qualified[t, f]
        for c in map(int, np.flatnonzero(may)):
            if minutes > min(a.day_load[c] - self.day_load[c, u // a.day], a.run_max[c]):
                continue
            if not self.busy[c, u : end + int(a.buffer[c])].any():
                yield c

    def rooms(self, key: Key) -> list[int]:
        """The rooms that are open and free."""
        if key not in self._rooms:
            a, (t, u) = self.a, key
            last = u + int(a.length[t])
            self._rooms[key] = [
                r
                for r in map(int, np.flatnonzero(a.rok[:, t, u]))
                if not self.used[r, u : last + int(a.turnover[r])].any()
            ]
        return self._rooms[key]

    def possible(self, p: int) -> list[Key]:
        """Places of the dates that the patient did not have and that nothing fixed is in the way of."""
        if p not in self._possible:
            self._possible[p] = list(self._anew(p))
        return self._possible[p]

    def _anew(self, p: int) -> Iterable[Key]:
        a = self.a
        for t in np.flatnonzero(self.has_room(p) & ~a.cohort_type):
            for d in sorted(self.dates.days):
                for u in np.flatnonzero(a.pok[p, t, d * a.day : (d + 1) * a.day]) + d * a.day:
                    key = int(t), int(u)
                    if p not in self.members.get(key, ()) and not self._elsewhere(p, key):
                        yield key

    def has_room(self, p: int, keeping_all: bool = False) -> Bools:
        """[type]: whether the patient's week could hold one more, with what stays or with all they had."""
        if (p, keeping_all) not in self._more:
            own = self.own.get(p, ()) if keeping_all else ()
            self._more[p, keeping_all] = self._room_beside(p, [t for t, _ in (*self.stays.get(p, ()), *own)])
        return self._more[p, keeping_all]

    def could_come(self, key: Key) -> frozenset[int]:
        """Who might attend there beside what stays, whatever they had on the dates."""
        if key not in self._come:
            there = map(int, np.flatnonzero(self.a.pok[:, key[0], key[1]]))
            self._come[key] = frozenset(
                p for p in there if self.has_room(p)[key[0]] and not self._elsewhere(p, key)
            )
        return self._come[key]

    def _elsewhere(self, p: int, key: Key) -> bool:
        """Whether the patient is in something that stays."""
        (t, u), length = key, self.a.length
        return any(x < u + int(length[t]) and u < x + int(length[s]) for s, x in self.stays.get(p, ()))

    def _room_beside(self, p: int, types: list[int]) -> Bools:
        a = self.a
        need, care = a.need_of[p], int(sum(a.care[t] for t in types))
        had = np.array([sum(need[t] == q for t in types) for q in range(int(a.needs[p]))], np.int64)
        few = had < a.need_max[p, : len(had)]
        there = need >= 0
        there[there] = few[need[there]]
        return there & (care + a.care <= a.care_max[p])

    def could_join(self, p: int, key: Key) -> bool:
        """Whether the patient could keep all and join the group besides."""
        if (p, key) not in self._joins:
            room = self.has_room(p, keeping_all=True)[key[0]]
            self._joins[p, key] = bool(room) and could_join(self, p, self.own.get(p, ()), key)
        return self._joins[p, key]


def _by_patient(members: dict[Key, list[int]]) -> dict[int, list[Key]]:
    found: dict[int, list[Key]] = {}
    for key, patients in members.items():
        for p in patients:
            found.setdefault(p, []).append(key)
    return found
