"""Asking the model: how few attendances must be lost, and how that can be done."""

from __future__ import annotations

import math
from typing import Any, Final

from ortools.sat.python import cp_model

from scheduler.solver.clock import Clock
from scheduler.solver.keeping.model import Keeping
from scheduler.solver.keeping.parts import Kept, Outcome

# For a look whether no more than the least known must be lost: about as many seconds of an idle processor; by
# the clock a busy machine would look too little, and prove at length what a look would have shown.
QUICK_WORK: Final = 0.25
LEAST_SECONDS: Final = 0.02


class Asking:
    """One model and its searches; `least` losses are known to be needed, `impossible`: no outcome exists."""

    def __init__(self, keeping: Keeping, clock: Clock, least: int, most: int | None) -> None:
        self.keeping, self.model, self.clock = keeping, keeping.model, clock
        self.least, self.most, self.impossible = least, most, False
        self.model.add(keeping.lost >= least)
        if most is not None:
            self.model.add(keeping.lost <= most)

    def fewest(self, seconds: float) -> Outcome | None:
        """The fewest losses; None where none was found. At least `seconds` are taken."""
        while self.least > 0 and self.clock.left > 0:
            found = self._no_more_than_least()
            if found is not None:
                return found
            if not self.impossible:
                break
            self.least += 1
            if self.most is not None and self.least > self.most:
                return None
        return self._solved(max(seconds, self.clock.left), linear=2)

    def _no_more_than_least(self) -> Outcome | None:
        """An outcome that loses as few as is known to be least, if a short look finds one.

        Without relaxations such a look is ten times as quick as the search that proves.
        """
        tight = self.model.new_bool_var("")
        self.model.add(self.keeping.lost <= self.least).only_enforce_if(tight)
        self.model.add_assumption(tight)
        found = self._solved(max(LEAST_SECONDS, self.clock.left / 2), linear=0, work=QUICK_WORK)
        self.model.clear_assumptions()
        return found

    def fewer_changed(self, known: Outcome, seconds: float) -> Outcome:
        """As few other clinicians as can be found, no more being lost than in the known outcome."""
        self.model.add(self.keeping.lost <= known.lost)
        self.model.clear_hints()
        for index, value in enumerate(self.values):
            self.model.add_hint(self.model.get_int_var_from_proto_index(index), value)
        return self._solved(min(seconds, max(LEAST_SECONDS, self.clock.left)), linear=2) or known

    def _solved(self, seconds: float, linear: int, work: float = math.inf) -> Outcome | None:
        solver = cp_model.CpSolver()
        p = solver.parameters
        p.max_time_in_seconds, p.max_deterministic_time = seconds, work
        p.num_workers, p.catch_sigint_signal = 1, False
        # The relaxation proves in 0.1 s what is not proved in 6 s without it; presolving more than this costs
        # more than it saves.
        p.linearization_level = linear
        p.max_presolve_iterations, p.cp_model_probing_level, p.symmetry_level = 1, 0, 0
        with self.clock.ending(solver):
            status = solver.solve(self.model)
        self.impossible = status == cp_model.INFEASIBLE
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return self._outcome(solver, status == cp_model.OPTIMAL)

    def _outcome(self, solver: Any, optimal: bool) -> Outcome:
        keeping = self.keeping
        self.values = tuple(solver.response_proto.solution)
        lost = int(solver.value(keeping.lost))
        least = lost if optimal else math.ceil(solver.best_objective_bound / keeping.loss_price - 1e-6)
        self.least = max(self.least, min(lost, least))
        return Outcome(
            sessions=tuple(self._held(solver)),
            lost=lost,
            changed=sum(solver.value(v) for v in keeping.changed),
            optimal=optimal,
        )

    def _held(self, solver: Any) -> list[Kept]:
        made = []
        for slot in self.keeping.slots:
            if solver.value(slot.held):
                led = {f: c for (f, c), v in slot.lead.items() if solver.value(v)}
                made.append(
                    Kept(
                        of=slot.of,
                        key=slot.key,
                        clinicians=tuple(led[f] for f in sorted(led)),
                        room=next((r for r, v in slot.room.items() if solver.value(v)), -1),
                        patients=tuple(p for p, v in slot.keep.items() if solver.value(v)),
                        strangers=0 if isinstance(slot.joins, int) else solver.value(slot.joins),
                    )
                )
        return made
