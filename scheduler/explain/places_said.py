"""What is said of times and groups that are barred, with counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, Final

import numpy as np

from scheduler.calendar import DAY, Interval, merged
from scheduler.explain import phrases
from scheduler.explain.causes import CLINIC, OTHERS, PATIENT, Cause
from scheduler.explain.clinic import Masks
from scheduler.explain.world import World
from scheduler.finding import Words
from scheduler.problem import Commitment
from scheduler.rules import (
    apart,
    clinician_availability,
    clinician_load,
    clinician_overlap,
    cohort,
    grid,
    pin,
    room,
    size,
)
from scheduler.timetable import Reason


def sentence(words: Words, **params: Any) -> Reason:
    """A reason as a whole sentence."""
    text = words.text(**params)
    end = "" if text.endswith(":") else "."
    return Reason(code=words.code, text=f"{text[0].upper()}{text[1:]}{end}", params=params)


class PlaceSentences:
    """What can be said of starts and groups in one patient's world."""

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

    def _wanted(self, t: int) -> str:
        """Who is needed: "a clinician with LADC or LCSW"."""
        wanted = []
        for entry in self.clinic.types[t].facilitators:
            held = phrases.listed(entry.credentials or (), "or")
            options = [f"a clinician with {held}"] if held else []
            options += ["the patient's primary clinician"] if entry.primary else []
            wanted.append(phrases.listed(options, "or") or "a clinician")
        return phrases.listed(wanted)


_GROUPS: Final = (Cause.FULL, Cause.APART, Cause.FIXED)
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
