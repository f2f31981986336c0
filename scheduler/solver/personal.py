"""What the week of one patient can hold as a whole, whoever and whatever else there is."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from scheduler.solver.kernels.boxes import box
from scheduler.solver.kernels.personal_week import best_week
from scheduler.solver.kernels.plan import INFEASIBLE, PLACES, new_plan
from scheduler.week import Week

Key = tuple[int, int]  # session type and slot
FEW = 4096  # states of a week are no question where every place is given


class PersonalWeeks:
    """Judges weeks of single patients by the rules of patients alone, facts excused."""

    def __init__(self, week: Week) -> None:
        self.plan = new_plan(week.arrays)
        self.boxed = box(week.arrays), box(self.plan)
        self.known: dict[tuple[int, frozenset[Key]], bool] = {}

    def holds(self, p: int, keys: Iterable[Key]) -> bool:
        """Whether exactly these attendances are a legal week."""
        asked = p, frozenset(keys)
        if asked not in self.known:
            self.known[asked] = self._holds(*asked)
        return self.known[asked]

    def _holds(self, p: int, keys: frozenset[Key]) -> bool:
        plan = self.plan
        plan.head[:] = -1
        for i, (t, u) in enumerate(keys):
            plan.slot[i], plan.kind[i], plan.session[i] = u, t, -1
            plan.extra[i], plan.must[i] = 0, True
            plan.after[i] = plan.head[u]
            plan.head[u] = i
        plan.info[PLACES] = len(keys)
        arrays, memory = self.boxed
        return int(best_week(arrays, memory, np.int64(p), np.int64(INFEASIBLE), np.int64(FEW))) < INFEASIBLE
