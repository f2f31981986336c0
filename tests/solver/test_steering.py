"""`keep`: a share of the baseline stays where it is, and what moves is what gains most by it."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler import read_problem, solve, verify
from scheduler.timetable import Timetable

Doc = dict[str, Any]
PATIENTS = 10
HOURS = [{"days": ["mon", "tue"], "start": "09:00", "end": "17:00"}]


def clinic(moved: int) -> Doc:
    """Everybody was seen on Monday at nine, which costs each of them 50 more than the one before."""
    people = [
        {"id": f"p{i}", "program": "iop", "commitments": [
            {"id": f"c{i}", "strength": "soft", "weight": 5, "days": ["mon"],
             "start": "09:00", "end": f"09:{5 * i:02}"}] if i else []}
        for i in range(PATIENTS)
    ]  # fmt: skip
    return {
        "clinic": {"id": "k", "timezone": "UTC", "week_start": "2026-11-30", "opening_hours": HOURS},
        "session_types": [{"id": "talk", "mode": "individual", "minutes": 60, "facilitators": []}],
        "programs": [{"id": "iop", "requirements": [
            {"id": "talk", "any_of": ["talk"], "sessions": {"min": 1, "max": 1}}]}],
        "patients": people,
        "weights": {"moved": moved},
        "baseline": {"sessions": [
            {"session_type": "talk", "start": "2026-11-23T09:00", "patients": [p["id"]]} for p in people]},
    }  # fmt: skip


def moved(timetable: Timetable) -> set[str]:
    return {p for s in timetable.sessions for p in s.patients if f"{s.start:%d %H:%M}" != "30 09:00"}


@pytest.mark.parametrize("weight", [1, 300, 5000])
def test_the_share_is_kept_whatever_a_move_weighs_and_who_gains_most_is_moved(weight: int) -> None:
    problem = read_problem(clinic(weight)).problem
    found = solve(problem, deterministic=1, gap=0.0, keep=0.8)
    assert moved(found) == {"p8", "p9"}
    assert verify(problem, found).clean
    again = solve(problem, deterministic=1, gap=0.0, keep=0.8)
    assert again.sessions == found.sessions


def test_without_a_share_the_weight_alone_decides() -> None:
    alone = [moved(solve(read_problem(clinic(w)).problem, deterministic=1, gap=0.0)) for w in (1, 5000)]
    assert alone == [{f"p{i}" for i in range(1, PATIENTS)}, set()]


def test_by_the_clock_the_share_is_kept_too() -> None:
    found = solve(read_problem(clinic(1)).problem, time_limit=1.5, gap=0.0, keep=0.8)
    assert len(moved(found)) <= 2


def test_without_a_baseline_a_share_means_nothing() -> None:
    problem = read_problem(clinic(300) | {"baseline": None}).problem
    assert solve(problem, deterministic=0.1, gap=0.0, keep=0.9).objective.value < 1000
