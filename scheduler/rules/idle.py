"""`idle`: minutes a patient waits between sessions; `idle_max` says what counts as waiting."""

from __future__ import annotations

from typing import Final

from scheduler.rules.facts import Facts

NAME: Final = "idle"


def units_of(facts: Facts, patient_id: str) -> int:
    return facts.weeks[patient_id].idle_minutes


def units(facts: Facts) -> int:
    return sum(units_of(facts, p) for p in facts.weeks)
