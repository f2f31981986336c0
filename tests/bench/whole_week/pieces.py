"""Sessions that may be held: which there are, their starts, who may lead and attend them, which rooms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from scheduler.problem import SessionPin
from scheduler.week import Week
from tests.bench.construction import Given
from tests.bench.whole_week.model import HintedModel, Variable, domain

MOST_A_WEEK = 7  # sessions of one requirement for one patient where it has no maximum
SPARE = 1.5  # pieces of a group on a date, times what an even week needs


@dataclass
class Piece:
    """One session that may be held; `lengths` and starts in slots, starts from the beginning of the week."""

    kind: int
    day: int
    given: Given | None
    starts: list[int]
    held: Variable
    start: Variable
    begins: dict[int, Variable] = field(default_factory=dict)  # groups: a literal a start
    seats: dict[int, Variable] = field(default_factory=dict)
    leads: list[dict[int, Variable]] = field(default_factory=list)
    rooms: dict[int, Variable] = field(default_factory=dict)  # by class of rooms


class Pieces:
    """All pieces of a week; the maker of their variables."""

    def __init__(self, week: Week, model: HintedModel, start: list[Given]) -> None:
        self.week, self.model, self.a = week, model, week.arrays
        self.classes = room_classes(week)
        self.class_of = {r: i for i, rooms in enumerate(self.classes) for r in rooms}
        self.unused = sorted(start, key=lambda g: g.start)
        self.all: list[Piece] = []
        self.pinned: dict[int, Piece] = {}
        self._pinned_sessions()
        self._cohorts()
        for kind in range(len(week.problem.session_types)):
            if self.a.group[kind] and not self.a.cohort_type[kind]:
                self._groups(kind)
            elif not self.a.group[kind]:
                self._singles(kind)

    # -- which pieces there are -----------------------------------------------------------------------------

    def _pinned_sessions(self) -> None:
        """A piece of its own for each pinned session, so that no other rule of thumb can take it away."""
        for i, pin in enumerate(self.week.problem.pins):
            if isinstance(pin, SessionPin):
                kind = self.week.type_index[pin.session.session_type]
                start = self.week.calendar.minute_of(pin.session.start) // self.a.slot
                found = next((g for g in self.unused if (g.kind, g.start) == (kind, start)), None)
                candidates = self._asked(pin, kind, start, found)
                piece = self._piece(kind, start // self.a.day, [start], candidates, found)
                if self.a.cohort_type[kind]:
                    self._close_to_others(piece)
                self.pinned[i] = piece

    def _asked(self, pin: SessionPin, kind: int, start: int, found: Given | None) -> list[int]:
        """Who may be in a pinned session: the cohort that it is for, whom it names, or anybody who may."""
        a = self.a
        whom = found.patients if found else {self.week.patient_index[p] for p in pin.session.patients}
        if a.cohort_type[kind]:
            rows = [
                {int(p) for p in a.cohort_patients[k] if p >= 0}
                for k in np.flatnonzero(a.cohort_ok[:, kind, start])
            ]
            return sorted(next((row for row in rows if whom <= row), set()))
        possible = self._may_attend(kind, [start])
        return [p for p in possible if p in whom] if pin.frozen and not a.group[kind] else possible

    def _cohorts(self) -> None:
        for k in range(len(self.week.problem.cohorts)):
            members = [int(p) for p in self.a.cohort_patients[k] if p >= 0]
            for kind in map(int, np.flatnonzero(self.a.cohort_type)):
                for day in range(7):
                    starts = self._on(day, self.a.cohort_ok[k, kind])
                    held = self._take(kind, day, members)
                    for found in [*held, None] if starts else held:
                        self._close_to_others(self._piece(kind, day, starts, members, found))

    def _groups(self, kind: int) -> None:
        starts = self.a.ok[kind]
        days = [d for d in range(7) if self._on(d, starts)]
        for day in days:
            held = self._take(kind, day, range(len(self.week.problem.patients)))
            usual = int(np.ceil(SPARE * self._groups_needed(kind) / len(days)))
            copies = [*held, *[None] * (max(usual, len(held)) + 1 - len(held))]
            allowed = self._on(day, starts & (self.a.pok[:, kind].sum(axis=0) >= self.a.size_min[kind]))
            if allowed:
                candidates = self._may_attend(kind, allowed)
                self._in_order([self._piece(kind, day, allowed, candidates, g) for g in copies])

    def _groups_needed(self, kind: int) -> float:
        a, seats = self.a, 0.0
        for p in np.flatnonzero(a.pok[:, kind].any(axis=1)):
            low, high = a.need_min[p, a.need_of[p, kind]], a.need_max[p, a.need_of[p, kind]]
            seats += (low + min(high, MOST_A_WEEK)) / 2
        return seats / max(1, int(a.size_max[kind]))

    def _singles(self, kind: int) -> None:
        a = self.a
        for p in map(int, np.flatnonzero(a.pok[:, kind].any(axis=1))):
            most = min(int(a.need_max[p, a.need_of[p, kind]]), int(a.per_day[kind]), 2)
            for day in range(7):
                starts = self._on(day, a.pok[p, kind])
                held = self._take(kind, day, [p])
                copies = [*held, *[None] * max(0, most - len(held))]
                if starts:
                    self._in_order([self._piece(kind, day, starts, [p], g) for g in copies])

    def _take(self, kind: int, day: int, patients: Iterable[int]) -> list[Given]:
        """Sessions of the starting timetable with these patients alone, each for one piece only."""
        whom = set(patients)
        taken = [
            g for g in self.unused if g.kind == kind and g.start // self.a.day == day and g.patients <= whom
        ]
        self.unused = [g for g in self.unused if g not in taken]
        return taken

    def _on(self, day: int, mask: np.ndarray) -> list[int]:
        return [int(u) for u in np.flatnonzero(mask) if u // self.a.day == day]

    def _may_attend(self, kind: int, starts: list[int]) -> list[int]:
        return [int(p) for p in np.flatnonzero(self.a.pok[:, kind][:, starts].any(axis=1))]

    # -- the variables of one piece -------------------------------------------------------------------------

    def _piece(
        self, kind: int, day: int, starts: list[int], candidates: list[int], found: Given | None
    ) -> Piece:
        model = self.model
        held = model.flag(found is not None)
        start = model.among(starts, found.start if found else starts[0])
        piece = Piece(kind, day, found, starts, held, start)
        if found in self.unused:
            self.unused.remove(found)
        model.cp.add(start == starts[0]).only_enforce_if(~held)
        if self.a.group[kind]:
            self._begin(piece)
            self._seat(piece, candidates)
        elif len(candidates) == 1:
            piece.seats = {candidates[0]: held}
        else:
            self._seat_one(piece, candidates)
        self._lead(piece, candidates)
        self._house(piece)
        self.all.append(piece)
        return piece

    def _begin(self, piece: Piece) -> None:
        model, found = self.model, piece.given
        piece.begins = {u: model.flag(found is not None and found.start == u) for u in piece.starts}
        model.cp.add(sum(piece.begins.values()) == piece.held)
        shifts = [(u - piece.starts[0]) * b for u, b in piece.begins.items()]
        model.cp.add(piece.start == piece.starts[0] + sum(shifts))

    def _seat(self, piece: Piece, candidates: list[int]) -> None:
        model, found, kind = self.model, piece.given, piece.kind
        for p in candidates:
            seat = piece.seats[p] = model.flag(found is not None and p in found.patients)
            possible = [b for u, b in piece.begins.items() if self.a.pok[p, kind, u]]
            model.cp.add(seat <= sum(possible))
        taken = sum(piece.seats.values())
        model.cp.add(taken >= int(self.a.size_min[kind]) * piece.held)
        model.cp.add(taken <= int(self.a.size_max[kind]) * piece.held)

    def _seat_one(self, piece: Piece, candidates: list[int]) -> None:
        """A pinned single session that does not say for whom it is."""
        for p in candidates:
            piece.seats[p] = self.model.flag(piece.given is not None and p in piece.given.patients)
        self.model.cp.add(sum(piece.seats.values()) == piece.held)

    def _lead(self, piece: Piece, candidates: list[int]) -> None:
        """One clinician an entry; never the same for two, because the intervals would overlap."""
        a, kind, cp = self.a, piece.kind, self.model.cp
        for f in range(int(a.entries[kind])):
            own = {int(a.primary[p]) for p in candidates} if a.primary_entry[kind, f] else set()
            able = [
                c
                for c in range(len(self.week.problem.clinicians))
                if (a.qualified[kind, f, c] or c in own) and a.cok[c, kind, piece.starts].any()
            ]
            found = piece.given.crew[f] if piece.given else -1
            leads = {c: self.model.flag(c == found) for c in able}
            cp.add(sum(leads.values()) == piece.held)
            for c, lit in leads.items():
                self._only_when(piece, lit, a.cok[c, kind])
            if len(piece.seats) > 1 and own:
                self._led_by_own(piece, leads, a.qualified[kind, f])
            piece.leads.append(leads)

    def _led_by_own(self, piece: Piece, leads: dict[int, Variable], qualified: np.ndarray) -> None:
        """Who may lead only as their primary clinician leads nobody else."""
        for c, lit in leads.items():
            for p, seat in piece.seats.items():
                if not qualified[c] and self.a.primary[p] != c:
                    self.model.cp.add(lit + seat <= 1)

    def _house(self, piece: Piece) -> None:
        a, kind = self.a, piece.kind
        if not a.needs_room[kind]:
            return
        found = self.class_of[piece.given.room] if piece.given else -1
        for i, rooms in enumerate(self.classes):
            if a.rok[rooms[0], kind, piece.starts].any():
                piece.rooms[i] = self.model.flag(i == found)
                self._only_when(piece, piece.rooms[i], a.rok[rooms[0], kind])
        self.model.cp.add(sum(piece.rooms.values()) == piece.held)
        room_for = sum(int(a.capacity[self.classes[i][0]]) * lit for i, lit in piece.rooms.items())
        self.model.cp.add(sum(piece.seats.values()) <= room_for)

    def _only_when(self, piece: Piece, lit: Variable, mask: np.ndarray) -> None:
        """The literal holds only if the session begins where the mask allows it."""
        allowed = [u for u in piece.starts if mask[u]]
        if len(allowed) == len(piece.starts):
            return
        if piece.begins:
            self.model.cp.add(lit <= sum(piece.begins[u] for u in allowed))
        else:
            self.model.cp.add_linear_expression_in_domain(piece.start, domain(allowed)).only_enforce_if(lit)

    # -- between pieces -------------------------------------------------------------------------------------

    def _close_to_others(self, piece: Piece) -> None:
        """A cohort attends as a whole: everybody who is not excused at the start."""
        for p, seat in piece.seats.items():
            present = [b for u, b in piece.begins.items() if self.a.pok[p, piece.kind, u]]
            self.model.cp.add(seat == sum(present))

    def _in_order(self, copies: list[Piece]) -> None:
        """Pieces that are alike are held in order of start, so that no timetable is met twice."""
        for earlier, later in pairwise(copies):
            self.model.cp.add(later.held <= earlier.held)
            self.model.cp.add(earlier.start <= later.start).only_enforce_if(later.held)

    def by_day_and_clinician(self) -> dict[tuple[int, int], list[tuple[Piece, Variable]]]:
        led = defaultdict(list)
        for piece in self.all:
            for leads in piece.leads:
                for c, lit in leads.items():
                    led[piece.day, c].append((piece, lit))
        return led


def room_classes(week: Week) -> list[list[int]]:
    """Rooms that are alike in everything; one that a pin names is a class alone."""
    named = {p.session.room for p in week.problem.pins if isinstance(p, SessionPin)}
    classes: dict[tuple[object, ...], list[int]] = {}
    for i, room in enumerate(week.problem.rooms):
        alike = (room.capacity, frozenset(room.features), room.turnover_minutes, room.closures)
        classes.setdefault((*alike, room.id if room.id in named else None), []).append(i)
    return list(classes.values())
