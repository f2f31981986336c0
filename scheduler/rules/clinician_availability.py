"""`clinician_availability`: every clinician of a session is there for all of it.

Wholly inside one merged availability window of the clinician and outside their time off. Empty availability
means never. The buffer after a session is not part of it: it may run into time off or closing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.calendar import Interval, inside_any, overlaps_any
from scheduler.finding import Finding, Words
from scheduler.problem import Clinician
from scheduler.rules.facts import Facts
from scheduler.setting import Setting
from scheduler.timetable import Reason

NAME: Final = "clinician_availability"
SHAPE: Final = "mask"

UNAVAILABLE: Final = Words(
    "clinician_unavailable", "clinician {clinician} is not available for all of that time"
)
TIME_OFF: Final = Words("clinician_time_off", "clinician {clinician} has time off then")
NOT_THERE: Final = Words(
    "on_site",
    "{what} needs {who}: not on site at {barred} of the {starts} times that fit the patient{windows}{rest}",
)


def bars(setting: Setting, clinician: Clinician, interval: Interval) -> Reason | None:
    """Why the clinician cannot lead any session then."""
    if not inside_any(interval, setting.calendar.availability[clinician.id]):
        return UNAVAILABLE.reason(clinician=clinician.id)
    if overlaps_any(interval, setting.calendar.time_off[clinician.id]):
        return TIME_OFF.reason(clinician=clinician.id)
    return None


def check(facts: Facts) -> Iterator[Finding]:
    clinicians = facts.setting.clinicians
    for session in facts.sessions:
        for clinician in dict.fromkeys(session.clinicians):
            if reason := bars(facts.setting, clinicians[clinician], session.interval):
                yield session.broken(NAME, reason)
