"""The sentence of every cause, with the counts of the times or groups that it bars.

The wording stands beside the rule that it speaks of; here the gaps are filled. Other patients appear as
numbers only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from scheduler.calendar import Interval, overlaps_any
from scheduler.explain import phrases
from scheduler.explain.causes import Cause
from scheduler.explain.places_said import PlaceSentences, sentence
from scheduler.finding import Words
from scheduler.rules import (
    active,
    audience,
    authorization,
    care_max,
    cohort,
    commitment,
    day_care_max,
    day_care_min,
    days_max,
    days_min,
    delivery,
    facilitators,
    gap,
    group_daily,
    idle_max,
    max_per_day,
    pin,
    requirement_max,
    room,
    services_min,
    size,
)
from scheduler.timetable import Reason


class Sentences(PlaceSentences):
    """What can be said of the causes in one patient's world."""

    def say(self, cause: Cause, kinds: Sequence[int], beside: Cause) -> Iterator[Reason]:
        """`kinds`: the types that it bars; `beside`: causes that would have to be gone as well."""
        if cause in _LIMITS:
            yield from self._limit(cause, kinds)
        elif cause in _WHOLE:
            for t in kinds:
                yield from _WHOLE[cause](self, t)
        elif cause in (Cause.COMMITMENT, Cause.TRAVEL):
            yield self._commitments(cause, kinds)
        elif cause in _DATES:
            yield self._dates(cause)
        elif cause is Cause.PIN:
            yield sentence(pin.TIED)
        elif cause is Cause.NEEDED:
            needed = sum(tie is Cause.NEEDED for tie in self.world.ties.values())
            told = sentence(size.KEPT, groups=f"{needed} group{'s' * (needed != 1)}")
            yield told.model_copy(update={"params": {"groups": needed}})
        else:
            for t in kinds:
                yield from self._times(cause, t, beside)

    # -- the patient's side ---------------------------------------------------------------------------------

    def _commitments(self, cause: Cause, kinds: Sequence[int]) -> Reason:
        slot, travelling = self.clinic.slot, cause is Cause.TRAVEL
        starts, barred = 0, list[Interval]()
        for t in kinds:
            starts += int(self.clinic.grid[t].sum())
            times = np.flatnonzero(self.clinic.grid[t] & ((self.world.own[t] & int(cause)) > 0)) * slot
            barred += [(int(u), int(u) + self.clinic.types[t].minutes) for u in times]
        met = [
            c
            for c in self.hard
            if any(overlaps_any(i, self.calendar.taken_by(c, in_person=travelling)) for i in barred)
        ]
        count = {"barred": len(barred), "starts": starts}
        told = sentence(
            commitment.ON_THE_WAY if travelling else commitment.OVERLAPS,
            what=phrases.listed(map(self.name, kinds), "or"),
            commitments=phrases.listed(map(phrases.commitment, met)),
            **count,
        )
        types = [self.clinic.types[t].id for t in kinds]
        params = count | {"session_types": types, "commitments": [c.id for c in met]}
        return told.model_copy(update={"params": params})

    def _dates(self, cause: Cause) -> Reason:
        words, days = _DATES[cause]
        allowed = getattr(self.calendar, days)[self.world.patient.id] & self.calendar.open_days
        return sentence(words, days=len(allowed), open=len(self.calendar.open_days))

    def _limit(self, cause: Cause, kinds: Sequence[int]) -> Iterator[Reason]:
        if cause is Cause.MAX_PER_DAY:
            for kind in (self.clinic.types[t] for t in kinds):
                if kind.max_per_day is not None:
                    yield sentence(max_per_day.AT_MOST, limit=kind.max_per_day, what=phrases.name_of(kind))
        elif cause is Cause.REQUIREMENT_MAX:
            for need in self.rights.requirements:
                if need.maximum is not None and need.holds_care:
                    what = phrases.name_of(self.setting.types[need.any_of[0]])
                    yield sentence(requirement_max.AT_MOST, limit=need.maximum, what=what)
        elif cause in _PAID:
            unit, value = _PAID[cause]
            limit = getattr(self.rights, value)
            yield sentence(authorization.AMOUNT, limits=f"{limit} {unit}{'s' * (limit != 1)}")
        else:
            words, value = _LIMITS[cause]
            yield sentence(words, limit=getattr(self.rights, value))

    def _audience(self, t: int) -> Iterator[Reason]:
        kind, tags = self.clinic.types[t], self.setting.tags[self.world.patient.id]
        if missing := [tag for tag in kind.audience.requires if tag not in tags]:
            yield sentence(audience.ONLY_FOR, what=phrases.name_of(kind), tags=missing)
        if unwanted := [tag for tag in kind.audience.excludes if tag in tags]:
            yield sentence(audience.NOT_FOR, what=phrases.name_of(kind), tags=unwanted)

    def _delivery(self, t: int) -> Iterator[Reason]:
        yield sentence(delivery.NOT_TAKEN, what=self.name(t))

    def _cohort(self, t: int) -> Iterator[Reason]:
        yield sentence(cohort.NOT_A_MEMBER, what=self.name(t))

    # -- the clinic's side ----------------------------------------------------------------------------------

    def _credential(self, t: int) -> Iterator[Reason]:
        yield sentence(facilitators.NOBODY, what=self.name(t), wanted=self._wanted(t))

    def _features(self, t: int) -> Iterator[Reason]:
        need = self.clinic.types[t].room
        yield sentence(room.NO_FEATURES, what=self.name(t), features=list(need.features) if need else [])

    def _small(self, t: int) -> Iterator[Reason]:
        kind = self.clinic.types[t]
        capacity = max((int(self.clinic.a.capacity[r]) for r in self.clinic.rooms_for(kind)), default=0)
        yield sentence(room.SMALL, what=phrases.name_of(kind), needed=kind.size_min, capacity=capacity)

    def _few(self, t: int) -> Iterator[Reason]:
        kind = self.clinic.types[t]
        could = int(self.clinic.could_come[t][self.world.own[t] == 0].max(initial=0))
        yield sentence(size.FEW_COULD, what=phrases.name_of(kind), needed=kind.size_min, could=could)


