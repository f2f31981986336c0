"""One search thread: a timetable under search, its working memory, the best it has seen."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scheduler.errors import NoTimetableFound
from scheduler.solver.kernels.boxes import box
from scheduler.solver.kernels.cohorts import open_cohort
from scheduler.solver.kernels.groups import plan_queue
from scheduler.solver.kernels.memory import TIMETABLE, Search, enqueue, new_memory, remember, restore, total
from scheduler.solver.kernels.plan import STATES
from scheduler.solver.kernels.pricing import BIG
from scheduler.solver.kernels.search import construct, improve, settle
from scheduler.solver.kernels.state import LOGGED, ZERO, State, undo
from scheduler.solver.resuming import resume
from scheduler.solver.seeding import pinned_places, seed_pins
from scheduler.week import Week

SHARE = 500  # thousandths of a group's price that its first patients are charged while it lacks its minimum
BEAM = 32  # states kept a day while searching; settling keeps all
SEATINGS = 6  # other orders of seating patients, before pins count as impossible to keep
NEVER = 1 << 60
PASSES = 60  # over all patients; a dozen are rare, the limit is a fuse
BATCH_SECONDS = 0.05  # between two looks at the clock


@dataclass
class Worker:
    """One search thread: its timetable, its memory, its best."""

    week: Week
    seed: int
    arrays: Any = field(init=False)
    state: State = field(init=False)
    best: Search = field(init=False)
    boxed: tuple[Any, Any, Any] = field(init=False)
    rounds: int = 4
    tried: int = 0
    seatings: int = 0

    def __post_init__(self) -> None:
        # A struct of its own: threads that share one count its arrays' references against each other, and
        # two of them run a quarter to a third slower.
        self.arrays = box(self.week.arrays)
        self.clear()

    def clear(self) -> None:
        """An empty timetable but for what the pins hold, every time with other patients where they may be."""
        for last in (*[False] * SEATINGS, True):
            state, plan, best = new_memory(self.week.arrays, self.seed)
            state = state._replace(pinned=pinned_places(self.week))
            self.state, self.best = state, best
            self.boxed = (box(state), box(plan), box(best))
            shuffle = self.seed + 7919 * self.seatings
            self.seatings += 1
            try:
                seed_pins(self.week, self.arrays, state, self.boxed[0], shuffle)
                return
            except NoTimetableFound:
                if last:
                    raise

    def construct(self, noise: float) -> int:
        a = self.week.arrays
        state, plan, best = self.boxed
        self._meet()
        can = a.pok & a.group[None, :, None] & ~a.cohort_type[None, :, None]
        return int(construct(self.arrays, state, plan, best, can, noise, SHARE, BEAM))

    def resume(self) -> bool:
        """Begin with the baseline, everybody planned anew in it; False without one."""
        state, plan, best = self.boxed
        if not resume(self.week, self.arrays, self.state, state):
            return False
        nothing = np.zeros_like(self.week.arrays.pok)
        construct(self.arrays, state, plan, best, nothing, 0.0, SHARE, STATES)
        return True

    def _meet(self) -> None:
        """Hold the closed groups as often as their members need them, as far as the clinic can: first those
        with the fewest starts to choose from.
        """
        a = self.week.arrays
        state, plan, best = self.boxed
        starts = a.cohort_ok.sum(axis=2) * a.cohort_type
        pairs = sorted((int(starts[k, t]), int(k), int(t)) for k, t in np.argwhere(starts))
        for _, k, t in pairs:
            members = [int(p) for p in a.cohort_patients[k] if p >= 0 and a.need_of[p, t] >= 0]
            wanted = max((int(a.need_min[p, a.need_of[p, t]]) for p in members), default=0)
            for _ in range(min(wanted, 7)):
                before = int(total(self.arrays, state))
                if open_cohort(self.arrays, state, best, np.int64(k), np.int64(t), ZERO):
                    plan_queue(self.arrays, state, plan, best, SHARE, BEAM, ZERO)
                if int(total(self.arrays, state)) - before > BIG // 2:
                    undo(self.arrays, state, ZERO)
                self.state.z[LOGGED] = 0

    def improve(self, temperature: float) -> None:
        """About BATCH_SECONDS of ruin and recreate."""
        began = time.monotonic()
        self.work(self.rounds, temperature)
        took = max(time.monotonic() - began, 1e-4)
        self.rounds = max(1, min(2000, int(self.rounds * min(2.0, BATCH_SECONDS / took)) or 1))

    def adopt(self, other: Search) -> None:
        """Go on from another worker's best timetable; from a construction of one's own while there is no
        legal one.
        """
        if int(other.best[0]) >= BIG // 2:
            self.clear()
            self.construct(0.15)
            return
        self._take_over(other)

    def begin_from(self, other: Search) -> None:
        """Go on from a timetable of another week of the same clinic, in which a rule may have been softer.

        Whoever's week this one does not allow is planned anew. The best timetable so far is kept, if better.
        """
        former = self.best
        self._take_over(other)
        state, plan, best = self.boxed
        for p in np.flatnonzero(self.state.price >= BIG // 2):
            enqueue(best, np.int64(p))
        plan_queue(self.arrays, state, plan, best, np.int64(SHARE), np.int64(BEAM), ZERO)
        self.state.z[LOGGED] = 0
        self.best.best[0] = NEVER
        value = total(self.arrays, state)
        if value < int(former.best[0]):
            remember(state, best, np.int64(value))
        else:
            _copy_timetable(former, self.best)

    def reprice(self) -> None:
        """Other costs in the week's arrays: the timetable as it stands is the best one known at those."""
        state, _, best = self.boxed
        remember(state, best, ZERO)
        self.go_on_from(self.best)

    def go_on_from(self, other: Search) -> None:
        """Another worker's best timetable, which may have had other prices, as the best one known."""
        self._take_over(other)
        self.best.best[0] = total(self.arrays, self.boxed[0])

    def _take_over(self, other: Search) -> None:
        random = self.state.random.copy()
        state, plan, best = new_memory(self.week.arrays, self.seed)
        state = state._replace(pinned=pinned_places(self.week), random=random)
        _copy_timetable(other, best)
        best.stats[...] = self.best.stats
        self.state, self.best = state, best
        self.boxed = (box(state), box(plan), box(best))
        restore(self.arrays, self.boxed[0], self.boxed[2])

    def work(self, rounds: int, temperature: float) -> None:
        """So many rounds, whatever time they take."""
        improve(self.arrays, *self.boxed, rounds, temperature, SHARE, BEAM)
        self.tried += rounds

    def settle(self, until: float = math.inf) -> int:
        """Replace every patient exactly in the best timetable, until nobody gains or the clock (monotonic
        seconds) says so; how many could not be decided exactly.
        """
        self.adopt(self.best)
        self._settle(BEAM, until)  # most of the way at a fraction of the price
        return self._settle(STATES, until)

    def _settle(self, beam: int, until: float) -> int:
        people = len(self.week.problem.patients)
        doubtful: set[int] = set()
        settled = 0  # patients in a row who could not gain
        for step in range(PASSES * people):
            if settled >= people or time.monotonic() > until:
                break
            p = step % people
            gained, exact = settle(self.arrays, *self.boxed, np.int64(p), np.int64(beam))
            settled = 0 if gained else settled + 1
            if exact:
                doubtful.discard(p)
            else:
                doubtful.add(p)
        self.state.z[LOGGED] = 0
        return max(len(doubtful), people - settled)

    @property
    def value(self) -> int:
        return int(self.best.best[0])


def _copy_timetable(source: Search, target: Search) -> None:
    for name in TIMETABLE:
        getattr(target, name)[...] = getattr(source, name)
