"""Judges a timetable without the solver: every broken rule and every wrong claim."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from scheduler.claims import wrong_claims
from scheduler.errors import Fault
from scheduler.evaluation import Evaluation, evaluation_of
from scheduler.finding import Finding
from scheduler.problem import Problem, SessionPin
from scheduler.rules import RULES, pin, reference
from scheduler.rules.facts import Facts
from scheduler.submitted import read_sessions
from scheduler.timetable import PlannedSession, Timetable


@dataclass(frozen=True, slots=True)
class Verification:
    """Broken rules, claims that are not so, and the figures as they are."""

    findings: tuple[Finding, ...]
    wrong_claims: tuple[Fault, ...]
    evaluation: Evaluation

    @property
    def clean(self) -> bool:
        return not (self.findings or self.wrong_claims)


def verify(problem: Problem, timetable: Timetable | dict[str, Any] | object) -> Verification:
    """Judges a timetable document: any JSON value is answered, whatever cannot be read is a finding."""
    document = timetable.document() if isinstance(timetable, Timetable) else timetable
    submitted = read_sessions(document)
    facts = Facts(problem, submitted.sessions)
    evaluation = evaluation_of(facts)
    claims = wrong_claims(problem, document, evaluation) if isinstance(document, dict) else ()
    return Verification((*submitted.findings, *broken_in(facts)), tuple(claims), evaluation)


def broken(problem: Problem, sessions: Iterable[PlannedSession]) -> tuple[Finding, ...]:
    """Every hard rule that the sessions break."""
    return broken_in(Facts(problem, sessions))


def broken_in(facts: Facts) -> tuple[Finding, ...]:
    """As `broken`, less what happened sessions break on their own: they are facts, nobody can mend them."""
    findings = [*reference.check(facts), *_by_rule(facts)]
    excused = _broken_by_facts(facts) if findings else frozenset()
    return tuple(f for f in findings if f.key not in excused)


def _by_rule(facts: Facts) -> Iterable[Finding]:
    for rule in RULES:
        yield from rule.check(facts)


def _broken_by_facts(facts: Facts) -> frozenset[tuple[str, str]]:
    """(rule, subject) of what happened sessions break with all others removed; a pin is no such subject."""
    problem = facts.setting.problem
    happened = {i for i, p in enumerate(problem.pins) if isinstance(p, SessionPin) and p.happened}
    if not happened:
        return frozenset()
    sessions = [session.given for i, session in pin.matched(facts).items() if i in happened]
    return frozenset(f.key for f in _by_rule(Facts(problem, sessions)) if f.rule != pin.NAME)


class _Verify(ModuleType):
    """`scheduler.verify` is a public function and this module; importing the module hides the function."""

    def __call__(self, problem: Problem, timetable: object) -> Verification:
        return verify(problem, timetable)


sys.modules[__name__].__class__ = _Verify
