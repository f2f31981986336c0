"""Standing groups: which places a clinic keeps from week to week, and which of them lapse in a week.

A place is a session type at a weekday and start, with clinicians and a room if named. On a closure, or when a
clinician of it is away or its room closed, it lapses; out of its dates or opening hours it is not in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from scheduler.calendar import DAY, Interval, inside_any, overlaps_any
from scheduler.problem import WEEKDAYS, Mode, Problem, Standing, format_clock
from scheduler.setting import Setting, setting_of
from scheduler.timetable import PlannedSession

Groups = Literal["free", "standing", "prefer"]
GROUPS: Final[tuple[Groups, ...]] = ("free", "standing", "prefer")


@dataclass(frozen=True, slots=True)
class StandingPlace:
    """A standing session in one week: when it would be held, and why it is not (None: it can be)."""

    number: int
    given: Standing
    interval: Interval
    lapsed: str | None


def places(problem: Problem) -> tuple[StandingPlace, ...]:
    """The standing sessions in force in the planning week, lapsed ones too."""
    setting = setting_of(problem)
    return tuple(_places(setting)) if problem.clinic.standing else ()


def _places(setting: Setting) -> Iterator[StandingPlace]:
    calendar = setting.calendar
    for number, given in enumerate(setting.problem.clinic.standing):
        day = calendar.weekdays.index(given.day)
        start = day * DAY + given.start
        interval = start, start + setting.types[given.session_type].minutes
        in_force = day in calendar.days_between(given) and inside_any(interval, calendar.opening)
        if in_force:
            yield StandingPlace(number, given, interval, _lapsed(setting, given, interval))


def _lapsed(setting: Setting, given: Standing, interval: Interval) -> str | None:
    calendar, kind = setting.calendar, setting.types[given.session_type]
    if overlaps_any(interval, calendar.closed(in_person=kind.in_person)):
        return "the clinic is closed"
    for name in given.clinicians or ():
        if overlaps_any(interval, calendar.time_off[name]):
            return f"clinician {name} is away"
        if not inside_any(interval, calendar.availability[name]):
            return f"clinician {name} is not available"
    if given.room is not None and overlaps_any(interval, calendar.room_closed[given.room]):
        return f"room {given.room} is closed"
    return None


def standing_of(problem: Problem, sessions: Iterable[PlannedSession]) -> list[dict[str, Any]]:
    """The groups of a timetable as entries for `clinic.standing`, closed groups left out."""
    setting = setting_of(problem)
    found: list[dict[str, Any]] = []
    taken: set[str] = set()
    for s in sorted(sessions, key=lambda s: (s.start, s.session_type, s.id)):
        kind = setting.types.get(s.session_type)
        if kind is None or kind.mode is not Mode.GROUP or kind.id in setting.cohorts_of:
            continue
        clock = s.start.hour * 60 + s.start.minute
        day = WEEKDAYS[s.start.weekday()]
        name = _unused(f"{day}-{format_clock(clock).replace(':', '')}-{s.session_type}"[:60], taken)
        found.append(
            {
                "id": name,
                "session_type": s.session_type,
                "day": day,
                "start": format_clock(clock),
                "clinicians": list(s.clinicians) or None,
                "room": s.room,
            }
        )
    return found


def _unused(name: str, taken: set[str]) -> str:
    found = next(n for i in range(1, 1 << 20) if (n := name if i == 1 else f"{name}-{i}") not in taken)
    taken.add(found)
    return found
