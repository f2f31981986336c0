"""Sets of minutes of the planning week as whole numbers: bit m stands for minute m.

Foresight asks for thousands of intersections where no start is ever listed; on numbers of 10,080 bits each
takes a fraction of a microsecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from scheduler.calendar import DAY, DAYS, WEEK, Interval

ALL: Final = (1 << WEEK) - 1


def minutes_in(intervals: Iterable[Interval]) -> int:
    """The minutes of the intervals that lie in the week."""
    minutes = 0
    for start, end in intervals:
        first, last = max(start, 0), min(end, WEEK)
        if first < last:
            minutes |= ((1 << (last - first)) - 1) << first
    return minutes


@lru_cache(maxsize=256)
def minutes_of_days(days: frozenset[int]) -> int:
    return minutes_in((day * DAY, (day + 1) * DAY) for day in days)


def lasting(minutes: int, length: int) -> int:
    """Where a run of so many of the minutes begins."""
    begun, reached = minutes, 1
    while reached < length and begun:
        step = min(reached, length - reached)
        begun &= begun >> step
        reached += step
    return begun


@lru_cache(maxsize=256)
def grid(every: int, length: int) -> int:
    """Starts at multiples of `every` after midnight that end by midnight."""
    clocks = range(0, DAY - length + 1, every)
    return sum(1 << (day * DAY + clock) for day in range(DAYS) for clock in clocks)


def each(minutes: int) -> Iterator[int]:
    """The minutes one by one, as sets of one."""
    while minutes:
        lowest = minutes & -minutes
        yield lowest
        minutes ^= lowest
