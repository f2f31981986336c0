"""The clinic's part of the linear programme: sessions held, who leads them, where they meet.

Patients who may attend a session at all can be led there; apart, cohorts' full attendance and the spread of
load are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from scheduler.solver.lower_bound.linear import FREE, SHARED, Gathering, Ints, grouped
from scheduler.solver.lower_bound.patients import Places
from scheduler.week import NONE, Arrays

_NOBODY = np.zeros(0, np.int64)


@dataclass
class Held:
    """Columns that count the sessions of one type and start, by class of rooms, and how many they seat."""

    kind: int
    slot: int
    columns: Ints
    seats: Ints


@dataclass(frozen=True)
class Times:
    """Rows that let a resource do one thing at a time: (resource, moment, row), each at a session's start."""

    resource: Ints
    slot: Ints
    row: Ints


@dataclass
class Uses:
    """What takes a resource's time: (resource, type, start, column)."""

    rows: list[tuple[int, int, int, int]] = field(default_factory=list)

    def add(self, resource: int, kind: int, slot: int, columns: Ints) -> None:
        self.rows += [(resource, kind, slot, int(c)) for c in columns]

    def table(self) -> Ints:
        return np.array(sorted(self.rows), np.int64).reshape(-1, 4)


class ClinicPart:
    """`exempt_clinicians` and `exempt_rooms` lead and house without limits (facts may have broken them)."""

    def __init__(
        self, a: Arrays, places: Places, gathering: Gathering, exempt_clinicians: Ints, exempt_rooms: Ints
    ) -> None:
        self.a, self.places, self.into = a, places, gathering
        self.led, self.housed = Uses(), Uses()
        self.held: list[Held] = []
        self.shares: list[tuple[int, float]] = []  # (row of seats, least share of the group's cost)
        self.room_class, self.rooms_of = _classes(a)
        found, where = grouped(places.kind * a.ok.shape[1] + places.slot)
        order = np.argsort(where, kind="stable")
        edges = np.searchsorted(where[order], np.arange(found.size + 1))
        for i, key in enumerate(found):
            t, u = divmod(int(key), a.ok.shape[1])
            self._session(t, u, order[edges[i] : edges[i + 1]])
        self.clinician_times = self._clinicians(exempt_clinicians)
        self.room_times = self._rooms(exempt_rooms)

    def _session(self, t: int, u: int, who: Ints) -> None:
        columns = self.places.column[who]
        classes = self._housing(t, u)
        if self.a.group[t]:
            held = self._group(t, u, columns, classes)
        else:
            held = columns
            if self.a.needs_room[t]:
                inside = self.into.columns(len(classes), 0, [len(self.rooms_of[k]) for k in classes])
                row = self.into.rows(1, 0, 0)
                self.into.put(row, columns, 1)
                self.into.put(row, inside, -1)
                for k, column in zip(classes, inside, strict=True):
                    self.housed.add(k, t, u, np.array([column]))
        for f in range(int(self.a.entries[t])):
            self._entry(t, u, f, who, held)

    def _housing(self, t: int, u: int) -> list[int]:
        if not self.a.needs_room[t]:
            return []
        return [k for k, rooms in enumerate(self.rooms_of) if self.a.rok[rooms[0], t, u]]

    def _group(self, t: int, u: int, columns: Ints, classes: list[int]) -> Ints:
        """Sessions held seat whom they hold; nobody attends where none is held."""
        a, into = self.a, self.into
        least, most = int(a.size_min[t]), int(a.size_max[t])
        together = columns.size // least
        if a.needs_room[t]:
            seats = np.array([min(most, int(a.capacity[self.rooms_of[k][0]])) for k in classes], np.int64)
            count = np.array([min(together, len(self.rooms_of[k])) for k in classes], np.int64)
        else:
            seats, count = np.array([most], np.int64), np.array([together], np.int64)
        held = into.columns(seats.size, a.group_cost[t], count)
        seated, filled = into.rows(1, -FREE, 0), into.rows(1, 0, FREE)
        into.put(seated, columns, 1)
        into.put(seated, held, -np.minimum(seats, columns.size))
        into.put(filled, columns, 1)
        into.put(filled, held, -least)
        alone = into.rows(columns.size, -FREE, 0)
        into.put(alone, columns, 1)
        into.put(np.repeat(alone, held.size), np.tile(held, alone.size), -1)
        self.held.append(Held(t, u, held, seats))
        self.shares.append((int(seated[0]), float(a.group_cost[t]) / max(1, int(seats.max(initial=1)))))
        if a.needs_room[t]:
            for k, column in zip(classes, held, strict=True):
                self.housed.add(k, t, u, np.array([column]))
        return held

    def _entry(self, t: int, u: int, f: int, who: Ints, held: Ints) -> None:
        """Every session held has one clinician for the entry."""
        a, into = self.a, self.into
        able = np.flatnonzero(a.cok[:, t, u] & a.qualified[t, f])
        own = a.primary[self.places.patient[who]]
        if a.primary_entry[t, f]:  # whoever covers somebody away may lead all: a safe bound
            absent = np.unique(own[own >= 0])
            absent = absent[a.away[absent, t, u]]
            able = np.flatnonzero(a.cok[:, t, u] & (a.qualified[t, f] | a.covers[absent].any(axis=0)))
        primaries = np.setdiff1d(own[own >= 0], able) if a.primary_entry[t, f] else _NOBODY
        primaries = primaries[a.cok[primaries, t, u]]
        if not a.group[t] and able.size == 0:
            for c in primaries:
                led = into.columns(1, 0, 1)
                row = into.rows(1, 0, 0)
                into.put(row, self.places.column[who[own == c]], 1)
                into.put(row, led, -1)
                self.led.add(int(c), t, u, led)
            return
        leaders = np.concatenate([able, primaries])
        led = into.columns(leaders.size, 0, 1)
        row = into.rows(1, 0, 0)
        into.put(row, held, 1)
        into.put(row, led, -1)
        for c, column in zip(leaders, led, strict=True):
            self.led.add(int(c), t, u, np.array([column]))
        if not a.group[t]:
            for c, column in zip(primaries, led[able.size :], strict=True):
                only = into.rows(1, -FREE, 0)
                into.put(only, column, 1)
                into.put(only, self.places.column[who[own == c]], -1)

    # -- resources ------------------------------------------------------------------------------------------

    def _clinicians(self, exempt: Ints) -> Times:
        a = self.a
        table = self.led.table()
        table = table[~np.isin(table[:, 0], exempt)]
        times = self._one_at_a_time(
            table, a.length[table[:, 1]] + a.buffer[table[:, 0]], np.ones(a.cok.shape[0], np.int64)
        )
        minutes = a.minutes[table[:, 1]]
        day = table[:, 0] * 7 + table[:, 2] // a.day
        self._load(day, table, minutes, a.day_load[np.arange(a.cok.shape[0] * 7) // 7])
        self._load(table[:, 0], table, minutes, a.week_load)
        for c in np.unique(table[:, 0]):
            if a.run_max[c] < NONE and a.pause[c] > 0:
                self._runs(table[table[:, 0] == c], int(a.run_max[c]), int(a.pause[c]))
        return times

    def _rooms(self, exempt: Ints) -> Times:
        a = self.a
        table = self.housed.table()
        bound = np.array([not np.isin(rooms, exempt).any() for rooms in self.rooms_of], np.bool_)
        table = table[bound[table[:, 0]]]
        turnover = np.array([a.turnover[rooms[0]] for rooms in self.rooms_of], np.int64)
        count = np.array([len(rooms) for rooms in self.rooms_of], np.int64)
        return self._one_at_a_time(table, a.length[table[:, 1]] + turnover[table[:, 0]], count)

    def _one_at_a_time(self, table: Ints, span: Ints, count: Ints) -> Times:
        """At every start of a session, those that hold the resource are at most as many as it has."""
        slots = int(self.a.ok.shape[1]) + int(span.max(initial=0))
        moments = np.unique(table[:, 0] * slots + table[:, 2])
        row = self.into.rows(moments.size, -FREE, count[moments // slots])
        first = np.searchsorted(moments, table[:, 0] * slots + table[:, 2])
        last = np.searchsorted(moments, table[:, 0] * slots + table[:, 2] + span)
        many = last - first
        steps = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
        self.into.put(row[np.repeat(first, many) + steps], np.repeat(table[:, 3], many), 1)
        return Times(moments // slots, moments % slots, row)

    def _load(self, key: Ints, table: Ints, minutes: Ints, limit: Ints) -> None:
        found, where = grouped(key)
        most = np.array([_reachable(set(minutes[key == k].tolist()), int(limit[k])) for k in found], np.int64)
        bound = most < np.bincount(where, minutes, found.size)
        row = np.full(found.size, SHARED, np.int64)
        row[bound] = self.into.rows(int(bound.sum()), -FREE, most[bound])
        mine = bound[where]
        self.into.put(row[where[mine]], table[mine, 3], minutes[mine])

    def _runs(self, table: Ints, most: int, pause: int) -> None:
        """In any time as long as the longest run and a pause, at most the longest run is led."""
        a = self.a
        width = (most + pause) // a.slot
        length = a.length[table[:, 1]]
        for q in np.unique(table[:, 2]):
            inside = np.minimum(table[:, 2] + length, q + width) - np.maximum(table[:, 2], q)
            mine = (inside > 0) & (table[:, 2] // a.day == q // a.day)  # a run ends with its date
            row = self.into.rows(1, -FREE, most)
            self.into.put(row, table[mine, 3], inside[mine] * a.slot)


def _classes(a: Arrays) -> tuple[list[int], list[list[int]]]:
    """Rooms that serve alike: (class of each room, rooms of each class)."""
    seen: dict[tuple[bytes, int, int], int] = {}
    classes, rooms = [], list[list[int]]()
    for r in range(a.capacity.size):
        key = (a.rok[r].tobytes(), int(a.capacity[r]), int(a.turnover[r]))
        if key not in seen:
            seen[key] = len(rooms)
            rooms.append([])
        classes.append(seen[key])
        rooms[seen[key]].append(r)
    return classes, rooms


def _reachable(parts: set[int], limit: int) -> int:
    """The largest sum of the parts, each any number of times, that is at most the limit."""
    if limit >= NONE or not parts:
        return NONE
    step = int(np.gcd.reduce(np.array(sorted(parts))))
    reach = np.zeros(limit // step + 1, np.bool_)
    reach[0] = True
    for i in range(reach.size):
        if any(part // step <= i and reach[i - part // step] for part in parts):
            reach[i] = True
    return int(np.flatnonzero(reach)[-1]) * step
