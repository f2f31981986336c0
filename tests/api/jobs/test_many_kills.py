"""Long proofs: workers killed again and again, and how much several of them get done."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.jobs.engine import Engine
from api.store import Sessions, Timetable
from tests.api.jobs.rows import add_row, get_row, kinds, status_of
from tests.api.jobs.test_distributed import Work, engine, work
from tests.api.jobs.test_embedded import worked_on
from tests.api.jobs.test_real_solve import EXAMPLE
from tests.api.jobs.waiting import running, until

__all__ = ["engine", "work"]
pytestmark = pytest.mark.proof


def test_twenty_killed_workers_of_three_lose_nothing_and_leave_nothing(
    pg: Sessions, engine: Engine, work: Work, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    nodes = [work() for _ in range(3)]
    chance = random.Random(1)
    rows = [f"t{n}" for n in range(20)]
    taken_over = 0
    for n, row in enumerate(rows):
        add_row(pg, row, f"clinic-{n % 4}", engine=engine, seconds=2, runs=str(runs))
        until(lambda row=row: get_row(pg, row).best is not None, 60)  # type: ignore[misc]
        time.sleep(chance.random())
        worker = get_row(pg, row).worker or "solved a moment ago"
        for victim in [node for node in nodes if worker.endswith(f":{node.pid}")]:
            victim.kill()
            victim.wait()
            killed = time.monotonic()
            nodes[nodes.index(victim)] = work()
            until(lambda row=row: _moved_on(pg, row), 20)  # type: ignore[misc]
            assert time.monotonic() - killed < 15
            taken_over += get_row(pg, row).attempt == 2
    until(lambda: all(status_of(pg, row) == "solved" for row in rows), 60)
    assert taken_over >= 15
    assert all(Counter(kinds(pg, row))["solved"] == 1 for row in rows)
    until(lambda: not any(running(pid) for _, pid in worked_on(runs)), 5)


def _moved_on(sessions: Sessions, row: str) -> bool:
    """Taken over, or solved just before the kill."""
    found = get_row(sessions, row)
    return found.attempt == 2 or found.status == "solved"


def solved_of(sessions: Sessions, first: str) -> int:
    with sessions.read() as session:
        of_these = select(func.count()).where(Timetable.id.startswith(first), Timetable.status == "solved")
        return session.scalar(of_these) or 0


def test_four_workers_get_done_nearly_four_times_what_one_does(
    pg: Sessions, engine: Engine, work: Work
) -> None:
    """200 jobs that only wait, so that the figure tells of the queue and not of the machine's CPUs."""

    def seconds_for(rows: int, first: str) -> float:
        began = time.monotonic()
        names = [add_row(pg, f"{first}{n}", f"c{n % 7}", engine=engine, seconds=2) for n in range(rows)]
        until(lambda: solved_of(pg, first) == len(names), 300, 0.2)
        return time.monotonic() - began

    nodes: list[subprocess.Popen[bytes]] = [work()]
    until(engine.ready, 30)
    alone = seconds_for(20, "warm") / 20
    nodes += [work() for _ in range(3)]
    time.sleep(8)
    together = seconds_for(200, "many") / 200
    print(f"one worker {alone:.2f} s a job, four {together:.2f} s")  # noqa: T201
    assert together * 4 <= alone / 0.9


def test_twenty_real_searches_over_two_workers_are_each_done_once(
    pg: Sessions, pg_url_of_commands: None, engine: Engine
) -> None:
    week = {**json.loads(EXAMPLE.read_text()), "pins": []}
    rows = [f"t{n:02}" for n in range(20)]
    for n, row in enumerate(rows):
        with pg.write() as session:
            options = {"time_limit": 10, "gap": 0.0, "seed": n}
            about = {"lane": f"clinic-{n % 3}", "owner": "key:test", "week_start": "2026-11-30"}
            session.add(Timetable(id=row, problem=week, options=options, **about))
            engine.enqueue(session, row)
    command = [sys.executable, "-m", "scheduler", "worker", "--concurrency", "1"]
    nodes = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for _ in range(2)]
    try:
        until(lambda: _ended(pg, rows), 400, 0.5)
    finally:
        for node in nodes:
            node.terminate()
            node.wait()
    assert [get_row(pg, row).error for row in rows] == [None] * len(rows)
    for row in rows:
        told = Counter(kinds(pg, row))
        assert (told["started"], told["solved"], get_row(pg, row).attempt) == (1, 1, 1)


def _ended(sessions: Sessions, rows: list[str]) -> bool:
    return all(status_of(sessions, row) not in ("queued", "solving") for row in rows)


@pytest.fixture
def pg_url_of_commands(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOP_SCHEDULER_DATABASE_URL", postgres_url)
