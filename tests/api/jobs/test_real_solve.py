"""The real search in its process: solved, cancelled with its best kept, refused, out of memory."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.jobs import build_engine
from api.jobs.engine import Engine
from api.jobs.interactive import Interactive
from api.jobs.tasks import register
from api.settings import Settings
from api.store import Sessions, Timetable
from tests.api.jobs.rows import get_row, kinds, status_of
from tests.api.jobs.waiting import until

EXAMPLE = Path(__file__).parents[3] / "examples" / "riverside.json"
PATIENCE = 120  # the first search on a machine translates its kernels


@pytest.fixture
def engine(sqlite: Sessions, sqlite_url: str) -> Iterator[Engine]:
    register("solve", "api.jobs.questions:solve")
    register("warm", "api.jobs.questions:warm")
    one = build_engine(Settings(database_url=sqlite_url), sqlite)
    one.start()
    yield one
    one.stop()


def post(sessions: Sessions, engine: Engine, problem: dict[str, Any], time_limit: float) -> str:
    with sessions.write() as session:
        session.add(
            Timetable(
                id="t1",
                lane="a",
                owner="key:test",
                week_start="2026-11-30",
                problem=problem,
                options={"time_limit": time_limit, "gap": 0.0, "seed": 1},
            )
        )
        engine.enqueue(session, "t1")
    return "t1"


@pytest.fixture
def week() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(EXAMPLE.read_text())
    return document


def test_a_week_is_solved_and_its_timetable_is_judged_clean(
    sqlite: Sessions, engine: Engine, week: dict[str, Any]
) -> None:
    row = post(sqlite, engine, week, time_limit=3)
    until(lambda: status_of(sqlite, row) in ("solved", "failed"), PATIENCE)
    found = get_row(sqlite, row)
    assert (found.status, found.error) == ("solved", None)
    assert found.result is not None
    assert found.best == found.result["objective"]["value"]
    assert kinds(sqlite, row) == ["queued", "started", "progress", "solved"]
    pool = Interactive(Settings(), size=1)
    assert pool.run("verify", {"problem": week, "timetable": found.result}, 60)["clean"]
    pool.stop()


def test_cancelling_a_search_keeps_its_best_within_two_seconds(
    sqlite: Sessions, engine: Engine, week: dict[str, Any]
) -> None:
    row = post(sqlite, engine, week, time_limit=600)
    until(lambda: get_row(sqlite, row).best is not None, PATIENCE)
    began = time.monotonic()
    engine.cancel(row)
    until(lambda: status_of(sqlite, row) == "cancelled", 10)
    assert time.monotonic() - began < 2
    assert get_row(sqlite, row).result is not None


def test_a_week_with_faults_fails_with_their_pointers(
    sqlite: Sessions, engine: Engine, week: dict[str, Any]
) -> None:
    week["clinic"]["timezone"] = "Mars/Olympus"
    row = post(sqlite, engine, week, time_limit=3)
    until(lambda: status_of(sqlite, row) == "failed", PATIENCE)
    error = get_row(sqlite, row).error
    assert error is not None
    assert [fault["pointer"] for fault in error["errors"]] == ["/clinic/timezone"]
