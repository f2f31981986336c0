"""`plan-all` and `worker` from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.store import Sessions, Timetable
from api.store.models import Clinic
from scheduler.cli import main

EXAMPLE = Path(__file__).parents[3] / "examples" / "riverside.json"
BESIDE = ("patients", "cohorts", "apart", "baseline", "pins")


@pytest.fixture
def network(sqlite: Sessions, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    """Three stored clinics, and the settings of a command that finds them."""
    monkeypatch.setenv("IOP_SCHEDULER_DATABASE_URL", sqlite_url)
    document: dict[str, Any] = json.loads(EXAMPLE.read_text())
    kept = {name: value for name, value in document.items() if name not in BESIDE}
    with sqlite.write() as session:
        for clinic in ("east", "north", "west"):
            site = {name: value for name, value in kept["clinic"].items() if name != "week_start"}
            session.add(Clinic(id=clinic, document={**kept, "clinic": {**site, "id": clinic}}))
    return sqlite


def rows(sessions: Sessions) -> list[Timetable]:
    with sessions.read() as session:
        return list(session.scalars(select(Timetable).order_by(Timetable.lane)))


def test_every_clinic_gets_a_week_and_a_line(network: Sessions, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan-all", "--week", "2026-11-30"]) == 0
    assert [(row.clinic_id, row.week_start, row.status) for row in rows(network)] == [
        ("east", "2026-11-30", "solved"),
        ("north", "2026-11-30", "solved"),
        ("west", "2026-11-30", "solved"),
    ]
    told = capsys.readouterr().out
    assert "3 clinics: 3 solved" in told
    assert [line.split()[:2] for line in told.splitlines()[1:4]] == [
        ["east", "solved"],
        ["north", "solved"],
        ["west", "solved"],
    ]


def test_a_clinic_that_cannot_be_planned_does_not_keep_the_others_from_it(
    network: Sessions, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOP_SCHEDULER_CLINIC_QUOTA", "1")
    with network.write() as session:
        session.add(
            Timetable(
                id="old",
                clinic_id="north",
                lane="north",
                owner="x",
                week_start="2026-11-23",
                problem={},
                options={"time_limit": 1, "gap": 0, "seed": 0},
            )
        )
    assert main(["plan-all", "--week", "2026-11-30"]) == 1
    told = capsys.readouterr().out
    assert "3 clinics: 2 solved, 1 refused" in told
    assert "At most 1 timetables" in " ".join(told.split())


def test_how_to_search_is_said_for_all_clinics_at_once(network: Sessions) -> None:
    asked = ["--time-limit", "5", "--gap", "0.2", "--seed", "7", "--groups", "standing"]
    assert main(["plan-all", "--week", "2026-11-30", *asked]) == 0
    for row in rows(network):
        assert row.result is not None
        solved_with = {n: v for n, v in row.result["solver"]["options"].items() if n != "workers"}
        assert solved_with == {"time_limit": 5, "gap": 0.2, "seed": 7, "groups": "standing"}


def test_queueing_alone_solves_nothing(network: Sessions) -> None:
    assert main(["plan-all", "--week", "2026-11-30", "--clinic", "west", "--no-wait"]) == 0
    assert [(row.clinic_id, row.status) for row in rows(network)] == [("west", "queued")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--week", "monday"], "no date"),
        (["--week", "2026-11-30", "--clinic", "south"], "No clinic is called south."),
        (["--week", "2026-11-30", "--gap", "-1"], "--gap"),
        (["--week", "2026-11-30", "--groups", "fixed"], "--groups"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_queued(
    network: Sessions, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["plan-all", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert rows(network) == []


def test_a_worker_without_postgresql_says_what_it_needs(
    network: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["worker"]) == 2
    assert "PostgreSQL" in capsys.readouterr().err
