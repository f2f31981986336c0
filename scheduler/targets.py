"""Where a picked-up session could go: a verdict for every other start, clinician and room, in one call.

What a place means is the sum of what it means to each: the session's type, every patient in it, every
clinician, every room. Each is asked once, alone, by the same rules that judge a timetable, so that a week of
places costs hardly more than one check. What is broken already where the session stands bars nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Literal

from scheduler.calendar import DAY
from scheduler.finding import Words
from scheduler.problem import AttendancePin, Patient, Problem, SessionPin, format_start
from scheduler.rules import (
    CLINICIAN_DAY,
    PATIENT_MASKS,
    PATIENT_TERMS,
    PATIENT_WEEK,
    clinician_availability,
    cohort,
    facilitators,
    grid,
    pin,
    room,
)
from scheduler.rules.facts import Facts, Held, facts_of_clinician, facts_of_one, facts_of_room
from scheduler.timetable import PlannedSession, Reason

COSTS: Final = Words("costs", "{term}: {units} more, cost {cost}")
PINNED: Final = Words("pinned", "pin {pin} keeps the session at {start}")

Kind = Literal["fits", "soft", "hard"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a place fits, costs or breaks rules, by how much, and why; what breaks rules has no cost."""

    verdict: Kind
    cost: int
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """One start: the verdict for the session with its own clinicians and room, and with others instead.

    Where the type or its patients bar the start, whoever leads it and wherever it is, nobody else is asked.
    """

    start: str
    own: Verdict
    clinicians: dict[str, Verdict] = field(default_factory=dict)
    rooms: dict[str, Verdict] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Targets:
    session: str
    targets: tuple[Target, ...]

    def document(self) -> dict[str, Any]:
        return {
            "session": self.session,
            "targets": [
                {"start": t.start}
                | _as_json(t.own)
                | {"clinicians": {c: _as_json(v) for c, v in t.clinicians.items()}}
                | {"rooms": {r: _as_json(v) for r, v in t.rooms.items()}}
                for t in self.targets
            ],
        }


def targets(problem: Problem, sessions: Sequence[PlannedSession], session: str) -> Targets:
    """Verdicts of every place for the session of that id; KeyError where the timetable has none."""
    facts = Facts(problem, sessions)
    held = next((s for s in facts.sessions if s.id == session), None)
    if held is None:
        raise KeyError(session)
    pick = _Pick(facts, held)
    return Targets(session, tuple(pick.target(start) for start in pick.starts()))


def _as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.verdict,
        "cost": verdict.cost,
        "reasons": [r.model_dump(mode="json") for r in verdict.reasons],
    }


Asked = tuple[int, tuple[Reason, ...]]  # cost more than now, and what is broken


class _Pick:
    """The timetable without the session, and the session in hand."""

    def __init__(self, facts: Facts, held: Held) -> None:
        self.facts, self.held = facts, held
        self.setting = facts.setting
        self.fields = dict(held.given)
        self.weights = facts.setting.problem.weights
        self.patients = [_Attendee(self, self.setting.patients[p]) for p in held.patients]
        self.unfit: dict[tuple[str, ...], list[Reason]] = {}
        self.leaders = {c.id: _Leader(self, c.id) for c in self.setting.problem.clinicians}

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
        asked = [facilitators.bars(entry, self.setting.clinicians[c], patients) for entry, c in pairs]
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
        return _broken((room,), facts_of_room(setting, name, _with(others, held)), held)

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


