"""How long a question may still take, and whether somebody has asked to stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

LOOKS = 0.05  # seconds between two looks at `stop`


class Clock:
    """Started when made; `left` is 0 or less when time is up, and once `stop` says so."""

    def __init__(self, seconds: float, stop: Callable[[], bool] | None = None) -> None:
        self.began, self.seconds, self.stop = time.monotonic(), seconds, stop

    @property
    def spent(self) -> float:
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        if self.stop is not None and self.stop():
            return 0.0
        return self.seconds - self.spent

    def sooner(self, seconds: float) -> Clock:
        """The same clock with so much kept for what comes after."""
        made = Clock(self.seconds - seconds, self.stop)
        made.began = self.began
        return made

    @contextmanager
    def ending(self, solver: Any) -> Iterator[None]:
        """Ends the solver's search when somebody asks to stop."""
        if self.stop is None:
            yield
            return
        done = Event()
        watch = Thread(target=_watch, args=(self.stop, solver, done), daemon=True)
        watch.start()
        try:
            yield
        finally:
            done.set()
            watch.join()


def _watch(stop: Callable[[], bool], solver: Any, done: Event) -> None:
    while not done.wait(LOOKS):
        if stop():
            solver.stop_search()  # said again and again: before the search has begun it is lost
