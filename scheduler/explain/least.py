"""The least minutes that any week among given places leaves unmet, exactly, by the solver's own programme.

Other prices are gone: only unmet minutes count, and what no week may break. `exact` turns false when the
programme reached one of its limits, so that its answer is one possible week and not a proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.calendar import DAYS
from scheduler.explain.causes import FLAGS, Cause
from scheduler.problem import FLAGGED_RULES
from scheduler.solver.kernels.boxes import box
from scheduler.solver.kernels.personal_week import best_week
from scheduler.solver.kernels.plan import CHOSEN, EXACT, INFEASIBLE, PLACES, STATES, new_plan
from scheduler.week import NONE, Week

Ints = NDArray[np.int64]
MINUTE = 1 << 8  # the price of one, above anything that strangeness can add up to
CHANGING = (
    "need_max",
    "care_max",
    "days_max",
    "day_care_max",
    "idle_max",
    "day_care_min",
    "gap_max",
    "services_min",
    "per_day",
    "enforced",
)


class Places(NamedTuple):
    """Where a session could be attended; `must` ones are attended in any case."""

    kind: Ints
    slot: Ints
    must: NDArray[np.bool_]
    strange: Ints  # 0 as now … 3 only if causes are gone: of weeks alike the most familiar one is found


class LeastUnmet:
    """The programme with its memory, for one compiled week; not for two threads at once."""

    def __init__(self, week: Week) -> None:
        a = week.arrays
        self.week, self.arrays = week, a
        own = {name: getattr(a, name).copy() for name in CHANGING}
        free = a._replace(
            unmet_price=np.full_like(a.unmet_price, MINUTE), w_idle=0, w_day=0, w_breach=0, w_changed=0, **own
        )
        self.limits = free
        self.boxed = box(free)
        self.plan = new_plan(a)
        self.boxed_plan = box(self.plan)
        self.exact = True

    def minutes(self, p: int, places: Places, below: int | None = None) -> int | None:
        """None: no week leaves fewer than `below` unmet."""
        self._fill(places)
        upper = INFEASIBLE if below is None else below * MINUTE
        found = int(best_week(self.boxed, self.boxed_plan, np.int64(p), np.int64(upper), np.int64(STATES)))
        self.exact = bool(self.plan.info[EXACT])
        return None if found >= INFEASIBLE else found // MINUTE

    def chosen(self) -> list[int]:
        """The places of the last answer, by their position in what was given."""
        return [int(self.order[i]) for i in self.plan.chosen[: int(self.plan.info[CHOSEN])]]

    def _fill(self, places: Places) -> None:
        plan, n = self.plan, len(places.slot)
        self.order = np.argsort(places.slot, kind="stable")
        slot = places.slot[self.order]
        plan.head[:] = -1
        plan.slot[:n], plan.kind[:n] = slot, places.kind[self.order]
        plan.session[:n], plan.must[:n] = -1, places.must[self.order]
        plan.extra[:n] = places.strange[self.order]
        numbers = np.arange(n)
        plan.after[:n] = numbers - 1
        firsts = np.flatnonzero(np.diff(slot, prepend=-1))
        plan.after[firsts] = -1
        plan.head[slot] = numbers  # the last of each slot stays
        plan.info[PLACES] = n

    # -- other limits for a while ---------------------------------------------------------------------------

    @contextmanager
    def lifted(self, p: int, causes: Cause) -> Iterator[None]:
        """As if these rules did not hold for the patient."""
        with self.changed(p):
            self.lift(p, causes)
            yield

    @contextmanager
    def changed(self, p: int) -> Iterator[None]:
        """Whatever is written into `limits` for the patient (and `per_day`) is taken back afterwards."""
        kept = {
            name: getattr(self.limits, name).copy()
            if name == "per_day"
            else getattr(self.limits, name)[p].copy()
            for name in CHANGING
        }
        try:
            yield
        finally:
            for name, value in kept.items():
                if name == "per_day":
                    self.limits.per_day[:] = value
                else:
                    getattr(self.limits, name)[p] = value

    def lift(self, p: int, causes: Cause) -> None:
        limits = self.limits
        for cause, name in FLAGS.items():
            if cause in causes:
                limits.enforced[p, FLAGGED_RULES.index(name)] = False
        rights = self.week.entitlements[self.week.problem.patients[p].id]
        if causes & (Cause.CARE_MAX | Cause.AUTHORIZED_MINUTES):
            own = None if Cause.CARE_MAX in causes else rights.care_max
            paid = None if Cause.AUTHORIZED_MINUTES in causes else rights.authorized_minutes
            limits.care_max[p] = _least(own, paid)
        if causes & (Cause.DAYS_MAX | Cause.AUTHORIZED_DAYS):
            own = None if Cause.DAYS_MAX in causes else rights.days_max
            paid = None if Cause.AUTHORIZED_DAYS in causes else rights.authorized_days
            limits.days_max[p] = min(DAYS, _least(own, paid))
        if Cause.DAY_CARE_MAX in causes:
            limits.day_care_max[p] = NONE
        if Cause.IDLE_MAX in causes:
            limits.idle_max[p] = NONE
        if Cause.REQUIREMENT_MAX in causes:
            limits.need_max[p] = NONE
        if Cause.MAX_PER_DAY in causes:
            limits.per_day[:] = NONE


def _least(*limits: int | None) -> int:
    return min((limit for limit in limits if limit is not None), default=NONE)
