"""The reasons in words: what is missing, how things are, whose side it is on, what stands in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from scheduler.calendar import overlaps_any
from scheduler.explain import phrases
from scheduler.explain.causes import Cause, Tier
from scheduler.explain.places_said import sentence
from scheduler.explain.sentences import Sentences
from scheduler.explain.tiers import Share
from scheduler.explain.world import World
from scheduler.finding import Words
from scheduler.problem import Mode
from scheduler.rules import audience, clinician_overlap, cohort, commitment, delivery, grid, size, unmet_care
from scheduler.rules.facts import Held
from scheduler.timetable import Reason

TIERS: Final[dict[Tier, Words]] = {
    "patient": Words(
        "impossible_for_patient",
        "{minutes} min are impossible for this patient alone, whatever staff and rooms there were",
    ),
    "clinic": Words(
        "impossible_for_clinic",
        "{minutes} min are impossible with the clinic's staff and rooms, even if nobody else were planned",
    ),
    "others": Words("others_preferred", "{minutes} min are possible, but others were preferred"),
    "wishes": Words(
        "dearer_than_worth",
        "{minutes} min could be had as things stand, in a week that costs more than they are worth",
    ),
}
UNDECIDED: Final = Words(
    "undecided",
    "{minutes} min: not decided exactly whether the patient, the clinic or others stand in the way",
)
ANY_ONE: Final = Words("any_one", "any one of these {count}, gone alone, would let some of it be held")
TOGETHER: Final = Words("only_together", "only if all of these {count} were gone could some of it be held")
BESIDES: Final = Words("besides", "changing that alone would not be enough as things stand; there is also:")
NO_WAY: Final = Words("no_way", "no week of any kind could hold what the program asks for")


@dataclass(frozen=True)
class Lack:
    """A requirement that is short, or the care minutes (None), and the types that would do."""

    requirement: str | None
    kinds: tuple[int, ...]
    reason: Reason


class Telling:
    """One patient's unmet minutes in words."""

    def __init__(self, world: World, shares: Sequence[Share]) -> None:
        self.world, self.shares = world, shares
        self.clinic, self.setting = world.clinic, world.setting
        self.sentences = Sentences(world)

    def reasons(self) -> tuple[Reason, ...]:
        return (*(lack.reason for lack in self.lacks), *self._context(), *self._causes())

    # -- what is missing ------------------------------------------------------------------------------------

    @cached_property
    def lacks(self) -> tuple[Lack, ...]:
        week = self.clinic.week_of(self.world.patient.id)
        counts, found, care = week.requirement_counts, [], 0
        for need in week.entitlement.requirements:
            missing = max(0, need.minimum - counts[need.id])
            if missing:
                minutes = missing * need.shortest_minutes
                care += minutes * need.holds_care
                kinds = self._open(self.world.week.type_index[t] for t in need.any_of)
                what = self.sentences.name(kinds[0])
                reason = sentence(
                    unmet_care.SHORT,
                    what=what, missing=missing, minimum=need.minimum, minutes=minutes, requirement=need.id,
                )  # fmt: skip
                found.append(Lack(need.id, kinds, reason))
        missing = week.entitlement.care_min - week.care_minutes
        if missing > care:
            kinds = self._open(t for t in self.world.needed if self.clinic.types[t].counts_as_care)
            reason = sentence(unmet_care.SHORT_CARE, missing=missing, minimum=week.entitlement.care_min)
            found.append(Lack(None, kinds, reason))
        return tuple(found)

    def _open(self, kinds: Iterable[int]) -> tuple[int, ...]:
        """Those that are for the patient; all of them where none is."""
        given, rules = tuple(kinds), (audience, delivery, cohort)
        fine = tuple(
            t
            for t in given
            if all(r.bars(self.setting, self.world.patient, self.clinic.types[t]) is None for r in rules)
        )
        return fine or given

    # -- how things are -------------------------------------------------------------------------------------

    def _context(self) -> Iterator[Reason]:
        if self.sentences.hard:
            left, total = (sum(b - a for a, b in windows) for windows in self.sentences.free)
            yield sentence(commitment.FREE, free=phrases.hours(left), open=phrases.hours(total))
        for lack in self.lacks:
            if lack.requirement is not None:
                yield from self._held(lack)

    def _held(self, lack: Lack) -> Iterator[Reason]:
        """The groups that are held of what is missing, and why the patient is in none of them."""
        masks = {s.id: m for s, m in self.world.joinable}
        for t in lack.kinds:
            kind = self.clinic.types[t]
            groups = self.clinic.held_groups.get(kind.id, ())
            if kind.mode is not Mode.GROUP:
                continue
            counts = Counter(self._why_not(s, masks.get(s.id, 0)) for s in groups)
            ordered = sorted(counts.items(), key=lambda pair: (pair[0] != ATTENDED, -pair[1], pair[0]))
            parts = ", ".join(f"{n} {why}" for why, n in ordered)
            held = f"{len(groups)} group{'s' * (len(groups) != 1)}" if groups else "no group"
            told = sentence(size.HELD, held=held, what=phrases.name_of(kind), parts=parts)
            text = told.text if groups else f"{told.text.removesuffix(', .')}."
            params = {"session_type": kind.id, "held": len(groups), "counts": dict(ordered)}
            yield told.model_copy(update={"text": text, "params": params})

    def _why_not(self, session: Held, mask: int) -> str:
        if self.world.patient.id in session.patients:
            return ATTENDED
        first = next((c for c in Cause if c & mask), None)
        if first is not None:
            return _BARRED.get(first, "not open to the patient")
        if overlaps_any(session.interval, [s.interval for s in self.world.attended]):
            return "at the time of another session of the patient"
        return "not fitting the rest of the patient's week"

    # -- what stands in the way -----------------------------------------------------------------------------

    def _causes(self) -> Iterator[Reason]:
        for share in self.shares:
            if share.exact:
                yield sentence(TIERS[share.tier], minutes=share.minutes)
            else:
                yield sentence(UNDECIDED, minutes=share.minutes, tier=share.tier)
            alone = sorted(share.alone, key=lambda c: (-share.alone[c], c))
            told = [list(self._told(cause, share)) for cause in (*alone, *share.together)]
            said = [reason for reasons in told for reason in reasons]
            if len(told) > 1:
                yield sentence(ANY_ONE if alone else TOGETHER, count=len(told))
            yield from said
            if share.jointly:
                yield sentence(clinician_overlap.NOT_TOGETHER, tier=share.tier)
            if share.besides:
                yield sentence(BESIDES)
            for cause in share.besides:
                kinds = self._kinds(cause, share)
                yield from self._said(cause, kinds, _sum(share.besides))
            if share.tier in ("patient", "clinic") and not said:
                yield from self._no_way(share.tier)

    def _told(self, cause: Cause, share: Share) -> Iterator[Reason]:
        """The sentences of one cause; `frees_minutes` hang on it alone."""
        extra = {"tier": share.tier, "frees_minutes": share.alone.get(cause)}
        seen: set[str] = set()
        for told in self._said(cause, self._kinds(cause, share), _sum(share.together)):
            if told.text not in seen:
                seen.add(told.text)
                yield told.model_copy(update={"params": told.params | extra})

    def _kinds(self, cause: Cause, share: Share) -> tuple[int, ...]:
        return share.kinds.get(cause) or tuple(dict.fromkeys(t for lack in self.lacks for t in lack.kinds))

    def _said(self, cause: Cause, kinds: Sequence[int], beside: Cause) -> Iterator[Reason]:
        """What is lacking itself first; then what would only make room for it."""
        lacking = {t for lack in self.lacks for t in lack.kinds}
        direct = [t for t in kinds if t in lacking]
        if direct or not kinds:
            yield from self.sentences.say(cause, direct, beside)
        if rest := [t for t in kinds if t not in lacking]:
            for told in self.sentences.say(cause, rest, beside):
                yield told.model_copy(update={"text": f"{told.text[:-1]}; it would make room in the week."})

    def _no_way(self, tier: Tier) -> Iterator[Reason]:
        kinds = dict.fromkeys(t for lack in self.lacks for t in lack.kinds)
        without = [self.clinic.types[t] for t in kinds if not self.clinic.grid[t].any()]
        for kind in without:
            yield sentence(grid.NO_START, what=phrases.name_of(kind), tier=tier)
        if not without:
            yield sentence(NO_WAY, tier=tier)


def _sum(causes: Iterable[Cause]) -> Cause:
    found = Cause(0)
    for cause in causes:
        found |= cause
    return found


ATTENDED: Final = "attended"
_BARRED: Final = {
    Cause.COMMITMENT: "overlapping a commitment",
    Cause.TRAVEL: "overlapping the way to or from a commitment",
    Cause.ACTIVE: "when the patient is not active",
    Cause.AUTHORIZATION: "on dates that are not authorised",
    Cause.FULL: "full",
    Cause.APART: "with somebody kept apart from the patient",
    Cause.FIXED: "with fixed patients",
}
