"""What does not add up in the sessions of a document: its pins and its baseline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from scheduler.calendar import DAY, DAYS
from scheduler.intake.arithmetic import FIRST_WEEK, LAST_WEEK, slot_of
from scheduler.intake.place import EACH, Faults, Place, shown
from scheduler.problem import format_clock

MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Grid:
    """What pinned sessions are measured by, as far as the document tells it."""

    week_start: date | None
    slot: int | None
    types: dict[str, Place]

    def type_of(self, session: Place) -> Place:
        return self.types.get(session.at("session_type").text or "", Place(None))

    def minutes_of(self, session: Place, name: str) -> int | None:
        """A number of the session's type, unless it is itself off the grid: one fault is enough."""
        minutes = self.type_of(session).at(name).whole
        if minutes is None or self.slot is None or not 0 < minutes <= DAY or minutes % self.slot:
            return None
        return minutes


def check_sessions(root: Place, faults: Faults) -> None:
    grid = _grid(root)
    for pin in root.spots("pins", EACH):
        if isinstance(pin.value, dict) and "session" not in pin.value:
            _start(pin, grid, faults)
    for session in root.spots("pins", EACH, "session"):
        _start(session, grid, faults)
        _end(session, faults, grid.minutes_of(session, "minutes"))
        _clinicians(session, grid, faults)
    for session in root.spots("baseline", "sessions", EACH):
        _end(session, faults)
    _one_week(root.at("baseline", "sessions"), faults)


def _grid(root: Place) -> Grid:
    week_start = root.at("clinic", "week_start").date
    if week_start is not None and not FIRST_WEEK <= week_start <= LAST_WEEK:
        week_start = None
    types: dict[str, Place] = {}
    for session_type in root.spots("session_types", EACH):
        name = session_type.at("id").text
        if name is not None:
            types.setdefault(name, session_type)
    return Grid(week_start, slot_of(root), types)


def _start(session: Place, grid: Grid, faults: Faults) -> None:
    start = session.at("start")
    if start.moment is None:
        return
    if grid.week_start is not None and not 0 <= (start.moment.date() - grid.week_start).days < DAYS:
        message = f"{shown(start.value)} is outside the planning week that begins on {grid.week_start}"
        faults.add(start, "outside_week", message)
    every = grid.minutes_of(session, "start_every_minutes")
    clock = start.moment.hour * 60 + start.moment.minute
    for step, whose in ((grid.slot, "the clinic's slots"), (every, "the starts of its session type")):
        if step is not None and clock % step:
            message = f"{format_clock(clock)} is off the grid: {whose} are {step} minutes apart"
            faults.add(start, "off_the_grid", message)
            return


def _end(session: Place, faults: Faults, minutes: int | None = None) -> None:
    """A given end is after the start; with `minutes`, exactly so long after it."""
    start, end = session.at("start").moment, session.at("end").moment
    if start is None or end is None:
        return
    if end <= start:
        message = f"the end, {_shown(end)}, is not after the start, {_shown(start)}"
        faults.add(session.at("end"), "end_not_after_start", message)
    elif minutes is not None and (end - start).total_seconds() != minutes * MINUTE:
        message = f"the end, {_shown(end)}, is not {minutes} minutes after the start, {_shown(start)}"
        faults.add(session.at("end"), "wrong_end", message)


def _shown(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _clinicians(session: Place, grid: Grid, faults: Faults) -> None:
    given, needed = session.at("clinicians"), grid.type_of(session).at("facilitators")
    if not all(isinstance(place.value, list | tuple) for place in (given, needed)):
        return
    if len(given.value) != len(needed.value):
        message = f"its session type is led by {len(needed.value)}, the pin names {len(given.value)}"
        faults.add(given, "clinician_count", message)


def _one_week(sessions: Place, faults: Faults) -> None:
    dates = [moment.date() for place in sessions.spots(EACH, "start") if (moment := place.moment) is not None]
    if dates and (max(dates) - min(dates)).days >= DAYS:
        message = (
            f"a baseline spans at most {DAYS} consecutive dates, these run from {min(dates)} to {max(dates)}"
        )
        faults.add(sessions, "baseline_too_long", message)
