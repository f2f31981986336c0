"""Weeks whose flagged rules are enforced: searched as if they were dear, answered as they are."""

from __future__ import annotations

import pytest

from scheduler import solve, verify
from scheduler.intake import read_problem
from scheduler.problem import FLAGGED_RULES, Problem
from scheduler.solver.annealing import softened
from scheduler.week import compile_week
from tests.bench.synthetic import clinic_week


def problem(seed: int, enforce: tuple[str, ...]) -> Problem:
    document = clinic_week(24, seed)
    for program in document["programs"]:
        program["enforce"] = list(enforce)
    return read_problem(document).problem


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_week_with_every_flagged_rule_enforced_is_never_left_empty_handed(seed: int) -> None:
    week = problem(seed, FLAGGED_RULES)
    timetable = solve(week, deterministic=0.4, seed=seed)
    assert verify(week, timetable).clean
    assert sum(p.care_minutes for p in timetable.patients) > 0
    assert all(not p.breaches for p in timetable.patients)


def test_only_enforced_rules_are_softened_and_only_for_the_search() -> None:
    assert softened(compile_week(problem(0, ()))) is None
    week = compile_week(problem(0, ("gap",)))
    soft = softened(week)
    assert soft is not None
    assert not soft.arrays.enforced.any()
    assert soft.arrays.w_breach > week.arrays.w_breach
    assert week.arrays.enforced.any()


def test_the_same_work_finds_the_same_timetable_where_rules_are_enforced() -> None:
    week = problem(1, FLAGGED_RULES)
    one, other = (solve(week, deterministic=0.3, seed=5) for _ in range(2))
    assert one.sessions == other.sessions
