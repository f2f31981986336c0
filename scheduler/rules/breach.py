"""`breach`: breaches of the flagged rules, whether they are enforced or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scheduler.rules.facts import Facts


@dataclass(frozen=True, slots=True)
class Breach:
    """The term over the rules it is given: rules never import rules, so the list of all hands them in."""

    flagged: Mapping[str, Callable[[Facts, str], int]]
    NAME: str = "breach"

    def counts_of(self, facts: Facts, patient_id: str) -> dict[str, int]:
        """Breaches of one patient, by rule, of the rules that have any."""
        counts = {rule: breaches(facts, patient_id) for rule, breaches in self.flagged.items()}
        return {rule: count for rule, count in counts.items() if count}

    def units_of(self, facts: Facts, patient_id: str) -> int:
        return sum(breaches(facts, patient_id) for breaches in self.flagged.values())

    def units(self, facts: Facts) -> int:
        return sum(self.units_of(facts, p) for p in facts.weeks)
