"""The audit log: who did what, when, to which patients, from where.

A change is written in the transaction that it tells of: both happen or neither. Reads are collected and
written at most a second later, so that reading stays fast. Once a minute what is new is sealed into a hash
chain a clinic (`api.store.audit`). Details hold counts, rule names and field names: no name, no text, no key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.access import Caller
from api.store import audit as store
from api.store.columns import now
from api.store.database import Sessions
from api.store.models import AuditEntry

log = structlog.get_logger("api.audit")


class AuditLog:
    """One a process; `start` runs the thread that writes reads and seals, `stop` writes what is left."""

    def __init__(self, sessions: Sessions, flush_seconds: float, seal_seconds: float) -> None:
        self._sessions = sessions
        self._flush_seconds = flush_seconds
        self._seal_seconds = seal_seconds
        self._reads: SimpleQueue[AuditEntry] = SimpleQueue()
        self._stopping = Event()
        self._flushing = Lock()
        self._thread: Thread | None = None
        self._floor = 0

    def change(
        self,
        session: Session,
        caller: Caller,
        action: str,
        clinic_id: str | None,
        patients: Iterable[str] = (),
        timetable_id: str | None = None,
        **details: Any,
    ) -> None:
        """Write an entry in the caller's transaction."""
        session.add(_entry(caller, action, clinic_id, patients, timetable_id, details))

    def read(
        self,
        caller: Caller,
        action: str,
        clinic_id: str | None,
        patients: Iterable[str] = (),
        timetable_id: str | None = None,
        **details: Any,
    ) -> None:
        """Note that somebody has seen something; written within the second."""
        self._reads.put(_entry(caller, action, clinic_id, patients, timetable_id, details))

    def start(self) -> None:
        self._thread = Thread(target=self._work, name="audit", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        self.flush()

    def flush(self) -> None:
        """Write the reads noted so far; what cannot be written is kept for the next time.

        On return they are written, also those that another thread had begun to write.
        """
        with self._flushing:
            entries = list(self._drained())
            if not entries:
                return
            try:
                with self._sessions.write() as session:
                    session.add_all(entries)
            except SQLAlchemyError as failure:
                log.error("audit_not_written", entries=len(entries), error=type(failure).__name__)
                for entry in entries:
                    self._reads.put(_copy(entry))

    def seal(self) -> None:
        """Add what is new to the hash chains; left to another node when that one is at it."""
        try:
            with self._sessions.write() as session:
                self._floor = store.seal(session, self._floor)
        except SQLAlchemyError as failure:
            log.warning("audit_not_sealed", error=type(failure).__name__)

    def _work(self) -> None:
        sealed = monotonic()
        while not self._stopping.wait(self._flush_seconds):
            self.flush()
            if monotonic() - sealed >= self._seal_seconds:
                sealed = monotonic()
                self.seal()

    def _drained(self) -> Iterator[AuditEntry]:
        while True:
            try:
                yield self._reads.get_nowait()
            except Empty:
                return


_FIELDS = (
    "at",
    "clinic_id",
    "actor",
    "action",
    "patients",
    "timetable_id",
    "source",
    "request_id",
    "details",
)


def _copy(entry: AuditEntry) -> AuditEntry:
    """A fresh row of the same values: a failed flush leaves the first one in an unusable state."""
    return AuditEntry(**{name: getattr(entry, name) for name in _FIELDS})


def _entry(
    caller: Caller,
    action: str,
    clinic_id: str | None,
    patients: Iterable[str],
    timetable_id: str | None,
    details: dict[str, Any],
) -> AuditEntry:
    return AuditEntry(
        at=now(),
        clinic_id=clinic_id,
        actor=caller.actor,
        action=action,
        patients=list(patients),
        timetable_id=timetable_id,
        source=caller.source[:64],
        request_id=caller.request_id,
        details=details,
    )


def local_entry(action: str, **details: Any) -> AuditEntry:
    """An entry of the command line: who has the machine needs no key."""
    return AuditEntry(
        actor="local:command-line", action=action, patients=[], source="local", request_id="", details=details
    )


def patients_of(result: dict[str, Any] | None) -> Sequence[str]:
    """The ids of everyone a timetable document tells something of."""
    return [p["id"] for p in (result or {}).get("patients", ())]
