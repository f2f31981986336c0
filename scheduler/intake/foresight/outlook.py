"""What the week offers at best, to whom: the questions that the warnings share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import combinations

from scheduler.intake.foresight.minutes import ALL, grid, lasting, minutes_in
from scheduler.intake.place import Faults, Steps
from scheduler.problem import Clinician, Facilitator, Patient, Room, SessionType
from scheduler.rules import audience, cohort, delivery
from scheduler.setting import Setting

Starts = int  # a set of minutes


class Outlook:
    def __init__(self, setting: Setting, warnings: Faults) -> None:
        self.setting = setting
        self.warnings = warnings

    def warn(self, steps: Steps, code: str, message: str) -> None:
        self.warnings.add(steps, code, message)

    # -- patients -------------------------------------------------------------------------------------------

    @cached_property
    def wanting(self) -> dict[str, dict[str, Patient]]:
        """Per session type the patients with a requirement that it counts for, by id."""
        found: dict[str, dict[str, Patient]] = {t: {} for t in self.setting.types}
        for patient in self.setting.problem.patients:
            for requirement in self.setting.entitlements[patient.id].requirements:
                for session_type in requirement.any_of:
                    found[session_type][patient.id] = patient
        return found

    @cached_property
    def attendees(self) -> dict[str, dict[str, Patient]]:
        """Those of `wanting` for whom the type is: audience, delivery and cohorts allow it."""
        return {
            name: {i: p for i, p in patients.items() if self._is_for(p, self.setting.types[name])}
            for name, patients in self.wanting.items()
        }

    def _is_for(self, patient: Patient, session_type: SessionType) -> bool:
        rules = (audience, delivery, cohort)
        return not any(rule.bars(self.setting, patient, session_type) for rule in rules)

    # -- the clinic -----------------------------------------------------------------------------------------

    @cached_property
    def open(self) -> dict[bool, int]:
        """Minutes in which the clinic is open, by whether for sessions in person."""
        calendar = self.setting.calendar
        opened = minutes_in(calendar.opening)
        return {kind: opened & ~minutes_in(calendar.closed(in_person=kind)) for kind in (True, False)}

    @cached_property
    def possible(self) -> dict[str, Starts]:
        """Per session type the starts on its grid, in opening hours and windows, outside closures."""
        return {name: self._possible(session_type) for name, session_type in self.setting.types.items()}

    def _possible(self, session_type: SessionType) -> Starts:
        windows = self.setting.calendar.type_windows[session_type.id]
        allowed = self.open[session_type.in_person] & (ALL if windows is None else minutes_in(windows))
        every = session_type.start_every_minutes or self.setting.problem.clinic.slot_minutes
        return lasting(allowed, session_type.minutes) & grid(every, session_type.minutes)

    # -- rooms ----------------------------------------------------------------------------------------------

    def rooms_for(self, session_type: SessionType) -> list[Room]:
        """Rooms with the features asked for, whatever their capacity."""
        features = set(session_type.room.features) if session_type.room else set()
        return [room for room in self.setting.problem.rooms if features <= set(room.features)]

    def roomed(self, session_type: SessionType) -> Starts:
        """When a room that serves is open, or no room is needed."""
        if session_type.room is None:
            return ALL
        starts = 0
        for room in self.rooms_for(session_type):
            if room.capacity >= session_type.size_min:
                closed = minutes_in(self.setting.calendar.room_closed[room.id])
                starts |= lasting(ALL & ~closed, session_type.minutes)
        return starts

    # -- clinicians -----------------------------------------------------------------------------------------

    @cached_property
    def fillers(self) -> dict[str, tuple[dict[str, Starts], ...]]:
        """Per session type and facilitator entry: who may fill it, by id, and when they are there."""
        return {t.id: self._fillers(t) for t in self.setting.problem.session_types}

    def _fillers(self, session_type: SessionType) -> tuple[dict[str, Starts], ...]:
        attendees = self.attendees[session_type.id].values()
        counts = Counter(p.primary_clinician for p in attendees)
        primaries: set[str | None] = {c for c, count in counts.items() if count >= session_type.size_min}
        if not attendees:  # nobody's primary clinician is missing
            primaries = set(self.setting.clinicians)
        return tuple(
            {
                c.id: self._leading(c, session_type)
                for c in self.setting.problem.clinicians
                if _may_fill(entry, c, primaries)
            }
            for entry in session_type.facilitators
        )

    def _leading(self, clinician: Clinician, session_type: SessionType) -> Starts:
        limits = (clinician.max_day_minutes, clinician.max_week_minutes, clinician.max_consecutive_minutes)
        if any(limit is not None and limit < session_type.minutes for limit in limits):
            return 0
        return lasting(self._available[clinician.id], session_type.minutes)

    @cached_property
    def _available(self) -> dict[str, int]:
        calendar = self.setting.calendar
        return {
            name: minutes_in(windows) & ~minutes_in(calendar.time_off[name])
            for name, windows in calendar.availability.items()
        }

    def staffed(self, session_type: SessionType) -> Starts:
        """When there is a clinician of its own for each entry: for any entries together at least as many
        different clinicians (Hall's theorem)."""
        starts = ALL
        entries = self.fillers[session_type.id]
        for count in range(1, len(entries) + 1):
            for together in combinations(entries, count):
                there = {clinician: when for entry in together for clinician, when in entry.items()}
                starts &= _at_least(count, list(there.values()))
        return starts

    # -- all together ---------------------------------------------------------------------------------------

    @cached_property
    def starts(self) -> dict[str, Starts]:
        """Per session type the starts at which the clinic could hold it."""
        return {
            t.id: self.possible[t.id] & self.roomed(t) & self.staffed(t)
            for t in self.setting.problem.session_types
        }


def _may_fill(entry: Facilitator, clinician: Clinician, primaries: set[str | None]) -> bool:
    if entry.primary and clinician.id in primaries:
        return True
    wanted = entry.credentials or ()
    return any(c in wanted for c in clinician.credentials) or not (wanted or entry.primary)


def _at_least(count: int, sets: Sequence[int]) -> int:
    """The minutes that are in so many of the sets."""
    in_at_least = [ALL] + [0] * count
    for minutes in sets:
        for n in range(count, 0, -1):
            in_at_least[n] |= in_at_least[n - 1] & minutes
    return in_at_least[count]
