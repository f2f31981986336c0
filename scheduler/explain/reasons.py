"""Reasons for every unmet minute of a timetable, cheap enough to go into every answer."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from scheduler.explain.clinic import ClinicPlaces
from scheduler.explain.least import LeastUnmet
from scheduler.explain.telling import Telling
from scheduler.explain.tiers import Share, shares_of
from scheduler.explain.world import World
from scheduler.problem import TERMS, SessionPin, Weights
from scheduler.rules import pin, unmet_care
from scheduler.rules.facts import Facts, facts_of_one
from scheduler.solver.seeding import excuse_facts
from scheduler.timetable import PatientFigures, PlannedSession, Reason
from scheduler.week import Week, compile_week

# What the reasons in an answer may cost in placements, each the square of a patient's requirements: enough
# for eighty patients with five, six with eighteen. `explain` has no such limit.
PLACEMENTS_IN_AN_ANSWER: Final = 2000


class Reasoning:
    """One timetable, ready to be asked about any of its patients; `placements` is what it may cost."""

    def __init__(self, facts: Facts, week: Week | None = None, placements: float = math.inf) -> None:
        self.placements = placements
        self.facts = facts
        self.week = week or week_with_facts(facts)
        self.clinic = ClinicPlaces(self.week, facts)
        self.programme = LeastUnmet(self.week)

    def unmet(self, patient: str) -> int:
        setting, sessions = self.facts.setting, self.facts.by_patient.get(patient, ())
        return unmet_care.minutes_of(facts_of_one(setting, setting.patients[patient], sessions), patient)

    def short(self) -> list[str]:
        """Whoever has unmet minutes: the highest priority first, then the most minutes."""
        patients = self.facts.setting.patients
        unmet = {p: self.unmet(p) for p in patients}
        return sorted((p for p, n in unmet.items() if n), key=lambda p: (-patients[p].priority, -unmet[p]))

    def of(self, patient: str) -> tuple[tuple[Share, ...], tuple[Reason, ...]]:
        """The shares of the unmet minutes, and the reasons in words; both empty where nothing is unmet."""
        unmet = self.unmet(patient)
        if not unmet:
            return (), ()
        world = self.world(patient)
        shares = shares_of(world, self.programme, unmet, lambda: self._can_be_placed(patient, unmet))
        return tuple(shares), Telling(world, shares).reasons()

    def _can_be_placed(self, patient: str, unmet: int) -> bool | None:
        """Whether a placement leaves less unmet when nothing else counts; None: unknown, too dear to ask."""
        price = len(self.facts.setting.entitlements[patient].requirements) ** 2
        if price > self.placements:
            return None
        self.placements -= price
        from scheduler.placement import place  # asked seldom, and itself a user of the solver

        problem = self.facts.setting.problem
        free = problem.model_copy(update={"weights": Weights(**dict.fromkeys(TERMS, 0) | {"unmet_care": 1})})
        who = self.facts.setting.patients[patient]
        found = place(free, self.facts.given, who, options=1, openings=False)
        if found.plans and found.plans[0].unmet_minutes < unmet:
            return True
        return False if found.exact else None

    def world(self, patient: str) -> World:
        return World(self.clinic, self.facts.setting.patients[patient])


def with_reasons(
    week: Week, sessions: Iterable[PlannedSession], figures: Iterable[PatientFigures]
) -> tuple[PatientFigures, ...]:
    """The figures of a timetable's patients, the short ones with their reasons."""
    given = tuple(figures)
    if not any(f.unmet_minutes for f in given):
        return given
    reasoning = Reasoning(Facts(week.problem, sessions), week, PLACEMENTS_IN_AN_ANSWER)
    reasons = {patient: reasoning.of(patient)[1] for patient in reasoning.short()}
    return tuple(f.model_copy(update={"reasons": reasons.get(f.id, ())}) for f in given)


def week_with_facts(facts: Facts) -> Week:
    """Compiled, with what happened excused as in a search."""
    week = compile_week(facts.setting.problem)
    happened = {i for i, p in enumerate(week.problem.pins) if isinstance(p, SessionPin) and p.happened}
    if happened:
        excuse_facts(week, [s.given for i, s in pin.matched(facts).items() if i in happened])
    return week
