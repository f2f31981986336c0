"""Which attendances of a timetable can be kept after an event, and who leads them: a small exact model.

Attendances are kept by type and start: a session may get other clinicians and another room, its patients may
be shared out among sessions of the same type and start, and one more such session may be held. The model
knows every rule of sessions, clinicians and rooms; what a patient's week as a whole allows is added as cuts
(`forbid`), and so are unbroken runs of clinicians. Fewer attendances lost come before fewer with other
clinicians, and these before fewer rooms changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from scheduler.calendar import DAYS
from scheduler.problem import AttendancePin, SessionPin
from scheduler.timetable import PlannedSession
from scheduler.week import NONE, Week

Key = tuple[int, int]  # session type and slot


@dataclass(frozen=True, slots=True)
class Kept:
    """One session that is held: `of` is the session it was, None for one that was not there before."""

    of: PlannedSession | None
    key: Key
    clinicians: tuple[int, ...]
    room: int
    patients: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The best there is (`optimal`) or was found in time; `lost` and `changed` count attendances."""

    sessions: tuple[Kept, ...]
    lost: int
    changed: int
    optimal: bool
    least_lost: int


@dataclass
class _Slot:
    """A session that may be held in the model, with its variables."""

    of: PlannedSession | None
    key: Key
    held: Any
    keep: dict[int, Any] = field(default_factory=dict)
    lead: dict[tuple[int, int], Any] = field(default_factory=dict)
    room: dict[int, Any] = field(default_factory=dict)
    joins: Any = 0
    changed: list[Any] = field(default_factory=list)


