"""The forms of the service's own documents, for OpenAPI and for the small requests around a timetable.

The parts of a problem that are stored (clinic, patients, cohorts, pairs) are judged by `scheduler.intake`,
put together as a whole problem (`api.judging`): a stored clinic and a sent problem meet the same checks.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from scheduler.problem import (
    REGION_PATTERN,
    ApartPair,
    Baseline,
    Clinician,
    Closure,
    Cohort,
    Commitment,
    DatedWindow,
    Document,
    Id,
    LocalDate,
    Patient,
    Pin,
    Program,
    Room,
    SessionType,
    Standing,
    WeeklyWindow,
    Weights,
)

TimeLimit = Annotated[float, Field(ge=1, le=86_400, description="seconds to search")]
Gap = Annotated[float, Field(ge=0, le=1, description="good enough: (objective − bound) / objective")]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
Groups = Annotated[
    Literal["free", "standing", "prefer"],
    Field(
        description="standing groups: `free` ignores them, `standing` has no others of their types, "
        "`prefer` leaves a place only where that is worth a moved attendance"
    ),
]


class Site(Document):
    """One site; `week_start` belongs to the timetable asked for."""

    id: Id | None = Field(default=None, description="the id of the path; may be left out")
    name: str = Field(default="", max_length=500)
    timezone: str = Field(max_length=100)
    slot_minutes: Literal[5, 10, 15, 20, 30, 60] = 15
    opening_hours: tuple[WeeklyWindow, ...] = ()
    closures: tuple[Closure, ...] = ()
    region: Annotated[str, Field(pattern=REGION_PATTERN)] | None = None
    standing: tuple[Standing, ...] = ()


class ClinicDocument(Document):
    """What stays from week to week: rooms, session types, programs and clinicians live in it."""

    schema_version: Literal["1"] = "1"
    clinic: Site
    session_types: tuple[SessionType, ...] = ()
    programs: tuple[Program, ...] = ()
    clinicians: tuple[Clinician, ...] = ()
    rooms: tuple[Room, ...] = ()
    weights: Weights = Weights()


class PatientDocument(Patient):
    """A patient as stored: the contract's document without `name`, and a name for the page alone."""

    display_name: str | None = Field(
        default=None, max_length=200, description="shown on the page; never in a problem, log, feed or export"
    )


class PatientBody(PatientDocument):
    """One patient, whose id is in the path."""

    id: Id | None = Field(default=None, description="the id of the path; may be left out")  # type: ignore[assignment]


class PatientList(BaseModel):
    patients: list[PatientDocument]
    next: str | None = Field(default=None, description="the `cursor` of the next page; null on the last one")


class PatientsDocument(Document):
    """All patients of a clinic: who is not in the list is deleted."""

    patients: tuple[PatientDocument, ...]


class PatientChange(BaseModel):
    id: str
    fields: list[str]


class PatientsDifference(BaseModel):
    added: list[str]
    changed: list[PatientChange]
    removed: list[str]
    unchanged: int
    applied: bool


class CommitmentsDocument(Document):
    """All commitments of one patient."""

    commitments: tuple[Commitment, ...]


class AvailabilityDocument(Document):
    """When a clinician works; `time_off` left out stays as it is."""

    availability: tuple[WeeklyWindow, ...]
    time_off: tuple[DatedWindow, ...] = ()


class CohortsDocument(Document):
    """All closed groups of a clinic."""

    cohorts: tuple[Cohort, ...]


class ApartDocument(Document):
    """All pairs of patients who are never in the same session."""

    apart: tuple[ApartPair, ...]


class PlannedWeek(Document):
    """Take the sessions of one of the clinic's own timetables."""

    timetable: Id


class SolveOptions(Document):
    """How long and how well to search."""

    time_limit: TimeLimit = 60
    gap: Gap = 0.01
    seed: Seed = 0
    groups: Groups = "free"


class PlanRequest(SolveOptions):
    """Plan one week from what is stored."""

    week_start: LocalDate
    baseline: Baseline | PlannedWeek | None = Field(
        default=None,
        description="left out: the last published week, so that people keep their times; "
        '`{"sessions": []}`: start afresh',
    )
    pins: tuple[Pin, ...] = ()
    weights: Weights | None = None


class PublishRequest(Document):
    """Rules that may be broken on purpose, and why."""

    accept: tuple[Annotated[str, Field(max_length=64)], ...] = Field(default=(), max_length=64, strict=False)
    reason: str | None = Field(default=None, max_length=500)


class ProgressShown(BaseModel):
    best: int | None
    bound: int | None
    gap: float | None
    seconds: float | None
    patients_short: int | None


class TimetableState(BaseModel):
    """A timetable that has no sessions (yet): what it is doing, or why it failed."""

    id: str
    status: Literal["queued", "solving", "solved", "cancelled", "failed", "published", "superseded"]
    clinic: str
    week_start: str
    progress: ProgressShown | None = None
    error: dict[str, Any] | None = None


class TimetableSummary(TimetableState):
    parent: str | None = Field(description="the timetable that this draft was made from by moves or a repair")
    created_at: str
    started_at: str | None
    finished_at: str | None
    published_at: str | None


class TimetableList(BaseModel):
    timetables: list[TimetableSummary]
    next: str | None = None


class ClinicSummary(BaseModel):
    id: str
    name: str
    timezone: str


class ClinicList(BaseModel):
    clinics: list[ClinicSummary]
    next: str | None = None


class FindingShown(BaseModel):
    """A broken rule: about whom, in words, and the sessions it is seen in."""

    rule: str
    subject: str
    text: str
    params: dict[str, Any]
    sessions: list[str]


class PublishVerdict(BaseModel):
    """What publishing would say."""

    publishable: bool
    findings: list[FindingShown]


class SessionRequest(BaseModel):
    key: str = Field(max_length=200, description="an API key, `prefix.secret`")


class SessionShown(BaseModel):
    """Who is signed in."""

    actor: str
    role: Literal["viewer", "scheduler", "integrator", "admin"]
    clinics: list[str] | None = Field(description="null: every clinic")
