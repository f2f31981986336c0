"""A change that may help: what it opens to the patient, its patch, what it asks of people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scheduler.explain.least import LeastUnmet, Places
from scheduler.explain.patch import Operation
from scheduler.explain.world import World
from scheduler.finding import Words
from scheduler.timetable import PlannedSession

Masks = NDArray[np.int64]


@dataclass(frozen=True)
class Candidate:
    """`rows` of the world's table and `extra` (type, slot) places become open; `limits` differ."""

    kind: str
    words: Words
    params: dict[str, Any]
    effort: int
    patch: tuple[Operation, ...]
    rows: NDArray[np.intp] | None = None
    extra: tuple[tuple[int, int], ...] = ()
    limits: Callable[[], AbstractContextManager[None]] = nullcontext
    held: PlannedSession | None = None  # a group that would be held for others, without the patient yet

    @property
    def text(self) -> str:
        text = self.words.text(**self.params)
        return f"{text[0].upper()}{text[1:]}."


@dataclass
class Inquiry:
    """One short patient, asked about many changes: which could help at all is decided by the programme."""

    world: World
    programme: LeastUnmet
    unmet: int
    dearer: bool  # more care could be had now, in a week that costs more than it is worth
    jointly: bool  # every session that is missing could be held now, but not all of them
    asked: dict[str, int] = field(default_factory=dict)
    proofs: dict[str, int] = field(default_factory=dict)
    exact: bool = True
    complete: bool = True

    def helps(self, candidate: Candidate) -> bool:
        """Whether a week with fewer unmet minutes is possible then; certain when it says no.

        Where such a week seems possible now (only dearer, or not all of it together), it never says no.
        """
        with candidate.limits():
            found = self.programme.minutes(self.world.p, self._places(candidate), self.unmet)
        self.exact = self.exact and (self.programme.exact or found is not None)
        return found is not None

    def _places(self, candidate: Candidate) -> Places:
        allowed = self.world.open_now.copy()
        if candidate.rows is not None:
            allowed[candidate.rows] = True
        return self.world.places_of(allowed, candidate.extra)

    def count(self, kind: str, number: int) -> None:
        self.asked[kind] = self.asked.get(kind, 0) + number


Candidates = Iterator[Candidate]
LONGEST: Final = 120  # minutes by which a commitment, an hour of opening or of a clinician changes at most
