"""Our rules and the independent judge answer alike, week after week."""

from __future__ import annotations

import os
from collections import Counter
from random import Random

from hypothesis import given, settings

from scheduler.evaluation import Evaluation, evaluate
from scheduler.intake import read_problem
from scheduler.problem import FLAGGED_RULES
from scheduler.rules import RULES, TERMS
from scheduler.submitted import read_sessions
from scheduler.verify import verify
from tests.oracle import Judgement, judge, wrong_claims
from tests.strategies import Doc, seeded, weeks
from tests.test_verify import claimed

# Tiny weeks are cheap: many more of them than of other examples.
MANY = settings(max_examples=5000 if os.environ.get("HYPOTHESIS_PROFILE") == "proof" else 400)


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
    problem = read_problem(document).problem
    timetable = {"sessions": sessions}
    verdict = verify(problem, timetable)
    ours = as_judged(verdict.evaluation, sorted({f.key for f in verdict.findings}))
    assert ours == judge(document, timetable)
    assert evaluate(problem, read_sessions(timetable).sessions) == verdict.evaluation


@given(weeks(misnaming=False), seeded())
def test_both_judges_find_the_same_claims_wrong(week: tuple[Doc, list[Doc]], dice: Random) -> None:
    document, sessions = week
    problem = read_problem(document).problem
    timetable = claimed(problem, sessions)
    assert wrong_claims(document, timetable) == []
    assert verify(problem, timetable).wrong_claims == ()
    _falsify(dice, timetable)
    assert wrong_claims(document, timetable) != []
    assert verify(problem, timetable).wrong_claims != ()


def _falsify(dice: Random, timetable: Doc) -> None:
    """One number of the document becomes another."""
    objective, lists = timetable["objective"], [timetable[n] for n in ("patients", "clinicians", "rooms")]
    rows = [row for rows in [*lists, objective["terms"], [objective]] for row in rows]
    # The judge does not compute what could be available.
    numbers = [
        (row, name)
        for row in rows
        for name, value in row.items()
        if isinstance(value, int | float) and name != "available_minutes"
    ]
    row, name = dice.choice(numbers)
    row[name] += objective["value"] if name == "bound" else 0
    row[name] += dice.choice([1, 7])


def test_the_weeks_break_every_rule_and_raise_every_term_and_breach() -> None:
    """Agreement means little about a rule that no example touches."""
    seen: Counter[str] = Counter()

    @MANY
    @given(weeks())
    def look(week: tuple[Doc, list[Doc]]) -> None:
        document, sessions = week
        verdict = verify(read_problem(document).problem, {"sessions": sessions})
        seen.update({f"rule {f.rule}" for f in verdict.findings})
        seen.update({f"term {t.term}" for t in verdict.evaluation.terms if t.units})
        seen.update({f"breach {b.rule}" for p in verdict.evaluation.patients for b in p.breaches})
        seen["clean"] += verdict.clean and len(sessions) > 1

    look()
    wanted = {f"rule {r.NAME}" for r in RULES} | {"rule reference"} | {f"term {t.NAME}" for t in TERMS}
    wanted |= {f"breach {rule}" for rule in FLAGGED_RULES}
    assert {name for name in wanted if not seen[name]} == set()
    assert seen["clean"] >= 30
