"""The timetable without the picked-up session, and the session in hand: what each place means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

from scheduler.calendar import DAY
from scheduler.finding import Words
from scheduler.problem import AttendancePin, SessionPin, format_start
from scheduler.rules import cohort, facilitators, grid, pin, room
from scheduler.rules.facts import Facts, Held, facts_of_room
from scheduler.targets.answer import Target, Verdict
from scheduler.targets.people import Asked, Attendee, InHand, Leader, broken_with, with_held
from scheduler.timetable import PlannedSession, Reason

COSTS: Final = Words("costs", "{term}: {units} more, cost {cost}")
PINNED: Final = Words("pinned", "pin {pin} keeps the session at {start}")


class Picked:
    """The timetable without the session, and the session in hand."""

    def __init__(self, facts: Facts, held: Held) -> None:
        self.facts, self.held = facts, held
        hand = InHand(facts, held)
        self.setting = facts.setting
        self.fields = dict(held.given)
        self.weights = facts.setting.problem.weights
        self.patients = [Attendee(hand, self.setting.patients[p]) for p in held.patients]
        self.unfit: dict[tuple[str, ...], list[Reason]] = {}
        self.leaders = {c.id: Leader(hand, c.id) for c in self.setting.problem.clinicians}

    def starts(self) -> Iterator[int]:
        """Every slot of the opening hours in which the session would end by midnight."""
        slot = self.setting.problem.clinic.slot_minutes
        for first, last in self.setting.calendar.opening:
            for start in range(-(-first // slot) * slot, last, slot):
                if start % DAY + self.held.type.minutes <= DAY:
                    yield start

    def at(self, start: int) -> Held:
        moment = self.setting.calendar.moment_of(start)
        given = PlannedSession.model_construct(**self.fields | {"start": moment})
        return replace(self.held, given=given, start=start, end=start + self.held.type.minutes)

    def target(self, start: int) -> Target:
        said = format_start(self.setting.calendar.moment_of(start))
        barred = grid.bars(self.setting, self.held.type, (start, start + self.held.type.minutes))
        if barred is not None:
            return Target(said, Verdict("hard", 0, (barred,)))
        held = self.at(start)
        cost, reasons = self._without_resources(held)
        if reasons:
            return Target(said, Verdict("hard", 0, reasons))
        crew, here = self._crew(held), self._room(held, held.room)
        own = self._verdict(held, cost, (*crew, *here, *self._pins(held)))
        return Target(
            said,
            own,
            {c: self._led_by(held, c, cost, here) for c in self.leaders},
            {r: self._in_room(held, r, cost, crew) for r in self.setting.rooms}
            if held.type.room is not None
            else {},
        )

    def _verdict(self, held: Held, cost: int, reasons: tuple[Reason, ...]) -> Verdict:
        if reasons:
            return Verdict("hard", 0, reasons)
        if cost > 0:
            return Verdict("soft", cost, tuple(self._costs(held)))
        return Verdict("fits", cost)

    def _costs(self, held: Held) -> Iterator[Reason]:
        units: dict[str, int] = {}
        for patient in self.patients:
            for term, more in patient.more_units(held).items():
                units[term] = units.get(term, 0) + more
        for term, more in units.items():
            if more > 0 and (weight := getattr(self.weights, term)):
                yield COSTS.reason(term=term, units=more, cost=more * weight)

    # -- each alone -----------------------------------------------------------------------------------------

    def _without_resources(self, held: Held) -> Asked:
        cost, reasons = 0, [r for p in self.patients if (r := p.barred(held)) is not None]
        for patient in self.patients if not reasons else ():
            more, broken = patient.ask(held)
            cost += more
            reasons += broken
        if held.type.id in self.setting.cohorts_of:
            facts = Facts(self.setting.problem, ())
            facts.__dict__["sessions"] = (held,)
            reasons += [Reason(code=f.rule, text=f.text, params=f.params) for f in cohort.check(facts)]
        return cost, tuple(reasons)

    def _crew(self, held: Held) -> tuple[Reason, ...]:
        return tuple(r for c in dict.fromkeys(held.clinicians) for r in self.leaders[c].ask(held))

    def _led_by(self, held: Held, clinician: str, cost: int, reasons: tuple[Reason, ...]) -> Verdict:
        """With this clinician in the first entry that they can fill; who leads already stays."""
        best: Verdict | None = None
        for crew in self._crews_with(clinician):
            changed = replace(held, clinicians=crew)
            # Whoever can never lead it is not asked for their time as well.
            broken = self._unfit(crew) or [r for c in dict.fromkeys(crew) for r in self.leaders[c].ask(held)]
            more = cost + self._changed(changed) - self._changed(held) + self._spread(crew)
            found = self._verdict(changed, more, (*reasons, *broken, *self._pins(changed)))
            if found.verdict != "hard":
                return found
            best = best or found
        return best or Verdict("hard", cost, (*reasons, facilitators.COUNT.reason(needed=0, given=1)))

    def _crews_with(self, clinician: str) -> list[tuple[str, ...]]:
        crew = self.held.clinicians
        if clinician in crew:
            return [crew]
        return [(*crew[:i], clinician, *crew[i + 1 :]) for i in range(len(crew))]

    def _unfit(self, crew: tuple[str, ...]) -> list[Reason]:
        if crew not in self.unfit:
            self.unfit[crew] = self._judged_unfit(crew)
        return self.unfit[crew]

    def _judged_unfit(self, crew: tuple[str, ...]) -> list[Reason]:
        patients = [self.setting.patients[p] for p in self.held.patients]
        pairs = zip(self.held.type.facilitators, crew, strict=False)
        known, when = self.setting.clinicians, self.held.interval
        asked = [facilitators.bars(self.setting, entry, known[c], patients, when) for entry, c in pairs]
        return [r for r in asked if r is not None]

    def _changed(self, held: Held) -> int:
        """What the clinicians of this session cost against the baseline."""
        if not self.weights.clinician_changed or not self.setting.baseline:
            return 0
        units = sum(
            (held.type.id, held.start) in given
            and frozenset(held.clinicians) not in given[held.type.id, held.start]
            for p in held.patients
            if (given := self.setting.baseline.get(p)) is not None
        )
        return units * self.weights.clinician_changed

    def _spread(self, crew: tuple[str, ...]) -> int:
        """What other clinicians make of the spread of loads."""
        weight = self.weights.load_spread
        if not weight or set(crew) == set(self.held.clinicians):
            return 0
        rest = {c: sum(s.minutes for s in leader.led) for c, leader in self.leaders.items()}
        now, then = (
            [n + self.held.minutes * (c in who) for c, n in rest.items()]
            for who in (self.held.clinicians, crew)
        )
        return weight * (_span(then) - _span(now))

    def _in_room(self, held: Held, name: str, cost: int, reasons: tuple[Reason, ...]) -> Verdict:
        moved = replace(held, room=name)
        return self._verdict(held, cost, (*reasons, *self._room(held, name), *self._pins(moved)))

    def _room(self, held: Held, name: str | None) -> tuple[Reason, ...]:
        if name is None:
            return (room.NO_ROOM.reason(),) if held.type.room else ()
        setting = self.setting
        barred = room.bars(setting, setting.rooms[name], held.type, held.interval, len(held.patients))
        if barred is not None:
            return (barred,)
        others = [s for s in self.facts.by_room.get(name, ()) if s is not self.held]
        return broken_with((room,), facts_of_room(setting, name, with_held(others, held)), held)

    @cached_property
    def _needed_by(self) -> tuple[int, ...]:
        """The pins that nothing but this session fulfils."""
        if not self.setting.problem.pins:
            return ()
        rest = [s for s in self.facts.given if s is not self.held.given]
        lost = [f.params["pin"] for f in pin.check(Facts(self.setting.problem, rest))]
        had = {f.params["pin"] for f in pin.check(self.facts)}
        return tuple(i for i in lost if i not in had)

    def _pins(self, held: Held) -> tuple[Reason, ...]:
        found = []
        for i in self._needed_by:
            given = self.setting.problem.pins[i]
            if isinstance(given, SessionPin):
                kept, start = pin.fits(self.setting, given, held), given.session.start
            else:
                kept, start = _seats(self.setting.calendar.minute_of(given.start), given, held), given.start
            if not kept:
                found.append(PINNED.reason(pin=i, start=format_start(start)))
        return tuple(found)


def _seats(minute: int, given: AttendancePin, held: Held) -> bool:
    return (given.session_type, minute) == (held.type.id, held.start) and given.patient in held.patients


def _span(minutes: Sequence[int]) -> int:
    led = [n for n in minutes if n]
    return max(led) - min(led) if led else 0
