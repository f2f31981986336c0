"""A linear programme over boxed columns with whole-number coefficients, gathered in chunks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FREE = 1 << 60  # the side of a row that does not bind
SHARED = -1  # owner of what concerns more than one patient


@dataclass(frozen=True)
class Linear:
    """Minimise cost x, low <= A x <= high, 0 <= x <= upper; A by its entries.

    Every column and row belongs to one patient or to the clinic (`SHARED`). A patient's rows hold that
    patient's columns only: without the shared rows the programme falls apart into patients and clinic.
    """

    cost: Ints
    upper: Ints
    column_owner: Ints
    low: Ints
    high: Ints
    row_owner: Ints
    row: Ints
    column: Ints
    value: Ints


class Gathering:
    """Columns, rows and entries as they come; `linear()` puts them together."""

    def __init__(self) -> None:
        self._columns: list[tuple[Ints, Ints, Ints]] = []
        self._rows: list[tuple[Ints, Ints, Ints]] = []
        self._entries: list[tuple[Ints, Ints, Ints]] = []
        self.width = 0
        self.height = 0

    def columns(self, count: int, cost: Any, upper: Any, owner: Any = SHARED) -> Ints:
        """New columns; their positions."""
        self._columns.append(_spread(count, cost, upper, owner))
        self.width += count
        return np.arange(self.width - count, self.width, dtype=np.int64)

    def rows(self, count: int, low: Any, high: Any, owner: Any = SHARED) -> Ints:
        self._rows.append(_spread(count, low, high, owner))
        self.height += count
        return np.arange(self.height - count, self.height, dtype=np.int64)

    def put(self, rows: Any, columns: Any, values: Any) -> None:
        """Entries of the matrix; several for one place add up."""
        count = np.broadcast(rows, columns, values).size
        self._entries.append(_spread(count, rows, columns, values))

    def linear(self) -> Linear:
        return Linear(*_joined(self._columns), *_joined(self._rows), *_joined(self._entries))


def _spread(count: int, *values: Any) -> tuple[Ints, Ints, Ints]:
    a, b, c = (np.broadcast_to(np.asarray(v, np.int64), (count,)) for v in values)
    return a, b, c


def _joined(chunks: list[tuple[Ints, Ints, Ints]]) -> tuple[Ints, Ints, Ints]:
    if not chunks:
        empty = np.zeros(0, np.int64)
        return empty, empty, empty
    a, b, c = (np.concatenate([chunk[i] for chunk in chunks]) for i in range(3))
    return a, b, c


def grouped(keys: Ints) -> tuple[Ints, Ints]:
    """(distinct keys in order, position of each key among them)."""
    found, where = np.unique(keys, return_inverse=True)
    return found, where.astype(np.int64)


def positions(found: Ints, keys: Ints) -> Ints:
    """Where keys stand in a sorted list of distinct keys that holds them all."""
    return np.searchsorted(found, keys).astype(np.int64)
