"""Waiting for something to become true, with a limit."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def until(what: Callable[[], T], seconds: float = 10.0, every: float = 0.02) -> T:
    """The first true value of `what`; fails when there is none in time."""
    limit = time.monotonic() + seconds
    while not (value := what()):
        assert time.monotonic() < limit, f"not within {seconds} s"
        time.sleep(every)
    return value


def number_in(path: Path, seconds: float = 10.0) -> int:
    """The number somebody writes to a file."""
    return int(until(lambda: path.exists() and path.read_text(), seconds))


def running(pid: int) -> bool:
    """Whether a process still executes; one that is dead and only unread does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state not in "ZX"
