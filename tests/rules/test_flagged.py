"""The five rules that are hard where enforced, and counted as breaches in any case."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.small_week import DATES, broken_in, evaluated, session, units, week, words_of

Doc = dict[str, Any]

# Per rule: program rules, sessions that keep it, sessions that break it, and how often.
CASES: dict[str, tuple[Doc, list[tuple[str, str]], list[tuple[str, str]], int]] = {
    "day_care_min": (
        {"day_care_minutes": {"min": 120}},
        [("family", "mon 09:00"), ("talk", "mon 10:00"), ("screen", "tue 09:00")],
        [("family", "mon 09:00"), ("talk", "mon 10:00"), ("family", "tue 09:00"), ("family", "wed 09:00")],
        2,
    ),
    "days_min": (
        {"days": {"min": 3}},
        [("family", "mon 09:00"), ("family", "tue 09:00"), ("talk", "sun 09:00")],
        [("family", "mon 09:00"), ("screen", "tue 09:00")],
        2,
    ),
    "gap": (
        {"max_gap_days": 1},
        [("family", "tue 09:00"), ("family", "thu 09:00")],
        [("family", "mon 09:00"), ("screen", "tue 09:00"), ("family", "thu 09:00"), ("family", "sun 09:00")],
        2,
    ),
    "services_min": (
        {"min_services_per_day": 2},
        [("family", "mon 09:00"), ("talk", "mon 10:00")],
        [("family", "mon 09:00"), ("screen", "mon 10:00")],
        1,
    ),
    "group_daily": (
        {"group_every_day": True},
        [("group", "mon 09:00"), ("family", "mon 10:00"), ("tele", "tue 09:00"), ("screen", "wed 09:00")],
        [("group", "mon 09:00"), ("family", "tue 10:00")],
        1,
    ),
}


def attended(places: list[tuple[str, str]]) -> list[Doc]:
    return [session(kind, when, id=f"s{i}") for i, (kind, when) in enumerate(places)]


@pytest.mark.parametrize("rule", CASES)
def test_it_is_counted_and_costs_but_is_no_finding_unless_enforced(rule: str) -> None:
    rules, _, breaking, count = CASES[rule]
    document = week({"id": "iop", **rules})
    assert broken_in(document, *attended(breaking)) == set()
    assert units(document, "breach", *attended(breaking)) == count
    figures = evaluated(document, *attended(breaking)).patients[0]
    assert [(b.rule, b.count) for b in figures.breaches] == [(rule, count)]


@pytest.mark.parametrize("rule", CASES)
def test_enforced_it_is_a_finding_for_the_patient(rule: str) -> None:
    rules, keeping, breaking, count = CASES[rule]
    document = week({"id": "iop", **rules, "enforce": [rule]})
    assert broken_in(document, *attended(keeping)) == set()
    assert broken_in(document, *attended(breaking)) == {(rule, "p1")}
    assert units(document, "breach", *attended(breaking)) == count


@pytest.mark.parametrize("rule", CASES)
def test_a_patient_without_care_breaches_nothing(rule: str) -> None:
    rules, *_ = CASES[rule]
    document = week({"id": "iop", **rules, "enforce": [rule]})
    assert broken_in(document, session("screen", "mon 09:00")) == set()
    assert units(document, "breach", session("screen", "mon 09:00")) == 0


def test_the_least_care_days_shrink_with_the_active_dates_halves_up() -> None:
    """5 of 7 open dates of a minimum of 3 are 2.14, so 2; of 3.5 of 7 the half would go up."""
    rules: Doc = {"id": "iop", "days": {"min": 3}, "enforce": ["days_min"]}
    document = week(rules, {"id": "p1", "active": {"from": DATES["wed"]}})
    assert broken_in(document, *attended([("family", "wed 09:00"), ("family", "thu 09:00")])) == set()
    assert broken_in(document, *attended([("family", "wed 09:00")])) == {("days_min", "p1")}


# Per rule: what is said of the first breach in its breaking week.
SAID = {
    "day_care_min": "Patient p1 has too few care minutes on 2026-12-01: 60, at least 120.",
    "days_min": "Patient p1 has too few care days: 1, at least 3.",
    "gap": "Patient p1 has a gap too wide between 2026-11-30 and 2026-12-03: 2 dates, at most 1.",
    "services_min": "Patient p1 has too few care sessions on 2026-11-30: 1, at least 2.",
    "group_daily": "Patient p1 has care but no care group on 2026-12-01.",
}


@pytest.mark.parametrize("rule", CASES)
def test_the_words_say_how_far_and_when(rule: str) -> None:
    rules, _, breaking, _ = CASES[rule]
    assert words_of(week({"id": "iop", **rules, "enforce": [rule]}), *attended(breaking))[0] == SAID[rule]
