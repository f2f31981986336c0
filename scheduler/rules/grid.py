"""`grid`: a session starts on the grid and lies inside the hours in which it may be held.

Start on the clinic's slot grid and at a multiple of the type's `start_every_minutes` after midnight; wholly
inside one merged opening window and, where the type has windows, one merged window of those; outside the
closures that apply; ended by 24:00.

- Windows that touch merge, but never across midnight: nothing runs past 24:00.
- A closure for `in_person` leaves telehealth sessions alone (a snow day).
- A clinic without opening hours is never open.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.calendar import DAY, Interval, inside_any, overlaps_any
from scheduler.finding import Finding, Words
from scheduler.problem import SessionType
from scheduler.rules.facts import Facts
from scheduler.setting import Setting
from scheduler.timetable import Reason

NAME: Final = "grid"
SHAPE: Final = "mask"

PAST_MIDNIGHT: Final = Words("past_midnight", "a session ends by 24:00 of the date it starts on")
OFF_GRID: Final = Words(
    "off_grid", "{session_type} starts only at multiples of {every} minutes after midnight"
)
NOT_OPEN: Final = Words("not_open", "the clinic is not open for all of that time")
OUTSIDE_WINDOWS: Final = Words("outside_windows", "that time is not inside the windows of {session_type}")
CLOSED: Final = Words("clinic_closed", "the clinic is closed then")
CLOSED_THEN: Final = Words(
    "closed",
    "the clinic is closed at {barred} of the {starts} times of {what} that fit the patient{rest}",
)
NO_START: Final = Words("no_start", "no start of {what} fits into opening hours and its windows")


def bars(setting: Setting, session_type: SessionType, interval: Interval) -> Reason | None:
    """Why no session of the type can be held then."""
    clock, calendar = interval[0] % DAY, setting.calendar
    every = session_type.start_every_minutes or setting.problem.clinic.slot_minutes  # a multiple of the slot
    windows = calendar.type_windows[session_type.id]
    if clock + session_type.minutes > DAY:
        return PAST_MIDNIGHT.reason()
    if clock % every:
        return OFF_GRID.reason(session_type=session_type.id, every=every)
    if not inside_any(interval, calendar.opening):
        return NOT_OPEN.reason()
    if windows is not None and not inside_any(interval, windows):
        return OUTSIDE_WINDOWS.reason(session_type=session_type.id)
    if overlaps_any(interval, calendar.closed(session_type.in_person)):
        return CLOSED.reason()
    return None


def check(facts: Facts) -> Iterator[Finding]:
    for session in facts.sessions:
        if reason := bars(facts.setting, session.type, session.interval):
            yield session.broken(NAME, reason)
