"""The best week plans of one patient in a given timetable, exactly, best first.

The dynamic programme over the patient's possible places gives the best plan of a part of all plans (some
places forced, some forbidden). A plan whose own sessions cannot all have clinicians and rooms together is
given up and its part divided (one of those sessions is not in the plan); so is the part of a plan that was
found, for the next best. A plan that only adds sessions to a better one is not among the alternatives.

Costs are multiplied by `SCALE` and the starts of a plan added, so that of equal plans the earlier is found.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, product
from typing import NamedTuple

import numpy as np

from scheduler.solver.kernels.attendance import gather
from scheduler.solver.kernels.boxes import box
from scheduler.solver.kernels.personal_week import best_week
from scheduler.solver.kernels.plan import BAN, CHOSEN, EXACT, INFEASIBLE, PLACES, STATES
from scheduler.solver.kernels.staffing import clinician_free, find_solo, may_fill, room_free, staff_changed
from scheduler.solver.kernels.state import LOGGED, NO, ZERO, open_session, undo
from scheduler.solver.layout import lay_out, table_of
from scheduler.solver.loading import Loaded

SCALE = 1 << 16
MOST_PARTS = 400  # divisions, after which a search is given up as not exact


class Place(NamedTuple):
    """A session the patient could attend; `session` is one of the state, or -1: one of their own."""

    slot: int
    kind: int
    session: int
    extra: int
    must: bool


class OwnSession(NamedTuple):
    """One session opened for the patient."""

    place: Place
    clinicians: tuple[int, ...]
    room: int


@dataclass(frozen=True)
class Found:
    """One plan: places in existing sessions and sessions of the patient's own; `price` is its cost."""

    price: int
    joined: tuple[Place, ...]
    own: tuple[OwnSession, ...]


@dataclass(order=True)
class _Part:
    """All plans with the forced and without the forbidden places; `bound` is the best of them, scaled."""

    bound: int
    number: int
    ready: Found | None = field(compare=False, default=None)
    chosen: tuple[int, ...] = field(compare=False, default=())
    forced: frozenset[int] = field(compare=False, default=frozenset())
    banned: frozenset[int] = field(compare=False, default=frozenset())


