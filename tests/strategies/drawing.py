"""How weeks are drawn: by chance, a few of several, optional fields, windows and dates that touch and cross.

Everything is drawn from one `random.Random`, called dice. Hypothesis' own draws favour emptiness so much that
most weeks held no session; it chooses the seed instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, TypeVar

from scheduler.problem import WEEKDAYS, format_clock

Doc = dict[str, Any]
Value = TypeVar("Value")

# Hours at which something may begin or end; early and late ones so that nights and midnight matter.
CLOCKS = (0, 60, 120, 480, 500, 540, 570, 600, 630, 660, 720, 765, 780, 840, 960, 1200, 1320, 1380, 1440)


def chance(dice: Random, percent: int) -> bool:
    return dice.randrange(100) < percent


def some(dice: Random, values: Sequence[Value], least: int = 0, most: int = 99) -> list[Value]:
    """A few of the values, each place at most once, in any order."""
    top = min(most, len(values))
    return dice.sample(values, dice.randint(min(least, top), top))


def optional(dice: Random, fields: dict[str, tuple[int, Callable[[], Any]]]) -> Doc:
    """Fields that are there with so many percent; some of the others are null, which means the same."""
    document: Doc = {}
    for name, (percent, value) in fields.items():
        if chance(dice, percent):
            document[name] = value()
        elif name != "max_per_day" and chance(dice, 10):
            document[name] = None
    return document


def ids(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{i}" for i in range(count)]


def clock_span(dice: Random) -> tuple[str, str]:
    start, end = sorted(dice.sample(CLOCKS, 2))
    return format_clock(start), format_clock(end)


def weekdays(dice: Random) -> list[str]:
    return list(WEEKDAYS) if chance(dice, 60) else some(dice, WEEKDAYS, least=1, most=4)


def weekly_windows(dice: Random, wide: int = 50) -> list[Doc]:
    """Up to three windows; with `wide` percent one of them covers most of several days."""
    windows = []
    for _ in range(dice.randint(0, 2)):
        start, end = clock_span(dice)
        windows.append({"days": weekdays(dice), "start": start, "end": end})
    if chance(dice, wide):
        start = dice.choice(["00:00", "08:00", "09:00"])
        windows.append({"days": weekdays(dice), "start": start, "end": dice.choice(["16:00", "24:00"])})
    return windows


def dated_windows(dice: Random, first: date) -> list[Doc]:
    """Days off: mostly inside the week that begins on `first`, sometimes around its edges."""
    windows = []
    for _ in range(dice.randint(1, 2)):
        day = first + timedelta(days=dice.randint(-2, 8))
        window: Doc = {"date": day.isoformat()}
        if chance(dice, 30):
            window["until_date"] = (day + timedelta(days=dice.randint(0, 9))).isoformat()
        if chance(dice, 60):
            window["start"], window["end"] = clock_span(dice)
        windows.append(window)
    return windows


def dates(dice: Random, first: date) -> Doc:
    """A `from` and an `until`, each there or not, in order."""
    days = {"from": dice.randint(-1, 4)}
    days["until"] = dice.randint(days["from"], 7)
    return {n: (first + timedelta(days=days[n])).isoformat() for n in some(dice, ("from", "until"))}
