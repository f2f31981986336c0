"""The embedded engine over a SQLite file: jobs end, survive `kill -9`, stop when told, take turns."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.jobs import build_engine, embedded, ledger
from api.jobs.engine import Engine, EngineRefused
from api.settings import Settings
from api.store import Sessions
from tests import processes
from tests.api.jobs.rows import add_row, get_row, kinds, status_of
from tests.api.jobs.waiting import running, until
from tests.processes import Process

Serve = Callable[..., Process]


@pytest.fixture
def engine(sqlite: Sessions, sqlite_url: str) -> Iterator[Engine]:
    one = build_engine(Settings(database_url=sqlite_url, solves_at_once=2, shutdown_seconds=3), sqlite)
    one.start()
    yield one
    one.stop()


@pytest.fixture
def serve(sqlite: Sessions, sqlite_url: str) -> Iterator[Serve]:
    """Starts services on the same database; those still running are ended afterwards."""
    services: list[Process] = []

    def start(at_once: int = 1) -> Process:
        command = [sys.executable, "-m", "tests.api.jobs.serve_embedded", sqlite_url, str(at_once)]
        services.append(processes.start(command))
        return services[-1]

    yield start
    for service in services:
        service.kill()
        service.wait()


def enqueue(sessions: Sessions, row: str) -> None:
    with sessions.write() as session:
        ledger.queue(session, row)


def worked_on(runs: Path) -> list[tuple[str, int]]:
    """(row, process id) of every solve so far."""
    lines = runs.read_text().splitlines() if runs.exists() else []
    return [(name, int(pid)) for name, pid in (line.split() for line in lines)]


def test_a_job_is_done_soon_after_it_was_committed(sqlite: Sessions, engine: Engine) -> None:
    began = time.monotonic()
    add_row(sqlite, "t1", engine=engine)
    until(lambda: status_of(sqlite, "t1") == "solved", 20)
    assert time.monotonic() - began < 10
    assert kinds(sqlite, "t1") in (
        ["queued", "started", "solved"],
        ["queued", "started", "progress", "solved"],
    )
    row = get_row(sqlite, "t1")
    assert row.result is not None
    assert row.result["solver"]["options"] == {"time_limit": 30, "gap": 0.01, "seed": 0, "workers": 1}


def test_progress_is_told_about_twice_a_second(sqlite: Sessions, engine: Engine) -> None:
    add_row(sqlite, "t1", engine=engine, seconds=2.2)
    until(lambda: status_of(sqlite, "t1") == "solved", 20)
    assert kinds(sqlite, "t1") == ["queued", "started", "progress", "solved"]
    assert 5 <= get_row(sqlite, "t1").event_seq <= 9


def test_cancelling_keeps_the_best_within_two_seconds(sqlite: Sessions, engine: Engine) -> None:
    add_row(sqlite, "t1", engine=engine, seconds=60)
    until(lambda: get_row(sqlite, "t1").best is not None, 20)
    began = time.monotonic()
    engine.cancel("t1")
    until(lambda: status_of(sqlite, "t1") == "cancelled", 5)
    assert time.monotonic() - began < 2
    row = get_row(sqlite, "t1")
    assert row.result is not None
    assert row.result["objective"]["value"] == row.best == 100


def test_a_crash_fails_the_job_and_the_next_one_runs(sqlite: Sessions, engine: Engine) -> None:
    add_row(sqlite, "bad", engine=engine, crash="SIGSEGV")
    add_row(sqlite, "good", engine=engine)
    until(lambda: status_of(sqlite, "bad") == "failed" and status_of(sqlite, "good") == "solved", 20)
    assert get_row(sqlite, "bad").error == {
        "code": "crashed",
        "detail": "The solver process crashed (SIGSEGV).",
    }
    assert engine.ready()


def test_stopping_hands_the_work_back_at_once(sqlite: Sessions, sqlite_url: str) -> None:
    engine = build_engine(Settings(database_url=sqlite_url), sqlite)
    engine.start()
    add_row(sqlite, "t1", engine=engine, seconds=60)
    until(lambda: get_row(sqlite, "t1").best is not None, 20)
    began = time.monotonic()
    engine.stop()
    assert time.monotonic() - began < 3
    assert kinds(sqlite, "t1") == ["queued", "started", "progress", "queued"]
    assert not engine.ready()


def test_a_second_service_on_the_same_file_is_refused(
    sqlite: Sessions, sqlite_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "LOCK_SECONDS", 0.2)
    with pytest.raises(EngineRefused, match="already serves this database"):
        build_engine(Settings(database_url=sqlite_url), sqlite).start()


def test_a_killed_service_finishes_the_job_after_its_restart_and_leaves_no_process(
    sqlite: Sessions, serve: Serve, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    enqueue(sqlite, add_row(sqlite, "t1", seconds=2, runs=str(runs)))
    first = serve()
    until(lambda: get_row(sqlite, "t1").best is not None, 30)
    first.send_signal(signal.SIGKILL)
    first.wait()
    [(_, orphan)] = worked_on(runs)
    until(lambda: not running(orphan), 3)
    assert status_of(sqlite, "t1") == "solving"
    serve()
    until(lambda: status_of(sqlite, "t1") == "solved", 20)
    assert kinds(sqlite, "t1") == ["queued", "started", "progress", "started", "progress", "solved"]
    assert len(worked_on(runs)) == 2


def test_a_service_told_to_end_hands_back_and_the_next_one_finishes(
    sqlite: Sessions, serve: Serve, tmp_path: Path
) -> None:
    enqueue(sqlite, add_row(sqlite, "t1", seconds=1.5))
    first = serve()
    until(lambda: get_row(sqlite, "t1").best is not None, 30)
    began = time.monotonic()
    first.terminate()
    first.wait(10)
    assert time.monotonic() - began < 5
    assert status_of(sqlite, "t1") == "queued"
    serve()
    until(lambda: status_of(sqlite, "t1") == "solved", 20)


def test_a_job_that_takes_its_service_down_three_times_is_not_tried_again(
    sqlite: Sessions, serve: Serve
) -> None:
    enqueue(sqlite, add_row(sqlite, "t1", seconds=60))
    for attempt in (1, 2, 3):
        service = serve()
        until(lambda attempt=attempt: get_row(sqlite, "t1").attempt == attempt, 30)  # type: ignore[misc]
        service.kill()
        service.wait()
    serve()
    until(lambda: status_of(sqlite, "t1") == "failed", 30)
    error = get_row(sqlite, "t1").error
    assert error is not None
    assert error["code"] == "poison"


def test_clinics_take_turns(sqlite: Sessions, sqlite_url: str, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    for n in range(3):
        add_row(sqlite, f"a{n}", "clinic-a", age=100 - n, runs=str(runs))
    add_row(sqlite, "b0", "clinic-b", age=10, runs=str(runs))
    engine = build_engine(Settings(database_url=sqlite_url, solves_at_once=1), sqlite)
    engine.start()
    until(lambda: len(worked_on(runs)) == 4, 30)
    engine.stop()
    assert [name for name, _ in worked_on(runs)] == ["a0", "b0", "a1", "a2"]
