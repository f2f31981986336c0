"""What placing answers: week plans, and what one more session would allow."""

from __future__ import annotations

from typing import Any

from scheduler.problem import LocalTime
from scheduler.timetable import Breach, Part, Reason


class Attendance(Part):
    """One session of a plan; `session` is the id of one that is held already, null for one to be opened."""

    session: str | None
    session_type: str
    start: LocalTime
    end: LocalTime
    clinicians: tuple[str, ...]
    room: str | None


class Plan(Part):
    """A week for the patient; `increase` is what it adds to the objective of the timetable as given."""

    increase: int
    attendances: tuple[Attendance, ...]
    care_minutes: int
    days: tuple[str, ...]
    idle_minutes: int
    unmet_minutes: int
    short: dict[str, int]
    breaches: tuple[Breach, ...]


class Opening(Part):
    """One more group session, were it held: the best plan with it, who else it needs and could have.

    `increase` and `plan` count the session's facilitators in full. `others_needed` patients more make it
    legal; `others_who_could` are free to come as they are planned now.
    """

    session_type: str
    start: LocalTime
    clinicians: tuple[str, ...]
    room: str | None
    increase: int
    others_needed: int
    others_who_could: int
    plan: Plan


class Placement(Part):
    """The best plans first; `exact` unless a search limit was reached; `reasons` when there is none."""

    patient: str
    exact: bool
    plans: tuple[Plan, ...]
    openings: tuple[Opening, ...]
    reasons: tuple[Reason, ...] = ()

    def document(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