_WHOLE: Final = {
    Cause.AUDIENCE: Sentences._audience,
    Cause.DELIVERY: Sentences._delivery,
    Cause.COHORT: Sentences._cohort,
    Cause.CREDENTIAL: Sentences._credential,
    Cause.ROOM_FEATURE: Sentences._features,
    Cause.ROOM_TOO_SMALL: Sentences._small,
    Cause.TOO_FEW: Sentences._few,
}
_DATES: Final = {
    Cause.ACTIVE: (active.FEW_DATES, "active_days"),
    Cause.AUTHORIZATION: (authorization.FEW_DATES, "authorized_days"),
}
_PAID: Final = {
    Cause.AUTHORIZED_DAYS: ("care day", "authorized_days"),
    Cause.AUTHORIZED_MINUTES: ("care minute", "authorized_minutes"),
}
_LIMITS: Final[dict[Cause, tuple[Words, str]]] = {
    Cause.MAX_PER_DAY: (max_per_day.AT_MOST, ""),
    Cause.REQUIREMENT_MAX: (requirement_max.AT_MOST, ""),
    Cause.AUTHORIZED_DAYS: (authorization.AMOUNT, ""),
    Cause.AUTHORIZED_MINUTES: (authorization.AMOUNT, ""),
    Cause.CARE_MAX: (care_max.AT_MOST, "care_max"),
    Cause.DAY_CARE_MAX: (day_care_max.AT_MOST, "day_care_max"),
    Cause.DAYS_MAX: (days_max.AT_MOST, "days_max"),
    Cause.IDLE_MAX: (idle_max.AT_MOST, "idle_max"),
    Cause.DAY_CARE_MIN: (day_care_min.AT_LEAST, "day_care_min"),
    Cause.DAYS_MIN: (days_min.AT_LEAST, "days_min"),
    Cause.GAP: (gap.AT_MOST, "gap_max"),
    Cause.SERVICES_MIN: (services_min.AT_LEAST, "services_min"),
    Cause.GROUP_DAILY: (group_daily.NEEDED, "group_daily"),
}
