"""The compiled instance: one clinic's week as integer arrays, built once and shared by every search.

Time is counted in slots of `slot_minutes` (all starts and durations are multiples of it): day d is the slots
[d S, (d + 1) S), S = 1440 / slot_minutes. Every mask rule of the contract ends up in `ok`, `pok`, `cok` or
`rok`, every count and span rule in a limit array, every linear price in `cost`. "No limit" is `NONE`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.calendar import DAY, DAYS, WEEK, Calendar, Interval
from scheduler.entitlement import Entitlement
from scheduler.problem import FLAGGED_RULES, Mode, Patient, Problem, SessionType
from scheduler.setting import setting_of

NONE = 1 << 28

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Longs = NDArray[np.int64]
Costs = NDArray[np.int32]  # the two large tables


class Arrays(NamedTuple):
    """Axes: t session type, f facilitator entry, c clinician, r room, p patient, q requirement of a patient,
    u slot of the week, k cohort. Minutes are minutes, lengths and gaps of time are slots.
    """

    slot: int  # minutes a slot
    day: int  # slots a day
    length: Ints  # [t] slots
    minutes: Ints  # [t]
    size_min: Ints  # [t]
    size_max: Ints  # [t] also limited by the largest room of the type
    group: Bools  # [t]
    care: Ints  # [t] care minutes of one session (0: does not count as care)
    in_person: Bools  # [t]
    per_day: Ints  # [t] sessions a day for one patient
    entries: Ints  # [t] facilitator entries
    needs_room: Bools  # [t]
    group_cost: Longs  # [t] facilitator_time cost of a session held
    cohort_type: Bools  # [t] whether a cohort names the type
    ok: Bools  # [t,u] start allowed by grid, hours, windows, closures
    qualified: Bools  # [t,f,c] holds one of the entry's credentials
    primary_entry: Bools  # [t,f] the patient's primary clinician may fill the entry
    cok: Bools  # [c,t,u] clinician on site for the whole session
    buffer: Ints  # [c] slots
    day_load: Ints  # [c] minutes
    week_load: Ints  # [c] minutes
    run_max: Ints  # [c] minutes of an unbroken run
    pause: Ints  # [c] minutes that end a run
    rok: Bools  # [r,t,u] room has the features and is open for the whole session
    capacity: Ints  # [r]
    turnover: Ints  # [r] slots
    pok: Bools  # [p,t,u] patient may attend (every rule that concerns one session alone)
    cost: Costs  # [p,t,u] soft commitments, preferences, moved attendances
    need_of: Ints  # [p,t] requirement, -1: never attended
    needs: Ints  # [p] number of requirements
    need_min: Ints  # [p,q]
    need_max: Ints  # [p,q]
    need_minutes: Ints  # [p,q] minutes of the shortest type
    need_care: Bools  # [p,q]
    care_min: Ints  # [p]
    care_max: Ints  # [p]
    days_min: Ints  # [p]
    days_max: Ints  # [p]
    day_care_min: Ints  # [p]
    day_care_max: Ints  # [p]
    idle_max: Ints  # [p] minutes
    gap_max: Ints  # [p]
    services_min: Ints  # [p]
    group_daily: Bools  # [p]
    often: Bools  # [p] what has happened is more of a type a day than `per_day`: excused
    enforced: Bools  # [p, flagged rule]
    primary: Ints  # [p] clinician or -1
    covers: Bools  # [c,c] the second stands in for the first
    away: Bools  # [c,t,u] a time off of the clinician overlaps the session
    unmet_price: Longs  # [p] cost of one unmet minute
    apart_of: Ints  # [p,i] patients kept apart, -1 ends
    cohort_ok: Bools  # [k,t,u] the cohort can meet: every member not excused may attend
    cohort_patients: Ints  # [k,i] members, -1 ends
    has_baseline: Bools  # [p]
    base_index: Costs  # [p,t,u] row of base_clinicians, -1: not in the baseline
    base_clinicians: Ints  # [b,f] sorted, -1 ends
    w_breach: int
    w_changed: int
    w_idle: int
    w_day: int
    w_spread: int


@dataclass(frozen=True)
class Week:
    """A problem with its arrays; positions in the arrays are positions in the problem's lists."""

    problem: Problem
    calendar: Calendar
    entitlements: dict[str, Entitlement]
    arrays: Arrays
    type_index: dict[str, int]
    clinician_index: dict[str, int]
    room_index: dict[str, int]
    patient_index: dict[str, int]
    cohort_index: dict[str, int]


