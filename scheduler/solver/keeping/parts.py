"""What the model of kept attendances is made of, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scheduler.timetable import PlannedSession

Key = tuple[int, int]  # session type and slot


@dataclass(frozen=True, slots=True)
class Kept:
    """One session that is held: `of` is the session it was, None for one that was not there before."""

    of: PlannedSession | None
    key: Key
    clinicians: tuple[int, ...]
    room: int
    patients: tuple[int, ...]
    strangers: int  # patients not named yet whom it needs to reach its minimum


@dataclass(frozen=True, slots=True)
class Outcome:
    """The best there is (`optimal`) or was found in time; `lost` and `changed` count attendances."""

    sessions: tuple[Kept, ...]
    lost: int
    changed: int
    optimal: bool


@dataclass
class Slot:
    """A session that may be held in the model, with its variables."""

    of: PlannedSession | None
    key: Key
    held: Any
    alone: int = -1  # the patient whose own session it is
    keep: dict[int, Any] = field(default_factory=dict)
    lead: dict[tuple[int, int], Any] = field(default_factory=dict)
    room: dict[int, Any] = field(default_factory=dict)
    joins: Any = 0
