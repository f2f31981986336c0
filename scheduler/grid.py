"""A compiled week whose groups keep to the standing places, or prefer them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from scheduler.problem import SessionPin
from scheduler.standing import StandingPlace, places
from scheduler.timetable import PlannedSession
from scheduler.week import Bools, Week


class Grid:
    """The standing places of a week, by session type: where its groups may start, and with whom."""

    def __init__(self, week: Week) -> None:
        self.week = week
        self.places: dict[int, list[StandingPlace]] = {}
        for place in places(week.problem):
            self.places.setdefault(week.type_index[place.given.session_type], []).append(place)

    def kept(self) -> Week:
        """The week in which groups of these types start at their places alone."""
        if not self.places:
            return self.week
        a = self.week.arrays
        ok, pok, cok, rok, cohort_ok = (np.array(x) for x in (a.ok, a.pok, a.cok, a.rok, a.cohort_ok))
        for t in self.places:
            allowed = self._starts(t) | self._pinned(t)
            for table in (ok, pok, cok, rok, cohort_ok):
                table[..., t, :] &= allowed
            self._led_and_housed(t, cok, rok)
        arrays = a._replace(ok=ok, pok=pok, cok=cok, rok=rok, cohort_ok=cohort_ok)
        return replace(self.week, arrays=arrays)

    def preferred(self) -> Week:
        """The week in which an attendance of these types elsewhere costs as much as a moved one."""
        if not self.places:
            return self.week
        cost = np.array(self.week.arrays.cost)
        for t in self.places:
            cost[:, t, ~(self._starts(t) | self._pinned(t))] += self.week.problem.weights.moved
        return replace(self.week, arrays=self.week.arrays._replace(cost=cost))

    def premium(self, sessions: Iterable[PlannedSession]) -> int:
        """What `preferred` charges for a timetable beyond its objective."""
        return self.week.problem.weights.moved * sum(len(s.patients) for s in self.elsewhere(sessions))

    def elsewhere(self, sessions: Iterable[PlannedSession]) -> Sequence[PlannedSession]:
        """Sessions of types that stand, held at other times."""
        allowed = {t: self._starts(t) | self._pinned(t) for t in self.places}
        index, calendar, slot = self.week.type_index, self.week.calendar, self.week.arrays.slot
        return [
            s
            for s in sessions
            if (t := index[s.session_type]) in allowed and not allowed[t][calendar.minute_of(s.start) // slot]
        ]

    # -- places as slots ------------------------------------------------------------------------------------

    def _starts(self, t: int) -> Bools:
        found = np.zeros(self.week.arrays.ok.shape[1], np.bool_)
        found[[p.interval[0] // self.week.arrays.slot for p in self.places[t] if p.lapsed is None]] = True
        return found

    def _pinned(self, t: int) -> Bools:
        """Pins hold wherever they are."""
        week, found = self.week, np.zeros(self.week.arrays.ok.shape[1], np.bool_)
        for pin in week.problem.pins:
            given = pin.session if isinstance(pin, SessionPin) else pin
            if week.type_index[given.session_type] == t:
                found[week.calendar.minute_of(given.start) // week.arrays.slot] = True
        return found

    def _led_and_housed(self, t: int, cok: Bools, rok: Bools) -> None:
        """At a place whose standing sessions all name clinicians (or rooms), only those may serve."""
        pinned = self._pinned(t)
        held: dict[int, list[StandingPlace]] = {}
        for place in (p for p in self.places[t] if p.lapsed is None):
            held.setdefault(place.interval[0] // self.week.arrays.slot, []).append(place)
        for u, there in held.items():
            if pinned[u]:
                continue
            if all(p.given.clinicians for p in there):
                named = {self.week.clinician_index[c] for p in there for c in p.given.clinicians or ()}
                cok[[c for c in range(cok.shape[0]) if c not in named], t, u] = False
            if all(p.given.room for p in there):
                rooms = {self.week.room_index[p.given.room or ""] for p in there}
                rok[[r for r in range(rok.shape[0]) if r not in rooms], t, u] = False
