"""The rest of a repair: whoever lost something is planned anew around what is kept, then all is improved.

Kept attendances and the sessions they are in do not move; whatever else helps may be added.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import numpy as np

from scheduler.solver.assembly import session_of
from scheduler.solver.kernels.attendance import reprice
from scheduler.solver.kernels.boxes import box
from scheduler.solver.kernels.groups import plan_queue
from scheduler.solver.kernels.memory import remember, total
from scheduler.solver.kernels.pricing import BIG
from scheduler.solver.kernels.search import improve
from scheduler.solver.kernels.state import ZERO
from scheduler.solver.loading import Loaded, load
from scheduler.timetable import PlannedSession
from scheduler.week import Week

SHARE, BEAM, ROUNDS, TEMPERATURE = 500, 64, 8, 30.0
PATIENCE = 5.0  # seconds more while there is nothing legal

Key = tuple[int, int]  # session type and slot


class Mending:
    """Sessions of a week, the attendances among them that stay, and those whose patients are given."""

    def __init__(
        self,
        week: Week,
        sessions: Sequence[PlannedSession],
        staying: Iterable[tuple[int, Key]],
        tied: frozenset[str],
        held: frozenset[str],
    ) -> None:
        self.week = week
        loaded: Loaded = load(week, sessions, tied)
        state = loaded.state._replace(pinned=_table(len(week.problem.patients), staying))
        loaded.state, loaded.boxed = state, (box(state), *loaded.boxed[1:])
        for s, session in loaded.opened.items():
            state.fixed[s] = session.id in held
            if session.id in tied:
                state.tied[s], state.seats[s] = True, state.present[s]
        self.loaded = loaded
        for p in range(len(week.problem.patients)):
            reprice(loaded.arrays, loaded.boxed[0], np.int64(p))
        loaded.forget_journal()

    def run(
        self, hit: Sequence[int], seconds: float, legal: bool = True
    ) -> tuple[PlannedSession, ...] | None:
        """Plan the hit patients, then improve what may still change for so long; None: nothing legal.

        `legal` says that the sessions are a legal timetable as given, which is the answer then at least.
        """
        ended = time.monotonic() + seconds
        state, plan, search = self.loaded.boxed
        memory, arrays = self.loaded.search, self.loaded.arrays
        if legal:
            self._remember()
        for i, p in enumerate(hit):
            memory.queue[i], memory.queued[p] = p, True
        memory.n[0] = len(hit)
        plan_queue(arrays, state, plan, search, 0, BEAM, ZERO)
        self._remember()
        while self.week.arrays.pok.any():
            improve(arrays, state, plan, search, ROUNDS, TEMPERATURE, SHARE, BEAM)
            late = time.monotonic() - ended
            if late >= PATIENCE or (late >= 0 and int(memory.best[0]) < BIG // 2):
                break
        return None if int(memory.best[0]) >= BIG // 2 else self._sessions()

    def _remember(self) -> None:
        state, _, search = self.loaded.boxed
        value = np.int64(total(self.loaded.arrays, state))
        if value < self.loaded.search.best[0]:
            remember(state, search, value)
        self.loaded.forget_journal()

    def _sessions(self) -> tuple[PlannedSession, ...]:
        """The best timetable found, ids kept where type and start stay."""
        best, made = self.loaded.search, []
        taken = {session.id for session in self.loaded.opened.values()}
        names = (n for i in range(1, 1 << 20) if (n := f"r{i}") not in taken)
        for s in np.flatnonzero(best.kind >= 0):
            known = self.loaded.opened.get(int(s))
            session = session_of(self.week, best, int(s), "")
            stays = known is not None and (known.session_type, known.start) == (
                session.session_type,
                session.start,
            )
            name = known.id if known is not None and stays else next(names)
            made.append(session.model_copy(update={"id": name}))
        return tuple(sorted(made, key=lambda s: (s.start, s.id)))


def _table(
    patients: int, staying: Iterable[tuple[int, Key]]
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """[p,i,2]: (type, slot) of what each patient keeps, -1 after the last."""
    own: dict[int, list[Key]] = {}
    for p, key in staying:
        own.setdefault(p, []).append(key)
    width = max((len(v) for v in own.values()), default=0) + 1
    table = np.full((patients, width, 2), -1, np.int64)
    for p, keys in own.items():
        table[p, : len(keys)] = keys
    return table