class Placing:
    """One unplanned patient of a loaded timetable."""

    def __init__(self, loaded: Loaded, patient: int) -> None:
        self.loaded, self.p = loaded, np.int64(patient)
        self.week, self.arrays = loaded.week, loaded.arrays
        a = loaded.week.arrays
        self.scaled = box(
            a._replace(
                unmet_price=a.unmet_price * SCALE,
                w_idle=a.w_idle * SCALE,
                w_day=a.w_day * SCALE,
                w_breach=a.w_breach * SCALE,
            )
        )
        self.staff = np.full(max(1, a.qualified.shape[1]), -1, np.int64)
        self.places = self._places()
        self.table = table_of(self.places)
        self.used = np.zeros(len(self.places) + 1, np.int64)
        self.exact = a.w_spread == 0
        self.numbers = count()

    def _places(self) -> list[Place]:
        """One a type and start, the cheapest; an open group before a session of their own."""
        state, plan, _ = self.loaded.boxed
        self.loaded.plan.info[BAN] += 1  # forgets what an earlier question forbade
        gather(self.arrays, state, plan, self.p, self.staff, ZERO, False)
        memory = self.loaded.plan
        best: dict[tuple[int, int], Place] = {}
        for i in range(int(memory.info[PLACES])):
            slot, kind, session = int(memory.slot[i]), int(memory.kind[i]), int(memory.session[i])
            place = Place(slot, kind, session, int(memory.extra[i]), bool(memory.must[i]))
            known = best.get((place.slot, place.kind))
            if known is None or _rank(place) < _rank(known):
                best[place.slot, place.kind] = place
        return sorted(best.values())

    def plans(self, most: int, forced: frozenset[int] = frozenset()) -> list[Found]:
        """Up to `most` plans that hold the forced places, best first."""
        found: list[Found] = []
        heap = [part] if (part := self._part(forced, frozenset())) else []
        parts = 0
        while heap and len(found) < most:
            part = heapq.heappop(heap)
            if part.ready is not None:
                found.append(part.ready)
                continue
            if parts > MOST_PARTS:
                self.exact = False
                break
            parts += 1
            own = [i for i in part.chosen if self.places[i].session < 0 and not self.places[i].must]
            staffed = self._staffed([self.places[i] for i in own])
            apart = part.chosen if staffed is not None else tuple(own)
            if staffed is not None:
                dearer, sessions = staffed
                ready = self._found(part, dearer, sessions)
                heapq.heappush(heap, _Part(part.bound + dearer * SCALE, next(self.numbers), ready))
            for child in self._divided(part, apart):
                heapq.heappush(heap, child)
        return found

    def cost_with(self, kind: int, slot: int, extra: int, below: int) -> int | None:
        """The least that the best week could cost with one more session of a type; None: not below `below`.

        Whether its clinicians are free beside the patient's own sessions is not asked.
        """
        with self._one_more(kind, slot, extra) as place:
            part = self._part(frozenset({place}), frozenset(), below * SCALE)
        return None if part is None else part.bound // SCALE

    def best_with(self, kind: int, slot: int, extra: int) -> Found | None:
        """The best week with one more session of a type, if clinicians and a room can be had for it."""
        with self._one_more(kind, slot, extra) as place:
            found = self.plans(1, frozenset({place}))
        return found[0] if found else None

    @contextmanager
    def _one_more(self, kind: int, slot: int, extra: int) -> Iterator[int]:
        """The number of the place that there is for the time being."""
        before, table = self.places, self.table
        more = Place(slot, kind, -1, extra, False)
        self.places = [*before, more]
        self.table = np.vstack([table, table_of([more])])
        # what there is of that type and time gives way: it clashes with the place that every plan holds
        try:
            yield len(before)
        finally:
            self.places, self.table = before, table

    def could_be_opened(self, kind: int, slot: int) -> bool:
        """Whether clinicians and a room are free for one more session."""
        if not self.week.arrays.pok[self.p, kind, slot]:
            return False
        t, u = np.int64(kind), np.int64(slot)
        room, _ = find_solo(self.arrays, self.loaded.boxed[0], self.p, t, u, self.staff)
        return bool(room > -2)

    def _found(self, part: _Part, dearer: int, sessions: tuple[OwnSession, ...]) -> Found:
        own = {s.place for s in sessions}
        joined = tuple(self.places[i] for i in part.chosen if self.places[i] not in own)
        return Found(part.bound // SCALE + dearer, joined, sessions)

    def _divided(self, part: _Part, chosen: tuple[int, ...]) -> Iterator[_Part]:
        """The part less all plans that hold every chosen place, in pieces that share no plan."""
        forced = part.forced
        for i in chosen:
            if i in part.forced or self.places[i].must:
                continue
            child = self._part(forced, part.banned | {i})
            if child is not None:
                yield child
            forced = forced | {i}

    def _part(self, forced: frozenset[int], banned: frozenset[int], upper: int = INFEASIBLE) -> _Part | None:
        """The best plan of a part; None if it holds none below `upper`."""
        self._fill(forced, banned)
        plan, used = self.loaded.plan, self.used
        cost = int(best_week(self.scaled, self.loaded.boxed[1], self.p, np.int64(upper), np.int64(STATES)))
        self.exact = self.exact and bool(plan.info[EXACT])
        if cost >= INFEASIBLE:
            return None
        chosen = tuple(sorted(int(used[i]) for i in plan.chosen[: int(plan.info[CHOSEN])]))
        return _Part(cost, next(self.numbers), None, chosen, forced, banned)

    def _fill(self, forced: frozenset[int], banned: frozenset[int]) -> None:
        """Write the places of a part into the memory of the dynamic programme."""
        refused = np.zeros(len(self.table), np.bool_)
        refused[list(banned)] = True
        held = np.array(sorted(forced), np.int64)
        memory, length = self.loaded.boxed[1], self.week.arrays.length
        lay_out(memory, self.table, held, refused, length, np.int64(SCALE), self.used)

    # -- clinicians and rooms of the patient's own sessions --------------------------------------------------

    def _staffed(self, places: list[Place]) -> tuple[int, tuple[OwnSession, ...]] | None:
        """Clinicians and rooms for all of them together, and by how much dearer than each alone at best."""
        state = self.loaded.boxed[0]
        mark = int(self.loaded.state.z[LOGGED])
        best = self._staff_rest(places, [])
        undo(self.arrays, state, np.int64(mark))
        return best

    def _staff_rest(
        self, places: list[Place], so_far: list[OwnSession]
    ) -> tuple[int, tuple[OwnSession, ...]] | None:
        if not places:
            return 0, tuple(so_far)
        place, rest = places[0], places[1:]
        state = self.loaded.boxed[0]
        best: tuple[int, tuple[OwnSession, ...]] | None = None
        for dearer, session in self._choices(place):
            if best is not None and dearer >= best[0]:
                break
            mark = int(self.loaded.state.z[LOGGED])
            self.staff[: len(session.clinicians)] = session.clinicians
            s = open_session(
                self.arrays,
                state,
                np.int64(place.kind),
                np.int64(place.slot),
                self.staff,
                np.int64(session.room),
                NO,
            )
            after = self._staff_rest(rest, [*so_far, session]) if s >= 0 else None
            undo(self.arrays, state, np.int64(mark))
            if after is not None and (best is None or dearer + after[0] < best[0]):
                best = dearer + after[0], after[1]
                if best[0] == 0:
                    break
        return best

    def _choices(self, place: Place) -> list[tuple[int, OwnSession]]:
        """Every crew with every room that is free, those that cost least and have led least first."""
        a, state = self.week.arrays, self.loaded.boxed[0]
        t, u = np.int64(place.kind), np.int64(place.slot)
        free = [
            c
            for c in range(a.cok.shape[0])
            if a.cok[c, t, u] and clinician_free(self.arrays, state, np.int64(c), t, u)
        ]
        entries = [
            [c for c in free if may_fill(self.arrays, t, u, np.int64(f), np.int64(c), self.p)]
            for f in range(int(a.entries[t]))
        ]
        rooms = [-1]
        if a.needs_room[t]:
            rooms = [r for r in range(a.rok.shape[0]) if room_free(self.arrays, state, np.int64(r), t, u)]
            rooms.sort(key=lambda r: int(a.capacity[r]))
        found = []
        for crew in product(*entries):
            if len(set(crew)) < len(crew):
                continue
            dearer = self._changed(place, crew) - self._least_changed(place)
            load = sum(int(self.loaded.state.week_load[c]) for c in crew)
            found += [(dearer, load, OwnSession(place, crew, room)) for room in rooms]
        found.sort(key=lambda choice: choice[:2])
        return [(dearer, session) for dearer, _, session in found]

    def _changed(self, place: Place, crew: tuple[int, ...]) -> int:
        self.staff[: len(crew)] = crew
        t, u = np.int64(place.kind), np.int64(place.slot)
        return int(staff_changed(self.arrays, self.loaded.boxed[0], self.p, t, u, self.staff))

    def _least_changed(self, place: Place) -> int:
        """What the place's price already holds for changed clinicians."""
        a = self.week.arrays
        opening = int(a.group_cost[place.kind]) if a.group[place.kind] else 0
        return place.extra - int(a.cost[self.p, place.kind, place.slot]) - opening


def _rank(place: Place) -> tuple[bool, int, bool]:
    return not place.must, place.extra, place.session < 0
