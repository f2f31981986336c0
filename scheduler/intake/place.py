"""A value of a raw document with the way to it, and the list of faults found on such ways.

The checks beyond the form walk the raw JSON, so that they work although other parts are malformed: a place
that is asked for what it does not hold answers with nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, TypeVar

from pydantic_core import PydanticCustomError

from scheduler.errors import Fault
from scheduler.problem import parse_clock, parse_date, parse_start

Steps = tuple[str | int, ...]
Value = TypeVar("Value")

EACH: Final = "*"
ENOUGH: Final = 20_000
SHOWN: Final = 60


class Place:
    """One value; null is read as absent, as everywhere in a document."""

    __slots__ = ("_parent", "_step", "value")

    def __init__(self, value: Any, parent: Place | None = None, step: str | int = "") -> None:
        self.value = value
        self._parent = parent
        self._step = step

    @property
    def steps(self) -> Steps:
        return () if self._parent is None else (*self._parent.steps, self._step)

    @property
    def given(self) -> bool:
        return self.value is not None

    def at(self, *names: str) -> Place:
        """The value under these names; without a value where there is none."""
        place = self
        for name in names:
            value = place.value.get(name) if isinstance(place.value, dict) else None
            place = Place(value, place, name)
        return place

    def entries(self) -> list[Place]:
        if not isinstance(self.value, list | tuple):
            return []
        return [Place(value, self, index) for index, value in enumerate(self.value)]

    def spots(self, *path: str) -> list[Place]:
        """Every given value on a path, where "*" stands for each entry of a list."""
        places = [self]
        for step in path:
            places = _next(places, step)
        return places

    # -- the value, if it is of the kind that is asked for --------------------------------------------------

    @property
    def text(self) -> str | None:
        return self.value if isinstance(self.value, str) else None

    @property
    def whole(self) -> int | None:
        return self.value if isinstance(self.value, int) and not isinstance(self.value, bool) else None

    @property
    def clock(self) -> int | None:
        return _clock(self.value) if isinstance(self.value, str) else None

    @property
    def date(self) -> date | None:
        return _date(self.value) if isinstance(self.value, str) else None

    @property
    def moment(self) -> datetime | None:
        return _moment(self.value) if isinstance(self.value, str) else None


def _next(places: list[Place], step: str) -> list[Place]:
    if step == EACH:
        return [entry for place in places for entry in place.entries()]
    return [
        Place(value, place, step)
        for place in places
        if isinstance(place.value, dict) and (value := place.value.get(step)) is not None
    ]


class Root(Place):
    """A whole document: it is walked many times over, so it remembers the places it was asked for."""

    __slots__ = ("_walked",)

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self._walked: dict[tuple[str, ...], list[Place]] = {(): [self]}

    def spots(self, *path: str) -> list[Place]:
        known = self._walked.get(path)
        if known is None:
            known = self._walked[path] = _next(self.spots(*path[:-1]), path[-1])
        return known


def _unless_malformed(parse: Callable[[object], Value]) -> Callable[[str], Value | None]:
    @lru_cache(maxsize=4096)
    def read(text: str) -> Value | None:
        try:
            return parse(text)
        except (PydanticCustomError, ValueError, OverflowError):
            return None

    return read


_clock = _unless_malformed(parse_clock)
_date = _unless_malformed(parse_date)
_moment = _unless_malformed(parse_start)


class EnoughFaults(Exception):
    """Ends the checks of a document with so many faults that no one would read them."""


class Faults:
    """What was found so far, each with its steps, which give the document's order."""

    def __init__(self) -> None:
        self.found: list[tuple[Steps, Fault]] = []
        self.all_told = True

    def add(self, steps: Steps | Place, code: str, message: str) -> None:
        if len(self.found) >= ENOUGH:
            self.all_told = False
            raise EnoughFaults
        steps = steps.steps if isinstance(steps, Place) else steps
        self.found.append((steps, Fault(pointer(steps), message, code)))

    def in_order_of(self, document: Any) -> list[Fault]:
        rank = _ranking(document)
        return [fault for _, fault in sorted(self.found, key=lambda found: rank(found[0]))]


def pointer(steps: Sequence[str | int]) -> str:
    """As of RFC 6901."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def shown(value: Any) -> str:
    """A value as it may stand in a sentence: JSON, shortened; lists and objects by their kind only."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, str):
        return json.dumps(value if len(value) <= SHOWN else value[: SHOWN - 1] + "…", ensure_ascii=False)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**20:
        return "a number of more than 20 digits"
    return json.dumps(value)


def _ranking(document: Any) -> Callable[[Steps], tuple[int, ...]]:
    """Where a place stands in the document; a missing field stands after the fields that are there."""
    orders: dict[int, dict[str | int, int]] = {}

    def rank(steps: Steps) -> tuple[int, ...]:
        ranks, value = [], document
        for step in steps:
            if isinstance(value, dict):
                order = orders.get(id(value))
                if order is None:
                    order = orders[id(value)] = {name: n for n, name in enumerate(value)}
                ranks.append(order.get(step, len(order)))
                value = value.get(step)
            elif isinstance(value, list | tuple) and isinstance(step, int) and step < len(value):
                ranks.append(step)
                value = value[step]
            else:
                ranks.append(0)
                value = None
        return tuple(ranks)

    return rank
