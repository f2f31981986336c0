"""The rest of a repair: everybody who lost something is planned anew around what is kept, then improved.

Kept attendances and the sessions they are in do not move; whatever else helps may be added. What a patient's
week as a whole cannot hold together is told, so that it is not asked for again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.solver.assembly import session_of
from scheduler.solver.kernels.attendance import BIG, reprice
from scheduler.solver.kernels.boxes import box
from scheduler.solver.kernels.personal_week import INFEASIBLE, PLACES, STATES, best_week
from scheduler.solver.kernels.search import improve, plan_queue, settle, total
from scheduler.solver.kernels.state import GROUPS, LOGGED, ZERO
from scheduler.solver.loading import Loaded, load
from scheduler.timetable import PlannedSession
from scheduler.week import Week

SHARE, BEAM, ROUNDS = 500, 64, 8

Key = tuple[int, int]  # session type and slot


@dataclass(frozen=True)
class Mended:
    """The sessions, or why there are none: patients without a legal week, places without enough patients."""

    sessions: tuple[PlannedSession, ...] | None
    impossible: tuple[int, ...] = ()
    underfull: tuple[Key, ...] = ()


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
        self.week, self.a = week, week.arrays
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

    def run(self, hit: Sequence[int], seconds: float) -> Mended:
        """Plan the hit patients, then improve what may still change for so long."""
        ended = time.monotonic() + seconds
        state, plan, search = self.loaded.boxed
        memory, arrays = self.loaded.search, self.loaded.arrays
        for i, p in enumerate(hit):
            memory.queue[i], memory.queued[p] = p, True
        memory.n[0] = len(hit)
        plan_queue(arrays, state, plan, search, 0, BEAM, ZERO)
        first = int(total(arrays, state))
        faults = self._faults() if first >= BIG // 2 else Mended(None)
        if faults.impossible:
            return faults
        while True:
            improve(arrays, state, plan, search, ROUNDS, 30.0, SHARE, BEAM)
            if time.monotonic() >= ended:
                break
        if int(memory.best[0]) >= BIG // 2:
            return faults if faults.underfull else self._faults()
        return Mended(self._sessions())

    def settle(self) -> None:
        settle(self.loaded.arrays, *self.loaded.boxed, np.int64(BEAM))

    def _faults(self) -> Mended:
        state, a = self.loaded.state, self.a
        impossible = tuple(int(p) for p in np.flatnonzero(state.price >= BIG // 2))
        groups = [int(s) for s in state.groups[: int(state.z[GROUPS])]]
        underfull = tuple(
            (int(state.kind[s]), int(state.start[s]))
            for s in groups
            if state.fixed[s] and state.present[s] < a.size_min[state.kind[s]]
        )
        self.loaded.state.z[LOGGED] = 0
        return Mended(None, impossible, underfull)

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

    # -- what a week can hold at all ------------------------------------------------------------------------

    def conceivable(self, p: int, kept: Iterable[Key], without: Iterable[Key] = ()) -> bool:
        """Whether some legal week holds all these, were every clinician, room and seat free."""
        plan, a, wanted = self.loaded.plan, self.a, set(kept)
        gone, used = set(without), 0
        plan.head[:] = -1
        spans = [(u, u + int(a.length[t])) for t, u in wanted]
        possible = np.argwhere(a.pok[p] & self._led(p))
        for t, u in [*sorted(wanted), *((int(t), int(u)) for t, u in possible)]:
            must = used < len(wanted)
            inside = any(u < last and first < u + int(a.length[t]) for first, last in spans)
            if not must and ((t, u) in gone or inside):
                continue
            plan.slot[used], plan.kind[used], plan.session[used] = u, t, -1
            plan.extra[used], plan.must[used] = 0, must
            plan.after[used] = plan.head[u]
            plan.head[u] = used
            used += 1
        plan.info[PLACES] = used
        args = self.loaded.arrays, self.loaded.boxed[1], np.int64(p), np.int64(INFEASIBLE)
        return int(best_week(*args, np.int64(STATES))) < INFEASIBLE

    def _led(self, p: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """[t,u]: for every entry somebody is there who may fill it for the patient."""
        a = self.a
        there = a.ok.copy()
        for t in range(a.ok.shape[0]):
            for f in range(int(a.entries[t])):
                fits = a.qualified[t, f].copy()
                if a.primary_entry[t, f] and a.primary[p] >= 0:
                    fits[a.primary[p]] = True
                there[t] &= a.cok[fits, t].any(axis=0)
        return there

    def least_impossible(self, p: int, kept: Sequence[Key]) -> list[Key]:
        """A minimal part of the kept attendances that no legal week holds; empty when one holds them all."""
        if self.conceivable(p, kept):
            return []
        core = list(kept)
        for key in list(core):
            rest = [k for k in core if k != key]
            if not self.conceivable(p, rest):
                core = rest
        return core


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
