"""What the models of some dates have in common: what there was, what stays, who could lead or join."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scheduler.calendar import DAYS
from scheduler.solver.keeping.joining import could_join
from scheduler.solver.keeping.parts import Key
from scheduler.solver.personal import PersonalWeeks
from scheduler.timetable import PlannedSession
from scheduler.week import Week


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
        taken = [(u, u + int(a.length[t])) for t, u in self.stays.get(p, ())]
        for t in np.flatnonzero((a.need_of[p] >= 0) & ~a.cohort_type):
            n = int(a.length[t])
            for d in sorted(self.dates.days):
                for u in np.flatnonzero(a.pok[p, t, d * a.day : (d + 1) * a.day]) + d * a.day:
                    key = int(t), int(u)
                    if p not in self.members.get(key, ()) and not any(x < u + n and u < y for x, y in taken):
                        yield key

    def could_join(self, p: int, key: Key) -> bool:
        """Whether the patient could keep all and join the group besides."""
        if (p, key) not in self._joins:
            self._joins[p, key] = could_join(self, p, self.own.get(p, ()), key)
        return self._joins[p, key]


def _by_patient(members: dict[Key, list[int]]) -> dict[int, list[Key]]:
    found: dict[int, list[Key]] = {}
    for key, patients in members.items():
        for p in patients:
            found.setdefault(p, []).append(key)
    return found
