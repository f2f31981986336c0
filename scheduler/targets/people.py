"""Patients, clinicians: what the session in hand would mean to each of them at a place, asked alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scheduler.problem import Patient
from scheduler.rules import CLINICIAN_DAY, PATIENT_MASKS, PATIENT_TERMS, PATIENT_WEEK, clinician_availability
from scheduler.rules.facts import Facts, Held, facts_of_clinician, facts_of_one
from scheduler.setting import Setting
from scheduler.timetable import Reason

Asked = tuple[int, tuple[Reason, ...]]  # cost more than now, and what is broken


@dataclass(frozen=True)
class InHand:
    """The timetable, and the session of it that was picked up."""

    facts: Facts
    held: Held

    @property
    def setting(self) -> Setting:
        return self.facts.setting


class Attendee:
    """A patient of the session in hand, with the rest of their week."""

    def __init__(self, hand: InHand, patient: Patient) -> None:
        self.hand, self.patient = hand, patient
        setting = hand.setting
        self.rest = tuple(s for s in hand.facts.by_patient[patient.id] if s is not hand.held)
        now = facts_of_one(setting, patient, hand.facts.by_patient[patient.id])
        self.units_now = self._units(now)
        self.broken_now = {(f.rule, f.params.get("date")) for rule in PATIENT_WEEK for f in rule.check(now)}
        whole = facts_of_one(setting, patient, self.rest).weeks[patient.id]
        self.days = {day.day: day for day in whole.days}
        self.known: dict[int, tuple[Asked, dict[str, int]]] = {}

    def barred(self, held: Held) -> Reason | None:
        """Why the patient cannot come then, whatever else they attend: cheap, so everybody is asked first."""
        found = (m.bars(self.hand.setting, self.patient, held.type, held.interval) for m in PATIENT_MASKS)
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
        setting = self.hand.setting
        others = {d: day for d, day in self.days.items() if d != held.day}
        facts = facts_of_one(setting, self.patient, with_held(self.rest, held), others)
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
        cost = sum(n * getattr(self.hand.setting.problem.weights, term) for term, n in more.items())
        return (cost, broken), more

    def _units(self, facts: Facts) -> dict[str, int]:
        return {term.NAME: term.units_of(facts, self.patient.id) for term in PATIENT_TERMS}


class Leader:
    """A clinician, with the sessions they lead besides the one in hand."""

    def __init__(self, hand: InHand, clinician: str) -> None:
        self.hand, self.id = hand, clinician
        self.led = tuple(s for s in hand.facts.by_clinician.get(clinician, ()) if s is not hand.held)
        self.by_day = {d: tuple(s for s in self.led if s.day == d) for d in {s.day for s in self.led}}
        self.known: dict[int, tuple[Reason, ...]] = {}

    def ask(self, held: Held) -> tuple[Reason, ...]:
        if held.start not in self.known:
            self.known[held.start] = self._judged(held)
        return self.known[held.start]

    def _judged(self, held: Held) -> tuple[Reason, ...]:
        setting = self.hand.setting
        away = clinician_availability.bars(setting, setting.clinicians[self.id], held.interval)
        if away is not None:
            return (away,)
        near = [s for d in (held.day - 1, held.day, held.day + 1) for s in self.by_day.get(d, ())]
        found = broken_with(CLINICIAN_DAY, facts_of_clinician(setting, self.id, with_held(near, held)), held)
        return (*found, *self._week(held))

    def _week(self, held: Held) -> tuple[Reason, ...]:
        limit = self.hand.setting.clinicians[self.id].max_week_minutes
        minutes = sum(s.minutes for s in self.led) + held.minutes
        if limit is None or minutes <= limit:
            return ()
        facts = facts_of_clinician(self.hand.setting, self.id, with_held(self.led, held))
        rule = next(r for r in CLINICIAN_DAY if r.NAME == "clinician_load")
        found = [f for f in rule.check(facts) if f.params["code"] == "week_load"]
        return tuple(Reason(code=f.rule, text=f.text, params=f.params) for f in found)


def with_held(sessions: Sequence[Held], held: Held) -> tuple[Held, ...]:
    return tuple(sorted((*sessions, held), key=lambda s: (s.start, s.end)))


def broken_with(rules: Sequence[Any], facts: Facts, held: Held) -> tuple[Reason, ...]:
    """What the rules find that the session in hand has a part in."""
    return tuple(
        Reason(code=f.rule, text=f.text, params=f.params)
        for rule in rules
        for f in rule.check(facts)
        if held.id in f.sessions
    )
