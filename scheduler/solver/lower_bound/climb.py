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

SLICE_SECONDS = 1.0  # of the first-order method between two bounds, at least
SLICE_SHARE = 2.0  # of the time that a bound takes
PATIENCE = 5  # slices without gain after which nothing more is expected
HALFWAY = 0.5


def climbing_bounds(week: Week, seconds: float, slice_seconds: float = SLICE_SECONDS) -> Iterator[int]:
    """Growing proven lower bounds of the week's objective, for about so many seconds."""
    if not week.problem.patients:
        return
    until, unit, told = time.monotonic() + seconds, grain(week), 0
    for value in _Climb(week, slice_seconds).bounds(until):
        bound = rounded_up(-(-value // SCALE), unit)
        if bound > told:
            told = bound
            yield bound


class _Climb:
    def __init__(self, week: Week, slice_seconds: float) -> None:
        self.relaxation = Relaxation(excused(week))
        self.slice_seconds = slice_seconds
        self.best = 0
        self.at = np.zeros(0)
        self.took = 0.0  # seconds that the last bound took

    def bounds(self, until: float) -> Iterator[int]:
        first = self.relaxation.first_prices()
        if self._better(first):
            yield self.best
        programme = self.relaxation.programme
        method = FirstOrder(np.zeros(programme.width), first)
        idle = 0
        while idle < PATIENCE and (left := until - time.monotonic()) > 0:
            length = max(self.slice_seconds, SLICE_SHARE * self.took)
            method.improve(programme.linear(), min(left, length if method.iterations else 2 * length))
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
        began = time.monotonic()
        value = self.relaxation.bound(prices)
        self.took = time.monotonic() - began
        if value is None or value <= self.best:
            return False
        self.best, self.at = value, prices
        return True
