"""Long proofs: workers killed again and again, and how much several of them get done."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from api.jobs.engine import Engine
from api.store import Sessions
from tests.api.jobs.rows import add_row, get_row, kinds, status_of
from tests.api.jobs.test_distributed import Work, engine, work
from tests.api.jobs.test_embedded import worked_on
from tests.api.jobs.waiting import running, until

__all__ = ["engine", "work"]
pytestmark = pytest.mark.proof


def test_twenty_killed_workers_of_three_lose_nothing_and_leave_nothing(
    pg: Sessions, engine: Engine, work: Work, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    nodes = [work() for _ in range(3)]
    chance = random.Random(1)
    for n in range(20):
        row = add_row(pg, f"t{n}", f"clinic-{n % 4}", engine=engine, seconds=1.5, runs=str(runs))
        until(lambda row=row: get_row(pg, row).best is not None, 60)  # type: ignore[misc]
        time.sleep(chance.random())
        worker = get_row(pg, row).worker
        if worker is None:  # solved a moment ago
            continue
        [victim] = [node for node in nodes if worker.endswith(f":{node.pid}")]
        victim.kill()
        victim.wait()
        killed = time.monotonic()
        nodes[nodes.index(victim)] = work()
        until(lambda row=row: get_row(pg, row).attempt == 2, 15)  # type: ignore[misc]
        assert time.monotonic() - killed < 15
    rows = [f"t{n}" for n in range(20)]
    until(lambda: all(status_of(pg, row) == "solved" for row in rows), 60)
    assert all(Counter(kinds(pg, row))["solved"] == 1 for row in rows)
    until(lambda: not any(running(pid) for _, pid in worked_on(runs)), 5)


def test_four_workers_get_done_nearly_four_times_what_one_does(
    pg: Sessions, engine: Engine, work: Work
) -> None:
    """200 jobs that only wait, so that the figure tells of the queue and not of the machine's CPUs."""

    def seconds_for(rows: int, first: str) -> float:
        began = time.monotonic()
        names = [add_row(pg, f"{first}{n}", f"c{n % 7}", engine=engine, seconds=1) for n in range(rows)]
        until(lambda: all(status_of(pg, name) == "solved" for name in names), 300, 0.2)
        return time.monotonic() - began

    nodes: list[subprocess.Popen[bytes]] = [work()]
    until(engine.ready, 30)
    alone = seconds_for(20, "warm") / 20
    nodes += [work() for _ in range(3)]
    time.sleep(8)
    together = seconds_for(200, "many") / 200
    print(f"one worker {alone:.2f} s a job, four {together:.2f} s")  # noqa: T201
    assert together * 4 <= alone / 0.9
