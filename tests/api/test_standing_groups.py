"""What a request says about standing groups reaches the search, and the search keeps to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api import examples
from api.jobs.tasks import register
from tests.api.door import WEEK, Door

pytestmark = pytest.mark.usefixtures("kernels")
STANDING = [
    {"id": f"{day}-process", "session_type": "process", "day": day, "start": "17:00"}
    for day in ("mon", "wed", "fri")
]
PLACES = {f"{day}T17:00" for day in (WEEK, "2026-12-02", "2026-12-04")}
CLINIC = {**examples.CLINIC, "clinic": {**examples.CLINIC["clinic"], "standing": STANDING}}
PEOPLE = [{"id": f"p{n}", "program": "evening-iop", "primary_clinician": "c1"} for n in (1, 2, 3)]
EARLY = [{"days": examples.WEEKDAYS, "start": "10:00", "end": "16:00"}]
OPTIONS = {"time_limit": 2, "gap": 0}


@pytest.fixture
def searching(door: Door) -> Iterator[Door]:
    """The service with the real search behind it."""
    before = register("solve", "api.jobs.questions:solve")
    yield door
    assert before is not None
    register("solve", before)


def clinic(door: Door) -> str:
    """Three patients who would rather come before the standing groups begin."""
    path = door.clinic(patients=0)
    assert door.put(path, CLINIC, If_Match="*").status_code == 200
    people = {"patients": [{**p, "preferred": EARLY} for p in PEOPLE]}
    assert door.put(f"{path}/patients", people).status_code == 200
    return path


def groups_of(timetable: dict[str, Any]) -> tuple[str | None, set[str]]:
    """What the search says it did with standing groups, and when it holds process groups."""
    starts = {s["start"] for s in timetable["sessions"] if s["session_type"] == "process"}
    return timetable["solver"].get("groups"), starts


def test_groups_of_a_request_are_what_the_search_keeps_to(searching: Door) -> None:
    path = clinic(searching)
    found = {
        groups: groups_of(searching.get(searching.solved(path, WEEK, **OPTIONS, groups=groups)).json())
        for groups in ("free", "standing", "prefer")
    }
    assert found["standing"] == ("standing", PLACES)
    assert found["prefer"] == ("prefer", PLACES)
    said, starts = found["free"]
    assert said is None
    assert not starts & PLACES
    assert len(starts) == 3


def test_groups_of_a_problem_sent_whole_are_too(searching: Door) -> None:
    clinic_of_week = {**CLINIC["clinic"], "id": "elsewhere", "week_start": WEEK}
    problem = {"schema_version": "1", **CLINIC, "clinic": clinic_of_week, "patients": PEOPLE}
    answer = searching.post("/v1/timetables?time_limit=2&gap=0&groups=standing", problem, Prefer="wait=20")
    assert answer.status_code == 201, answer.text
    assert groups_of(answer.json()) == ("standing", PLACES)
    assert searching.post("/v1/timetables?groups=fixed", problem).status_code == 422
