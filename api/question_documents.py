"""The forms of questions about a timetable and of their answers, for OpenAPI.

Answers of the library whose modules load the search are described here once more: the API process never
loads them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.documents import FindingShown, PatientDocument
from scheduler.diff import PersonChanges
from scheduler.moves import Move, TermChange
from scheduler.problem import Document, Id, LocalDate, Pin
from scheduler.timetable import Breach, Reason
from scheduler.timetable import Timetable as TimetableDocument


class MovesRequest(Document):
    """Manual changes, applied as one; a bare list of moves is taken too."""

    moves: tuple[Move, ...] = Field(default=(), strict=False, max_length=500)
    pins: tuple[Pin, ...] | None = Field(
        default=None,
        strict=False,
        description="all pins from now on; left out: as they are, and what is moved is pinned",
    )


class CheckAnswer(BaseModel):
    """What moves would do; `legal` when they break no rule that was not broken before."""

    legal: bool
    new: list[FindingShown]
    mended: list[FindingShown]
    remaining: list[FindingShown]
    terms: list[TermChange] = Field(description="the change of each term of the objective")
    cost: int
    objective: int


class PlaceVerdict(BaseModel):
    """`fits`, costs more (`soft`), or breaks rules (`hard`; it has no cost then)."""

    verdict: Literal["fits", "soft", "hard"]
    cost: int
    reasons: list[Reason]


class TargetPlace(PlaceVerdict):
    """One start: the verdict with the session's own clinicians and room, and with each other one instead."""

    start: str
    clinicians: dict[str, PlaceVerdict]
    rooms: dict[str, PlaceVerdict]


class TargetsAnswer(BaseModel):
    """Every place that a session could be put to."""

    session: str
    targets: list[TargetPlace]


class PinsAnswer(BaseModel):
    """What may not change when this timetable is repaired: asked for with the week, or left by moves."""

    pins: list[Pin]


class PlacementRequest(Document):
    """Whom to place: a stored patient by id, or a document for a what-if; nothing of it is stored."""

    patient: Id | PatientDocument
    options: Annotated[int, Field(ge=1, le=20, description="plans at most")] = 5
    openings: bool = Field(default=True, description="ask as well what one more group session would allow")
    from_: LocalDate | None = Field(
        default=None,
        alias="from",
        description="care begins on that date: the earliest start, and why not then",
    )


class PlannedAttendance(BaseModel):
    session: str | None = Field(description="null: a session to be opened")
    session_type: str
    start: str
    end: str
    clinicians: list[str]
    room: str | None


class WeekPlan(BaseModel):
    """One week for the patient; `moves` are what `POST …/moves` takes to make it."""

    increase: int = Field(description="what it adds to the objective")
    attendances: list[PlannedAttendance]
    care_minutes: int
    days: list[str]
    idle_minutes: int
    unmet_minutes: int
    short: dict[str, int]
    breaches: list[Breach]
    moves: list[Move]


class OpeningShown(BaseModel):
    """One more group session, were it held: what it would add then, and how many others it needs."""

    session_type: str
    start: str
    clinicians: list[str]
    room: str | None
    increase: int
    others_needed: int
    others_who_could: int


class DateReasonShown(BaseModel):
    """Why nothing begins on a date."""

    date: str
    reason: Reason


class AdmissionShown(BaseModel):
    """The best plan that begins on the first open date on which one can; null where none can in this week."""

    from_: str = Field(alias="from")
    first_session: str | None
    open_days_waited: int
    prompt: bool = Field(description="begins on the first or second open date")
    plan: WeekPlan | None
    reasons: list[DateReasonShown]


class PlacementAnswer(BaseModel):
    """The best plans first; `exact` unless a limit of the search was reached."""

    patient: str
    exact: bool
    plans: list[WeekPlan]
    openings: list[OpeningShown]
    reasons: list[Reason]
    admission: AdmissionShown | None = Field(default=None, description="where `from` was given")


class AttendanceCounts(BaseModel):
    """Attendances lost (left out or moved), led by others, and new ones."""

    lost: int
    clinicians: int
    new: int


class DifferenceAnswer(BaseModel):
    """Everyone for whom something is different, in words for them; `attendances` counts the changes."""

    patients: list[PersonChanges]
    clinicians: list[PersonChanges]
    attendances: dict[str, int]
    same: bool


class RepairAlternative(BaseModel):
    """More changes, and less care unmet: a draft of its own."""

    timetable: TimetableDocument
    changed: AttendanceCounts
    unmet_minutes: int
    difference: DifferenceAnswer


class RepairAnswer(RepairAlternative):
    """A draft with as few changes as possible, and up to two others beside it."""

    proved: str | None = Field(description="the circle in which no repair loses fewer attendances")
    least: int = Field(description="attendances that any repair of the largest circle looked at loses")
    alternatives: list[RepairAlternative]


class StoredPatch(BaseModel):
    """One operation (RFC 6902) on something stored: read it, apply this, write it back."""

    resource: str = Field(description="the path of what to change, as `/v1/clinics/riverside/patients/p1`")
    op: str
    path: str = Field(description="the place in that document (RFC 6901)")
    value: Any = None


class ChangeResult(BaseModel):
    """The patient placed anew after the change, everybody else as they are."""

    unmet_minutes: int
    restored_minutes: int
    objective_change: int
    attendances: list[PlannedAttendance]
    others_joining: int
    others_restored_minutes: int


class ProposedChange(BaseModel):
    """A change that was proved to help, by placing the patient anew."""

    kind: str
    text: str
    params: dict[str, Any]
    effort: int = Field(description="minutes of somebody's time, so that unlike changes can be ranked")
    patch: list[StoredPatch]
    moves: list[Move] = Field(description="a new session for others as well: send them to `POST …/moves`")
    result: ChangeResult


class TriedChanges(BaseModel):
    """How many changes of each kind were looked at; complete: where none is proposed, none helps."""

    kinds: dict[str, int]
    complete: bool


class PatientFirst(BaseModel):
    """What was found to be paid, were this patient put first; other patients in numbers alone."""

    restored_minutes: int
    objective_change: int
    losing_care: int
    lost_minutes: int
    gaining_care: int
    with_other_times: int


class ShortShare(BaseModel):
    """Minutes of the shortage by what stands in the way: the patient's own life, the clinic, others."""

    tier: str
    minutes: int
    exact: bool


class PatientExplained(BaseModel):
    """Why care stays unmet, and the least that would have to change."""

    id: str
    priority: int
    unmet_minutes: int
    shares: list[ShortShare]
    reasons: list[Reason]
    preferred: PatientFirst | None
    changes: list[ProposedChange]
    tried: TriedChanges | None
    statement: str


class ClinicGain(BaseModel):
    """One more of something for the clinic, and what it brings at least."""

    kind: str
    text: str
    params: dict[str, Any]
    patch: list[StoredPatch]
    gain: int
    restored_minutes: int
    patients_helped: int
    price: int | None


class ClinicView(BaseModel):
    """Gains ranked; the figures of the timetable at hand to compare them with."""

    objective: int
    unmet_minutes: int
    gains: list[ClinicGain]
    complete: bool


class ExplanationAnswer(BaseModel):
    """`complete` unless the time limit came first: reasons are told first, changes and gains after them."""

    unmet_minutes: int
    patients: list[PatientExplained]
    clinic: ClinicView | None
    complete: bool
    exact: bool
