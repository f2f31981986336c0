"""Which attendances of some dates can be kept after an event, and who leads them: an exact model.

Attendances are kept by type and start: a session may get other clinicians and another room, its patients may
be shared out among sessions of the same type and start, and more such sessions may be held. Other dates
(`fixed`) stay as they are. The model knows every rule of sessions, clinicians and rooms. A patient's week as
a whole is modelled for those `admitted`; these may also attend anew whatever there is on the dates. Everybody
else is free of the rules of a week, so that less than all patients admitted is a relaxation: what it finds
impossible is. Who is needed to bring a group to its minimum is not named but for types that are `peopled`.

Fewer attendances lost come before fewer with other clinicians, and these before fewer rooms changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from scheduler.calendar import DAYS
from scheduler.solver.keeping.clauses import at_most_one
from scheduler.solver.keeping.crews import make_exclusive
from scheduler.solver.keeping.parts import Key, Slot
from scheduler.solver.keeping.pins import hold_pins
from scheduler.solver.keeping.sessions import add_existing, add_possible
from scheduler.solver.keeping.weeks import add_week, loosen
from scheduler.solver.personal import PersonalWeeks
from scheduler.timetable import PlannedSession
from scheduler.week import Week


@dataclass(frozen=True)
class Dates:
    """Sessions of some dates that may change, and everything else of the week, which stays."""

    days: frozenset[int]
    free: tuple[PlannedSession, ...]
    fixed: tuple[PlannedSession, ...]


class Keeping:
    """The model of some dates; built anew when more patients are admitted."""

    def __init__(
        self,
        week: Week,
        dates: Dates,
        personal: PersonalWeeks,
        admitted: Iterable[int] = (),
        peopled: Iterable[int] = (),
    ) -> None:
        self.week, self.a, self.dates, self.personal = week, week.arrays, dates, personal
        self.admitted, self.peopled = tuple(sorted(admitted)), frozenset(peopled)
        self.model = cp_model.CpModel()
        self.slots: list[Slot] = []
        self.members = self._by_key(dates.free)
        self.stays = self._by_patient(dates.fixed)
        self.joiners: dict[Key, list[int]] = {}
        self.crews = self._crews()
        self._read_fixed()
        add_existing(self)
        add_possible(self)
        self.attendance = self._attendances()
        self.places: dict[int, list[Key]] = {}
        for p, key in self.attendance:
            self.places.setdefault(p, []).append(key)
        self._keep_apart()
        make_exclusive(self)
        hold_pins(self)
        for p in self.admitted:
            add_week(self, p)
        for p in sorted({q for own in self.joiners.values() for q in own} - set(self.admitted)):
            loosen(self, p)
        self._objective()

    # -- what there is --------------------------------------------------------------------------------------

    def key_of(self, session: PlannedSession) -> Key:
        minute = self.week.calendar.minute_of(session.start)
        return self.week.type_index[session.session_type], minute // self.a.slot

    def _by_key(self, sessions: Iterable[PlannedSession]) -> dict[Key, list[int]]:
        found: dict[Key, list[int]] = {}
        for session in sessions:
            own = found.setdefault(self.key_of(session), [])
            own += [self.week.patient_index[p] for p in session.patients if p in self.week.patient_index]
        return found

    def _by_patient(self, sessions: Iterable[PlannedSession]) -> dict[int, list[Key]]:
        found: dict[int, list[Key]] = {}
        for session in sessions:
            for p in session.patients:
                if p in self.week.patient_index:
                    found.setdefault(self.week.patient_index[p], []).append(self.key_of(session))
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

    def _attendances(self) -> dict[tuple[int, Key], Any]:
        """[patient, key]: true when they attend one of the sessions there."""
        found: dict[tuple[int, Key], list[Any]] = {}
        for slot in self.slots:
            for p, keep in slot.keep.items():
                found.setdefault((p, slot.key), []).append(keep)
        made = {}
        for place, choices in found.items():
            made[place] = choices[0] if len(choices) == 1 else self.model.new_bool_var("")
            if len(choices) > 1:
                self.model.add(sum(choices) == made[place])
        return made

    def _keep_apart(self) -> None:
        pairs = {(i, int(j)) for i, row in enumerate(self.a.apart_of) for j in row if j >= 0 and i < int(j)}
        for slot in self.slots:
            for i, j in pairs:
                if i in slot.keep and j in slot.keep:
                    at_most_one(self.model, (slot.keep[i], slot.keep[j]))

    # -- the objective --------------------------------------------------------------------------------------

    def _objective(self) -> None:
        self.kept = [v for (p, key), v in self.attendance.items() if p in self.members.get(key, ())]
        self.lost = sum(len(m) for m in self.members.values()) - sum(self.kept)
        self.changed = [v for slot in self.slots for v in self._changed(slot)]
        unsure, rooms = list(self._unsure()), list(self._other_rooms())
        most = sum(int(self.a.size_min[s.key[0]]) for s in self.slots if not isinstance(s.joins, int))
        change_price = len(rooms) + len(unsure) + most + 1
        self.loss_price = change_price * (len(self.changed) + 1)
        rest = change_price * sum(self.changed) + sum(unsure) + sum(rooms)
        self.cost = self.loss_price * self.lost + rest
        self.model.minimize(self.cost)
        self._hint_as_it_was()

    def _unsure(self) -> Iterator[Any]:
        """What is not modelled to the end: who joins without being admitted or named."""
        for (p, key), attends in self.attendance.items():
            if p not in self.admitted and p not in self.members.get(key, ()):
                yield attends
        yield from (slot.joins for slot in self.slots)

    def _other_rooms(self) -> Iterator[Any]:
        """Per session one that is true when it is in another room than it was, or new."""
        for slot in self.slots:
            if slot.of is None:
                yield slot.held
            elif slot.of.room is not None:
                own = slot.room.get(self.week.room_index.get(slot.of.room, -1))
                yield slot.held if own is None else slot.held - own

    def _hint_as_it_was(self) -> None:
        for slot in self.slots:
            self.model.add_hint(slot.held, slot.of is not None)
            if slot.of is None:
                continue
            for p, keep in slot.keep.items():
                self.model.add_hint(keep, self.week.problem.patients[p].id in slot.of.patients)
            crew = [self.week.clinician_index[c] for c in slot.of.clinicians]
            for (f, c), led in slot.lead.items():
                self.model.add_hint(led, crew[f : f + 1] == [c])
            for r, there in slot.room.items():
                self.model.add_hint(there, self.week.problem.rooms[r].id == slot.of.room)

    def _changed(self, slot: Slot) -> Iterator[Any]:
        """Per member one that is true when they are here with other clinicians than they had."""
        crews = self.crews.get(slot.key, {}) if slot.alone < 0 else {}
        for crew in set(crews.values()):
            same = [sum(v for (_, c), v in slot.lead.items() if c == d) for d in crew]
            for p in (p for p, own in crews.items() if own == crew and p in slot.keep):
                new = self.model.new_bool_var("")
                for led in same:
                    self.model.add(new >= slot.keep[p] - led)
                yield new
