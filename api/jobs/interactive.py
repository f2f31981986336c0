"""Questions people wait for (check, explain, place, repair …): answered by warm solver processes.

The service's own process stays free of the solver's modules and of their crashes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, LifoQueue
from threading import BoundedSemaphore, Lock, Thread
from typing import Any, Final

from api.jobs import process
from api.jobs.child import Limits
from api.jobs.outcome import Answered, Failed
from api.jobs.process import SolverProcess
from api.settings import Settings
from scheduler.cores import cores_allowed

LOG = logging.getLogger(__name__)
WARM_SECONDS: Final = 300.0  # on a new machine the kernels are translated first
TASKS_EACH: Final = 500  # then a process is replaced, so that fragmented memory does not pile up


class NoAnswer(Exception):
    """A question without an answer; `failure` says why, in its code, sentence and faults.

    Codes: problem_refused (and other documents' …_refused), pins_clash, no_timetable_found, out_of_memory,
    crashed, timed_out, busy, internal.
    """

    def __init__(self, failure: Failed) -> None:
        self.failure = failure
        super().__init__(failure.detail)


class Interactive:
    """A pool of warm processes, each asked one thing at a time."""

    def __init__(self, settings: Settings, size: int | None = None) -> None:
        self._limits = Limits(memory_mb=settings.solver_memory_mb)
        self._size = size or max(2, cores_allowed())
        self._idle: LifoQueue[_Seat] = LifoQueue()
        self._seats: Sequence[_Seat] = [_Seat(self._limits) for _ in range(self._size)]
        for seat in self._seats:
            self._idle.put(seat)
        self._long = BoundedSemaphore(max(1, self._size - 1))

    def start(self) -> None:
        """Warm one process up without keeping anybody waiting."""
        process.warm_up()
        Thread(target=self._warm, daemon=True, name="warm-up").start()

    def stop(self) -> None:
        for seat in self._seats:
            seat.close()

    def run_long(self, task: str, payload: dict[str, Any], timeout: float) -> dict[str, Any]:
        """As `run`, for what thinks for seconds: one process always stays free for quick questions."""
        limit = time.monotonic() + timeout
        if not self._long.acquire(timeout=timeout):
            raise _busy(timeout)
        try:
            return self.run(task, payload, max(0.1, limit - time.monotonic()))
        finally:
            self._long.release()

    def run(self, task: str, payload: dict[str, Any], timeout: float) -> dict[str, Any]:
        """The answer to a registered question; `NoAnswer` where there is none within `timeout` seconds."""
        limit = time.monotonic() + timeout
        try:
            seat = self._idle.get(timeout=timeout)
        except Empty:
            raise _busy(timeout) from None
        try:
            outcome = seat.ask(task, payload, limit - time.monotonic())
        finally:
            self._idle.put(seat)
        if isinstance(outcome, Answered):
            return outcome.answer
        LOG.warning("no answer", extra={"task": task, "outcome": outcome.code, "where": outcome.where})
        raise NoAnswer(outcome)

    def _warm(self) -> None:
        with suppress(NoAnswer):
            self.run("warm", {}, WARM_SECONDS)


def _busy(timeout: float) -> NoAnswer:
    return NoAnswer(Failed("busy", f"No solver process became free within {timeout:.0f} s."))


class _Seat:
    """One place in the pool: its process is started when first needed and replaced when it is gone."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: SolverProcess | None = None
        self._asked = 0
        self._lock = Lock()
        self._closed = False

    def ask(self, task: str, payload: dict[str, Any], timeout: float) -> Answered | Failed:
        with self._lock:
            try:
                ready = self._ready()
            except OSError as refused:
                return Failed("busy", f"No solver process could be started ({type(refused).__name__}).")
            self._asked += 1
            return ready.ask(task, payload, timeout)

    def close(self) -> None:
        """End the process, whatever it does: `kill` is safe from any thread."""
        self._closed = True
        if self._process is not None:
            self._process.kill()

    def _ready(self) -> SolverProcess:
        if self._closed:
            raise OSError("the service is stopping")
        if self._process is not None and (not self._process.alive or self._asked >= TASKS_EACH):
            self._process.close()
            self._process = None
        if self._process is None:
            self._process, self._asked = SolverProcess(self._limits, grace=1.0), 0
        return self._process
