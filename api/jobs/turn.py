"""One taken row from its first heartbeat to its end: solved in a process of its own, told to the row."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum
from threading import Event
from time import monotonic
from typing import Any, Final, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from api.jobs import ledger
from api.jobs.engine import Terms
from api.jobs.ledger import Claim, Standing
from api.jobs.outcome import Answered, Failed, Outcome
from api.jobs.process import Order, SolverProcess
from api.store.database import Sessions

LOG = logging.getLogger(__name__)
TELL_EVERY: Final = 0.5
AWAY: Final = (OperationalError, InterfaceError, NoConnection)
T = TypeVar("T")


class End(Enum):
    """How a turn ended for this worker."""

    DONE = "done"
    LOST = "lost"
    HANDED_BACK = "handed_back"


def _nothing(session: Session) -> None:
    return None


class Turn:
    """Solves one claim; once `stopping` says that this worker is to end, the row goes back into the queue."""

    def __init__(
        self,
        sessions: Sessions,
        terms: Terms,
        claim: Claim,
        stopping: Callable[[], bool],
        on_freed: Callable[[Session], None] = _nothing,
    ) -> None:
        self._sessions = sessions
        self._terms = terms
        self._claim = claim
        self._stopping = stopping
        self._on_freed = on_freed
        self._standing = Standing.MINE
        self._leaving = False
        self._news: dict[str, Any] | None = None
        self._told_at = self._looked_at = monotonic()

    def run(self) -> End:
        LOG.info("solve started", extra=self._about())
        process = SolverProcess(self._terms.limits, self._terms.grace)
        try:
            outcome = process.ask("solve", self._payload(), self._time_limit(), self._attend)
        finally:
            process.close()
        end = self._conclude(outcome)
        code = outcome.code if isinstance(outcome, Failed) else "answered"
        where = outcome.where if isinstance(outcome, Failed) else ""
        LOG.info("solve ended", extra={**self._about(), "end": end.value, "outcome": code, "where": where})
        return end

    def _payload(self) -> dict[str, Any]:
        return {
            "problem": self._claim.problem,
            "options": {**self._claim.options, "workers": self._terms.threads},
        }

    def _time_limit(self) -> float:
        return float(self._claim.options["time_limit"]) + self._terms.slack

    def _attend(self, progress: dict[str, Any] | None) -> Order:
        self._news = progress or self._news
        if self._stopping():
            self._leaving = True
            return Order.KILL
        try:
            self._ask_row()
        except AWAY as away:
            # The search goes on: a database that is away for a while costs no work, and the fence holds.
            LOG.warning("database away", extra={**self._about(), "error": type(away).__name__})
        if self._standing is Standing.LOST:
            return Order.KILL
        return Order.STOP if self._standing is Standing.CANCEL else Order.GO_ON

    def _ask_row(self) -> None:
        now = monotonic()
        since_told = now - self._told_at
        if since_told >= (TELL_EVERY if self._news else self._terms.heartbeat):
            self._told_at = self._looked_at = now
            with self._sessions.write() as session:
                self._heed(ledger.beat(session, self._claim, self._news))
            self._news = None
        elif now - self._looked_at >= TELL_EVERY:
            self._looked_at = now
            with self._sessions.read() as session:
                self._heed(ledger.look(session, self._claim))

    def _heed(self, standing: Standing) -> None:
        if standing is not Standing.MINE:
            self._standing = standing

    def _conclude(self, outcome: Outcome) -> End:
        if self._standing is Standing.LOST:
            return End.LOST
        if isinstance(outcome, Answered):
            answer, cancelled = outcome.answer, self._cancelled(outcome.answer)
            written = self._write(lambda s: ledger.complete(s, self._claim, answer, cancelled))
            return End.DONE if written else End.LOST
        return self._conclude_without(outcome)

    def _conclude_without(self, failure: Failed) -> End:
        if self._leaving:
            self._write(lambda session: self._freed(session, ledger.hand_back(session, self._claim)))
            return End.HANDED_BACK
        if (
            failure.code == "interrupted"
        ):  # the system ended the process, as at a shutdown: not the week's fault
            self._write(lambda session: self._freed(session, ledger.let_go(session, self._claim)))
            return End.HANDED_BACK
        cancelled = self._standing is Standing.CANCEL
        written = self._write(lambda session: ledger.fail(session, self._claim, failure, cancelled))
        return End.DONE if written else End.LOST

    def _freed(self, session: Session, freed: bool) -> None:
        if freed:
            self._on_freed(session)

    def _cancelled(self, answer: dict[str, Any]) -> bool:
        stopped = answer["solver"]["stop_reason"] == "cancelled"
        return stopped and self._standing is Standing.CANCEL

    def _write(self, step: Callable[[Session], T]) -> T:
        """One transaction, tried again while the database is away."""
        limit = monotonic() + self._terms.database
        pause = 0.1
        while True:
            try:
                with self._sessions.write() as session:
                    return step(session)
            except AWAY:
                if self._stopping() or monotonic() > limit:
                    raise
            Event().wait(pause)
            pause = min(2.0, pause * 2)

    def _about(self) -> dict[str, Any]:
        return {"timetable": self._claim.id, "attempt": self._claim.attempt}
