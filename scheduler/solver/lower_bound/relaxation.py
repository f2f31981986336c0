"""The week as a linear programme, and the bounds that its prices prove."""

from __future__ import annotations

from typing import Any

import numpy as np

from scheduler.solver.kernels.boxes import box
from scheduler.solver.kernels.ideal import enough_patients, ideal_weeks
from scheduler.solver.kernels.plan import new_plan
from scheduler.solver.lower_bound.clinic import ClinicPart
from scheduler.solver.lower_bound.facts import Excused
from scheduler.solver.lower_bound.linear import Floats, Gathering, Ints
from scheduler.solver.lower_bound.patients import PatientPart, week_rows
from scheduler.solver.lower_bound.rounding import Rounding
from scheduler.solver.lower_bound.safe import SCALE, Priced, priced
from scheduler.week import Arrays, Bools

_WIDEST = (1 << 31) - 1  # of a price in the kernels' tables


class PersonalWeeks:
    """Every patient's exact best week at given prices, with costs in units of 1 / SCALE."""

    def __init__(self, a: Arrays) -> None:
        self._plan = box(new_plan(a))
        self._enough = enough_patients(box(a))
        self._free = np.zeros(a.ok.shape, np.int64)
        self.possible = _possible(a, self._enough)
        scaled = {name: getattr(a, name) * SCALE for name in ("unmet_price", "w_breach", "w_idle", "w_day")}
        self._arrays = a._replace(cost=np.zeros_like(a.cost), **scaled)

    def least(self, patient: Ints, kind: Ints, slot: Ints, cost: Ints) -> tuple[Ints, Bools]:
        """(least cost of each patient, whether it was decided); `cost` is all that a place is charged."""
        people = self._arrays.primary.size
        decided = np.ones(people, np.bool_)
        decided[patient[cost < -_WIDEST]] = False
        self._arrays.cost[patient, kind, slot] = np.clip(cost, -_WIDEST, _WIDEST)
        values, exact = np.zeros(people, np.int64), np.zeros(people, np.bool_)
        ideal_weeks(
            box(self._arrays),
            self._plan,
            self._free,
            self._enough,
            values,
            exact,
            np.int64(0),
            np.int64(people),
        )
        return values, exact & decided


class Relaxation:
    def __init__(self, known: Excused) -> None:
        a = known.arrays
        self.weeks = PersonalWeeks(a)
        self.counted = ~known.patients
        possible = self.weeks.possible & self.counted[:, None, None]
        self.programme = Gathering()
        part = PatientPart(a, possible, self.programme)
        self.places = part.places
        self.clinic = ClinicPart(a, self.places, self.programme, known.clinicians, known.rooms)
        self.rounding = Rounding(a, self.places, self.clinic.held)
        self.first_prices = np.zeros(self.programme.height)
        for row, share in self.clinic.shares:
            self.first_prices[row] = -share
        self.first_bound = self._personal_rows()

    def _personal_rows(self) -> int:
        """The bound of charging each attendance its least share of the group; every best week then, a row."""
        value = priced(self.programme.linear(), self.first_prices, self.counted.size)
        if value is None:
            return 0
        least, exact = self._least(value)
        sure = np.where(exact & self.counted, least, 0)
        week_rows(self.programme, -(-value.reduced // SCALE), sure // SCALE)
        return value.clinic + int(sure.sum())

    def bound(self, prices: Floats) -> int | None:
        """What the prices prove, in units of 1 / SCALE; None where the numbers grow out of hand."""
        model = self.programme.linear()
        people = self.counted.size
        value = priced(model, np.concatenate([prices, np.zeros(model.low.size - prices.size)]), people)
        return None if value is None else value.clinic + self._patients(value)

    def _patients(self, value: Priced) -> int:
        least, exact = self._least(value)
        best = np.where(exact, np.maximum(least, value.patients), value.patients)
        return int(best[self.counted].sum())

    def _least(self, value: Priced) -> tuple[Ints, Bools]:
        p, t, u = self.places.patient, self.places.kind, self.places.slot
        return self.weeks.least(p, t, u, value.reduced[self.places.column])


def _possible(a: Arrays, enough: Any) -> Bools:
    """[p,t,u] the patient may attend, enough others could come, and someone could fill every entry."""
    able = a.pok & enough[None]
    for t in range(a.length.size):
        for f in range(int(a.entries[t])):
            someone = (a.cok[:, t] & a.qualified[t, f][:, None]).any(axis=0)
            suits = np.broadcast_to(someone, able[:, t].shape).copy()
            if a.primary_entry[t, f]:
                led = a.primary >= 0
                suits[led] |= a.cok[a.primary[led], t]
                for c in np.flatnonzero(a.covers.any(axis=1)):
                    covered = (a.cok[a.covers[c], t]).any(axis=0) & a.away[c, t]
                    suits[a.primary == c] |= covered
            able[:, t] &= suits
    return able
