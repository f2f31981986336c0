"""A change made in the document, the patient placed anew: what comes out is what is said."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.evaluation import evaluate
from scheduler.explain.answer import Change, Result
from scheduler.explain.changes.candidate import Candidate
from scheduler.explain.patch import patched_problem
from scheduler.placement import Plan, place, with_plan
from scheduler.problem import Problem
from scheduler.timetable import PlannedSession
from scheduler.verify import broken


def proved(
    problem: Problem, sessions: Sequence[PlannedSession], patient: str, unmet: int, candidate: Candidate
) -> Change | None:
    """The change with its result; None where it does not help after all."""
    changed = patched_problem(problem, candidate.patch)
    given = tuple(sessions) if candidate.held is None else (*sessions, candidate.held)
    who = next(p for p in changed.patients if p.id == patient)
    plans = place(changed, given, who, options=1, openings=False).plans
    if not plans or plans[0].unmet_minutes >= unmet:
        return None
    result = _result(problem, changed, sessions, patient, unmet, plans[0], candidate.held)
    if result is None:
        return None
    return Change(
        kind=candidate.kind,
        text=candidate.text,
        params=candidate.params,
        effort=candidate.effort,
        patch=candidate.patch,
        moves=() if candidate.held is None else ({"create": _written(candidate.held)},),
        result=result,
    )


def _result(
    problem: Problem,
    changed: Problem,
    sessions: Sequence[PlannedSession],
    patient: str,
    unmet: int,
    plan: Plan,
    held: PlannedSession | None,
) -> Result | None:
    joining, restored = 0, 0
    old, new = (next(p for p in given.patients if p.id == patient) for given in (problem, changed))
    dearer = problem.weights.unmet_care * (new.priority - old.priority)
    cost = plan.increase + dearer * (unmet - plan.unmet_minutes)  # in the prices of the document as it was
    if held is not None:
        after = with_plan((*sessions, held), patient, plan)
        known = {f.key for f in broken(problem, sessions)}
        if any(f.key not in known for f in broken(changed, after)):
            return None
        before, then = evaluate(problem, sessions), evaluate(changed, after)
        cost, joining = then.value - before.value, len(held.patients)
        others = sum(f.unmet_minutes for f in before.patients) - sum(f.unmet_minutes for f in then.patients)
        restored = others - (unmet - plan.unmet_minutes)
    return Result(
        unmet_minutes=plan.unmet_minutes,
        restored_minutes=unmet - plan.unmet_minutes,
        objective_change=cost,
        attendances=plan.attendances,
        others_joining=joining,
        others_restored_minutes=restored,
    )


def _written(session: PlannedSession) -> dict[str, object]:
    return session.model_dump(mode="json")