class Keeping:
    """The sessions of a circle; all others (`fixed`) stay and take their clinicians and rooms."""

    def __init__(self, week: Week, free: Iterable[PlannedSession], fixed: Iterable[PlannedSession]) -> None:
        self.week, self.a = week, week.arrays
        self.free = tuple(free)
        self.model = cp_model.CpModel()
        self.slots: list[_Slot] = []
        self.attendance: dict[tuple[int, Key], Any] = {}
        self.members: dict[Key, list[int]] = {}
        self._fixed(tuple(fixed))
        for session in self.free:
            key = self._key(session)
            found = self.members.setdefault(key, [])
            found += [week.patient_index[p] for p in session.patients if p in week.patient_index]
        for session in self.free:
            self._slot(session, self._key(session))
        for key in self.members:
            if self.a.group[key[0]] and not self.a.cohort_type[key[0]]:
                self._slot(None, key)
        self._attendances()
        self._resources()
        self._pins()
        self.total = sum(len(m) for m in self.members.values())
        self._objective()

    def _key(self, session: PlannedSession) -> Key:
        minute = self.week.calendar.minute_of(session.start)
        return self.week.type_index[session.session_type], minute // self.a.slot

    # -- the model ------------------------------------------------------------------------------------------

    def _fixed(self, sessions: tuple[PlannedSession, ...]) -> None:
        """What the other sessions take of clinicians and rooms."""
        a, slots = self.a, self.a.ok.shape[1]
        self.busy = np.zeros((len(a.buffer), slots), np.bool_)
        self.used = np.zeros((len(a.capacity), slots), np.bool_)
        self.day_load = np.zeros((len(a.buffer), DAYS), np.int64)
        self.fixed_runs: dict[int, list[Key]] = {}
        for session in sessions:
            t, u = self._key(session)
            end = u + int(a.length[t])
            for name in dict.fromkeys(session.clinicians):
                c = self.week.clinician_index[name]
                self.busy[c, max(0, u) : end + int(a.buffer[c])] = True
                self.day_load[c, u // a.day] += int(a.minutes[t])
                self.fixed_runs.setdefault(c, []).append((t, u))
            if session.room is not None:
                r = self.week.room_index[session.room]
                self.used[r, u : end + int(a.turnover[r])] = True

    def _slot(self, of: PlannedSession | None, key: Key) -> None:
        slot = _Slot(of, key, self.model.new_bool_var(""))
        self._crew(slot)
        self._rooms(slot)
        self._seats(slot)
        self.slots.append(slot)

    def _crew(self, slot: _Slot) -> None:
        a, model, (t, u) = self.a, self.model, slot.key
        end = u + int(a.length[t])
        for f in range(int(a.entries[t])):
            for c in range(a.cok.shape[0]):
                fits = a.qualified[t, f, c] or (
                    a.primary_entry[t, f] and any(a.primary[p] == c for p in self.members[slot.key])
                )
                if not (fits and a.cok[c, t, u]) or self.busy[c, u : end + int(a.buffer[c])].any():
                    continue
                if a.minutes[t] > min(a.day_load[c] - self.day_load[c, u // a.day], a.run_max[c]):
                    continue
                slot.lead[f, c] = model.new_bool_var("")
            model.add(sum(v for (g, _), v in slot.lead.items() if g == f) == slot.held)
        for c in {c for _, c in slot.lead}:
            model.add_at_most_one(v for (_, d), v in slot.lead.items() if d == c)

    def _rooms(self, slot: _Slot) -> None:
        a, model, (t, u) = self.a, self.model, slot.key
        if not a.needs_room[t]:
            return
        for r in range(a.rok.shape[0]):
            last = u + int(a.length[t]) + int(a.turnover[r])
            if a.rok[r, t, u] and not self.used[r, u:last].any():
                slot.room[r] = model.new_bool_var("")
        model.add(sum(slot.room.values()) == slot.held)

    def _seats(self, slot: _Slot) -> None:
        """Who of the place's members is in this session, and how many others may have to join it."""
        a, model, (t, u) = self.a, self.model, slot.key
        for p in self._able(slot):
            keep = slot.keep[p] = model.new_bool_var("")
            model.add_implication(keep, slot.held)
            for (f, c), led in slot.lead.items():
                if not a.qualified[t, f, c] and a.primary[p] != c:
                    model.add_bool_or(led.negated(), keep.negated())
        seated = sum(slot.keep.values())
        if a.cohort_type[t] or not a.group[t]:
            wanted = len(self._expected(slot)) if a.cohort_type[t] else 1
            model.add(seated == wanted * slot.held)
        else:
            others = int(a.pok[:, t, u].sum()) - len(slot.keep)
            slot.joins = model.new_int_var(0, max(0, min(others, int(a.size_min[t]))), "")
            model.add(seated + slot.joins >= int(a.size_min[t]) * slot.held)
            model.add(seated >= slot.held)
            seated = seated + slot.joins
            kind = self.week.problem.session_types[t]
            model.add(seated <= kind.size_max * slot.held)
        for r, there in slot.room.items():
            model.add(seated <= int(a.capacity[r])).only_enforce_if(there)

    def _able(self, slot: _Slot) -> list[int]:
        (t, u), a = slot.key, self.a
        if a.cohort_type[t] or not a.group[t]:
            given = [] if slot.of is None else list(slot.of.patients)
            own = [self.week.patient_index[p] for p in given if p in self.week.patient_index]
            return [p for p in own if a.pok[p, t, u]]
        return [p for p in self.members[slot.key] if a.pok[p, t, u]]

    def _expected(self, slot: _Slot) -> list[int]:
        """A closed group's members who have to come; impossible where one of them cannot."""
        (t, u), a = slot.key, self.a
        able = set(slot.keep)
        for k in range(len(self.week.problem.cohorts)):
            present = {int(p) for p in a.cohort_patients[k] if p >= 0 and a.pok[p, t, u]}
            if a.cohort_ok[k, t, u] and present and present == able:
                return sorted(present)
        self.model.add(slot.held == 0)
        return sorted(able)

    def _attendances(self) -> None:
        for slot in self.slots:
            for p, keep in slot.keep.items():
                self.attendance.setdefault((p, slot.key), []).append(keep)
        for place, choices in self.attendance.items():
            attends = self.model.new_bool_var("")
            self.model.add(sum(choices) == attends)
            self.attendance[place] = attends
        pairs = {(i, int(j)) for i, row in enumerate(self.a.apart_of) for j in row if j >= 0 and i < int(j)}
        for slot in self.slots:
            for i, j in pairs:
                if i in slot.keep and j in slot.keep:
                    self.model.add_at_most_one(slot.keep[i], slot.keep[j])

    def _resources(self) -> None:
        """One session at a time for clinicians (with buffer) and rooms (with turnover), and the loads."""
        a = self.a
        led: dict[int, list[tuple[_Slot, Any]]] = {}
        housed: dict[int, list[tuple[_Slot, Any]]] = {}
        for slot in self.slots:
            for (_, c), v in slot.lead.items():
                led.setdefault(c, []).append((slot, v))
            for r, v in slot.room.items():
                housed.setdefault(r, []).append((slot, v))
        for c, own in led.items():
            self._one_at_a_time(own, int(a.buffer[c]))
            self._load(c, own)
        for r, own in housed.items():
            self._one_at_a_time(own, int(a.turnover[r]))

    def _one_at_a_time(self, own: list[tuple[_Slot, Any]], kept_free: int) -> None:
        """At every start at most one of the sessions that have begun and not yet ended (and what follows)."""
        spans = [(s.key[1], s.key[1] + int(self.a.length[s.key[0]]) + kept_free, v) for s, v in own]
        for moment in sorted({first for first, _, _ in spans}):
            there = [v for first, last, v in spans if first <= moment < last]
            if len(there) > 1:
                self.model.add_at_most_one(there)

    def _load(self, c: int, own: list[tuple[_Slot, Any]]) -> None:
        a, minutes = self.a, self.a.minutes
        if a.week_load[c] < NONE:
            most = int(a.week_load[c] - self.day_load[c].sum())
            self.model.add(sum(int(minutes[s.key[0]]) * v for s, v in own) <= most)
        if a.day_load[c] < NONE:
            for d in {s.key[1] // a.day for s, _ in own}:
                most = int(a.day_load[c] - self.day_load[c, d])
                today = [(s, v) for s, v in own if s.key[1] // a.day == d]
                self.model.add(sum(int(minutes[s.key[0]]) * v for s, v in today) <= most)

    def _pins(self) -> None:
        """Pinned sessions of the circle are held, as they are pinned; pinned attendances are kept."""
        for given in self.week.problem.pins:
            if isinstance(given, AttendancePin):
                minute = self.week.calendar.minute_of(given.start)
                key = self.week.type_index[given.session_type], minute // self.a.slot
                attends = self.attendance.get((self.week.patient_index[given.patient], key))
                if attends is not None:
                    self.model.add(attends == 1)
            elif not given.happened:
                self._pinned(given)

    def _pinned(self, given: SessionPin) -> None:
        session = given.session
        for slot in self.slots:
            if slot.of is None or (slot.of.session_type, slot.of.start) != (
                session.session_type,
                session.start,
            ):
                continue
            if session.id not in (None, slot.of.id):
                continue
            self.model.add(slot.held == 1)
            for f, name in enumerate(session.clinicians or ()):
                led = slot.lead.get((f, self.week.clinician_index[name]))
                self.model.add((0 if led is None else led) == 1)
            if session.room is not None:
                there = slot.room.get(self.week.room_index[session.room])
                self.model.add((0 if there is None else there) == 1)
            if given.frozen:
                for p in session.patients:
                    keep = slot.keep.get(self.week.patient_index[p])
                    self.model.add((0 if keep is None else keep) == 1)
                if not isinstance(slot.joins, int):
                    self.model.add(slot.joins == 0)
            return

    def _objective(self) -> None:
        changed: list[Any] = []
        rooms: list[Any] = []
        for slot in self.slots:
            changed += self._changed(slot)
            if slot.of is not None and slot.of.room is not None:
                own = slot.room.get(self.week.room_index.get(slot.of.room, -1))
                rooms.append(slot.held if own is None else slot.held - own)
            elif slot.of is None:
                rooms.append(slot.held)
        self.changed = changed
        kept = sum(self.attendance.values())
        self.room_price = 1
        self.change_price = len(rooms) + 1
        self.loss_price = self.change_price * (len(changed) + 1)
        self.model.minimize(
            self.loss_price * (self.total - kept) + self.change_price * sum(changed) + sum(rooms)
        )

    def _changed(self, slot: _Slot) -> Iterator[Any]:
        """Per member one that is true when they are here with other clinicians than they had."""
        crews = {
            p: frozenset(self.week.clinician_index[c] for c in s.clinicians)
            for s in self.free
            if self._key(s) == slot.key
            for p in (self.week.patient_index.get(x) for x in s.patients)
            if p is not None
        }
        for crew in set(crews.values()):
            same = [sum(v for (_, c), v in slot.lead.items() if c == d) for d in crew]
            for p in (p for p, own in crews.items() if own == crew and p in slot.keep):
                new = self.model.new_bool_var("")
                for led in same:
                    self.model.add(new >= slot.keep[p] - led)
                yield new

    # -- asking ---------------------------------------------------------------------------------------------

    def forbid(self, patient: int, kept: Iterable[Key], lost: Iterable[Key] = ()) -> None:
        """Not all of `kept` together, unless one of `lost` is kept as well."""
        literals = [self.attendance[patient, k].negated() for k in kept if (patient, k) in self.attendance]
        literals += [self.attendance[patient, k] for k in lost if (patient, k) in self.attendance]
        self.model.add_bool_or(literals)

    def forbid_joins(self, key: Key) -> None:
        """Sessions of that place have to be large enough without anybody new."""
        for slot in self.slots:
            if slot.key == key and not isinstance(slot.joins, int):
                self.model.add(slot.joins == 0)

    def solve(self, seconds: float, workers: int = 1) -> Outcome | None:
        """The best way to keep them, or None when none keeps the pins or none was found in time."""
        while True:
            solver = cp_model.CpSolver()
            p = solver.parameters
            p.max_time_in_seconds, p.num_workers, p.catch_sigint_signal = seconds, workers, False
            p.linearization_level = 2  # proved in 0.1 s what the default had not after 6 s
            status = solver.solve(self.model)
            if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                return None
            runs = list(self._long_runs(solver))
            if not runs:
                return self._outcome(solver, status == cp_model.OPTIMAL)
            for literals in runs:
                self.model.add_bool_or([v.negated() for v in literals])

    def _outcome(self, solver: Any, optimal: bool) -> Outcome:
        sessions = []
        for slot in self.slots:
            if solver.value(slot.held):
                led = {f: c for (f, c), v in slot.lead.items() if solver.value(v)}
                sessions.append(
                    Kept(
                        of=slot.of,
                        key=slot.key,
                        clinicians=tuple(led[f] for f in sorted(led)),
                        room=next((r for r, v in slot.room.items() if solver.value(v)), -1),
                        patients=tuple(p for p, v in slot.keep.items() if solver.value(v)),
                    )
                )
        lost = self.total - sum(solver.value(v) for v in self.attendance.values())
        changed = sum(solver.value(v) for v in self.changed)
        least = -(-round(solver.best_objective_bound) // self.loss_price) if not optimal else lost
        return Outcome(tuple(sessions), lost, changed, optimal, max(0, min(lost, least)))

    def _long_runs(self, solver: Any) -> Iterator[list[Any]]:
        """Sessions of a clinician that follow one another for too long without a break."""
        a = self.a
        for c in range(len(a.run_max)):
            if a.run_max[c] >= NONE:
                continue
            led: list[tuple[int, int, Any]] = [
                (u, u + int(a.length[t]), None) for t, u in self.fixed_runs.get(c, ())
            ]
            for slot in self.slots:
                for (_, d), v in slot.lead.items():
                    if d == c and solver.value(v):
                        first = slot.key[1]
                        led.append((first, first + int(a.length[slot.key[0]]), v))
            yield from self._runs_of(c, sorted(led, key=lambda s: s[:2]))

    def _runs_of(self, c: int, led: list[tuple[int, int, Any]]) -> Iterator[list[Any]]:
        a, run = self.a, list[tuple[int, int, Any]]()
        for session in [*led, (1 << 40, 1 << 40, None)]:
            new_day = bool(run) and session[0] // a.day != run[-1][0] // a.day
            if run and (new_day or (session[0] - run[-1][1]) * a.slot >= a.pause[c]):
                free = [v for _, _, v in run if v is not None]
                if (run[-1][1] - run[0][0]) * a.slot > a.run_max[c] and free:
                    yield free
                run = []
            run.append(session)
