"""Every place that one patient could have in the week, as the programme takes them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduler.explain.barriers import Barriers
from scheduler.explain.causes import LIMITS, Cause
from scheduler.explain.clinic import Bools, Masks
from scheduler.explain.least import LeastUnmet, Places
from scheduler.rules.facts import Held

HOUR: Final = 60
# Places by rank: what is attended and what is short on the full hour, everything on the full hour, all.
FEW, SOME, ALL = 0, 1, 2
NOTHING: Final = Cause(0)


class World(Barriers):
    """One patient's places in the clinic's week, by which causes are thought away."""

    @cached_property
    def _table(self) -> tuple[Masks, Masks, Masks, Masks, Masks]:
        """Type, slot, causes against, ties and rank of every place on the grid and session held."""
        index, slot, wanted = self.week.type_index, self.clinic.slot, set(self.needed)
        held = [(index[s.type.id], s.start // slot, m, 0) for s, m in self.joinable]
        held += [
            (t, s.start // slot, 0, int(self.ties.get(s.id, 0)))
            for s in self.attended
            if (t := index[s.type.id]) in wanted and s.start % slot == 0
        ]
        parts = [np.array(held, np.int64).reshape(-1, 4)]
        for t in self.needed:
            starts = np.flatnonzero(self.clinic.grid[t])
            masks = self.own[t][starts] | self.openings[t][starts]
            zeros = np.zeros(len(starts), np.int64)
            parts.append(np.stack([zeros + t, starts, masks, zeros], axis=1))
        table = np.concatenate(parts)
        rank = np.full(len(table), ALL)
        rank[(np.arange(len(table)) < len(held)) | (table[:, 1] * slot % HOUR == 0)] = SOME
        rank[(rank == SOME) & np.isin(table[:, 0], self.short)] = FEW
        rank[len(self.joinable) : len(held)] = FEW
        return table[:, 0], table[:, 1], table[:, 2], table[:, 3], rank

    @cached_property
    def _attended(self) -> Bools:
        """Which rows of the table are sessions that the patient attends."""
        found = np.zeros(len(self._table[0]), np.bool_)
        wanted, first = set(self.needed), len(self.joinable)
        own = [s for s in self.attended if self.week.type_index[s.type.id] in wanted]
        found[first : first + sum(s.start % self.clinic.slot == 0 for s in own)] = True
        return found

    @property
    def rows(self) -> tuple[Masks, Masks, Masks]:
        """Type, slot and causes of every place."""
        return self._table[:3]

    def session_of_row(self, row: int) -> Held | None:
        """The held group that the row is, if the patient is not in it."""
        return self.joinable[row][0] if row < len(self.joinable) else None

    def places(self, lifted: Cause, most: int = ALL) -> Places:
        """What is open to the patient if these causes were gone: one place a type and slot.

        With `most` below ALL some are left out: a possible week all the same, and found much faster.
        """
        _, _, mask, _, rank = self._table
        return self.places_of(((mask & ~np.int64(lifted)) == 0) & (rank <= most), (), lifted)

    @property
    def open_now(self) -> Bools:
        """Rows of the table that nothing bars."""
        return np.asarray(self._table[2] == 0)

    def rows_barred_by(self, causes: Cause) -> NDArray[np.intp]:
        """Rows of the table that these causes bar and no others."""
        mask = self._table[2]
        return np.flatnonzero((mask != 0) & ((mask & ~np.int64(causes)) == 0))

    def places_of(self, allowed: Bools, extra: Sequence[tuple[int, int]], lifted: Cause = NOTHING) -> Places:
        """The allowed rows, and (type, slot) places beside the table: one place a type and slot."""
        kind, slot, mask, tie, _ = (column[allowed] for column in self._table)
        must = (tie & ~np.int64(lifted)) > 0
        strange = np.where(mask != 0, 3, np.where(self._attended[allowed], 0, 1))
        if extra:
            more = np.array(extra, np.int64)
            kind, slot = np.concatenate([kind, more[:, 0]]), np.concatenate([slot, more[:, 1]])
            must = np.concatenate([must, np.zeros(len(more), np.bool_)])
            strange = np.concatenate([strange, np.full(len(more), 3)])
        # Of places alike one is enough; one that has to be attended goes first.
        order = np.argsort(strange - 4 * must, kind="stable")
        _, at = np.unique((kind * self.clinic.slots + slot)[order], return_index=True)
        first = order[at]
        return self._around_musts(Places(kind[first], slot[first], must[first], strange[first]))

    def _around_musts(self, places: Places) -> Places:
        """Without the places that overlap one that has to be attended."""
        if not places.must.any():
            return places
        length = np.asarray(self.clinic.a.length)[places.kind]
        fine = places.must.copy()
        clear = np.ones(len(places.slot), np.bool_)
        for i in np.flatnonzero(places.must):
            clear &= (places.slot >= places.slot[i] + length[i]) | (places.slot + length <= places.slot[i])
        fine |= clear
        return Places(places.kind[fine], places.slot[fine], places.must[fine], places.strange[fine])

    @cached_property
    def present(self) -> Cause:
        """Causes that bar any place, tie the patient, or limit the week."""
        _, _, mask, tie, _ = self._table
        seen = Cause(int(np.bitwise_or.reduce(mask, initial=0) | np.bitwise_or.reduce(tie, initial=0)))
        return seen | self.limiting

    def used(self, programme: LeastUnmet, lifted: Cause, most: int) -> dict[Cause, tuple[int, ...]]:
        """Per cause the types for which the programme's last answer needed it lifted."""
        kind, slot, mask, _, rank = self._table
        places, found = self.places(lifted, most), dict[Cause, set[int]]()
        for i in programme.chosen():
            same = (kind == places.kind[i]) & (slot == places.slot[i]) & (rank <= most)
            same &= (mask & ~np.int64(lifted)) == 0
            causes = Cause(int(mask[same][np.argmin([m.bit_count() for m in mask[same].tolist()])]))
            for cause in causes:
                found.setdefault(cause, set()).add(int(places.kind[i]))
        return {cause: tuple(sorted(kinds)) for cause, kinds in found.items()}

    def least(
        self, programme: LeastUnmet, lifted: Cause, below: int | None = None, most: int = ALL
    ) -> int | None:
        """The least minutes unmet if these causes were gone; None: not below `below`, or no legal week."""
        with programme.lifted(self.p, lifted & LIMITS):
            return programme.minutes(self.p, self.places(lifted, most), below)
