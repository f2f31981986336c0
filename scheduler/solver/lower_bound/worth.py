"""What one more of something is worth to the linear programme of a week: its shadow prices.

The programme plans in fractions and leaves rules out, so a price tells what is scarce, not what a change
would bring: a single seat or hour may bring more or nothing. It is the slope of the programme's value, at
prices that are near-optimal.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from scheduler.solver.lower_bound.clinic import Held, Times
from scheduler.solver.lower_bound.facts import excused
from scheduler.solver.lower_bound.first_order import FirstOrder
from scheduler.solver.lower_bound.linear import SHARED, Linear
from scheduler.solver.lower_bound.relaxation import Relaxation
from scheduler.week import Bools, Week

WORK: Final = 6e8  # entries that the first-order method visits: always the same, so the prices are

FAR: Final = 64


def seconds_for(week: Week) -> float:
    """About how long the prices of a week take: of this many places, that many columns, rows and entries."""
    return 5.0 + 1.2e-4 * float(week.arrays.pok.sum())


class Worth:
    """Prices in the objective's units, 0 and more; `longest` seconds are a fuse."""

    def __init__(self, week: Week, longest: float) -> None:
        self.a = week.arrays
        self.size_max = [t.size_max for t in week.problem.session_types]  # whatever the rooms hold
        relaxation = Relaxation(excused(week))
        self.clinic = relaxation.clinic
        method = FirstOrder(np.zeros(relaxation.programme.width), relaxation.first_prices)
        method.improve(_unboxed(relaxation.programme.linear()), WORK, longest)
        self.dual, self.primal = method.dual, method.primal

    def clinician_time(self, c: int, first: int, last: int) -> float:
        """A clinician's time in slots [first, last), by what sessions would give for it."""
        times = self.clinic.clinician_times
        return self._scarce(times, (times.resource == c) & (first <= times.slot) & (times.slot < last))

    def room(self, r: int) -> float:
        """One more room like this one, all week."""
        times = self.clinic.room_times
        return self._scarce(times, times.resource == self.clinic.room_class[r])

    def seat(self, t: int) -> float:
        """One more seat in every group of a session type whose size, not its room, is the limit."""
        return sum(self._seated(i, h, h.seats >= self.size_max[t]) for i, h in self._groups() if h.kind == t)

    def room_seat(self, r: int) -> float:
        """One more seat in one room, where the room is the limit."""
        alike = len(self.clinic.rooms_of[self.clinic.room_class[r]])
        full = self.a.capacity[r]
        return sum(
            self._seated(i, h, (h.seats == full) & (full < self.size_max[h.kind])) / alike
            for i, h in self._groups()
            if self.a.needs_room[h.kind]
        )

    def _groups(self) -> list[tuple[int, Held]]:
        return [(row, held) for (row, _), held in zip(self.clinic.shares, self.clinic.held, strict=True)]

    def _scarce(self, times: Times, which: Bools) -> float:
        return float(np.maximum(0, -self.dual[times.row[which]]).sum())

    def _seated(self, row: int, held: Held, which: Bools) -> float:
        return float(max(0.0, -self.dual[row]) * self.primal[held.columns[which]].sum())


def _unboxed(model: Linear) -> Linear:
    """The same programme with the price of what is scarce in rows alone.

    That a clinician leads one session at a time, and as many meet as there are rooms, is in the columns'
    upper ends as well: there it would hide a part of the price.
    """
    shared = model.column_owner == SHARED
    return replace(model, upper=np.where(shared, FAR * model.upper, model.upper))
