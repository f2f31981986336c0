"""Ctrl-C during a search: the first one stops it and keeps the best timetable, a second one ends at once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType
from typing import TypeVar

from scheduler.cli.failure import EXIT_INTERRUPTED

T = TypeVar("T")
SHOW_CURSOR = b"\x1b[?25h\r\n"


@contextmanager
def stopping_on_interrupt(stop: Event) -> Iterator[None]:
    """SIGTERM counts as Ctrl-C, so that a time limit from outside still gets its timetable."""

    def interrupted(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            _end_at_once()
        stop.set()

    before = {s: signal.signal(s, interrupted) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def in_background(work: Callable[[], T], waiting: Callable[[], None]) -> T:
    """Run `work` in a thread, so that the main thread, the only one that hears signals, is always free."""
    results: list[T] = []
    failures: list[BaseException] = []

    def body() -> None:
        try:
            results.append(work())
        except BaseException as failure:
            failures.append(failure)

    thread = Thread(target=body, name="search", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
        waiting()
    if failures:
        raise failures[0]
    return results[0]


def _end_at_once() -> None:
    multiprocessing = sys.modules.get("multiprocessing")
    for child in multiprocessing.active_children() if multiprocessing else ():
        child.kill()
    if sys.stderr.isatty():
        os.write(sys.stderr.fileno(), SHOW_CURSOR)
    os._exit(EXIT_INTERRUPTED)
