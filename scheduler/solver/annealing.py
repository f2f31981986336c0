"""One worker's way from hot to cold.

Where flagged rules are enforced, a patient whose week would break one gets no care at all: between two good
timetables lie some that cost a whole patient, more than annealing ever climbs. So for the first half of the
way such rules are only dear, in a week of the *scout*'s; its best timetable is then taken over, and whoever's
week breaks an enforced rule is planned anew.

With a baseline the search begins cooler: hotter than the price of a moved attendance, it would forget whose
times were which before it had looked at anything else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from scheduler.solver.kernels.pricing import BIG
from scheduler.solver.worker import Worker
from scheduler.week import Week

SCOUTING: Final = 0.5  # share of the way
DEARER: Final = 10  # times the price of a breach, while no rule is enforced
WARM: Final = 0.2  # share of the way to cold at which the worker goes on from the scout's timetable
RESUMED: Final = 0.4  # share of the way to cold at which a search begins that resumes a baseline
LOOK: Final = 2000  # rounds after which the scout's best is tried as a timetable


class Annealing:
    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.scout: Worker | None = None
        week = softened(worker.week)
        if week is not None:
            self.scout = Worker(week, worker.seed + 1)
            if worker.value < BIG // 2:
                self.scout.begin_from(worker.best)
            else:
                self.scout.construct(0.0)
        self.looked = 0
        self.from_ = RESUMED if worker.week.arrays.has_baseline.any() else 0.0

    def step(self, share: float, rounds: int | None = None) -> None:
        """Search on at this share of the way: so many rounds, or for a moment."""
        if self.scout is None:
            self._run(self.worker, share, rounds)
            return
        if share < SCOUTING:
            before = self.scout.tried
            self._run(self.scout, share / SCOUTING, rounds)
            self.worker.tried += self.scout.tried - before
            if self.scout.tried - self.looked >= LOOK:
                self.look()
            return
        if self.looked >= 0:
            self.look()
            self.worker.best.stats[...] += self.scout.best.stats
            self.looked = -1
        self._run(self.worker, WARM + (1 - WARM) * (share - SCOUTING) / (1 - SCOUTING), rounds)

    def _run(self, worker: Worker, way: float, rounds: int | None) -> None:
        heat = temperature(self.worker.week, self.from_ + (1 - self.from_) * way)
        if rounds is None:
            worker.improve(heat)
        else:
            worker.work(rounds, heat)

    @property
    def scouting(self) -> bool:
        return self.scout is not None and self.looked >= 0

    def look(self) -> None:
        """Make the scout's best a timetable that keeps the enforced rules; the worker goes on from it."""
        assert self.scout is not None
        self.looked = self.scout.tried
        if self.scout.value < BIG // 2:  # an impossible one is no beginning
            self.worker.begin_from(self.scout.best)


def softened(week: Week) -> Week | None:
    """The week with its enforced flagged rules as dear ones; None where nothing is enforced."""
    a = week.arrays
    if not a.enforced.any():
        return None
    dear = DEARER * max(100, int(a.w_breach))
    return replace(week, arrays=a._replace(enforced=np.zeros_like(a.enforced), w_breach=dear))


def temperature(week: Week, share: float) -> float:
    """From a third of a typical session's unmet cost down to a sixtieth of that."""
    prices = week.arrays.unmet_price
    typical = float(np.median(prices)) * 60 if prices.size else 0.0
    hot = max(60.0, 0.3 * typical)
    return float(hot * (1 / 60) ** min(1.0, max(0.0, share)))
