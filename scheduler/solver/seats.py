"""Whose the pinned sessions for one patient are, where a pin leaves that open.

A pin fixes a session's type and start. For whom it is, the search could hardly change afterwards; so every
such session gets its patient before, by backtracking, such that nobody's pins break a rule that no further
session could mend.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from scheduler.errors import NoTimetableFound
from scheduler.problem import AttendancePin, SessionPin
from scheduler.solver.personal import Key, PersonalWeeks
from scheduler.week import NONE, Week, counts_as_primary

STEPS: Final = 4000  # patients tried, after which one order of trying is given up


@dataclass(frozen=True)
class _Open:
    """A pinned session for one patient who is not given; `fits` are those who could attend, best first."""

    pin: int
    key: Key
    fits: tuple[int, ...]


class Seats:
    """The patient of each such pin; another `shuffle` (0: none) may find others."""

    def __init__(self, week: Week, shuffle: int) -> None:
        self.week, self.steps = week, STEPS
        self.dice = np.random.default_rng(shuffle) if shuffle else None
        self.sure: dict[int, set[Key]] = {}  # what the pins so far give each patient
        self.waiting: set[tuple[int, Key]] = set()  # pinned attendances that no session serves yet
        self._read()
        a = week.arrays
        mendable = a._replace(enforced=np.zeros_like(a.enforced), idle_max=np.full_like(a.idle_max, NONE))
        self.personal = PersonalWeeks(replace(week, arrays=mendable))

    def found(self) -> dict[int, int]:
        """Raises NoTimetableFound where there is none."""
        given: dict[int, int] = {}
        asked = sorted(self._open(), key=lambda o: (len(o.fits), o.pin))
        if not self._rest(asked, given):
            pins = ", ".join(str(o.pin) for o in asked)
            raise NoTimetableFound(f"the sessions of the pins {pins} find no patient each beside the others")
        return given

    def _read(self) -> None:
        for pin in self.week.problem.pins:
            if isinstance(pin, SessionPin) and (pin.frozen or pin.happened):
                key = self._key(pin)
                for patient in pin.session.patients:
                    self.sure.setdefault(self.week.patient_index[patient], set()).add(key)
        for pin in self.week.problem.pins:
            if isinstance(pin, AttendancePin):
                p, key = self.week.patient_index[pin.patient], self._key(pin)
                if key not in self.sure.setdefault(p, set()):
                    self.sure[p].add(key)
                    self.waiting.add((p, key))

    def _key(self, pin: SessionPin | AttendancePin) -> Key:
        given = pin.session if isinstance(pin, SessionPin) else pin
        minute = self.week.calendar.minute_of(given.start)
        return self.week.type_index[given.session_type], minute // self.week.arrays.slot

    def _open(self) -> Iterator[_Open]:
        a = self.week.arrays
        for i, pin in enumerate(self.week.problem.pins):
            if isinstance(pin, SessionPin) and not (pin.frozen or pin.happened):
                key = self._key(pin)
                if not (a.group[key[0]] or a.cohort_type[key[0]]):
                    yield _Open(i, key, self._fits(pin, key))

    def _fits(self, pin: SessionPin, key: Key) -> tuple[int, ...]:
        """Who is pinned there, then whom the pin names, then those with the fewest other chances."""
        (t, u), a = key, self.week.arrays
        able = [int(p) for p in np.flatnonzero(a.pok[:, t, u]) if self._led(pin, key, int(p))]
        named = {self.week.patient_index[p] for p in pin.session.patients}
        chances = a.pok[:, t].sum(axis=1) if self.dice is None else self.dice.permutation(len(a.pok))
        return tuple(sorted(able, key=lambda p: ((p, key) not in self.waiting, p not in named, chances[p])))

    def _led(self, pin: SessionPin, key: Key, p: int) -> bool:
        """Whether every entry has somebody on site who may fill it for the patient: the given clinicians."""
        (t, u), a = key, self.week.arrays
        given = [self.week.clinician_index[c] for c in pin.session.clinicians or ()]
        for f in range(int(a.entries[t])):
            who = [given[f]] if given else np.flatnonzero(a.cok[:, t, u])
            if not any(
                a.qualified[t, f, c] or (a.primary_entry[t, f] and counts_as_primary(a, p, int(c), t, u))
                for c in who
            ):
                return False
        return True

    def _rest(self, asked: list[_Open], given: dict[int, int]) -> bool:
        if not asked:
            return True
        first, rest = asked[0], asked[1:]
        for p in first.fits:
            self.steps -= 1
            if self.steps < 0:
                return False
            sure, place = self.sure.setdefault(p, set()), (p, first.key)
            awaited = place in self.waiting
            if not awaited and (first.key in sure or not self.personal.holds(p, {*sure, first.key})):
                continue
            self.waiting.discard(place)
            sure.add(first.key)
            given[first.pin] = p
            if self._rest(rest, given):
                return True
            if awaited:
                self.waiting.add(place)
            else:
                sure.remove(first.key)
        return False
