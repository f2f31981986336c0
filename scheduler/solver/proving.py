"""The bound beside a search: each patient's best week at once, a linear programme in a process of its own."""

from __future__ import annotations

import threading
from typing import Any

from scheduler.solver.bound import ideal_bounds
from scheduler.solver.lower_bound import BoundProcess
from scheduler.week import Week

POLL_SECONDS = 0.1


class Proving:
    """Raises `bound` until finished; a process that cannot start or dies costs nothing but its work."""

    def __init__(self, week: Week) -> None:
        self.bound = 0
        self._week = week
        self._closing = threading.Event()
        self._raising = threading.Lock()
        self._threads: list[threading.Thread] = []

    def complete(self) -> None:
        """Prove what takes no clock, now: for a search that must be the same on every machine."""
        for bound in ideal_bounds(self._week):
            self._raise(bound)

    def start(self, climb_seconds: float | None) -> None:
        """Prove in the background; with the linear programme for so many seconds unless None."""
        self._begin(self._add_up)
        if climb_seconds is not None and self._week.problem.patients:
            self._begin(self._climb, climb_seconds)

    def finish(self) -> None:
        self._closing.set()
        for thread in self._threads:
            thread.join()

    def _begin(self, work: Any, *arguments: float) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _add_up(self) -> None:
        for bound in ideal_bounds(self._week):
            self._raise(bound)
            if self._closing.is_set():
                return

    def _climb(self, seconds: float) -> None:
        try:
            process = BoundProcess(self._week.problem, seconds)
        except OSError:
            return
        while not self._closing.wait(POLL_SECONDS) and process.running:
            self._raise(process.poll())
        process.stop()
        self._raise(process.poll())

    def _raise(self, proven: int | None) -> None:
        with self._raising:
            self.bound = max(self.bound, proven or 0)
