"""`explain`: every short patient of a timetable, then the clinic as a whole."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence

from scheduler.explain.answer import (
    Change,
    ClinicView,
    Explanation,
    PatientExplanation,
    PatientShare,
    Preferred,
    Tried,
)
from scheduler.explain.changes.candidate import Inquiry
from scheduler.explain.changes.least import least_changes
from scheduler.explain.gains import clinic_view
from scheduler.explain.preferred import put_first
from scheduler.explain.reasons import Reasoning
from scheduler.problem import Problem
from scheduler.rules.facts import Facts
from scheduler.solver.kernels import translated
from scheduler.timetable import PlannedSession, Timetable


def explain(
    problem: Problem,
    timetable: Timetable | Iterable[PlannedSession],
    *,
    patients: Sequence[str] | None = None,
    clinic: bool | None = None,
    time_limit: float = 120.0,
    stop: threading.Event | None = None,
) -> Explanation:
    """Reasons, proved changes and the manager's view of a timetable.

    `patients`: only these, short or not; `clinic`: with the manager's view, by default when nobody is named.
    It ends after `time_limit` seconds, or when `stop` is set, with what there is by then: the patients'
    reasons come first, then their changes, then what others would pay, then the clinic. The answer to the
    same timetable is always the same, but for what an early end leaves out.
    """
    if not translated():
        from scheduler.solver.warm import warm_up

        warm_up()
    sessions = tuple(timetable.sessions if isinstance(timetable, Timetable) else timetable)
    ended = time.monotonic() + time_limit

    def left() -> float:
        return 0.0 if stop is not None and stop.is_set() else ended - time.monotonic()

    wanted = clinic if clinic is not None else patients is None
    return _Explaining(problem, sessions, left).answer(patients, wanted)


class _Explaining:
    def __init__(
        self, problem: Problem, sessions: tuple[PlannedSession, ...], left: Callable[[], float]
    ) -> None:
        self.problem, self.sessions, self.left = problem, sessions, left
        self.reasoning = Reasoning(Facts(problem, sessions))

    def stopped(self) -> bool:
        return self.left() <= 0

    def answer(self, patients: Sequence[str] | None, clinic: bool) -> Explanation:
        asked = self.reasoning.short() if patients is None else list(patients)
        told = [self._with_reasons(p) for p in asked]
        told = [self._with_changes(e) for e in told]
        told = [self._with_others(e) for e in told]
        changes = [(e.id, change) for e in told for change in e.changes]
        view = self._clinic(changes) if clinic else None
        return Explanation(
            unmet_minutes=sum(self.reasoning.unmet(p.id) for p in self.problem.patients),
            patients=tuple(told),
            clinic=view,
            complete=not self.stopped(),
        )

    def _clinic(self, changes: list[tuple[str, Change]]) -> ClinicView:
        return clinic_view(self.reasoning, self.sessions, changes, self.stopped, self.left)

    def _with_reasons(self, patient: str) -> PatientExplanation:
        shares, reasons = self.reasoning.of(patient)
        return PatientExplanation(
            id=patient,
            priority=self.reasoning.facts.setting.patients[patient].priority,
            unmet_minutes=self.reasoning.unmet(patient),
            shares=tuple(
                PatientShare(tier=s.tier, minutes=s.minutes, jointly=s.jointly, exact=s.exact) for s in shares
            ),
            reasons=reasons,
        )

    def _with_changes(self, told: PatientExplanation) -> PatientExplanation:
        if not told.unmet_minutes:
            return told
        if self.stopped():
            return told.model_copy(update={"tried": Tried(kinds={}, complete=False)})
        inquiry = Inquiry(
            self.reasoning.world(told.id),
            self.reasoning.programme,
            told.unmet_minutes,
            dearer=any(share.tier == "wishes" for share in told.shares),
            jointly=any(share.jointly for share in told.shares),
        )
        changes, tried, statement = least_changes(inquiry, self.problem, self.sessions, self.stopped)
        return told.model_copy(update={"changes": changes, "tried": tried, "statement": statement})

    def _with_others(self, told: PatientExplanation) -> PatientExplanation:
        """What it would cost others, where others were preferred."""
        if not any(share.tier == "others" for share in told.shares) or self.stopped():
            return told
        found = next((_joined(c) for c in told.changes if c.moves and not c.patch), None)
        if found is None:
            found = put_first(self.reasoning.week, self.sessions, told.id, self.stopped)
        return told.model_copy(update={"preferred": found})


def _joined(change: Change) -> Preferred:
    """A group that others would join is a way to prefer the patient that takes nothing from anybody."""
    result = change.result
    return Preferred(
        restored_minutes=result.restored_minutes,
        objective_change=result.objective_change,
        losing_care=0,
        lost_minutes=0,
        gaining_care=int(result.others_restored_minutes > 0),
        with_other_times=result.others_joining,
    )
