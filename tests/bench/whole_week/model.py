"""A CP-SAT model whose every variable knows its value in the timetable that the search starts from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ortools.sat.python import cp_model

Variable = Any
Term = tuple[int, Variable]


class HintedModel:
    """Only complete hints are cheap for CP-SAT, so no variable is made without one."""

    def __init__(self) -> None:
        self.cp: Any = cp_model.CpModel()
        self.values: dict[int, int] = {}
        self.variables: list[Variable] = []
        self.costs: list[Term] = []

    def flag(self, value: bool) -> Variable:
        return self._known(self.cp.new_bool_var(""), int(value))

    def number(self, low: int, high: int, value: int) -> Variable:
        return self._known(self.cp.new_int_var(low, high, ""), value)

    def among(self, choices: Iterable[int], value: int) -> Variable:
        return self._known(self.cp.new_int_var_from_domain(domain(choices), ""), value)

    def _known(self, variable: Variable, value: int) -> Variable:
        self.values[variable.index] = value
        self.variables.append(variable)
        return variable

    def value(self, variable: Variable) -> int:
        return self.values[variable.index]

    def total(self, variables: Iterable[Variable]) -> int:
        return sum(self.value(v) for v in variables)

    def above(self, high: int, terms: list[Term], constant: int = 0) -> Variable:
        """A number that is at least the sum, and at least 0; the objective keeps it from being more."""
        value = constant + sum(factor * self.value(v) for factor, v in terms)
        number = self.number(0, max(0, high), min(max(0, value), max(0, high)))
        self.cp.add(number >= sum(factor * v for factor, v in terms) + constant)
        return number

    def charge(self, price: int, variable: Variable) -> None:
        if price:
            self.costs.append((price, variable))

    def finish(self, hinted: bool) -> None:
        self.cp.minimize(sum(price * v for price, v in self.costs))
        if hinted:
            for variable in self.variables:
                self.cp.add_hint(variable, self.value(variable))


def domain(values: Iterable[int]) -> Any:
    return cp_model.Domain.from_values(sorted(values))
