"""Named tuples of arrays as single pointers for compiled code.

Numba hands a named tuple over as hundreds of loose values at every call: a search over four of them took
seven minutes to compile and ran at a tenth of its speed. A struct is one pointer; it shares the tuple's
arrays.
"""

from __future__ import annotations

from typing import Any

from numba import njit, types
from numba.experimental import structref

from scheduler.solver.kernels.memory import Search
from scheduler.solver.kernels.plan import Plan
from scheduler.solver.kernels.state import State
from scheduler.week import Arrays


class _Struct(types.StructRef):
    def preprocess_fields(self, fields: Any) -> Any:
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


@structref.register
class ArraysType(_Struct):
    pass


@structref.register
class StateType(_Struct):
    pass


@structref.register
class PlanType(_Struct):
    pass


@structref.register
class SearchType(_Struct):
    pass


class ArraysBox(structref.StructRefProxy):
    pass


class StateBox(structref.StructRefProxy):
    pass


class PlanBox(structref.StructRefProxy):
    pass


class SearchBox(structref.StructRefProxy):
    pass


structref.define_proxy(ArraysBox, ArraysType, list(Arrays._fields))
structref.define_proxy(StateBox, StateType, list(State._fields))
structref.define_proxy(PlanBox, PlanType, list(Plan._fields))
structref.define_proxy(SearchBox, SearchType, list(Search._fields))


@njit(cache=True)
def _box_arrays(fields):
    return ArraysBox(*fields)


@njit(cache=True)
def _box_state(fields):
    return StateBox(*fields)


@njit(cache=True)
def _box_plan(fields):
    return PlanBox(*fields)


@njit(cache=True)
def _box_search(fields):
    return SearchBox(*fields)


def box(record: Arrays | State | Plan | Search) -> Any:
    """The struct of a record, sharing its arrays."""
    make = {Arrays: _box_arrays, State: _box_state, Plan: _box_plan, Search: _box_search}[type(record)]
    return make(tuple(record))
