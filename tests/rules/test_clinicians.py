"""Rules about one clinician: one session at a time, a bearable load, real breaks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.small_week import broken_in, session, week

Doc = dict[str, Any]


def talks(*starts: str) -> list[Doc]:
    return [session("talk", start, f"p{i}", id=f"s{i}") for i, start in enumerate(starts, 1)]


@pytest.mark.parametrize(
    ("buffer", "second", "kept"),
    [(0, "mon 10:00", True), (0, "mon 09:45", False), (15, "mon 10:15", True), (15, "mon 10:00", False)],
)
def test_a_session_plus_buffer_never_reaches_the_next(buffer: int, second: str, kept: bool) -> None:
    document = week({"id": "c1", "buffer_minutes": buffer})
    found = broken_in(document, *talks("mon 09:00", second))
    assert found == (set() if kept else {("clinician_overlap", "c1")})


def test_the_buffer_holds_across_midnight_and_for_co_leaders() -> None:
    document = week({"id": "talk", "facilitators": [{}, {}]}, {"id": "c2", "buffer_minutes": 30})
    late = session("talk", "mon 23:00", "p1", clinicians=["c1", "c2"])
    early = session("talk", "tue 00:15", "p2", clinicians=["c1", "c2"], id="s2")
    assert broken_in(document, late, early) == {("clinician_overlap", "c2")}


def test_a_short_session_inside_a_long_one_does_not_hide_what_follows() -> None:
    document = week({"id": "group", "minutes": 180, "room": None})
    long = session("group", "mon 09:00", "p1", room=None)
    inside, after = talks("mon 09:30", "mon 11:30")
    assert broken_in(document, long | {"id": "s9"}, after | {"patients": ["p3"]}) == {
        ("clinician_overlap", "c1")
    }
    hidden = broken_in(
        document, long | {"id": "s9"}, inside | {"patients": ["p2"]}, after | {"patients": ["p3"]}
    )
    assert hidden == {("clinician_overlap", "c1")}


def test_minutes_in_sessions_stay_within_the_day() -> None:
    document = week({"id": "c1", "max_day_minutes": 120, "buffer_minutes": 15})
    assert broken_in(document, *talks("mon 09:00", "mon 11:00", "tue 09:00")) == set()
    assert broken_in(document, *talks("mon 09:00", "mon 11:00", "mon 13:00")) == {("clinician_load", "c1")}


def test_minutes_in_sessions_stay_within_the_week() -> None:
    document = week({"id": "c1", "max_week_minutes": 120})
    assert broken_in(document, *talks("mon 09:00", "tue 09:00")) == set()
    assert broken_in(document, *talks("mon 09:00", "tue 09:00", "wed 09:00")) == {("clinician_load", "c1")}


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        ("mon 10:00", False),  # a run of 120 minutes
        ("mon 10:15", False),  # the pause is shorter than a break: 135 minutes
        ("mon 10:30", True),  # a break ends the run
        ("tue 00:00", True),
    ],
)
def test_a_run_without_a_break_is_limited(second: str, kept: bool) -> None:
    document = week({"id": "c1", "max_consecutive_minutes": 119, "break_minutes": 30})
    found = broken_in(document, *talks("mon 09:00", second))
    assert found == (set() if kept else {("clinician_break", "c1")})


def test_runs_belong_to_their_date() -> None:
    document = week({"id": "c1", "max_consecutive_minutes": 60, "break_minutes": 30})
    assert broken_in(document, *talks("mon 23:00", "tue 00:00")) == set()


def test_a_single_session_is_a_run() -> None:
    document = week({"id": "c1", "max_consecutive_minutes": 45, "break_minutes": 30})
    assert broken_in(document, *talks("mon 09:00")) == {("clinician_break", "c1")}


def test_without_break_minutes_any_pause_of_none_ends_a_run() -> None:
    document = week({"id": "c1", "max_consecutive_minutes": 60})
    assert broken_in(document, *talks("mon 09:00", "mon 10:00")) == set()
