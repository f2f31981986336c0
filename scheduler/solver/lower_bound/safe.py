"""Safe values of dual prices: whole-number arithmetic, so that no rounding can overstate a bound.

Prices are rounded to multiples of 1 / `SCALE`; whatever they are, the value is a bound, only a worse one when
they are bad.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.solver.lower_bound.linear import FREE, SHARED, Floats, Ints, Linear

SCALE = 1 << 10
_STEEPEST = 1 << 24  # price of one unit of a row, in cost
_LARGEST = 1 << 60


@dataclass(frozen=True)
class Priced:
    """What a price vector proves, in units of 1 / SCALE."""

    clinic: int  # the shared rows and columns
    patients: Ints  # each patient's part, by the linear programme
    reduced: Ints  # cost of every column at the prices of the shared rows alone


def priced(model: Linear, prices: Floats, people: int) -> Priced | None:
    """The bound that falls apart into clinic and patients; None where the numbers outgrow 62 bits."""
    y = np.rint(np.clip(np.nan_to_num(prices), -_STEEPEST, _STEEPEST) * SCALE).astype(np.int64)
    y[(y > 0) & (model.low <= -FREE)] = 0
    y[(y < 0) & (model.high >= FREE)] = 0
    if _outgrown(model, y):
        return None
    rows = np.where(y > 0, y * np.where(y > 0, model.low, 0), y * np.where(y < 0, model.high, 0))
    shared = np.where(model.row_owner == SHARED, y, 0)
    reduced = _reduced(model, model.cost * SCALE, shared)
    own = _reduced(model, reduced, y - shared)
    columns = np.minimum(own, 0) * model.upper
    clinic = int(rows[model.row_owner == SHARED].sum() + columns[model.column_owner == SHARED].sum())
    patients = _summed(model.row_owner, rows, people) + _summed(model.column_owner, columns, people)
    return Priced(clinic, patients, reduced)


def _reduced(model: Linear, cost: Ints, y: Ints) -> Ints:
    result = cost.copy()
    used = y[model.row] != 0
    np.subtract.at(result, model.column[used], model.value[used] * y[model.row[used]])
    return result


def _summed(owner: Ints, values: Ints, people: int) -> Ints:
    total = np.zeros(people, np.int64)
    mine = owner != SHARED
    np.add.at(total, owner[mine], values[mine])
    return total


def _outgrown(model: Linear, y: Ints) -> bool:
    """Whether some sum could leave 62 bits, told in floating point with room to spare."""
    height = np.abs(y).astype(np.float64)
    size = np.abs(model.value) * height[model.row]
    cost = np.abs(model.cost) * float(SCALE) + np.bincount(model.column, size, model.cost.size)
    sides = np.maximum(
        np.where(model.low <= -FREE, 0, np.abs(model.low)),
        np.where(model.high >= FREE, 0, np.abs(model.high)),
    )
    return bool(float((cost * model.upper).sum() + (height * sides).sum()) >= _LARGEST)
