"""A week small enough to be worked out by hand, its timetable, and ways to run the command line."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import rfc8785

from scheduler.cli import main

Doc = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent.parent
RIVERSIDE = ROOT / "examples" / "riverside.json"

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


def small_week() -> Doc:
    """Two talks a week for three patients; p3 is at work on Wednesdays and Fridays."""
    return {
        "schema_version": "1",
        "clinic": {
            "id": "mill",
            "name": "Mill Street",
            "timezone": "America/New_York",
            "week_start": "2026-11-30",
            "opening_hours": [{"days": ["mon", "wed", "fri"], "start": "09:00", "end": "17:00"}],
        },
        "session_types": [
            {
                "id": "talk",
                "name": "Talking group",
                "mode": "group",
                "minutes": 60,
                "size": {"min": 2, "max": 4},
                "facilitators": [{"credentials": ["LADC"]}],
                "room": {},
            }
        ],
        "programs": [
            {"id": "two-talks", "requirements": [{"id": "talks", "any_of": ["talk"], "sessions": {"min": 2}}]}
        ],
        "clinicians": [
            {
                "id": "c1",
                "name": "Ada Ahlberg",
                "credentials": ["LADC"],
                "availability": [{"days": WEEKDAYS, "start": "09:00", "end": "12:00"}],
            }
        ],
        "rooms": [{"id": "r1", "name": "Blue room", "capacity": 4}],
        "patients": [
            {"id": "p1", "program": "two-talks"},
            {"id": "p2", "program": "two-talks"},
            {
                "id": "p3",
                "program": "two-talks",
                "commitments": [
                    {
                        "id": "job",
                        "kind": "work",
                        "days": ["wed", "fri"],
                        "start": "08:00",
                        "end": "17:00",
                    }
                ],
            },
        ],
    }


def small_timetable(week: Doc) -> Doc:
    """The best timetable of the small week: Monday for all, Wednesday for two, p3 short of one talk."""

    def session(key: str, day: str, patients: list[str]) -> Doc:
        return {
            "id": key,
            "session_type": "talk",
            "start": f"{day}T09:00",
            "end": f"{day}T10:00",
            "clinicians": ["c1"],
            "room": "r1",
            "patients": patients,
        }

    def figures(key: str, talks: int) -> Doc:
        return {
            "id": key,
            "care_minutes": 60 * talks,
            "attended_days": talks,
            "care_days": talks,
            "idle_minutes": 0,
            "requirements": {"talks": talks},
            "unmet_minutes": 120 - 60 * talks,
            "breaches": [],
            "kept": None,
            "reasons": [],
        }

    units = {"unmet_care": (60, 100), "breach": (0, 1000), "moved": (0, 300), "clinician_changed": (0, 20)}
    units |= {"soft_commitment": (0, 2), "not_preferred": (0, 1), "idle": (0, 1), "attended_day": (5, 60)}
    units |= {"facilitator_time": (120, 4), "load_spread": (0, 0)}
    return {
        "id": "t1",
        "status": "solved",
        "clinic": "mill",
        "week_start": "2026-11-30",
        "timezone": "America/New_York",
        "sessions": [
            session("s1", "2026-11-30", ["p1", "p2", "p3"]),
            session("s2", "2026-12-02", ["p1", "p2"]),
        ],
        "patients": [figures("p1", 2), figures("p2", 2), figures("p3", 1)],
        "clinicians": [{"id": "c1", "minutes": 120, "available_minutes": 540}],
        "rooms": [{"id": "r1", "minutes": 120, "available_minutes": 1440}],
        "objective": {
            "value": 6780,
            "bound": 6780,
            "gap": 0.0,
            "terms": [
                {"term": term, "units": n, "weight": weight, "cost": n * weight}
                for term, (n, weight) in units.items()
            ],
        },
        "solver": {"seconds": 1.0, "stop_reason": "optimal", "seed": 0, "versions": {}},
        "warnings": [],
        "problem_digest": "sha256:" + hashlib.sha256(rfc8785.dumps(week)).hexdigest(),
    }


@pytest.fixture
def week() -> Doc:
    return small_week()


@pytest.fixture
def timetable(week: Doc) -> Doc:
    return small_timetable(week)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Doc | str, str], str]:
    """Write a document to a file of its own and answer with the file's name."""

    def save(document: Doc | str, name: str) -> str:
        path = tmp_path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return str(path)

    return save


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """One command in this process."""

    def call(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


def program(*arguments: str, stdin: str | None = None, **options: Any) -> Outcome:
    """One command as a program of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "scheduler", *arguments],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        **options,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)
