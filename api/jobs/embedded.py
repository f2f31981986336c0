"""Jobs inside the service's own process, over the rows of a SQLite file: one command, nothing to set up.

The rows are the queue. A lock beside the database keeps a second process off, so at the start every row still
in work belongs to a process that is gone, and is taken up again.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any, Final

from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.jobs import ledger, process
from api.jobs.engine import EngineRefused, solves_at_once, terms
from api.jobs.turn import Turn
from api.settings import Settings
from api.store.database import Sessions

LOG = logging.getLogger(__name__)
POLL_SECONDS: Final = 1.0
LOCK_SECONDS: Final = 5.0  # a service that is being replaced needs a moment to end


class EmbeddedEngine:
    """As many solving threads as `solves_at_once`; each takes the row whose turn it is."""

    def __init__(self, settings: Settings, sessions: Sessions) -> None:
        self._sessions = sessions
        self._terms = terms(settings)
        self._shutdown = settings.shutdown_seconds
        self._lock = _FileLock(Path(f"{sessions.engine.url.database}.lock"))
        self._stopping = Event()
        self._news = Event()
        self._threads = [
            Thread(target=self._serve, name=f"solve-{n}", daemon=True)
            for n in range(solves_at_once(settings))
        ]

    def enqueue(self, session: Session, timetable_id: str) -> None:
        ledger.queue(session, timetable_id)
        event.listen(session, "after_commit", lambda _: self._news.set(), once=True)

    def cancel(self, timetable_id: str) -> None:
        with self._sessions.write() as session:
            ledger.cancel(session, timetable_id)

    def start(self) -> None:
        self._lock.take(LOCK_SECONDS)
        process.warm_up()
        with self._sessions.write() as session:
            ledger.free_all(session)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Hand unfinished work back and end; a later start takes it up."""
        self._stopping.set()
        self._news.set()
        limit = time.monotonic() + self._shutdown
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.1, limit - time.monotonic()))
        self._lock.release()

    def ready(self) -> bool:
        return bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    def _serve(self) -> None:
        process.warm()
        while not self._stopping.is_set():
            self._news.clear()
            try:
                worked = self._turn()
            except Exception as failure:  # one row's trouble must not end the thread
                LOG.error("turn failed", extra={"error": type(failure).__name__})
                self._stopping.wait(POLL_SECONDS)
                continue
            if not worked:
                self._news.wait(POLL_SECONDS)

    def _turn(self) -> bool:
        claim = ledger.take_next(self._sessions, self._terms.worker, self._terms.patience)
        if claim is None:
            return False
        try:
            Turn(self._sessions, self._terms, claim, self._stopping.is_set).run()
        except Exception:
            self._let_go(claim)
            raise
        return True

    def _let_go(self, claim: ledger.Claim) -> None:
        try:
            with self._sessions.write() as session:
                ledger.let_go(session, claim)
        except SQLAlchemyError:
            LOG.error("row not freed", extra={"timetable": claim.id})  # its heartbeat will go stale


class _FileLock:
    """A lock that the system gives back when its process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[Any] | None = None

    def take(self, seconds: float) -> None:
        limit = time.monotonic() + seconds
        self._path.touch(mode=0o600)
        file = self._path.open("r+")
        while not _lock(file):
            if time.monotonic() > limit:
                file.close()
                raise EngineRefused(
                    f"Another process already serves this database ({self._path.name} is locked). "
                    "Stop it first; for several processes use PostgreSQL."
                )
            time.sleep(0.1)
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(file: IO[Any]) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        return _lock_on_windows(file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _lock_on_windows(file: IO[Any]) -> bool:
    import msvcrt

    lock: Any = getattr(msvcrt, "locking")  # noqa: B009 - absent elsewhere, and the checker knows it
    try:
        lock(file.fileno(), getattr(msvcrt, "LK_NBLCK"), 1)  # noqa: B009
    except OSError:
        return False
    return True
