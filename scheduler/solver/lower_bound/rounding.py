"""Rows that hold because groups come whole: rounded capacity over some patients and starts of one type.

Of n groups held at some starts U, patients Q who may attend A_p of them each fill at most
f(n) = min(capacity n, Σ min(A_p, n)) places. f is concave over the whole numbers, so for every k the line
through (k, f(k)) and (k + 1, f(k + 1)) bounds the attendances; between k and k + 1 groups it cuts off what
the linear programme, thinking of 7.3 groups, would fill.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from scheduler.solver.lower_bound.clinic import Held
from scheduler.solver.lower_bound.linear import FREE, Floats, Gathering, Ints, grouped
from scheduler.solver.lower_bound.patients import Places
from scheduler.week import Arrays, Bools

MOST = 4  # new rows of one type at a time
CLOCKS = 11  # times of day that windows are made from
GRAIN = 0.03  # a number of groups closer to a whole one is not looked at
ALIKE = 0.7  # share of starts and of patients in common from which two rows count as one


@dataclass
class _Row:
    weight: float  # violation over the row's length
    starts: Bools
    patients: Ints
    slope: int
    level: int


class Rounding:
    """Finds violated rows of one type after another; a row found once is not looked for again."""

    def __init__(self, a: Arrays, places: Places, held: list[Held]) -> None:
        self.types = [_Kind(a, places, t, held) for t in sorted({h.kind for h in held})]

    def add(self, primal: Floats, into: Gathering) -> int:
        """Add the rows that the fractional week breaks most; how many."""
        return sum(kind.add(primal, into) for kind in self.types)


class _Kind:
    def __init__(self, a: Arrays, places: Places, t: int, held: list[Held]) -> None:
        own = [h for h in held if h.kind == t]
        self.slots = np.array([h.slot for h in own], np.int64)
        self.columns = [h.columns for h in own]
        self.capacity = max(int(h.seats.max(initial=0)) for h in own)
        mine = (places.kind == t) & np.isin(places.slot, self.slots)
        self.attend = places.column[mine]
        self.start = np.searchsorted(self.slots, places.slot[mine])
        people, self.who = grouped(places.patient[mine])
        self.possible = np.zeros((people.size, self.slots.size), np.bool_)
        self.possible[self.who, self.start] = True
        self.most = np.array([a.need_max[p, a.need_of[p, t]] for p in people], np.int64)
        self.day = self.slots // a.day
        self.per_day = int(a.per_day[t])
        self.windows = list(_windows(self.day, self.slots % a.day))
        self.chances = [self._chances(w) for w in self.windows]

    def _chances(self, window: Bools) -> Ints:
        """[p] the most sessions of the type in the window that the patient may attend."""
        days = np.zeros(self.most.size, np.int64)
        for d in np.unique(self.day[window]):
            days += np.minimum(self.possible[:, window & (self.day == d)].sum(axis=1), self.per_day)
        return np.minimum(days, self.most)

    def add(self, primal: Floats, into: Gathering) -> int:
        groups = np.array([primal[c].sum() for c in self.columns])
        seats = np.zeros(self.possible.shape)
        seats[self.who, self.start] = primal[self.attend]
        found = [row for i in range(len(self.windows)) for row in self._broken(i, groups, seats)]
        kept: list[_Row] = []
        for row in sorted(found, key=lambda r: -r.weight):
            if len(kept) == MOST:
                break
            if not any(_alike(row, other) for other in kept):
                kept.append(row)
                self._put(row, into)
        return len(kept)

    def _broken(self, i: int, groups: Floats, seats: Floats) -> Iterator[_Row]:
        window, chances = self.windows[i], self.chances[i]
        n = float(groups[window].sum())
        k = int(np.floor(n))
        part = n - k
        if not GRAIN < part < 1 - GRAIN:
            return
        filled = seats[:, window].sum(axis=1)
        line = np.minimum(chances, k) + part * (np.minimum(chances, k + 1) - np.minimum(chances, k))
        for chosen in (filled > part * chances, filled > line):
            low, high = self._fill(chances[chosen], k), self._fill(chances[chosen], k + 1)
            over = float(filled[chosen].sum()) - (low + part * (high - low))
            if over > 1e-3:
                weight = over / np.sqrt(1 + np.count_nonzero(chosen))
                yield _Row(weight, window, np.flatnonzero(chosen), high - low, low - k * (high - low))

    def _fill(self, chances: Ints, n: int) -> int:
        return min(self.capacity * n, int(np.minimum(chances, n).sum()))

    def _put(self, row: _Row, into: Gathering) -> None:
        line = into.rows(1, -FREE, row.level)
        into.put(line, self.attend[np.isin(self.who, row.patients) & row.starts[self.start]], 1)
        into.put(line, np.concatenate([self.columns[i] for i in np.flatnonzero(row.starts)]), -row.slope)


def _windows(day: Ints, clock: Ints) -> Iterator[Bools]:
    """Sets of starts: one day, two, all, or all but one; between two times of day."""
    days = np.unique(day).tolist()
    sets = {(d,) for d in days} | {tuple(days)} | set(combinations(days, 2))
    sets |= {tuple(x for x in days if x != d) for d in days}
    times = np.unique(clock)
    times = np.append(times[:: max(1, times.size // (CLOCKS - 1))], times[-1] + 1)
    for chosen in sorted(sets):
        for first, last in combinations(times.tolist(), 2):
            window = np.isin(day, chosen) & (clock >= first) & (clock < last)
            if window.any():
                yield window


def _alike(one: _Row, other: _Row) -> bool:
    shared = np.count_nonzero(one.starts & other.starts)
    if shared <= ALIKE * min(np.count_nonzero(one.starts), np.count_nonzero(other.starts)):
        return False
    together = np.intersect1d(one.patients, other.patients).size
    return together > ALIKE * min(one.patients.size, other.patients.size)
