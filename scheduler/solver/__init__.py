"""The search: construction, ruin and recreate, bounds. The only folder that knows numba and OR-Tools."""

from scheduler.solver.search_loop import solve

__all__ = ["solve"]
