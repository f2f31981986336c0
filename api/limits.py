"""Rates: so many in a minute for one key or address, on one API node."""

from __future__ import annotations

from collections import OrderedDict
from math import ceil
from threading import Lock
from time import monotonic

REMEMBERED = 10_000


class Rate:
    """A token bucket for each name, refilled evenly; the longest unused names are forgotten."""

    def __init__(self, per_minute: int) -> None:
        self._burst = float(per_minute)
        self._per_second = per_minute / 60
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, name: str) -> int:
        """Count one; 0, or the seconds to wait when there was none left."""
        with self._lock:
            left = self._now_left(name)
            if left < 1:
                return ceil((1 - left) / self._per_second)
            self._left[name] = (left - 1, monotonic())
            self._left.move_to_end(name)
            while len(self._left) > REMEMBERED:
                self._left.popitem(last=False)
            return 0

    def _now_left(self, name: str) -> float:
        left, at = self._left.get(name, (self._burst, monotonic()))
        return min(self._burst, left + (monotonic() - at) * self._per_second)
