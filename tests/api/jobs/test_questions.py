"""The library's own questions, asked in solver processes with real documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import scheduler
from api.jobs.interactive import Interactive, NoAnswer
from api.settings import Settings
from scheduler.intake import problem_digest

EXAMPLE = Path(__file__).parents[3] / "examples" / "riverside.json"


@pytest.fixture(scope="module")
def ask() -> Iterator[Interactive]:
    pool = Interactive(Settings(), size=1)
    yield pool
    pool.stop()


@pytest.fixture
def week() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(EXAMPLE.read_text())
    return document


def empty_timetable(week: dict[str, Any]) -> dict[str, Any]:
    """The timetable without a session, with true figures."""
    found = scheduler.evaluate(scheduler.read_problem(week).problem, ())
    return {
        "id": "empty",
        "status": "solved",
        "clinic": week["clinic"]["id"],
        "week_start": week["clinic"]["week_start"],
        "timezone": week["clinic"]["timezone"],
        "sessions": [],
        "patients": [figures.model_dump(mode="json") for figures in found.patients],
        "clinicians": [figures.model_dump(mode="json") for figures in found.clinicians],
        "rooms": [figures.model_dump(mode="json") for figures in found.rooms],
        "objective": {
            "value": found.value,
            "bound": 0,
            "gap": 1.0,
            "terms": [term.model_dump(mode="json") for term in found.terms],
        },
        "solver": {},
        "warnings": [],
        "problem_digest": problem_digest(week),
    }


def test_a_readable_week_has_a_digest(ask: Interactive, week: dict[str, Any]) -> None:
    answer = ask.run("read", {"problem": week}, 60)
    assert answer["digest"] == problem_digest(week)


def test_every_fault_of_a_week_comes_back(ask: Interactive, week: dict[str, Any]) -> None:
    week["clinic"]["timezone"] = "Mars/Olympus"
    week["patients"][0]["program"] = "none"
    with pytest.raises(NoAnswer) as refused:
        ask.run("read", {"problem": week}, 30)
    assert refused.value.failure.code == "problem_refused"
    assert {"/clinic/timezone", "/patients/0/program"} == {
        error["pointer"] for error in refused.value.failure.errors
    }


def test_an_empty_timetable_is_judged_clean_and_a_false_claim_is_found(
    ask: Interactive, week: dict[str, Any]
) -> None:
    week["pins"] = []  # each asks for a session
    timetable = empty_timetable(week)
    assert ask.run("verify", {"problem": week, "timetable": timetable}, 30) == {
        "clean": True,
        "findings": [],
        "wrong_claims": [],
    }
    timetable["objective"]["value"] += 1
    answer = ask.run("verify", {"problem": week, "timetable": timetable}, 30)
    assert not answer["clean"]
    assert [claim["pointer"] for claim in answer["wrong_claims"]] == ["/objective/value"]
