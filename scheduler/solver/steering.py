"""The price of a moved attendance, sought while searching: as low as keeps a given share of them.

What a price keeps differs from week to week, and falls while the search is hot. So the search goes on in a
week of the steering's, of the same rules, whose price is raised where fewer are kept than wanted and lowered
where more are. Of the timetables that keep enough, the one that is cheapest without that price goes back to
the worker.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scheduler.solver.kernels.memory import TIMETABLE, Search
from scheduler.solver.kernels.state import State
from scheduler.solver.worker import Worker

LOOKS: Final = 40  # on the way to cold
MARGIN: Final = 0.008  # more is aimed at than is asked for, since the share goes up and down
FORCE: Final = 8.0  # how much a share that is too low raises the price at one look
MOST: Final = 1.35  # times the price, up or down, at one look
FIRST: Final = 30.0  # the price at the beginning, unless `weights.moved` is more
DEAREST: Final = 10_000.0
TRIES, FINE = 8, 1.1  # prices at which the answer is settled until enough are kept, and how far apart

Places = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]


class Steering:
    """One worker's search at prices of its own; `searcher` is what searches."""

    def __init__(self, worker: Worker, keep: float) -> None:
        self.worker, self.keep = worker, keep
        week = worker.week
        a, weight = week.arrays, week.problem.weights.moved
        self.given = a.base_index >= 0
        self.had = self.given.sum(axis=(1, 2))
        self.moved = a.has_baseline[:, None, None] & ~self.given
        self.plain = a.cost - weight * self.moved.astype(a.cost.dtype)
        # whose new times are dearer keep to their times by that price, which stays
        self.counted = a.has_baseline & np.array([p.new_time_weight == 1 for p in week.problem.patients])
        self.price = max(FIRST, weight)
        self.searcher = Worker(replace(week, arrays=a._replace(cost=a.cost.copy())), worker.seed)
        self.searcher.go_on_from(worker.best)
        self._set()
        self.searcher.reprice()
        self.looks = 0
        self.rank = (True, 0.0)
        self.found: Search | None = None
        self.found_at = self.price

    def look(self, share: float) -> None:
        """Now and then on the way: remember what was found at this price, and set another."""
        if share * LOOKS < self.looks + 1:
            return
        self.looks = int(share * LOOKS)
        self._remember()
        short = self.keep + MARGIN - self.kept(attended(self.searcher.state))
        change = min(MOST, max(1 / MOST, math.exp(FORCE * short)))
        self.price = min(DEAREST, max(1.0, self.price * change))
        self._set()
        self.searcher.reprice()

    def finish(self) -> None:
        """The worker goes on with the cheapest timetable that keeps enough; else with what keeps most."""
        self._remember()
        assert self.found is not None
        self.worker.tried += self.searcher.tried
        self.worker.best.stats[...] += self.searcher.best.stats
        self.worker.go_on_from(self.found)

    def settle(self, until: float) -> int:
        """As `Worker.settle`, at the price at which the timetable was found or the next that keeps enough.

        What is settled may keep more and cost more by that; then it stays as it was found.
        """
        assert self.found is not None
        self.price = self.found_at
        least, limit = min(self.keep, self.kept(attended(self.found))), self.rank[1]
        for _ in range(TRIES):
            self._set()
            self.searcher.go_on_from(self.found)
            doubtful = self.searcher.settle(until)
            kept, cost = self._figures()
            if kept >= least:
                if self.rank[0] or cost <= limit:
                    self.worker.go_on_from(self.searcher.best)
                    return doubtful
                break
            self.price *= FINE
        return self.had.size

    def kept(self, places: Places) -> float:
        """Share of the attendances of those who continue that are where the baseline gives them."""
        p, t, u = places
        counted = self.counted[p]
        now = np.bincount(p[counted], minlength=self.had.size)
        total = int(np.minimum(now, self.had).sum())
        return float(self.given[p, t, u][counted].sum()) / total if total else 1.0

    def _set(self) -> None:
        cost = self.searcher.week.arrays.cost  # shared with the struct that the kernels read
        cost[...] = self.plain + round(self.price) * self.moved.astype(cost.dtype)

    def _figures(self) -> tuple[float, float]:
        """Of the searcher's best timetable: the share that is kept, and its cost without `moved`."""
        best = self.searcher.best
        places = attended(best)
        return self.kept(places), float(best.best[0]) - round(self.price) * int(self.moved[places].sum())

    def _remember(self) -> None:
        best = self.searcher.best
        kept, cost = self._figures()
        rank = (False, cost) if kept >= self.keep else (True, -kept)
        if self.found is None or rank < self.rank:
            self.rank, self.found_at = rank, self.price
            self.found = best._replace(**{name: getattr(best, name).copy() for name in TIMETABLE})


def attended(timetable: Search | State) -> Places:
    """Patient, type and start of every attendance."""
    held = np.flatnonzero(timetable.kind >= 0)
    who = [timetable.members[s, : timetable.present[s]] for s in held]
    times = [len(w) for w in who]
    patients = np.concatenate([*who, np.zeros(0, np.int64)]).astype(np.int64)
    return patients, np.repeat(timetable.kind[held], times), np.repeat(timetable.start[held], times)
