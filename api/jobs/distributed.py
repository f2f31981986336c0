"""Jobs on any number of machines over one PostgreSQL database: API nodes enqueue, worker nodes solve.

Procrastinate carries turns, not timetables: a job says that one more row waits, and the worker that gets it
takes the row whose turn it is (`ledger.take_next`). So fairness is the same as embedded, and exact. The row's
own heartbeat and attempt decide who may write; a job that comes twice, or too late, finds nothing to do.
"""

from __future__ import annotations

import logging
from typing import Any, Final, cast

import psycopg
from procrastinate import App, SyncPsycopgConnector
from procrastinate.schema import SchemaManager
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.jobs import ledger
from api.settings import Settings
from api.store.database import Sessions

LOG = logging.getLogger(__name__)
QUEUE: Final = "solve"
TASK: Final = "iop_scheduler.solve"
# Any number: two nodes that start at once must not both create the queue's tables.
_SCHEMA_LOCK: Final = 4_151_170


class DistributedEngine:
    """The API node's side: it enqueues and cancels, and solves nothing itself."""

    def __init__(self, settings: Settings, sessions: Sessions) -> None:
        self._sessions = sessions
        self._stalled = settings.stalled_seconds
        self._turns = Turns()

    def enqueue(self, session: Session, timetable_id: str) -> None:
        ledger.queue(session, timetable_id)
        self._turns.add(session, timetable_id)

    def cancel(self, timetable_id: str) -> None:
        with self._sessions.write() as session:
            ledger.cancel(session, timetable_id)

    def start(self) -> None:
        install_queue(self._sessions)

    def stop(self) -> None:
        """Nothing runs here."""

    def ready(self) -> bool:
        """Whether the database answers and a worker has been heard of lately."""
        try:
            with self._sessions.read() as session:
                return live_workers(session, self._stalled) > 0
        except SQLAlchemyError:
            return False


class Turns:
    """Adds jobs to the queue inside a session's own transaction: row and job are committed together."""

    def __init__(self) -> None:
        self._app = App(connector=SyncPsycopgConnector())  # never opened: it only words the statement

    def add(self, session: Session, timetable_id: str) -> None:
        self._app.configure_task(TASK, queue=QUEUE, connection=_driver(session)).defer(
            timetable_id=timetable_id
        )


def install_queue(sessions: Sessions) -> None:
    """Create the queue's tables where they are missing."""
    with sessions.write() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _SCHEMA_LOCK})
        if session.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is None:
            _driver(session).execute(SchemaManager.get_schema())


def live_workers(session: Session, within_seconds: float) -> int:
    """How many workers have been heard of within some seconds."""
    heard = text(
        "SELECT count(*) FROM procrastinate_workers"
        " WHERE last_heartbeat > now() - make_interval(secs => :within)"
    )
    return session.scalar(heard, {"within": within_seconds}) or 0


def _driver(session: Session) -> psycopg.Connection[Any]:
    """The session's own psycopg connection, inside its transaction."""
    return cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
