"""Asking the model: how few attendances must be lost, and how that can be done."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from ortools.sat.python import cp_model

from scheduler.solver.clock import Clock
from scheduler.solver.keeping.firm import settled
from scheduler.solver.keeping.model import Keeping
from scheduler.solver.keeping.parts import Kept, Outcome

# For a look whether no more than the least known must be lost: about as many seconds of an idle processor; by
# the clock a busy machine would look too little, and prove at length what a look would have shown.
QUICK_WORK: Final = 0.25
FIRM_SECONDS: Final = 0.2  # for an outcome that can be answered, whatever else there is time for
LEAST_SECONDS: Final = 0.02
RELAXED_SECONDS: Final = 0.5  # in which the relaxation finds the fewest changes at 240 patients; none in half
# A look for so many variables of the model takes as long together as the search for the fewest, which takes
# 0.03 s with 1,000 of them and 0.3 s and more with 5,000, a look 0.01 s and 0.04 s.
VARIABLES_A_LOOK: Final = 800


class Asking:
    """A model and its searches for outcomes that lose fewer than `below`; `least` are known to be needed.

    `looks`: whether short looks decide anything; where one of a smaller model did not, no more are taken.
    """

    def __init__(
        self, keeping: Keeping, clock: Clock, least: int, below: int | None, looks: bool = True
    ) -> None:
        self.keeping, self.model, self.clock = keeping, keeping.model, clock
        self.least, self.below, self.looks, self.impossible = least, below, looks, False
        self.bound = 0  # of what was asked for last nothing loses fewer
        self.settled: list[Any] = []
        self.model.add(keeping.lost >= least)
        if below is not None:
            self.model.add(keeping.lost < below)

    def fewest(self) -> Outcome | None:
        """The fewest losses as far as the clock allows; None where no outcome was found.

        A look whether no more than so many must be lost takes far less than the search for the fewest; but it
        has to be asked again for each one more.
        """
        first, few = self.least == 0, len(self.model.proto.variables) // VARIABLES_A_LOOK
        if first and self.below is not None and self._look(self.below - 1) is None and self.impossible:
            self.least = self.below
        while self._can_look() and not (first and self.least >= few):
            found = self._look(self.least) if first else self._settling_look()
            if found is not None:
                return found
            self.looks = self.impossible
            if self.impossible:
                self.least += 1
        if self.clock.left <= 0 or self.least == self.below:
            return None
        if first and not self.looks and (found := self._one_more()) is not None:
            return found
        found = self._solved(self.clock.left, linear=2)
        if self.impossible and self.below is not None:
            self.least = self.below
        self.least = max(self.least, self.bound)
        return found

    def _one_more(self) -> Outcome | None:
        """Where no look decides about the least: an outcome that loses one more, and the relaxation asked."""
        found = self._look(self.least + 1)
        if found is None or found.lost == self.least or self.clock.left <= 0:
            return found
        better = self._look(self.least, linear=2)
        if better is None and self.impossible:
            self.least += 1
        return better or found

    def _can_look(self) -> bool:
        return self.looks and self.least != self.below and self.clock.left > 0

    def _look(self, most: int, given: Sequence[Any] = (), linear: int = 0) -> Outcome | None:
        """Any outcome that loses no more than so many, if a short look finds one; with the linear relaxation
        it takes as long as there is.
        """
        self.model.clear_objective()
        seconds = self.clock.left if linear else self.clock.left / 2
        work = math.inf if linear else QUICK_WORK
        given = [self._at_most(most), *given]
        found = self._solved(seconds, linear, work, first=True, given=given)
        self.model.minimize(self.keeping.cost)
        return None if found is None else replace(found, optimal=False)

    def _settling_look(self) -> Outcome | None:
        """The same for the least that is known, with as few open questions as can be: fewer patients are
        admitted then.
        """
        self._settle()
        self.model.minimize(-sum(self.settled))
        found = self._solved(self.clock.left / 2, 0, QUICK_WORK, given=[self._at_most(self.least)])
        self.model.minimize(self.keeping.cost)
        return None if found is None else replace(found, optimal=False)

    def _at_most(self, most: int) -> Any:
        tight = self.model.new_bool_var("")
        self.model.add(self.keeping.lost <= most).only_enforce_if(tight)
        return tight

    def firm(self, seconds: float) -> Outcome | None:
        """An outcome that leaves no question open, if a short look finds one; at least `seconds` for any."""
        self._settle()
        found, self.impossible = None, False
        if self.clock.left > 0:
            found = self._look(self.least, self.settled) or self._solved(
                max(self.clock.left / 2, FIRM_SECONDS), 2, QUICK_WORK, given=self.settled
            )
        if found is None and not self.impossible and 0 < seconds > self.clock.left:
            found = self._solved(seconds, linear=0, first=True, given=self.settled)
        return found

    def any(self, seconds: float) -> Outcome | None:
        """The first outcome that is found."""
        return self._solved(seconds, linear=0, first=True)

    def fewer_changed(self, known: Outcome, seconds: float) -> Outcome:
        """As few other clinicians as can be found, no more being lost than in the outcome that was found last
        and no more questions being open.
        """
        self.model.add(self.keeping.lost <= known.lost)
        seconds = min(seconds, max(LEAST_SECONDS, self.clock.left))
        found = self._solved(seconds, 2 if seconds > RELAXED_SECONDS else 0, given=self.settled)
        return known if found is None or found.changed > known.changed else found

    def _settle(self) -> None:
        self.settled = self.settled or settled(self.keeping)

    def _solved(
        self,
        seconds: float,
        linear: int,
        work: float = math.inf,
        first: bool = False,
        given: Sequence[Any] = (),
    ) -> Outcome | None:
        """`first`: any outcome is good enough; `given` are variables to be taken as true."""
        solver = cp_model.CpSolver()
        p = solver.parameters
        p.max_time_in_seconds, p.max_deterministic_time = seconds, work
        p.num_workers, p.catch_sigint_signal, p.stop_after_first_solution = 1, False, first
        # The relaxation proves in 0.1 s what is not proved in 6 s without it; presolving more than this costs
        # more than it saves.
        p.linearization_level = linear
        p.max_presolve_iterations, p.cp_model_probing_level, p.symmetry_level = 1, 0, 0
        self.model.add_assumptions(given)
        with self.clock.ending(solver):
            status = solver.solve(self.model)
        self.model.clear_assumptions()
        self.impossible, self.bound = status == cp_model.INFEASIBLE, 0
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return self._outcome(solver, status == cp_model.OPTIMAL)

    def _outcome(self, solver: Any, optimal: bool) -> Outcome:
        keeping = self.keeping
        lost = int(solver.value(keeping.lost))
        # Whatever else is counted weighs less than one loss, so a part of a loss proves none.
        bound = math.ceil(solver.best_objective_bound - 1e-6) // keeping.loss_price
        self.bound = lost if optimal else min(lost, bound)
        return Outcome(
            sessions=tuple(self._sessions(solver)),
            lost=lost,
            changed=sum(solver.value(v) for v in keeping.changed),
            optimal=optimal,
        )

    def _sessions(self, solver: Any) -> list[Kept]:
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
