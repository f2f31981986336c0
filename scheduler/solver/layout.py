"""The places of one patient as a table, and how a part of them comes before the dynamic programme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from scheduler.solver.kernels.plan import PLACES

Table = NDArray[np.int64]  # [i, (slot, kind, session, cost, must)]
SLOT, KIND, SESSION, COST, MUST = 0, 1, 2, 3, 4


def table_of(places: Sequence[tuple[int, int, int, int, bool]]) -> Table:
    return np.array([tuple(map(int, place)) for place in places], np.int64).reshape(len(places), 5)


@njit(cache=True, nogil=True)
def lay_out(plan: Any, table: Any, forced: Any, banned: Any, length: Any, scale: Any, used: Any) -> Any:
    """Write the places that are not banned and do not clash with a forced one; how many, numbers in `used`.

    Costs are scaled and the start added.
    """
    plan.head[:] = -1
    n = 0
    for i in range(table.shape[0]):
        if banned[i]:
            continue
        u, end, must = table[i, SLOT], table[i, SLOT] + length[table[i, KIND]], table[i, MUST]
        clashes = False
        for j in forced:
            if i == j:
                must = 1
                clashes = False
                break
            if u < table[j, SLOT] + length[table[j, KIND]] and table[j, SLOT] < end:
                clashes = True
        if clashes:
            continue
        plan.slot[n] = u
        plan.kind[n] = table[i, KIND]
        plan.session[n] = table[i, SESSION]
        plan.extra[n] = table[i, COST] * scale + u
        plan.must[n] = must > 0
        plan.after[n] = plan.head[u]
        plan.head[u] = n
        used[n] = i
        n += 1
    plan.info[PLACES] = n
    return n
