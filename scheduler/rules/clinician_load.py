"""`clinician_load`: a clinician's minutes in sessions stay within their limits for a day and for the week.

Led and co-led sessions count alike and in full; buffers and pauses are no load.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts, by_day

NAME: Final = "clinician_load"
SHAPE: Final = "count"

DAY_LOAD: Final = Words(
    "day_load", "clinician {clinician} leads too many minutes on {date}: {minutes}, at most {limit}"
)
WEEK_LOAD: Final = Words(
    "week_load", "clinician {clinician} leads too many minutes in the week: {minutes}, at most {limit}"
)

USED_UP: Final = Words(
    "clinician_load",
    "{what} needs {who}: at the limit of the day, the week or a run without break at {barred} of the "
    "{starts} times that fit the patient{rest}",
)


def check(facts: Facts) -> Iterator[Finding]:
    for clinician, sessions in facts.by_clinician.items():
        who = facts.setting.clinicians[clinician]
        for own in by_day(sessions).values():
            minutes = sum(s.minutes for s in own)
            if who.max_day_minutes is not None and minutes > who.max_day_minutes:
                ids = tuple(s.id for s in own)
                yield DAY_LOAD.finding(
                    NAME, clinician, ids,
                    clinician=clinician, minutes=minutes, date=own[0].date, limit=who.max_day_minutes,
                )  # fmt: skip
        minutes = sum(s.minutes for s in sessions)
        if who.max_week_minutes is not None and minutes > who.max_week_minutes:
            ids = tuple(s.id for s in sessions)
            yield WEEK_LOAD.finding(
                NAME, clinician, ids, clinician=clinician, minutes=minutes, limit=who.max_week_minutes
            )
