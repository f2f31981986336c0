"""The sentence of every cause, with the counts of the times or groups that it bars.

The wording stands beside the rule that it speaks of; here the gaps are filled. Other patients appear as
numbers only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np

from scheduler.calendar import DAY, Interval, merged, overlaps_any
from scheduler.explain import phrases
from scheduler.explain.causes import CLINIC, OTHERS, PATIENT, Cause
from scheduler.explain.clinic import Masks
from scheduler.explain.world import World
from scheduler.finding import Words
from scheduler.problem import Commitment
from scheduler.rules import (
    active,
    apart,
    audience,
    authorization,
    care_max,
    clinician_availability,
    clinician_load,
    clinician_overlap,
    cohort,
    commitment,
    day_care_max,
    day_care_min,
    days_max,
    days_min,
    delivery,
    facilitators,
    gap,
    grid,
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


def sentence(words: Words, **params: Any) -> Reason:
    """A reason as a whole sentence."""
    text = words.text(**params)
    end = "" if text.endswith(":") else "."
    return Reason(code=words.code, text=f"{text[0].upper()}{text[1:]}{end}", params=params)


class Sentences:
    """What can be said of the causes in one patient's world."""

    def __init__(self, world: World) -> None:
        self.world, self.clinic, self.setting = world, world.clinic, world.setting
        self.calendar = world.week.calendar
        self.rights = self.setting.entitlements[world.patient.id]

    def name(self, t: int) -> str:
        return phrases.name_of(self.clinic.types[t])

    @property
    def hard(self) -> list[Commitment]:
        return [c for c in self.world.patient.commitments if c.strength == "hard"]

    @cached_property
    def free(self) -> tuple[list[Interval], list[Interval]]:
        """Opening hours that the patient has for sessions in person, and all of them."""
        calendar, patient = self.calendar, self.world.patient
        closed = merged(calendar.closed(in_person=True))
        opened = [i for window in calendar.opening for i in _less(window, closed)]
        days = calendar.active_days[patient.id] & calendar.authorized_days[patient.id]
        busy = sorted(calendar.busy(patient, in_person=True))
        return [i for w in opened if w[0] // DAY in days for i in _less(w, busy)], opened

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
            yield sentence(size.KEPT, groups=sum(len(s.patients) > 1 for s in self.world.attended))
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

    def _wanted(self, t: int) -> str:
        """Who is needed: "a clinician with LADC or LCSW"."""
        wanted = []
        for entry in self.clinic.types[t].facilitators:
            held = phrases.listed(entry.credentials or (), "or")
            options = [f"a clinician with {held}"] if held else []
            options += ["the patient's primary clinician"] if entry.primary else []
            wanted.append(phrases.listed(options, "or") or "a clinician")
        return phrases.listed(wanted)

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

    # -- times and groups that are barred -------------------------------------------------------------------

    def _times(self, cause: Cause, t: int, beside: Cause) -> Iterator[Reason]:
        if cause is Cause.NOT_HELD:
            yield self._not_held(t, beside)
        elif cause in _GROUPS:
            yield self._groups(cause, t)
        elif cause in _STAFF:
            yield self._staff(cause, t)
        elif cause is Cause.COHORT_MEETS:
            yield sentence(cohort.NEVER_MEETS, cohort=self._own_cohort(t), **self._counts(cause, t))
        elif cause in _SIMPLE:
            yield sentence(_SIMPLE[cause], **self._counts(cause, t))

    def _own_cohort(self, t: int) -> str:
        cohorts = self.setting.cohorts_of.get(self.clinic.types[t].id, ())
        return next((k.id for k in cohorts if self.world.patient.id in k.patients), "")

    def _counts(self, cause: Cause, t: int) -> dict[str, Any]:
        """Times that fit the patient: how many, how many this bars, and that others do not help either."""
        fit = self.clinic.grid[t] & (self.world.own[t] == 0)
        against = self.world.openings[t]
        known = PATIENT | CLINIC | (OTHERS if cause & OTHERS else Cause(0))
        open_yet = int((fit & ((against & int(known)) == 0)).sum())
        others = f"{open_yet} other{' does' if open_yet == 1 else 's do'}"
        rest = f"; {others} not go with the rest of the patient's week" if open_yet else ""
        return {
            "what": self.name(t),
            "session_type": self.clinic.types[t].id,
            "starts": int(fit.sum()),
            "barred": int((fit & ((against & int(cause)) > 0)).sum()),
            "rest": rest,
        }

    def _staff(self, cause: Cause, t: int) -> Reason:
        who = np.flatnonzero(self.world.who(t).any(axis=0))
        people = [self.world.week.problem.clinicians[int(c)] for c in who]
        few = len(people) <= 2 and len(self.clinic.types[t].facilitators) == 1
        called = phrases.listed((c.name or c.id for c in people), "or") if few else self._wanted(t)
        params = self._counts(cause, t) | {"who": called, "clinicians": [c.id for c in people]}
        if cause is not Cause.ON_SITE:
            return sentence(_STAFF[cause], **params)
        windows = ""
        if len(self.clinic.types[t].facilitators) == 1:
            there = merged(i for c in people for i in self.calendar.availability[c.id])
            free = [
                (max(a, x), min(b, y)) for a, b in self.free[0] for x, y in there if max(a, x) < min(b, y)
            ]
            shown = phrases.windows(free, self.calendar.weekdays)
            windows = f"; in the patient's free time only {shown}" if free else ""
        return sentence(_STAFF[cause], windows=windows, **params)

    def _not_held(self, t: int, beside: Cause) -> Reason:
        """Where one more group would find most company: clinicians and a room are free then."""
        kind = self.clinic.types[t]
        if kind.id in self.setting.cohorts_of:
            return sentence(cohort.NOT_MET, what=phrases.name_of(kind), cohort=self._own_cohort(t))
        mask: Masks = self.world.own[t] | self.world.openings[t]
        fine = self.clinic.grid[t] & ((mask & ~int(beside | Cause.NOT_HELD)) == 0)
        best = max(((*self.world.company(t, int(u)), -int(u)) for u in np.flatnonzero(fine)), default=None)
        needed, when = kind.size_min - 1, ""
        params: dict[str, Any] = {"session_type": kind.id, "needed": needed}
        if best is not None:
            could, short, minute = best[0], best[1], -best[2] * self.clinic.slot
            shown = phrases.window((minute, minute + kind.minutes), self.calendar.weekdays)
            free = f"{could} who could come {'is' if could == 1 else 'are'} free"
            when = f"; at best, {shown}, {free}, {short or 'none'} of them short of it"
            when = when if could else "; nobody who could come is free at the times that fit"
            params |= {"could_come": could, "short": short, "start": minute}
        told = sentence(size.NOT_HELD, what=phrases.name_of(kind), needed=phrases.others(needed), when=when)
        return told.model_copy(update={"params": params})

    def _groups(self, cause: Cause, t: int) -> Reason:
        """Causes that bar held groups: full, apart, fixed."""
        kind, slot = self.clinic.types[t], self.clinic.slot
        own = self.world.own[t]
        fitting = [
            (s, m) for s, m in self.world.joinable if s.type.id == kind.id and own[s.start // slot] == 0
        ]
        met = [s for s, m in fitting if m & int(cause)]
        count = {"what": phrases.name_of(kind), "session_type": kind.id, "held": len(fitting)}
        if cause is Cause.FULL:
            sizes = sorted({f"{len(s.patients)} of {self.clinic.seats(s)}" for s in met})
            return sentence(size.FULL, full=len(met), sizes=sizes, **count)
        return sentence(apart.IN_THERE if cause is Cause.APART else pin.FIXED, barred=len(met), **count)


_WHOLE: Final = {
    Cause.AUDIENCE: Sentences._audience,
    Cause.DELIVERY: Sentences._delivery,
    Cause.COHORT: Sentences._cohort,
    Cause.CREDENTIAL: Sentences._credential,
    Cause.ROOM_FEATURE: Sentences._features,
    Cause.ROOM_TOO_SMALL: Sentences._small,
    Cause.TOO_FEW: Sentences._few,
}
_GROUPS: Final = (Cause.FULL, Cause.APART, Cause.FIXED)
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
_SIMPLE: Final = {
    Cause.CLOSED: grid.CLOSED_THEN,
    Cause.ROOM_CLOSED: room.CLOSED_THEN,
    Cause.ROOM_BUSY: room.TAKEN_THEN,
}
_STAFF: Final = {
    Cause.ON_SITE: clinician_availability.NOT_THERE,
    Cause.CLINICIAN_BUSY: clinician_overlap.ENGAGED,
    Cause.CLINICIAN_LOAD: clinician_load.USED_UP,
}


def _less(window: Interval, holes: Iterable[Interval]) -> list[Interval]:
    """The parts of a window outside all holes (sorted by start)."""
    start, end = window
    parts = []
    for a, b in holes:
        if b <= start or a >= end:
            continue
        if a > start:
            parts.append((start, a))
        start = max(start, b)
    return [*parts, (start, end)] if start < end else parts
