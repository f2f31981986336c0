"""What does not add up in what lasts from week to week: standing groups, cover, phases."""

from __future__ import annotations

from typing import Final

from scheduler.calendar import DAY
from scheduler.intake.arithmetic import slot_of
from scheduler.intake.place import EACH, Faults, Place, shown
from scheduler.problem import Mode, format_clock

SINGLE: Final = (Mode.INDIVIDUAL, Mode.FAMILY)


def check_continuity(root: Place, faults: Faults) -> None:
    types = {place.at("id").text: place for place in root.spots("session_types", EACH)}
    for standing in root.spots("clinic", "standing", EACH):
        _standing(standing, types.get(standing.at("session_type").text or ""), slot_of(root), faults)
    for clinician in root.spots("clinicians", EACH):
        for other in clinician.spots("covered_by", EACH):
            if other.text is not None and other.text == clinician.at("id").text:
                faults.add(other, "covers_oneself", f"{shown(other.value)} cannot cover their own absence")
    for phases in root.spots("patients", EACH, "phases"):
        _phases(phases, faults)


def _standing(standing: Place, kind: Place | None, slot: int | None, faults: Faults) -> None:
    if kind is None:
        return
    if kind.at("mode").text in SINGLE:
        message = "only groups stand; sessions of one patient are planned every week"
        faults.add(standing.at("session_type"), "standing_not_group", message)
    _start(standing, kind, slot, faults)
    given, needed = standing.at("clinicians").value, kind.at("facilitators").value
    if isinstance(given, list | tuple) and isinstance(needed, list | tuple) and len(given) != len(needed):
        message = f"its session type is led by {len(needed)}, it names {len(given)}"
        faults.add(standing.at("clinicians"), "clinician_count", message)
    if standing.at("room").given and not kind.at("room").given:
        faults.add(standing.at("room"), "takes_no_room", "its session type takes no room")


def _start(standing: Place, kind: Place, slot: int | None, faults: Faults) -> None:
    start, minutes = standing.at("start"), kind.at("minutes").whole
    if start.clock is None or start.clock == DAY:
        if start.clock == DAY:
            faults.add(start, "start_at_midnight", 'a start is at most "23:59"')
        return
    every = kind.at("start_every_minutes").whole
    for step, whose in ((slot, "the clinic's slots"), (every, "the starts of its session type")):
        if step is not None and step > 0 and start.clock % step:
            message = f"{format_clock(start.clock)} is off the grid: {whose} are {step} minutes apart"
            faults.add(start, "off_the_grid", message)
            return
    if minutes is not None and start.clock + minutes > DAY:
        faults.add(start, "standing_past_midnight", f"with {minutes} minutes it would end past midnight")


def _phases(phases: Place, faults: Faults) -> None:
    before = None
    for place in phases.spots(EACH, "from"):
        if place.date is None:
            continue
        if before is not None and place.date == before:
            faults.add(place, "duplicate_entry", f"two phases begin on {place.date}")
        elif before is not None and place.date < before:
            faults.add(place, "phases_out_of_order", f"{place.date} is before the phase above it, {before}")
        before = place.date