class _Attendee:
    """A patient of the session in hand, with the rest of their week."""

    def __init__(self, pick: _Pick, patient: Patient) -> None:
        self.pick, self.patient = pick, patient
        setting = pick.setting
        self.rest = tuple(s for s in pick.facts.by_patient[patient.id] if s is not pick.held)
        now = facts_of_one(setting, patient, pick.facts.by_patient[patient.id])
        self.units_now = self._units(now)
        self.broken_now = {(f.rule, f.params.get("date")) for rule in PATIENT_WEEK for f in rule.check(now)}
        whole = facts_of_one(setting, patient, self.rest).weeks[patient.id]
        self.days = {day.day: day for day in whole.days}
        self.known: dict[int, tuple[Asked, dict[str, int]]] = {}

    def barred(self, held: Held) -> Reason | None:
        """Why the patient cannot come then, whatever else they attend: cheap, so everybody is asked first."""
        found = (m.bars(self.pick.setting, self.patient, held.type, held.interval) for m in PATIENT_MASKS)
        return next((r for r in found if r is not None), None)

    def ask(self, held: Held) -> Asked:
        return self._asked(held)[0]

    def more_units(self, held: Held) -> dict[str, int]:
        return self._asked(held)[1]

    def _asked(self, held: Held) -> tuple[Asked, dict[str, int]]:
        if held.start not in self.known:
            self.known[held.start] = self._judged(held)
        return self.known[held.start]

    def _judged(self, held: Held) -> tuple[Asked, dict[str, int]]:
        setting = self.pick.setting
        others = {d: day for d, day in self.days.items() if d != held.day}
        facts = facts_of_one(setting, self.patient, _with(self.rest, held), others)
        broken = tuple(
            Reason(code=f.rule, text=f.text, params=f.params)
            for rule in PATIENT_WEEK
            for f in rule.check(facts)
            if (f.rule, f.params.get("date")) not in self.broken_now
        )
        if broken:
            return (0, broken), {}
        units = self._units(facts)
        more = {term: units[term] - self.units_now[term] for term in units}
        cost = sum(n * getattr(self.pick.weights, term) for term, n in more.items())
        return (cost, broken), more

    def _units(self, facts: Facts) -> dict[str, int]:
        return {term.NAME: term.units_of(facts, self.patient.id) for term in PATIENT_TERMS}


class _Leader:
    """A clinician, with the sessions they lead besides the one in hand."""

    def __init__(self, pick: _Pick, clinician: str) -> None:
        self.pick, self.id = pick, clinician
        self.led = tuple(s for s in pick.facts.by_clinician.get(clinician, ()) if s is not pick.held)
        self.by_day = {d: tuple(s for s in self.led if s.day == d) for d in {s.day for s in self.led}}
        self.known: dict[int, tuple[Reason, ...]] = {}

    def ask(self, held: Held) -> tuple[Reason, ...]:
        if held.start not in self.known:
            self.known[held.start] = self._judged(held)
        return self.known[held.start]

    def _judged(self, held: Held) -> tuple[Reason, ...]:
        setting = self.pick.setting
        away = clinician_availability.bars(setting, setting.clinicians[self.id], held.interval)
        if away is not None:
            return (away,)
        near = [s for d in (held.day - 1, held.day, held.day + 1) for s in self.by_day.get(d, ())]
        found = _broken(CLINICIAN_DAY, facts_of_clinician(setting, self.id, _with(near, held)), held)
        return (*found, *self._week(held))

    def _week(self, held: Held) -> tuple[Reason, ...]:
        limit = self.pick.setting.clinicians[self.id].max_week_minutes
        minutes = sum(s.minutes for s in self.led) + held.minutes
        if limit is None or minutes <= limit:
            return ()
        facts = facts_of_clinician(self.pick.setting, self.id, _with(self.led, held))
        rule = next(r for r in CLINICIAN_DAY if r.NAME == "clinician_load")
        found = [f for f in rule.check(facts) if f.params["code"] == "week_load"]
        return tuple(Reason(code=f.rule, text=f.text, params=f.params) for f in found)


def _span(minutes: Sequence[int]) -> int:
    led = [n for n in minutes if n]
    return max(led) - min(led) if led else 0


def _with(sessions: Sequence[Held], held: Held) -> tuple[Held, ...]:
    return tuple(sorted((*sessions, held), key=lambda s: (s.start, s.end)))


def _broken(rules: Sequence[Any], facts: Facts, held: Held) -> tuple[Reason, ...]:
    """What the rules find that the session in hand has a part in."""
    return tuple(
        Reason(code=f.rule, text=f.text, params=f.params)
        for rule in rules
        for f in rule.check(facts)
        if held.id in f.sessions
    )
