"""Closed groups that only fit when others give way."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from scheduler import NoTimetableFound, PinsClash, solve
from scheduler.intake import read_problem
from scheduler.verify import verify

WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]
HOURS, ROOMS, STUDENTS, EACH = 4, 3, 40, 8


def packed_week(seed: int, each: int = EACH, spare: int = 1) -> dict[str, Any]:
    """Three rooms are needed in every hour; a week in which everybody attends everything exists."""
    random = Random(seed)
    places = [(hour, room) for hour in range(len(WORKDAYS) * HOURS) for room in range(ROOMS)]
    enrolled: dict[tuple[int, int], list[str]] = {place: [] for place in places}
    for s in range(STUDENTS):
        for hour in random.sample(range(len(WORKDAYS) * HOURS), each):
            enrolled[hour, random.randrange(ROOMS)].append(f"s{s:02}")
    events = [(f"e{i:02}", who) for i, who in enumerate(enrolled.values()) if who]
    random.shuffle(events)
    return {
        "schema_version": "1",
        "clinic": {
            "id": "packed",
            "timezone": "UTC",
            "week_start": "2026-11-30",
            "slot_minutes": 60,
            "opening_hours": [{"days": WORKDAYS, "start": "09:00", "end": f"{9 + HOURS:02}:00"}],
        },
        "session_types": [
            {
                "id": e,
                "mode": "group",
                "minutes": 60,
                "size": {"min": 1, "max": 40},
                "facilitators": [],
                "room": {},
            }
            for e, _ in events
        ],
        "programs": [{"id": "student"}],
        "clinicians": [],
        "rooms": [{"id": f"r{r}", "capacity": 40} for r in range(ROOMS + spare)],
        "patients": [
            {
                "id": f"s{s:02}",
                "program": "student",
                "requirements": [
                    {"id": e, "any_of": [e], "sessions": {"min": 1, "max": 1}}
                    for e, who in events
                    if f"s{s:02}" in who
                ],
            }
            for s in range(STUDENTS)
        ],
        "cohorts": [{"id": f"c-{e}", "session_types": [e], "patients": who} for e, who in events],
    }


def test_groups_in_the_way_are_held_at_another_time() -> None:
    """A search that only looks for free hours leaves some twelve sessions of such a week unmet."""
    for seed in range(3):
        problem = read_problem(packed_week(seed)).problem
        timetable = solve(problem, deterministic=6, seed=seed, gap=0)
        assert sum(p.unmet_minutes for p in timetable.patients) == 0


def test_a_pinned_attendance_brings_the_whole_closed_group() -> None:
    document = packed_week(0)
    cohort = next(c for c in document["cohorts"] if len(c["patients"]) > 2)
    pin = {"patient": cohort["patients"][1], "session_type": cohort["session_types"][0]}
    document["pins"] = [pin | {"start": "2026-12-01T10:00"}]
    problem = read_problem(document).problem
    timetable = solve(problem, deterministic=0.2, gap=0)
    assert verify(problem, timetable).clean
    held = [s for s in timetable.sessions if s.session_type == pin["session_type"]]
    assert [(s.start.isoformat(), list(s.patients)) for s in held] == [
        ("2026-12-01T10:00:00", cohort["patients"])
    ]


def test_a_closed_group_too_large_for_every_room_is_refused_where_it_is_pinned() -> None:
    document = packed_week(0)
    cohort = next(c for c in document["cohorts"] if len(c["patients"]) > 2)
    document["rooms"] = [{"id": "small", "capacity": 2}]
    pin = {"patient": cohort["patients"][1], "session_type": cohort["session_types"][0]}
    document["pins"] = [pin | {"start": "2026-12-01T10:00"}]
    with pytest.raises((NoTimetableFound, PinsClash)):
        solve(read_problem(document).problem, deterministic=0.2, gap=0)
