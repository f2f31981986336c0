"""`gap` (flagged): between two consecutive care days of the week lie at most `max_gap_days` dates.

Each pair of consecutive care days with more dates strictly between is a breach. The days before the first and
after the last care day are no gap, and neither is the turn of the week.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts, PatientDay

NAME: Final = "gap"
SHAPE: Final = "span"

TOO_WIDE: Final = Words(
    "gap",
    "patient {patient} has a gap too wide between {earlier} and {later}: {days} dates, at most {limit}",
)
AT_MOST: Final = Words("gap", "no more than {limit} dates may lie between two care days")


def breaches(facts: Facts, patient_id: str) -> int:
    """Pairs of consecutive care days too far apart."""
    return len(_wide(facts, patient_id))


def check(facts: Facts) -> Iterator[Finding]:
    for patient, week in facts.enforcing(NAME):
        for a, b in _wide(facts, patient):
            yield TOO_WIDE.finding(
                NAME, patient, (*a.ids, *b.ids),
                patient=patient, days=b.day - a.day - 1, earlier=a.date, later=b.date,
                limit=week.entitlement.gap_max,
            )  # fmt: skip


def _wide(facts: Facts, patient_id: str) -> list[tuple[PatientDay, PatientDay]]:
    week = facts.weeks[patient_id]
    limit = week.entitlement.gap_max
    return [(a, b) for a, b in pairwise(week.care_days) if limit is not None and b.day - a.day - 1 > limit]
