"""`place` against an exact model of the same question, for patients of small weeks drawn at random."""

from __future__ import annotations

from random import Random

import pytest

from scheduler.intake import read_problem
from scheduler.placement import Plan, place, with_plan
from scheduler.timetable import PlannedSession
from scheduler.verify import broken
from tests import oracle
from tests.ask.exact_placement import NO_LIMIT, ExactPlacement
from tests.oracle import Session, Week
from tests.strategies.clinics import plain_problem
from tests.strategies.drawing import Doc
from tests.strategies.timetables import plan


def drawn(seed: int) -> tuple[Doc, list[Doc]]:
    """A clinic and a legal timetable of it; spread loads concern more than one patient."""
    dice = Random(seed)
    document = plain_problem(dice)
    document["weights"] = {**(document.get("weights") or {}), "load_spread": 0}
    return document, plan(dice, document, legal=True)


def week_of(exact: ExactPlacement, found: Plan, sessions: list[Doc]) -> list[Session]:
    """The sessions of a plan as the oracle reads them, with everybody who is in them."""
    there = {s["id"]: s for s in sessions}
    made = []
    for a in found.attendances:
        others = [p for p in there[a.session]["patients"] if p != exact.id] if a.session else []
        document = a.model_dump(mode="json") | {"id": a.session, "patients": [*others, exact.id]}
        made.append(oracle.read_session(exact.week, "plan", document))
    return made


def compared(document: Doc, sessions: list[Doc], patient: str) -> tuple[int, int]:
    """Costs of the best plan and of the exact model; the plan is legal and costs what it says."""
    problem = read_problem(document).problem
    given = [PlannedSession(**s) for s in sessions]
    placement = place(problem, given, next(p for p in problem.patients if p.id == patient))
    exact = ExactPlacement(document, sessions, patient)
    best, _ = exact.best()
    if not placement.plans:
        return NO_LIMIT, best
    assert placement.exact
    now = [oracle.read_session(Week(document), s["id"], s) for s in sessions if patient in s["patients"]]
    costs = [exact.cost_of(week_of(exact, found, sessions)) for found in placement.plans]
    assert costs == [exact.cost_of(now) + found.increase for found in placement.plans]
    had = {f.key for f in broken(problem, given)}
    for found in placement.plans:
        assert {f.key for f in broken(problem, with_plan(given, patient, found))} <= had
    return costs[0], best


@pytest.mark.parametrize("seed", [1, 2, 4, 9, 14, 19, 33, 36, 38, 39])
def test_no_exact_model_finds_a_better_week(seed: int) -> None:
    document, sessions = drawn(seed)
    for patient in document["patients"]:
        found, best = compared(document, sessions, patient["id"])
        assert found == best
