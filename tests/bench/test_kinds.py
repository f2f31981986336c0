"""Weeks of many kinds: valid documents, the same for a seed, planned without a broken rule in small."""

from __future__ import annotations

import pytest

from scheduler import read_problem, solve
from tests.bench.kinds import KINDS, Kind
from tests.oracle import judge, wrong_claims

NAMES = [kind.name for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_a_small_week_of_the_kind_is_planned_and_the_oracle_agrees(kind: Kind) -> None:
    document = kind.week(1, kind.few)
    timetable = solve(read_problem(document).problem, deterministic=0.02, gap=0.0).document()
    assert judge(document, timetable).broken == []
    assert wrong_claims(document, timetable) == []
    assert 0 <= timetable["objective"]["bound"] <= timetable["objective"]["value"]


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_a_seed_makes_one_week_which_nobody_refuses(kind: Kind) -> None:
    week = kind.week(1, kind.few)
    assert week == kind.week(1, kind.few) != kind.week(2, kind.few)
    assert len(read_problem(week).problem.patients) == kind.few


def test_course_timetabling_has_four_hundred_closed_groups() -> None:
    week = next(kind for kind in KINDS if kind.name == "post-enrolment").week(0)
    assert len(week["patients"]) == 300
    assert len(week["cohorts"]) == len(week["session_types"]) == 400


def test_half_of_the_patients_stay_without_enough_care() -> None:
    """Whatever is planned: who lives so, or is allowed so little, cannot be given what they need."""
    kind = next(kind for kind in KINDS if kind.name == "half-impossible")
    document = kind.week(0, 12)
    found = solve(read_problem(document).problem, deterministic=0.02, gap=0.0)
    short = {p.id for p in found.patients if p.unmet_minutes > 0}
    active = {p["id"] for p in document["patients"] if p.get("active", {}).get("until") != "2027-01-31"}
    assert {p["id"] for p in document["patients"][::2]} & active <= short
