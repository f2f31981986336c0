"""What `explain` answers: reasons, proved changes, what others would pay, the manager's view."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from scheduler.placement import Attendance
from scheduler.timetable import Part, Reason


class Result(Part):
    """The patient placed anew after a change: exactly this, everybody else as they are.

    `objective_change` is against the timetable at hand, in its prices; `others_joining` patients come to a
    new session too.
    """

    unmet_minutes: int
    restored_minutes: int
    objective_change: int
    attendances: tuple[Attendance, ...]
    others_joining: int = 0
    others_restored_minutes: int = 0


class Change(Part):
    """One change that would help: `patch` (RFC 6902) for the problem document, `moves` for the timetable.

    `effort` is what it asks of people, in minutes of somebody's time, so that unlike changes can be ranked.
    `moves` names the patients who would come to a new group: it is for schedulers alone.
    """

    kind: str
    text: str
    params: dict[str, Any]
    effort: int
    patch: tuple[dict[str, Any], ...]
    moves: tuple[dict[str, Any], ...] = ()
    result: Result


class Tried(Part):
    """How many changes of each kind were looked at; `complete` unless a limit or the clock ended it.

    Where it is complete and no change is proposed, no single change of these kinds helps.
    """

    kinds: dict[str, int]
    complete: bool


class Preferred(Part):
    """The least that was found to be paid, were this patient put first: in the objective, and by whom.

    Every figure but `restored_minutes` is about other patients, in numbers.
    """

    restored_minutes: int
    objective_change: int
    losing_care: int
    lost_minutes: int
    gaining_care: int
    with_other_times: int


class PatientShare(Part):
    tier: str
    minutes: int
    jointly: bool
    exact: bool


class PatientExplanation(Part):
    id: str
    priority: int
    unmet_minutes: int
    shares: tuple[PatientShare, ...] = ()
    reasons: tuple[Reason, ...] = ()
    preferred: Preferred | None = None
    changes: tuple[Change, ...] = ()
    tried: Tried | None = None
    statement: str = ""


class Gain(Part):
    """One more of something for the clinic: what it brings at least, re-optimised from the timetable at hand.

    `price` is what the linear programme of the week says one unit is worth (of a clinician: an hour like
    their last one that day); null for rules, and where there was no time to solve it.
    """

    kind: str
    text: str
    params: dict[str, Any]
    patch: tuple[dict[str, Any], ...]
    gain: int
    restored_minutes: int
    patients_helped: int
    price: int | None = None


class ClinicView(Part):
    """Ranked gains; `objective` is that of the timetable at hand after the same search without any change."""

    objective: int
    unmet_minutes: int
    gains: tuple[Gain, ...]
    complete: bool


class Explanation(Part):
    """`complete` unless it was stopped: whoever is not explained yet is missing then."""

    unmet_minutes: int
    patients: tuple[PatientExplanation, ...]
    clinic: ClinicView | None = None
    complete: bool = True
    exact: bool = Field(default=True)

    def document(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
