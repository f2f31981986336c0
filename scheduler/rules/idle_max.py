"""`idle_max`: on an attended day a patient waits at most `max_idle_minutes`.

Idle minutes lie between the start of the first and the end of the last in-person session and in no session.
A telehealth session in between is not waiting; one outside that span adds none. Removing a session can raise
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts

NAME: Final = "idle_max"
SHAPE: Final = "span"

TOO_LONG: Final = Words(
    "idle_max", "patient {patient} waits too many minutes on {date}: {minutes}, at most {limit}"
)
AT_MOST: Final = Words("idle_max", "no more than {limit} minutes of waiting on a day")


def check(facts: Facts) -> Iterator[Finding]:
    for patient, week in facts.weeks.items():
        limit = week.entitlement.idle_max
        if limit is None:
            continue
        for day in week.days:
            if day.idle_minutes > limit:
                yield TOO_LONG.finding(
                    NAME,
                    patient,
                    day.ids,
                    patient=patient,
                    minutes=day.idle_minutes,
                    date=day.date,
                    limit=limit,
                )
