"""Our rules and the independent judge answer alike, week after week."""

from __future__ import annotations

import os

from hypothesis import given, settings

from scheduler.evaluation import Evaluation, evaluate
from scheduler.problem import Problem
from scheduler.submitted import read_sessions
from scheduler.verify import verify
from tests.oracle import Judgement, judge
from tests.strategies import Doc, weeks

# Tiny weeks are cheap: many more of them than of other examples.
MANY = settings(max_examples=10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "proof" else 300)


def as_judged(evaluation: Evaluation, findings: list[tuple[str, str]]) -> Judgement:
    patients = [p.model_dump(exclude={"reasons"}) for p in evaluation.patients]
    return Judgement(
        broken=findings,
        terms={t.term: t.units for t in evaluation.terms},
        objective=evaluation.value,
        patients={p.pop("id"): p | {"breaches": list(p["breaches"])} for p in patients},
        clinicians={c.id: c.minutes for c in evaluation.clinicians},
        rooms={r.id: r.minutes for r in evaluation.rooms},
    )


@MANY
@given(weeks())
def test_both_judges_find_the_same_broken_rules_and_figures(week: tuple[Doc, list[Doc]]) -> None:
    document, sessions = week
    problem = Problem.model_validate(document)
    timetable = {"sessions": sessions}
    verdict = verify(problem, timetable)
    ours = as_judged(verdict.evaluation, sorted({f.key for f in verdict.findings}))
    assert ours == judge(document, timetable)
    assert evaluate(problem, read_sessions(timetable).sessions) == verdict.evaluation
