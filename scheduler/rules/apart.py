"""`apart`: the two patients of a pair are never in the same session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts

NAME: Final = "apart"
SHAPE: Final = "pair"

TOGETHER: Final = Words("together", "{first} and {second} are to be kept apart")
IN_THERE: Final = Words(
    "apart", "{what}: in {barred} of the {held} groups that fit is somebody kept apart from the patient"
)


def check(facts: Facts) -> Iterator[Finding]:
    for first, second in facts.setting.problem.apart:
        for session in facts.by_patient.get(first, ()):
            if second in session.patients:
                yield session.broken(NAME, TOGETHER.reason(first=first, second=second))
