"""Patients whose weeks are too many to be all looked at: an answer in time, and a good one."""

from __future__ import annotations

import time
from typing import Any

from scheduler import solve
from scheduler.intake import read_problem
from scheduler.verify import verify

WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]
COURSES, PATIENTS, EACH = 36, 8, 18


def a_week_of_courses() -> dict[str, Any]:
    """Eighteen courses each, of which any nine fit into any day in any order."""
    return {
        "schema_version": "1",
        "clinic": {
            "id": "courses",
            "timezone": "UTC",
            "week_start": "2026-11-30",
            "slot_minutes": 60,
            "opening_hours": [{"days": WORKDAYS, "start": "09:00", "end": "18:00"}],
        },
        "session_types": [
            {
                "id": f"c{i}",
                "mode": "group",
                "minutes": 60,
                "size": {"min": 1, "max": 4},
                "facilitators": [],
                "room": {},
            }
            for i in range(COURSES)
        ],
        "programs": [{"id": "course"}],
        "clinicians": [],
        "rooms": [{"id": f"r{i}", "capacity": 4} for i in range(3)],
        "patients": [
            {
                "id": f"p{i}",
                "program": "course",
                "requirements": [
                    {"id": f"c{c}", "any_of": [f"c{c}"], "sessions": {"min": 1, "max": 1}}
                    for c in sorted({(i * 5 + k) % COURSES for k in range(EACH)})
                ],
            }
            for i in range(PATIENTS)
        ],
    }


def test_an_answer_comes_in_time_and_says_what_it_does_not_know() -> None:
    problem = read_problem(a_week_of_courses()).problem
    began = time.monotonic()
    timetable = solve(problem, time_limit=2.0, gap=0)
    # as many minutes as seconds were asked for would be a hang; the machine may be busy
    assert time.monotonic() - began < 100
    assert verify(problem, timetable).clean
    assert sum(p.unmet_minutes for p in timetable.patients) == 0
    assert timetable.solver["placements_not_exact"] <= PATIENTS


def test_pins_hold_however_many_days_there_are_to_choose_from() -> None:
    """Beams never give up what a patient is tied to."""
    document = a_week_of_courses()
    times = ["2026-12-02T09:00", "2026-12-02T13:00", "2026-12-02T17:00"]
    document["pins"] = [
        {"patient": "p0", "session_type": f"c{i}", "start": start}
        for i, start in zip((3, 7, 11), times, strict=True)
    ]
    problem = read_problem(document).problem
    timetable = solve(problem, deterministic=0.3, gap=0)
    assert verify(problem, timetable).clean
    assert sum(p.unmet_minutes for p in timetable.patients) == 0


def test_a_day_too_full_to_list_is_filled_to_its_end() -> None:
    """Beams look at the whole day: with one day open and nine hours, nine courses are attended, not only the
    morning's.
    """
    document = a_week_of_courses()
    document["clinic"]["opening_hours"][0]["days"] = ["wed"]
    document["rooms"] += [{"id": f"more{i}", "capacity": 4} for i in range(30)]
    problem = read_problem(document).problem
    timetable = solve(problem, deterministic=0.5, gap=0)
    assert [p.unmet_minutes for p in timetable.patients] == [60 * (EACH - 9)] * PATIENTS
