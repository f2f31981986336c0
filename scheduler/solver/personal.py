"""What the week of one patient can hold as a whole, whoever and whatever else there is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from scheduler.solver.kernels.boxes import box
from scheduler.solver.kernels.personal_week import best_week
from scheduler.solver.kernels.plan import INFEASIBLE, PLACES, new_plan
from scheduler.week import NONE, Week

Key = tuple[int, int]  # session type and slot
FEW = 4096  # states of a week are no question where every place is given


class PersonalWeeks:
    """Judges weeks of single patients by the rules of patients alone, facts excused."""

    def __init__(self, week: Week) -> None:
        a = week.arrays
        self.plan = new_plan(a)
        self.boxed_plan, self.arrays = box(self.plan), box(a)
        self.most = box(
            a._replace(idle_max=np.full_like(a.idle_max, NONE), enforced=np.zeros_like(a.enforced))
        )
        self.known: dict[tuple[int, frozenset[Key]], bool] = {}
        self.possible: dict[tuple[int, frozenset[Key]], bool] = {}

    def holds(self, p: int, keys: Iterable[Key]) -> bool:
        """Whether exactly these attendances are a legal week."""
        asked = p, frozenset(keys)
        if asked not in self.known:
            self.known[asked] = self._holds(*asked, self.arrays)
        return self.known[asked]

    def could_be_part(self, p: int, keys: Iterable[Key]) -> bool:
        """Whether some legal week might hold these attendances: what is too much stays too much, while
        waiting may be filled and a minimum reached.
        """
        asked = p, frozenset(keys)
        if asked not in self.possible:
            self.possible[asked] = self._holds(*asked, self.most)
        return self.possible[asked]

    def _holds(self, p: int, keys: frozenset[Key], arrays: Any) -> bool:
        plan = self.plan
        plan.head[:] = -1
        for i, (t, u) in enumerate(keys):
            plan.slot[i], plan.kind[i], plan.session[i] = u, t, -1
            plan.extra[i], plan.must[i] = 0, True
            plan.after[i] = plan.head[u]
            plan.head[u] = i
        plan.info[PLACES] = len(keys)
        return (
            int(best_week(arrays, self.boxed_plan, np.int64(p), np.int64(INFEASIBLE), np.int64(FEW)))
            < INFEASIBLE
        )
