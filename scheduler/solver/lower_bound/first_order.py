"""Near-optimal dual prices of the linear programme, by OR-Tools' first-order method on one thread."""

from __future__ import annotations

from typing import Any

import numpy as np
from ortools.linear_solver import linear_solver_pb2
from ortools.pdlp import solvers_pb2
from ortools.pdlp.python import pdlp

from scheduler.solver.lower_bound.linear import FREE, Floats, Ints, Linear

# The method tunes the balance of primal and dual steps itself, and after every added row it swings between
# good duals and wild ones (lab-30: from 2353 to -10517). Held at 8 the duals improve from slice to slice.
BALANCE = 8.0
UNREACHED = 1e-7  # tolerance: a slice ends by its work
CHECK_EVERY = 256  # iterations


class FirstOrder:
    """Primal and dual values, improved slice by slice while rows may be added in between."""

    def __init__(self, primal: Floats, dual: Floats) -> None:
        self.primal, self.dual = primal, dual
        self.iterations = 0

    def improve(self, model: Linear, work: float, seconds: float) -> None:
        """Go on for so many entries visited; rows that are new since the last time start at price 0."""
        wanted = solvers_pb2.PrimalDualHybridGradientParams()
        wanted.num_threads = 1
        wanted.initial_primal_weight = BALANCE
        wanted.primal_weight_update_smoothing = 0.0 if self.iterations else 0.5
        wanted.termination_check_frequency = CHECK_EVERY
        criteria = wanted.termination_criteria
        criteria.time_sec_limit = seconds
        criteria.iteration_limit = max(CHECK_EVERY, int(work / max(1, model.value.size)))
        criteria.simple_optimality_criteria.eps_optimal_relative = UNREACHED
        criteria.simple_optimality_criteria.eps_optimal_absolute = UNREACHED
        start = pdlp.PrimalAndDualSolution()
        start.primal_solution = _padded(self.primal, model.cost.size)
        start.dual_solution = _padded(self.dual, model.low.size)
        programme = pdlp.qp_from_mpmodel_proto(_message(model), relax_integer_variables=True)
        result = pdlp.primal_dual_hybrid_gradient(programme, wanted, start)
        self.primal = np.asarray(result.primal_solution, np.float64)
        self.dual = np.asarray(result.dual_solution, np.float64)
        self.iterations += int(result.solve_log.iteration_count)


def _padded(values: Floats, size: int) -> Floats:
    return np.concatenate([values, np.zeros(size - values.size)])


def _message(model: Linear) -> Any:
    message = linear_solver_pb2.MPModelProto()
    for cost, upper in zip(model.cost.tolist(), model.upper.tolist(), strict=True):
        message.variable.add(lower_bound=0.0, upper_bound=float(upper), objective_coefficient=float(cost))
    order = np.argsort(model.row, kind="stable")
    edges = np.searchsorted(model.row[order], np.arange(model.low.size + 1)).tolist()
    columns, values = model.column[order].tolist(), model.value[order].astype(np.float64).tolist()
    for i, (low, high) in enumerate(zip(_side(model.low), _side(model.high), strict=True)):
        row = message.constraint.add(lower_bound=low, upper_bound=high)
        row.var_index.extend(columns[edges[i] : edges[i + 1]])
        row.coefficient.extend(values[edges[i] : edges[i + 1]])
    return message


def _side(values: Ints) -> list[float]:
    far = np.where(values <= -FREE, -np.inf, values.astype(np.float64))
    return np.where(values >= FREE, np.inf, far).tolist()
