"""`attended_day`: dates on which a patient attends any session, care or not: each is a way to the clinic."""

from __future__ import annotations

from typing import Final

from scheduler.rules.facts import Facts

NAME: Final = "attended_day"


def units_of(facts: Facts, patient_id: str) -> int:
    return len(facts.weeks[patient_id].days)


def units(facts: Facts) -> int:
    return sum(units_of(facts, p) for p in facts.weeks)
