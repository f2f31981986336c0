"""`care_max`: a patient's care minutes of the week stay within `care_minutes.max`.

Only sessions whose type counts as care add to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts

NAME: Final = "care_max"
SHAPE: Final = "count"

TOO_MUCH: Final = Words(
    "care_max", "patient {patient} has too many care minutes in the week: {minutes}, at most {limit}"
)
AT_MOST: Final = Words("care_max", "no more than {limit} care minutes a week")


def check(facts: Facts) -> Iterator[Finding]:
    for patient, week in facts.weeks.items():
        limit, minutes = week.entitlement.care_max, week.care_minutes
        if limit is not None and minutes > limit:
            ids = tuple(s.id for s in week.sessions if s.type.counts_as_care)
            yield TOO_MUCH.finding(NAME, patient, ids, patient=patient, minutes=minutes, limit=limit)
