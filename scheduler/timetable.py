"""The timetable document (contract, section 5): what a solve answers and what `verify` checks."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from scheduler.problem import LocalTime


class Part(BaseModel):
    """A part of a timetable: frozen; unknown fields are kept out of claims, so they are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PlannedSession(Part):
    id: str
    session_type: str
    start: LocalTime
    end: LocalTime | None = None
    clinicians: tuple[str, ...] = ()
    room: str | None = None
    patients: tuple[str, ...] = ()


class Breach(Part):
    rule: str
    count: int


class Reason(Part):
    """Why something could not be placed: a stable code, a sentence, the values in it."""

    code: str
    text: str
    params: dict[str, Any] = Field(default_factory=dict)


class PatientFigures(Part):
    id: str
    care_minutes: int
    attended_days: int
    care_days: int
    idle_minutes: int
    requirements: dict[str, int]
    unmet_minutes: int
    breaches: tuple[Breach, ...] = ()
    kept: float | None = None
    reasons: tuple[Reason, ...] = ()


class ResourceFigures(Part):
    """Minutes in sessions and minutes that could be, of a clinician or a room."""

    id: str
    minutes: int
    available_minutes: int


class TermCost(Part):
    term: str
    units: int
    weight: int
    cost: int


class Objective(Part):
    value: int
    bound: int
    gap: float
    terms: tuple[TermCost, ...]


class Timetable(Part):
    """One answer; `solver` tells how it was found (seconds, stop_reason, seed, versions, phases …)."""

    id: str
    status: str
    clinic: str
    week_start: str
    timezone: str
    sessions: tuple[PlannedSession, ...]
    patients: tuple[PatientFigures, ...]
    clinicians: tuple[ResourceFigures, ...]
    rooms: tuple[ResourceFigures, ...]
    objective: Objective
    solver: dict[str, Any]
    warnings: tuple[dict[str, str], ...] = ()
    problem_digest: str

    def document(self) -> dict[str, Any]:
        """As JSON values, ready to be written."""
        return self.model_dump(mode="json")