def compile_week(problem: Problem) -> Week:
    return _Compiler(problem).week()


def counts_as_primary(a: Arrays, p: int, c: int, t: int, u: int) -> bool:
    """Whether the clinician is the patient's primary, or covers them in a session they are away from."""
    own = int(a.primary[p])
    return own == c or (own >= 0 and bool(a.covers[own, c] and a.away[own, t, u]))


def slots_up(minutes: int, slot: int) -> int:
    """Whole slots that cover so many minutes."""
    return -(-minutes // slot)


class _Compiler:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        setting = setting_of(problem)
        self.calendar, self.rights = setting.calendar, setting.entitlements
        self.slot = problem.clinic.slot_minutes
        self.slots = WEEK // self.slot
        self.begin = np.arange(self.slots, dtype=np.int64) * self.slot
        self.types = problem.session_types
        self.type_index = {t.id: i for i, t in enumerate(self.types)}
        self.clinician_index = {c.id: i for i, c in enumerate(problem.clinicians)}
        self.room_index = {r.id: i for i, r in enumerate(problem.rooms)}
        self.patient_index = {p.id: i for i, p in enumerate(problem.patients)}
        self.cohort_index = {k.id: i for i, k in enumerate(problem.cohorts)}
        self.weights = problem.weights

    def week(self) -> Week:
        return Week(
            self.problem,
            self.calendar,
            self.rights,
            self._arrays(),
            self.type_index,
            self.clinician_index,
            self.room_index,
            self.patient_index,
            self.cohort_index,
        )

    def _arrays(self) -> Arrays:
        rok = self._rooms()
        ok = self._starts()
        pok, cost = self._patients(ok)
        base_index, base_clinicians, has_baseline = self._baseline(cost)
        cohort_ok, cohort_patients, cohort_type = self._cohorts(pok)
        types, entries = self.types, max([len(t.facilitators) for t in self.types], default=0)
        w = self.weights
        return Arrays(
            slot=self.slot,
            day=DAY // self.slot,
            length=_ints([t.minutes // self.slot for t in types]),
            minutes=_ints([t.minutes for t in types]),
            size_min=_ints([t.size_min for t in types]),
            size_max=_ints([self._largest(t, rok) for t in types]),
            group=_bools([t.mode == Mode.GROUP for t in types]),
            care=_ints([t.minutes if t.counts_as_care else 0 for t in types]),
            in_person=_bools([t.in_person for t in types]),
            per_day=_ints([NONE if t.max_per_day is None else t.max_per_day for t in types]),
            entries=_ints([len(t.facilitators) for t in types]),
            needs_room=_bools([t.room is not None for t in types]),
            group_cost=np.array(
                [
                    t.minutes * len(t.facilitators) * w.facilitator_time if t.mode == Mode.GROUP else 0
                    for t in types
                ],
                np.int64,
            ),
            cohort_type=cohort_type,
            ok=ok,
            qualified=self._qualified(max(entries, 1)),
            primary_entry=self._primary_entries(max(entries, 1)),
            cok=self._clinicians(ok),
            covers=self._covers(),
            away=self._away(),
            buffer=_ints([slots_up(c.buffer_minutes, self.slot) for c in self.problem.clinicians]),
            day_load=_ints([_limit(c.max_day_minutes) for c in self.problem.clinicians]),
            week_load=_ints([_limit(c.max_week_minutes) for c in self.problem.clinicians]),
            run_max=_ints([_limit(c.max_consecutive_minutes) for c in self.problem.clinicians]),
            pause=_ints([c.break_minutes for c in self.problem.clinicians]),
            rok=rok,
            capacity=_ints([r.capacity for r in self.problem.rooms]),
            turnover=_ints([slots_up(r.turnover_minutes, self.slot) for r in self.problem.rooms]),
            pok=pok,
            cost=cost,
            base_index=base_index,
            base_clinicians=base_clinicians,
            has_baseline=has_baseline,
            cohort_ok=cohort_ok,
            cohort_patients=cohort_patients,
            w_breach=w.breach,
            w_changed=w.clinician_changed,
            w_idle=w.idle,
            w_day=w.attended_day,
            w_spread=w.load_spread,
            **self._needs(),
            **self._limits(),
        )

    # -- masks ----------------------------------------------------------------------------------------------

    def _overlapping(self, mask: Bools, length: int, intervals: tuple[Interval, ...]) -> None:
        """Clear the starts whose session of `length` minutes overlaps one of the intervals."""
        for start, end in intervals:
            if start < end:
                first = max(0, (start - length) // self.slot + 1)
                mask[first : max(first, slots_up(end, self.slot))] = False

    def _inside(self, length: int, windows: tuple[Interval, ...]) -> Bools:
        """Starts whose session of `length` minutes lies inside one of the merged windows."""
        mask = np.zeros(self.slots, np.bool_)
        for start, end in windows:
            mask[slots_up(start, self.slot) : max(0, (end - length) // self.slot + 1)] = True
        return mask

    def _starts(self) -> Bools:
        ok = np.zeros((len(self.types), self.slots), np.bool_)
        for i, t in enumerate(self.types):
            ok[i, [s // self.slot for s in self.calendar.starts(t)]] = True
        return ok

    def _clinicians(self, ok: Bools) -> Bools:
        clinicians = self.problem.clinicians
        cok = np.zeros((len(clinicians), len(self.types), self.slots), np.bool_)
        for i, c in enumerate(clinicians):
            for minutes in {t.minutes for t in self.types}:
                mask = self._inside(minutes, self.calendar.availability[c.id])
                self._overlapping(mask, minutes, self.calendar.time_off[c.id])
                for j, t in enumerate(self.types):
                    if t.minutes == minutes:
                        cok[i, j] = mask & ok[j]
        return cok

    def _covers(self) -> Bools:
        clinicians = self.problem.clinicians
        found = np.zeros((len(clinicians), len(clinicians)), np.bool_)
        for i, c in enumerate(clinicians):
            found[i, [self.clinician_index[other] for other in c.covered_by]] = True
        return found

    def _away(self) -> Bools:
        found = np.zeros((len(self.problem.clinicians), len(self.types), self.slots), np.bool_)
        for i, c in enumerate(self.problem.clinicians):
            for j, t in enumerate(self.types):
                there = np.ones(self.slots, np.bool_)
                self._overlapping(there, t.minutes, self.calendar.time_off[c.id])
                found[i, j] = ~there
        return found

    def _rooms(self) -> Bools:
        rooms = self.problem.rooms
        rok = np.zeros((len(rooms), len(self.types), self.slots), np.bool_)
        for i, r in enumerate(rooms):
            for j, t in enumerate(self.types):
                if (
                    t.room is not None
                    and set(t.room.features) <= set(r.features)
                    and r.capacity >= t.size_min
                ):
                    rok[i, j] = True
                    self._overlapping(rok[i, j], t.minutes, self.calendar.room_closed[r.id])
        return rok

    def _largest(self, t: SessionType, rok: Bools) -> int:
        """Patients that a session of the type can hold in the largest room that serves it."""
        if t.room is None:
            return min(t.size_max, max(1, len(self.problem.patients)))
        j = self.type_index[t.id]
        fits = [r.capacity for i, r in enumerate(self.problem.rooms) if rok[i, j].any()]
        return min(t.size_max, max(fits, default=0), max(1, len(self.problem.patients)))

    def _qualified(self, entries: int) -> Bools:
        found = np.zeros((len(self.types), entries, len(self.problem.clinicians)), np.bool_)
        for i, t in enumerate(self.types):
            for f, entry in enumerate(t.facilitators):
                for j, c in enumerate(self.problem.clinicians):
                    if entry.credentials:
                        found[i, f, j] = not set(entry.credentials).isdisjoint(c.credentials)
                    else:
                        found[i, f, j] = not entry.primary
        return found

    def _primary_entries(self, entries: int) -> Bools:
        found = np.zeros((len(self.types), entries), np.bool_)
        for i, t in enumerate(self.types):
            for f, entry in enumerate(t.facilitators):
                found[i, f] = entry.primary
        return found

    def _patients(self, ok: Bools) -> tuple[Bools, Costs]:
        patients = self.problem.patients
        pok = np.zeros((len(patients), len(self.types), self.slots), np.bool_)
        cost = np.zeros((len(patients), len(self.types), self.slots), np.int32)
        for i, p in enumerate(patients):
            free: dict[tuple[int, bool], Bools] = {}
            price: dict[int, Costs] = {}
            for j, t in enumerate(self.types):
                if t.minutes not in price:
                    price[t.minutes] = self._wishes(p, t.minutes)
                cost[i, j] = price[t.minutes]
                if not self._serves(p, t):
                    continue
                key = (t.minutes, t.in_person)
                if key not in free:
                    free[key] = self._free(p, *key)
                pok[i, j] = ok[j] & free[key]
        return pok, cost

    def _serves(self, p: Patient, t: SessionType) -> bool:
        tags = set(p.tags)
        return (
            self.rights[p.id].requirement_of(t.id) is not None
            and set(t.audience.requires) <= tags
            and tags.isdisjoint(t.audience.excludes)
            and (t.in_person or p.telehealth)
        )

    def _free(self, p: Patient, minutes: int, in_person: bool) -> Bools:
        mask = np.zeros(self.slots, np.bool_)
        for day in self.calendar.active_days[p.id] & self.calendar.authorized_days[p.id]:
            mask[day * DAY // self.slot : (day + 1) * DAY // self.slot] = True
        self._overlapping(mask, minutes, self.calendar.busy(p, in_person))
        return mask

    def _wishes(self, p: Patient, minutes: int) -> Costs:
        """Cost of every start: minutes on soft commitments and outside the preferred windows."""
        begin, end = self.begin, self.begin + minutes
        total = np.zeros(self.slots, np.int64)
        for (a, b), weight in self.calendar.soft(p):
            shared = np.minimum(end, b) - np.maximum(begin, a)
            total += self.weights.soft_commitment * weight * np.maximum(shared, 0)
        preferred = self.calendar.preferred[p.id]
        if preferred is not None:
            outside = np.full(self.slots, minutes, np.int64)
            for a, b in preferred:
                outside -= np.maximum(np.minimum(end, b) - np.maximum(begin, a), 0)
            total += self.weights.not_preferred * outside
        return total.astype(np.int32)

    # -- cohorts and baseline -------------------------------------------------------------------------------

    def _cohorts(self, pok: Bools) -> tuple[Bools, Ints, Bools]:
        cohorts = self.problem.cohorts
        possible = np.zeros((max(1, len(cohorts)), len(self.types), self.slots), np.bool_)
        width = max([len(k.patients) for k in cohorts], default=0) + 1
        members = np.full((max(1, len(cohorts)), width), -1, np.int64)
        closed = np.zeros(len(self.types), np.bool_)
        for i, k in enumerate(cohorts):
            rows = [self.patient_index[p] for p in k.patients]
            members[i, : len(rows)] = rows
            for type_id in k.session_types:
                j = self.type_index[type_id]
                closed[j] = True
                possible[i, j] = self._cohort_meets(rows, self.types[j], pok)
        own = {
            (int(m), self.type_index[t])
            for i, k in enumerate(cohorts)
            for m in members[i]
            for t in k.session_types
        }
        for j in map(int, np.flatnonzero(closed)):
            for i in range(len(self.problem.patients)):
                if (i, j) not in own:
                    pok[i, j] = False
        return possible, members, closed

    def _cohort_meets(self, rows: list[int], t: SessionType, pok: Bools) -> Bools:
        """Starts at which every member who is not excused may attend, and that are of a legal size."""
        j = self.type_index[t.id]
        present = np.zeros(self.slots, np.int64)
        everyone = np.ones(self.slots, np.bool_)
        for i in rows:
            expected = self._expected(self.problem.patients[i], t)
            pok[i, j] &= expected
            everyone &= pok[i, j] | ~expected
            present += expected
        return everyone & (present >= t.size_min) & (present <= t.size_max) & (present > 0)

    def _expected(self, p: Patient, t: SessionType) -> Bools:
        """Starts at which a cohort's member is not excused: active, no hard dated commitment in the way."""
        mask = np.zeros(self.slots, np.bool_)
        for day in self.calendar.active_days[p.id]:
            mask[day * DAY // self.slot : (day + 1) * DAY // self.slot] = True
        self._overlapping(mask, t.minutes, self.calendar.dated_busy(p, t.in_person))
        return mask

    def _baseline(self, cost: Costs) -> tuple[Costs, Ints, Bools]:
        """Where the baseline puts each patient, with whom; `cost` gets the price of being moved."""
        patients = len(self.problem.patients)
        has = np.zeros(patients, np.bool_)
        sets: dict[tuple[int, ...], int] = {}
        places: dict[tuple[int, int, int], int] = {}
        for session in self.problem.baseline.sessions if self.problem.baseline else ():
            j = self.type_index.get(session.session_type)
            if j is None:
                continue
            led = {self.clinician_index[c] for c in session.clinicians or () if c in self.clinician_index}
            row = sets.setdefault(tuple(sorted(led)), len(sets))
            weekday, clock = self.calendar.weekday_and_clock(session.start)
            minute = self.calendar.weekdays.index(weekday) * DAY + clock
            for i in (self.patient_index[p] for p in session.patients if p in self.patient_index):
                has[i] = True
                if minute % self.slot == 0:
                    places[i, j, minute // self.slot] = row
        width = max([len(s) for s in sets], default=0) + 1
        table = np.full((max(1, len(sets)), width), -1, np.int64)
        for led_by, row in sets.items():
            table[row, : len(led_by)] = led_by
        if not has.any():
            return np.full((1, 1, 1), -1, np.int32), table, has
        index = np.full(cost.shape, -1, np.int32)
        cost[has] += self.weights.moved
        self._new_times(cost, places, has)
        for place, row in places.items():
            index[place] = row
            cost[place] -= self.weights.moved
        return index, table, has

    def _new_times(self, cost: Costs, places: Iterable[tuple[int, int, int]], has: Bools) -> None:
        """A start at which the baseline gives the patient nothing can be dearer than one of another type."""
        times: dict[int, list[int]] = {}
        for i, _, u in places:
            times.setdefault(i, []).append(u)
        for i in map(int, np.flatnonzero(has)):
            more = self.problem.patients[i].new_time_weight - 1
            if more:
                cost[i, :, np.setdiff1d(np.arange(self.slots), times.get(i, []))] += more * self.weights.moved

    # -- limits ---------------------------------------------------------------------------------------------

    def _needs(self) -> dict[str, Any]:
        patients = self.problem.patients
        most = max([len(r.requirements) for r in self.rights.values()], default=0) + 1
        shape = (len(patients), most)
        need_of = np.full((len(patients), len(self.types)), -1, np.int64)
        low, high, minutes = (
            np.zeros(shape, np.int64),
            np.full(shape, NONE, np.int64),
            np.zeros(shape, np.int64),
        )
        care = np.zeros(shape, np.bool_)
        for i, p in enumerate(patients):
            for q, need in enumerate(self.rights[p.id].requirements):
                low[i, q], high[i, q] = need.minimum, _limit(need.maximum)
                minutes[i, q], care[i, q] = need.shortest_minutes, need.holds_care
                for type_id in need.any_of:
                    need_of[i, self.type_index[type_id]] = q
        return {
            "need_of": need_of,
            "needs": _ints([len(self.rights[p.id].requirements) for p in patients]),
            "need_min": low,
            "need_max": high,
            "need_minutes": minutes,
            "need_care": care,
        }

    def _limits(self) -> dict[str, Any]:
        patients = self.problem.patients
        rights = [self.rights[p.id] for p in patients]
        return {
            "care_min": _ints([r.care_min for r in rights]),
            "care_max": _ints([min(_limit(r.care_max), _limit(r.authorized_minutes)) for r in rights]),
            "days_min": _ints([r.days_min for r in rights]),
            "days_max": _ints([min(_limit(r.days_max), _limit(r.authorized_days), DAYS) for r in rights]),
            "day_care_min": _ints([r.day_care_min for r in rights]),
            "day_care_max": _ints([_limit(r.day_care_max) for r in rights]),
            "idle_max": _ints([_limit(r.idle_max) for r in rights]),
            "gap_max": _ints([_limit(r.gap_max) for r in rights]),
            "services_min": _ints([r.services_min for r in rights]),
            "group_daily": _bools([r.group_daily for r in rights]),
            "often": np.zeros(len(patients), np.bool_),
            "enforced": np.array(
                [[flag in r.enforced for flag in FLAGGED_RULES] for r in rights], np.bool_
            ).reshape(len(patients), len(FLAGGED_RULES)),
            "primary": _ints([self.clinician_index.get(p.primary_clinician or "", -1) for p in patients]),
            "unmet_price": np.array([self.weights.unmet_care * p.priority for p in patients], np.int64),
            "apart_of": self._apart(),
        }

    def _apart(self) -> Ints:
        pairs: dict[int, list[int]] = {}
        for a, b in self.problem.apart:
            i, j = self.patient_index[a], self.patient_index[b]
            pairs.setdefault(i, []).append(j)
            pairs.setdefault(j, []).append(i)
        width = max([len(v) for v in pairs.values()], default=0) + 1
        table = np.full((len(self.problem.patients), width), -1, np.int64)
        for i, others in pairs.items():
            table[i, : len(others)] = others
        return table


def _limit(value: int | None) -> int:
    return NONE if value is None else value


def _ints(values: list[int]) -> Ints:
    return np.array(values, np.int64)


def _bools(values: list[bool]) -> Bools:
    return np.array(values, np.bool_)
