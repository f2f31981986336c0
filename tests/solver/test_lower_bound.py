"""The lower bound is never above what some legal timetable costs, is strong where it must be, and only
grows.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import read_problem, solve
from scheduler.evaluation import evaluate
from scheduler.solver.bound import ideal_bounds
from scheduler.solver.lower_bound import BoundProcess
from scheduler.solver.lower_bound.climb import climbing_bounds
from scheduler.solver.lower_bound.facts import excused
from scheduler.solver.lower_bound.relaxation import Relaxation
from scheduler.solver.lower_bound.safe import SCALE
from scheduler.week import compile_week
from tests.bench.synthetic import clinic_week
from tests.bench.whole_week import search_whole_week
from tests.oracle import judge
from tests.strategies import plain_problem, plan, problems, seeded, weeks

Doc = dict[str, Any]


def bounds_of(document: Doc, seconds: float = 0.15) -> list[int]:
    return list(climbing_bounds(compile_week(read_problem(document).problem), seconds))


def bound_of(document: Doc, seconds: float = 30.0) -> int:
    return max(bounds_of(document, seconds), default=0)


@settings(max_examples=30)
@given(problems(most_patients=6, most_types=4, with_pins=False))
def test_no_bound_is_above_the_best_timetable_found(document: Doc) -> None:
    found = solve(read_problem(document).problem, deterministic=0.05, gap=0.0)
    assert bound_of(document, 0.15) <= found.objective.value


def below_the_optimum(document: Doc) -> None:
    """The best timetable by a whole-week model that was solved to the end: nothing legal is cheaper."""
    problem = read_problem(document).problem
    exact = search_whole_week(problem, 20.0)
    if exact.status == "OPTIMAL" and exact.sessions is not None:
        assert bound_of(document, 0.15) <= evaluate(problem, exact.sessions).value


@settings(max_examples=12)
@given(problems(most_patients=4, most_types=3, with_pins=False))
def test_no_bound_is_above_the_optimum_of_a_week_solved_exactly(document: Doc) -> None:
    below_the_optimum(document)


@pytest.mark.proof
@settings(max_examples=500)
@given(problems(most_patients=4, most_types=4, with_pins=False))
def test_hundreds_of_weeks_solved_exactly_are_bounded_honestly(document: Doc) -> None:
    below_the_optimum(document)


@settings(max_examples=100)
@given(weeks(misnaming=False))
def test_no_bound_is_above_a_legal_timetable_whatever_is_pinned_or_has_happened(
    week: tuple[Doc, list[Doc]],
) -> None:
    document, sessions = week
    judged = judge(document, {"sessions": sessions})
    if judged.broken == []:
        assert bound_of(document, 0.05) <= judged.objective


@settings(max_examples=100)
@given(seeded(), st.sampled_from([1e-3, 1.0, 1e3, 1e9, np.inf]))
def test_prices_of_any_kind_prove_nothing_false(dice: Random, spread: float) -> None:
    document = plain_problem(dice)
    legal = judge(document, {"sessions": plan(dice, document, legal=True)})
    assert legal.broken == []
    relaxation = Relaxation(excused(compile_week(read_problem(document).problem)))
    prices = np.array([dice.gauss(0, 1) * spread for _ in range(relaxation.programme.height)])
    proven = relaxation.bound(prices)
    assert proven is None or proven <= legal.objective * SCALE


@pytest.mark.proof
@settings(max_examples=2000)
@given(problems(most_patients=10, most_types=5))
def test_thousands_of_weeks_are_bounded_honestly(document: Doc) -> None:
    found = solve(read_problem(document).problem, deterministic=0.1, gap=0.0)
    assert bound_of(document, 0.5) <= found.objective.value


def clinic(patients: int, hours: int = 4, **session_type: Any) -> Doc:
    """One clinician with so many hours on one morning; every patient needs one session of an hour."""
    window = [{"days": ["mon"], "start": "08:00", "end": f"{8 + hours:02}:00"}]
    care = {"id": "care", "mode": "individual", "minutes": 60, "facilitators": [{}], **session_type}
    need = {"id": "care", "any_of": ["care"], "sessions": {"min": 1, "max": 1}}
    return {
        "schema_version": "1",
        "clinic": {
            "id": "c",
            "timezone": "Europe/Berlin",
            "week_start": "2026-11-30",
            "slot_minutes": 30,
            "opening_hours": window,
        },
        "session_types": [care],
        "programs": [{"id": "p", "requirements": [need]}],
        "clinicians": [{"id": "k", "availability": window}],
        "patients": [{"id": f"p{i}", "program": "p"} for i in range(patients)],
    }


def test_hours_that_a_clinician_lacks_are_in_the_bound() -> None:
    document = clinic(6, hours=4)  # two patients of six stay without their hour
    assert bound_of(document) == 2 * 60 * 100 + 4 * 60


def test_a_clinicians_buffer_is_in_the_bound() -> None:
    document = clinic(4, hours=4)
    document["clinicians"][0]["buffer_minutes"] = 30
    assert bound_of(document) == 1 * 60 * 100 + 3 * 60


def test_breaks_that_a_clinician_needs_are_in_the_bound() -> None:
    document = clinic(5, hours=5)
    document["clinicians"][0] |= {"max_consecutive_minutes": 120, "break_minutes": 60}
    assert bound_of(document) == 1 * 60 * 100 + 4 * 60


def test_rooms_are_in_the_bound() -> None:
    document = clinic(6, hours=4, room={}, facilitators=[])
    document["rooms"] = [{"id": "r", "capacity": 1, "turnover_minutes": 30}]
    assert bound_of(document) == 3 * 60 * 100 + 3 * 60


def test_a_clinicians_load_is_rounded_down_to_whole_sessions() -> None:
    document = clinic(4, hours=4)
    document["clinicians"][0]["max_day_minutes"] = 170  # two sessions, not two and five sixths
    assert bound_of(document) == 2 * 60 * 100 + 2 * 60


def test_groups_come_whole() -> None:
    document = clinic(7, hours=4, mode="group", size={"min": 1, "max": 3})
    assert bound_of(document) == 3 * 60 * 4 + 7 * 60  # not two and a third groups


def test_an_hour_of_a_full_morning_goes_to_whom_it_serves_best() -> None:
    document = clinic(3, hours=2)
    document["patients"][2]["priority"] = 5
    assert bound_of(document) == 60 * 100 + 2 * 60


def test_bounds_only_grow_and_lie_on_the_grain_of_the_objective() -> None:
    document = clinic(8, hours=4, mode="group", size={"min": 2, "max": 3})
    document["weights"] = {"attended_day": 7, "facilitator_time": 0, "unmet_care": 7}
    told = bounds_of(document, 2.0)
    assert told
    assert all(a < b for a, b in pairwise(told))
    assert all(bound % 7 == 0 for bound in told)


def test_whoever_has_much_to_choose_from_counts_in_the_bound() -> None:
    """Days are looked at whole here: whoever has more partial days than a search keeps is no exception."""
    for patients, seed in ((20, 0), (40, 2)):
        week = compile_week(read_problem(clinic_week(patients, seed)).problem)
        bounds = [0, *ideal_bounds(week)]
        assert all(before < after for before, after in pairwise(bounds))


def test_nobody_to_plan_for_has_no_bound() -> None:
    assert bounds_of(clinic(0)) == []


# -- the process --------------------------------------------------------------------------------------------


def until(condition: Any, seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_process_proves_what_the_library_proves() -> None:
    document = clinic(6, hours=4)
    process = BoundProcess(read_problem(document).problem, seconds=20)
    try:
        assert until(lambda: not process.running)
        assert process.poll() == 2 * 60 * 100 + 4 * 60
    finally:
        process.stop()


def test_a_killed_process_costs_nothing_but_its_work() -> None:
    process = BoundProcess(read_problem(clinic(6)).problem)
    try:
        os.kill(process.pid, signal.SIGKILL)
        assert until(lambda: not process.running)
        assert process.poll() is None
        assert process.poll() is None
    finally:
        process.stop()
        process.stop()


def test_a_stopped_process_keeps_what_it_has_proven_and_is_gone() -> None:
    process = BoundProcess(read_problem(clinic(6)).problem)
    assert until(lambda: process.poll() is not None)
    proven = process.poll()
    process.stop()
    assert not alive(process.pid)
    assert process.poll() == proven


def test_asking_never_waits() -> None:
    process = BoundProcess(read_problem(clinic(6)).problem)
    try:
        began = time.monotonic()
        for _ in range(100):
            process.poll()
        assert time.monotonic() - began < 1.0
    finally:
        process.stop()


ORPHAN = """
import sys, time
from scheduler import read_problem
from scheduler.solver.lower_bound import BoundProcess
from tests.solver.test_lower_bound import clinic
process = BoundProcess(read_problem(clinic(40, hours=8, mode="group", size={"min": 2, "max": 3})).problem)
print(process.pid, flush=True)
time.sleep(60)
"""


def test_no_process_outlives_a_killed_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.stdout.close()
    assert alive(pid)
    parent.kill()
    parent.wait()
    assert until(lambda: not alive(pid), 10.0)
