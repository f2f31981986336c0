"""Who could change it: the unmet minutes of one patient, divided, with the causes of each part.

Impossible for the patient alone: whatever staff and rooms there were. Impossible with the clinic's staff and
rooms: even if nobody else were planned. Possible, but others were preferred. Possible as things stand, but
dearer than it is worth. Each part is what the least unmet minutes rise by when the next kind of cause counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from scheduler.explain.causes import CAUSES_OF, CLINIC, OTHERS, Cause, Tier
from scheduler.explain.least import LeastUnmet
from scheduler.explain.world import ALL, FEW, SOME, World

WORLDS: tuple[tuple[Tier, Cause], ...] = (
    ("patient", CLINIC | OTHERS),
    ("clinic", OTHERS),
    ("others", Cause(0)),
)


@dataclass(frozen=True)
class Share:
    """So many minutes for one kind of cause.

    `alone`: each, gone alone, would deliver so many of them. Without any such, `together` is a set of causes
    of which all have to be gone, and none can be spared. `kinds`: the session types that each bars for it.
    `besides`: causes of a later kind, one of which would have to be gone as well as things stand.
    """

    tier: Tier
    minutes: int
    alone: dict[Cause, int] = field(default_factory=dict)
    together: tuple[Cause, ...] = ()
    kinds: dict[Cause, tuple[int, ...]] = field(default_factory=dict)
    besides: tuple[Cause, ...] = ()
    jointly: bool = False  # each session could be held as things stand, but not all of the patient's together
    exact: bool = True


def shares_of(
    world: World, programme: LeastUnmet, unmet: int, can_be_placed: Callable[[], bool | None]
) -> list[Share]:
    """The parts of the unmet minutes that are not empty; together they are all of them.

    `can_be_placed`: whether a week with more care can be had now, clinicians and rooms of all its sessions
    together: the programme asks for them one by one. None: not known.
    """
    return _Division(world, programme, unmet, can_be_placed).shares()


class _Division:
    def __init__(
        self, world: World, programme: LeastUnmet, unmet: int, can_be_placed: Callable[[], bool | None]
    ) -> None:
        self.world, self.programme, self.unmet = world, programme, unmet
        self.can_be_placed = can_be_placed

    def shares(self) -> list[Share]:
        """Asked from the narrowest world to the widest: where nothing is unmet, nothing wider is asked."""
        proved = list(self._worlds())
        found: list[Share] = []
        floor = 0
        for tier, lifted, least, exact in reversed(proved):
            if least > floor and exact:
                found.append(self._share(tier, lifted, least, floor))
                floor = least
        if self.unmet > floor:
            exact = all(p[-1] for p in proved)
            now = self.can_be_placed() if exact else None
            exact = now is not None
            rest = self.unmet - floor
            found.append(Share("wishes" if now else "others", rest, jointly=exact and not now, exact=exact))
        return found

    def _worlds(self) -> Iterator[tuple[Tier, Cause, int, bool]]:
        known = self.unmet
        for tier, lifted in reversed(WORLDS):
            known, exact = self._least(lifted, known)
            yield tier, lifted, known, exact
            if known == 0:
                return

    def _least(self, lifted: Cause, known: int) -> tuple[int, bool]:
        """The least minutes unmet (`known` can be had), and whether that is proved; few places go first."""
        if known == 0:
            return 0, True
        for most in (FEW, SOME, ALL):
            least = self.world.least(self.programme, lifted, known, most)
            known = known if least is None else least
            if known == 0:
                break
        return known, known == 0 or self.programme.exact

    def _share(self, tier: Tier, lifted: Cause, least: int, floor: int) -> Share:
        candidates = list(CAUSES_OF[tier] & self.world.present)
        kinds: dict[Cause, tuple[int, ...]] = {}
        for most in (FEW, ALL):
            alone = {}
            for cause in candidates:
                if gain := self._gain(lifted | cause, least, most):
                    alone[cause] = gain
                    kinds[cause] = self.world.used(self.programme, lifted | cause, most).get(cause, ())
            if alone.get(Cause.TRAVEL, 0) >= alone.get(Cause.COMMITMENT, least + 1):
                del alone[Cause.COMMITMENT]  # the way alone is the narrower cause
            if alone:
                besides, more = self._besides(tier, max(alone, key=lambda c: alone[c]), alone)
                return Share(tier, least - floor, alone, (), more | kinds, besides)
        together, kinds = self._together(lifted, least, candidates)
        return Share(tier, least - floor, {}, together, kinds)

    def _besides(
        self, tier: Tier, first: Cause, alone: Iterable[Cause]
    ) -> tuple[tuple[Cause, ...], dict[Cause, tuple[int, ...]]]:
        """What else stands in the way as things stand, where changing one of the causes is not enough."""
        if tier == "others" or any(self._gain(cause, self.unmet, FEW) for cause in alone):
            return (), {}
        later = list((CLINIC | OTHERS if tier == "patient" else OTHERS) & self.world.present)
        kinds: dict[Cause, tuple[int, ...]] = {}
        for cause in later:
            if self._gain(first | cause, self.unmet, FEW):
                kinds[cause] = self.world.used(self.programme, first | cause, FEW).get(cause, ())
        if kinds:
            return tuple(kinds), kinds
        return self._together(first, self.unmet, later)

    def _gain(self, lifted: Cause, least: int, most: int) -> int:
        found = self.world.least(self.programme, lifted, least, most)
        return 0 if found is None else least - found

    def _together(
        self, lifted: Cause, least: int, candidates: list[Cause]
    ) -> tuple[tuple[Cause, ...], dict[Cause, tuple[int, ...]]]:
        """A minimal set whose lifting helps, by deletion; empty where lifting all of them does not."""
        for most in (FEW, ALL):
            kept = list(candidates)
            if not self._gain(_sum(lifted, kept), least, most):
                continue
            for cause in candidates:
                rest = [c for c in kept if c != cause]
                if self._gain(_sum(lifted, rest), least, most):
                    kept = rest
            self._gain(_sum(lifted, kept), least, most)
            return tuple(kept), self.world.used(self.programme, _sum(lifted, kept), most)
        return (), {}


def _sum(first: Cause, causes: list[Cause]) -> Cause:
    for cause in causes:
        first |= cause
    return first
