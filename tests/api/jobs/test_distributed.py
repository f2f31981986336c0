"""Workers over PostgreSQL: one transaction for row and job, takeover, exactly one end, turns for all."""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from api.jobs import build_engine
from api.jobs.engine import Engine
from api.settings import Settings
from api.store import Sessions, Timetable
from tests import processes
from tests.api.jobs.rows import add_row, get_row, kinds, status_of
from tests.api.jobs.test_embedded import worked_on
from tests.api.jobs.waiting import running, until
from tests.processes import Process

Work = Callable[..., Process]


@pytest.fixture
def engine(pg: Sessions, postgres_url: str) -> Iterator[Engine]:
    one = build_engine(Settings(database_url=postgres_url, stalled_seconds=2), pg)
    one.start()
    yield one
    one.stop()


@pytest.fixture
def work(pg: Sessions, postgres_url: str) -> Iterator[Work]:
    """Starts worker nodes; those still running are ended afterwards."""
    nodes: list[Process] = []

    def start(at_once: int = 1) -> Process:
        command = [sys.executable, "-m", "tests.api.jobs.serve_worker", postgres_url, str(at_once)]
        nodes.append(processes.start(command))
        return nodes[-1]

    yield start
    for node in nodes:
        node.kill()
        node.wait()


def jobs(sessions: Sessions) -> int:
    with sessions.read() as session:
        found = text("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'solve'")
        return int(session.scalar(found) or 0)


def two_nodes(sessions: Sessions, work: Work) -> list[Process]:
    """Two nodes that are up; each registers two workers, one for solves and one for upkeep."""
    nodes = [work(), work()]

    def up() -> bool:
        with sessions.read() as session:
            return (session.scalar(text("SELECT count(*) FROM procrastinate_workers")) or 0) >= 4

    until(up, 30)
    return nodes


def node_of(sessions: Sessions, row: str, nodes: list[Process]) -> Process:
    """The node that works on a row."""
    worker = get_row(sessions, row).worker or ""
    [found] = [node for node in nodes if worker.endswith(f":{node.pid}")]
    return found


def solved(sessions: Sessions, *rows: str) -> bool:
    return all(status_of(sessions, row) == "solved" for row in rows)


def test_row_and_job_are_committed_together_or_not_at_all(pg: Sessions, engine: Engine) -> None:
    def post() -> None:
        with pg.write() as session:
            session.add(
                Timetable(id="t1", lane="a", owner="key:x", week_start="2026-11-30", problem={}, options={})
            )
            engine.enqueue(session, "t1")
            raise ConnectionError("the caller's own trouble")

    with pytest.raises(ConnectionError):
        post()
    assert jobs(pg) == 0
    add_row(pg, "t2", engine=engine)
    assert jobs(pg) == 1


def test_a_worker_solves_and_the_engine_is_ready_while_one_lives(
    pg: Sessions, engine: Engine, work: Work
) -> None:
    assert not engine.ready()
    node = work()
    until(engine.ready, 30)
    began = time.monotonic()
    add_row(pg, "t1", engine=engine)
    until(lambda: solved(pg, "t1"), 10)
    assert time.monotonic() - began < 3
    until(lambda: jobs(pg) == 0, 5)
    node.kill()
    until(lambda: not engine.ready(), 10)


def test_cancelling_keeps_the_best_within_two_seconds(pg: Sessions, engine: Engine, work: Work) -> None:
    work()
    add_row(pg, "t1", engine=engine, seconds=60)
    until(lambda: get_row(pg, "t1").best is not None, 30)
    began = time.monotonic()
    engine.cancel("t1")
    until(lambda: status_of(pg, "t1") == "cancelled", 5)
    assert time.monotonic() - began < 2
    assert get_row(pg, "t1").result is not None


def test_the_job_of_a_killed_worker_is_taken_over_and_completed_exactly_once(
    pg: Sessions, engine: Engine, work: Work, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    nodes = two_nodes(pg, work)
    add_row(pg, "t1", engine=engine, seconds=1.5, runs=str(runs))
    until(lambda: get_row(pg, "t1").best is not None, 30)
    node_of(pg, "t1", nodes).send_signal(signal.SIGKILL)
    began = time.monotonic()
    [(_, orphan)] = worked_on(runs)
    until(lambda: not running(orphan), 3)
    until(lambda: get_row(pg, "t1").attempt == 2, 15)
    assert time.monotonic() - began < 8
    until(lambda: solved(pg, "t1"), 10)
    assert kinds(pg, "t1") == ["queued", "started", "progress", "started", "progress", "solved"]
    assert len(worked_on(runs)) == 2


def test_a_worker_told_to_end_hands_its_job_to_another(pg: Sessions, engine: Engine, work: Work) -> None:
    first = work()
    add_row(pg, "t1", engine=engine, seconds=1.5)
    until(lambda: get_row(pg, "t1").best is not None, 30)
    began = time.monotonic()
    first.terminate()
    assert first.wait(10) == 0
    assert time.monotonic() - began < 4
    assert status_of(pg, "t1") == "queued"
    work()
    until(lambda: solved(pg, "t1"), 20)
    assert kinds(pg, "t1").count("queued") == 2


def test_a_frozen_worker_that_wakes_up_again_changes_nothing(
    pg: Sessions, engine: Engine, work: Work, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    nodes = two_nodes(pg, work)
    add_row(pg, "t1", engine=engine, seconds=2, runs=str(runs))
    until(lambda: get_row(pg, "t1").best is not None, 30)
    frozen = node_of(pg, "t1", nodes)
    frozen.send_signal(signal.SIGSTOP)
    until(lambda: get_row(pg, "t1").attempt == 2, 15)
    frozen.send_signal(signal.SIGCONT)
    until(lambda: solved(pg, "t1"), 15)
    time.sleep(1)
    assert kinds(pg, "t1") == ["queued", "started", "progress", "started", "progress", "solved"]


def test_two_workers_do_every_job_once_and_clinics_take_turns(
    pg: Sessions, engine: Engine, work: Work, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    for n in range(12):
        add_row(pg, f"a{n:02}", "clinic-a", age=100 - n, engine=engine, runs=str(runs))
    add_row(pg, "b0", "clinic-b", age=10, engine=engine, runs=str(runs))
    work(), work()
    rows = [f"a{n:02}" for n in range(12)] + ["b0"]
    until(lambda: solved(pg, *rows), 40)
    order = [name for name, _ in worked_on(runs)]
    assert Counter(order) == Counter(rows)
    assert order.index("b0") <= 2
    assert all(get_row(pg, row).attempt == 1 for row in rows)


def test_a_row_whose_job_was_lost_is_found_and_solved(pg: Sessions, engine: Engine, work: Work) -> None:
    add_row(pg, "t1", engine=engine, age=60)
    with pg.write() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
    work()
    until(lambda: solved(pg, "t1"), 30)
