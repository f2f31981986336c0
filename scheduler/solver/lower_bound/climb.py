"""Ever better bounds: prices from the linear programme, patients solved exactly at them, rows added."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from scheduler.solver.lower_bound.facts import excused
from scheduler.solver.lower_bound.first_order import FirstOrder
from scheduler.solver.lower_bound.grain import grain, rounded_up
from scheduler.solver.lower_bound.linear import Floats
from scheduler.solver.lower_bound.relaxation import Relaxation
from scheduler.solver.lower_bound.safe import SCALE
from scheduler.week import Week

SLICE = 2e8  # entries that the first-order method visits between two bounds, at least; about a second
SLICE_SHARE = 2.0  # of the seconds that a bound takes
LONGEST = 8.0  # slices in one
PATIENCE = 5  # slices without gain after which nothing more is expected
HALFWAY = 0.5


def climbing_bounds(week: Week, seconds: float) -> Iterator[int]:
    """Growing proven lower bounds of the week's objective, for about so many seconds."""
    if not week.problem.patients:
        return
    until, unit, told = time.monotonic() + seconds, grain(week), 0
    for value in _Climb(week).bounds(until):
        bound = rounded_up(-(-value // SCALE), unit)
        if bound > told:
            told = bound
            yield bound


class _Climb:
    def __init__(self, week: Week) -> None:
        self.relaxation = Relaxation(excused(week))
        self.best = self.relaxation.first_bound
        self.at = self.relaxation.first_prices
        self.took = 0.0  # seconds that the last bound took

    def bounds(self, until: float) -> Iterator[int]:
        yield self.best
        programme = self.relaxation.programme
        method = FirstOrder(np.zeros(programme.width), self.at)
        idle = 0
        while idle < PATIENCE and (left := until - time.monotonic()) > 0:
            work = SLICE * min(LONGEST, max(1.0, SLICE_SHARE * self.took)) * (1 if method.iterations else 2)
            method.improve(programme.linear(), work, left)
            idle += 1
            if self._gain(method.dual):
                idle = 0
                yield self.best
            self.relaxation.rounding.add(method.primal, programme)

    def _gain(self, prices: Floats) -> bool:
        """Bounds are concave in the prices: halfway to the best known ones may be higher than both ends."""
        if self._better(prices):
            return True
        known = np.concatenate([self.at, np.zeros(prices.size - self.at.size)])
        return self._better(known + HALFWAY * (prices - known))

    def _better(self, prices: Floats) -> bool:
        began = time.thread_time()
        value = self.relaxation.bound(prices)
        self.took = time.thread_time() - began
        if value is None or value <= self.best:
            return False
        self.best, self.at = value, prices
        return True
