"""Which attendances of some dates can be kept after an event, and who leads them: an exact model.

Attendances are kept by type and start: a session may get other clinicians and another room, its patients may
be shared out among sessions of the same type and start, and more such sessions may be held. Other dates
(`fixed`) stay as they are. The model knows every rule of sessions, clinicians and rooms. A patient's week as
a whole is modelled for those `admitted`; these may also attend anew whatever there is on the dates. Everybody
else is free of the rules of a week, so that less than all patients admitted is a relaxation: what it finds
impossible is. Who is needed to bring a group to its minimum is not named but for types that are `peopled`.

Fewer attendances lost come before fewer with other clinicians, and these before fewer rooms changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ortools.sat.python import cp_model

from scheduler.solver.clock import Clock
from scheduler.solver.keeping.clauses import at_most_one
from scheduler.solver.keeping.crews import make_exclusive
from scheduler.solver.keeping.ground import Ground
from scheduler.solver.keeping.parts import Key, Slot
from scheduler.solver.keeping.pins import hold_pins
from scheduler.solver.keeping.sessions import add_existing, add_possible
from scheduler.solver.keeping.weeks import add_week, loosen


class TooLate(Exception):
    """There is no time to build the model."""


class Keeping:
    """The model of some dates; built anew when more patients are admitted."""

    def __init__(
        self,
        ground: Ground,
        admitted: Iterable[int] = (),
        peopled: Iterable[int] = (),
        clock: Clock | None = None,
    ) -> None:
        """Raises TooLate when the clock runs out while it is built."""
        self.clock = clock
        self.ground, self.week, self.a, self.dates = ground, ground.week, ground.a, ground.dates
        self.personal, self.members, self.stays = ground.personal, ground.members, ground.stays
        self.admitted, self.peopled = tuple(sorted(admitted)), frozenset(peopled)
        self.model = cp_model.CpModel()
        self.slots: list[Slot] = []
        self.joiners: dict[Key, list[int]] = {}
        add_existing(self)
        add_possible(self)
        self.attendance = self._attendances()
        self.places: dict[int, list[Key]] = {}
        for p, key in self.attendance:
            self.places.setdefault(p, []).append(key)
        self._keep_apart()
        make_exclusive(self)
        hold_pins(self)
        for p in self.admitted:
            self.look_at_clock()
            add_week(self, p)
        for p in sorted({q for own in self.joiners.values() for q in own} - set(self.admitted)):
            self.look_at_clock()
            loosen(self, p)
        self._objective()

    def look_at_clock(self) -> None:
        if self.clock is not None and self.clock.left <= 0:
            raise TooLate

    def _attendances(self) -> dict[tuple[int, Key], Any]:
        """[patient, key]: true when they attend one of the sessions there."""
        found: dict[tuple[int, Key], list[Any]] = {}
        for slot in self.slots:
            for p, keep in slot.keep.items():
                found.setdefault((p, slot.key), []).append(keep)
        made = {}
        for place, choices in found.items():
            made[place] = choices[0] if len(choices) == 1 else self.model.new_bool_var("")
            if len(choices) > 1:
                self.model.add(sum(choices) == made[place])
        return made

    def _keep_apart(self) -> None:
        pairs = {(i, int(j)) for i, row in enumerate(self.a.apart_of) for j in row if j >= 0 and i < int(j)}
        for slot in self.slots:
            for i, j in pairs:
                if i in slot.keep and j in slot.keep:
                    at_most_one(self.model, (slot.keep[i], slot.keep[j]))

    # -- the objective --------------------------------------------------------------------------------------

    def _objective(self) -> None:
        self.kept = [v for (p, key), v in self.attendance.items() if p in self.members.get(key, ())]
        self.lost = sum(len(m) for m in self.members.values()) - sum(self.kept)
        self.changed = [v for slot in self.slots for v in self._changed(slot)]
        unsure, rooms = list(self._unsure()), list(self._other_rooms())
        most = sum(int(self.a.size_min[s.key[0]]) for s in self.slots if not isinstance(s.joins, int))
        change_price = len(rooms) + len(unsure) + most + 1
        self.loss_price = change_price * (len(self.changed) + 1)
        rest = change_price * sum(self.changed) + sum(unsure) + sum(rooms)
        self.cost = self.loss_price * self.lost + rest
        self.model.minimize(self.cost)
        self._hint_as_it_was()

    def _unsure(self) -> Iterator[Any]:
        """What is not modelled to the end: who joins without being admitted or named."""
        for (p, key), attends in self.attendance.items():
            if p not in self.admitted and p not in self.members.get(key, ()):
                yield attends
        yield from (slot.joins for slot in self.slots)

    def _other_rooms(self) -> Iterator[Any]:
        """Per session one that is true when it is in another room than it was, or new."""
        for slot in self.slots:
            if slot.of is None:
                yield slot.held
            elif slot.of.room is not None:
                own = slot.room.get(self.week.room_index.get(slot.of.room, -1))
                yield slot.held if own is None else slot.held - own

    def _hint_as_it_was(self) -> None:
        for slot in self.slots:
            self.model.add_hint(slot.held, slot.of is not None)
            if slot.of is None:
                continue
            for p, keep in slot.keep.items():
                self.model.add_hint(keep, self.week.problem.patients[p].id in slot.of.patients)
            crew = [self.week.clinician_index[c] for c in slot.of.clinicians]
            for (f, c), led in slot.lead.items():
                self.model.add_hint(led, crew[f : f + 1] == [c])
            for r, there in slot.room.items():
                self.model.add_hint(there, self.week.problem.rooms[r].id == slot.of.room)

    def _changed(self, slot: Slot) -> Iterator[Any]:
        """Per member one that is true when they are here with other clinicians than they had."""
        crews = self.ground.crews.get(slot.key, {}) if slot.alone < 0 else {}
        for crew in set(crews.values()):
            same = [sum(v for (_, c), v in slot.lead.items() if c == d) for d in crew]
            for p in (p for p, own in crews.items() if own == crew and p in slot.keep):
                new = self.model.new_bool_var("")
                for led in same:
                    self.model.add(new >= slot.keep[p] - led)
                yield new
