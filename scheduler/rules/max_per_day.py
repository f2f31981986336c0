"""`max_per_day`: how many sessions of one type a patient attends on one date at most.

1 when the type does not say, unlimited when it says null.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts

NAME: Final = "max_per_day"
SHAPE: Final = "count"

TOO_OFTEN: Final = Words(
    "too_often",
    "patient {patient} attends {session_type} too often on {date}: {count} times, at most {limit}",
)
AT_MOST: Final = Words("max_per_day", "no more than {limit} {what} a day")


def check(facts: Facts) -> Iterator[Finding]:
    for patient, week in facts.weeks.items():
        for day in week.days:
            if len(day.sessions) == 1:
                continue
            for session_type, count in Counter(s.type.id for s in day.sessions).items():
                limit = facts.setting.types[session_type].max_per_day
                if limit is not None and count > limit:
                    ids = tuple(s.id for s in day.sessions if s.type.id == session_type)
                    yield TOO_OFTEN.finding(
                        NAME, patient, ids,
                        patient=patient, count=count, session_type=session_type,
                        date=day.sessions[0].date, limit=limit,
                    )  # fmt: skip
