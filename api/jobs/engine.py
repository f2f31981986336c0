"""The port behind which jobs run: in this process over SQLite, or on many machines over PostgreSQL."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from api.jobs.child import Limits
from api.jobs.ledger import Patience
from api.settings import Settings
from scheduler.cores import cores_allowed


class EngineRefused(Exception):
    """The engine cannot start here; the text says what to do."""


class Engine(Protocol):
    """Runs timetable rows to their end; a row is enqueued in the transaction that writes it."""

    def enqueue(self, session: Session, timetable_id: str) -> None: ...

    def cancel(self, timetable_id: str) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def ready(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """How one worker works: its name, what a solve may use, and its clocks in seconds."""

    worker: str
    threads: int
    limits: Limits
    patience: Patience
    heartbeat: float = 2.0
    grace: float = (
        40.0  # to settle and check the best plan when told to stop; 10 lost plans on a busy machine
    )
    slack: float = 60.0  # past a solve's own time limit, for reading, checking and writing
    database: float = 300.0  # how long a finished answer waits for a database that is away


def terms(settings: Settings) -> Terms:
    return Terms(
        worker=f"{socket.gethostname()}:{os.getpid()}"[:128],
        threads=settings.solver_threads or max(1, cores_allowed() // solves_at_once(settings)),
        limits=Limits(memory_mb=settings.solver_memory_mb, nice=5),
        patience=Patience(settings.stalled_seconds, settings.attempts_max),
        heartbeat=min(settings.heartbeat_seconds, settings.stalled_seconds / 3),
    )


def solves_at_once(settings: Settings) -> int:
    """As set, or one for every two CPUs: a search makes good use of two."""
    return settings.solves_at_once or max(1, cores_allowed() // 2)
