"""The linear programme's prices name what is scarce, and nothing that is not."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler import read_problem
from scheduler.solver.lower_bound.worth import Worth
from scheduler.week import compile_week

Doc = dict[str, Any]
HOUR: Doc = {"days": ["mon"], "start": "17:00", "end": "18:00"}
A_TALK = 60 * 100 - 60  # unmet minutes of one patient less the price of their day


def week(**kind: Any) -> Doc:
    """Three patients who want an hour that there is once: clinicians a and b, rooms r and q."""
    talk = {"id": "talk", "mode": "individual", "minutes": 60, "facilitators": [{}], "room": {}} | kind
    return {
        "clinic": {
            "id": "k", "timezone": "UTC", "week_start": "2026-11-30", "slot_minutes": 60,
            "opening_hours": [HOUR],
        },
        "session_types": [talk],
        "programs": [
            {"id": "iop", "requirements": [{"id": "t", "any_of": ["talk"], "sessions": {"min": 1}}]}
        ],
        "clinicians": [{"id": c, "availability": [HOUR]} for c in ("a", "b", "c")],
        "rooms": [{"id": r, "capacity": 9} for r in ("r", "q", "s")],
        "patients": [{"id": p, "program": "iop"} for p in ("x", "y", "z")],
        "weights": {"facilitator_time": 0},
    }  # fmt: skip


def worth(document: Doc) -> Worth:
    return Worth(compile_week(read_problem(document).problem), 60.0)


def near(value: float) -> Any:
    return pytest.approx(value, rel=0.01, abs=1.0)


def test_the_only_clinicians_hour_is_worth_a_patients_care() -> None:
    document = week()
    document["clinicians"] = document["clinicians"][:1]
    told = worth(document)
    assert told.clinician_time(0, 17, 18) == near(A_TALK)
    assert all(told.room(r) == near(0) for r in range(3))
    assert told.clinician_time(0, 16, 17) == 0


def test_the_only_room_is_worth_a_patients_care() -> None:
    document = week()
    document["rooms"] = document["rooms"][:1]
    told = worth(document)
    assert told.room(0) == near(A_TALK)
    assert all(told.clinician_time(c, 17, 18) == near(0) for c in range(3))


def test_a_seat_in_the_only_group_is_worth_a_patients_care() -> None:
    document = week(mode="group", size={"min": 1, "max": 2})
    document["clinicians"] = document["clinicians"][:1]
    told = worth(document)
    assert told.seat(0) == near(A_TALK)
    assert told.room_seat(0) == 0


def test_where_the_room_is_the_limit_its_seats_have_the_price() -> None:
    document = week(mode="group", size={"min": 1, "max": 3})
    document["clinicians"], document["rooms"] = document["clinicians"][:1], [{"id": "r", "capacity": 2}]
    told = worth(document)
    assert told.room_seat(0) == near(A_TALK)
