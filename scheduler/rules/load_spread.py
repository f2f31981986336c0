"""`load_spread`: minutes of the busiest less those of the least busy clinician, of those who lead at all."""

from __future__ import annotations

from typing import Final

from scheduler.rules.facts import Facts

NAME: Final = "load_spread"


def units(facts: Facts) -> int:
    loads = [sum(s.minutes for s in sessions) for sessions in facts.by_clinician.values()]
    return max(loads) - min(loads) if loads else 0
