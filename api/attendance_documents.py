"""The forms of documents around attendance, authorisations and progress, for OpenAPI."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from scheduler.problem import Count, Document, Id, LocalDate, Minutes

MarkWord = Literal["attended", "late", "missed", "excused"]


class MarkGiven(Document):
    """One attendance; `mark` null takes back what was marked."""

    null_means_itself = frozenset({"mark"})

    session: Id
    patient: Id
    mark: MarkWord | None
    minutes: Minutes | None = Field(default=None, description="of a late one: how many were attended")


class AttendanceRequest(Document):
    """Marks to add or to change; what is not listed stays as it is."""

    marks: tuple[MarkGiven, ...] = Field(strict=False, max_length=20_000)


class MarkShown(BaseModel):
    """A mark as stored; `session` is null where this timetable does not hold what was marked."""

    session: str | None
    patient: str
    mark: MarkWord
    minutes: int | None
    session_type: str
    start: str
    by: str
    at: str


class AttendanceShown(BaseModel):
    """Who came in a published week; `unmarked` of its `planned` attendances say nothing yet."""

    timetable: str
    week_start: str
    planned: int
    unmarked: int
    marks: list[MarkShown]


class AuthorizationStored(Document):
    """What a payer allows between two dates; a limit left out is none."""

    id: Id
    from_: LocalDate = Field(alias="from")
    until: LocalDate
    days: Count | None = Field(default=None, description="care days")
    minutes: Count | None = Field(default=None, description="care minutes")


class AuthorizationsDocument(Document):
    """All stored authorisations of one patient."""

    authorizations: tuple[AuthorizationStored, ...] = Field(strict=False, max_length=200)


class WarningShown(BaseModel):
    code: str
    text: str
    params: dict[str, Any]


class ProgressWeek(BaseModel):
    """One published week; what is not marked yet counts as planned, and is not owed."""

    week_start: str
    timetable: str
    planned_minutes: int = Field(description="of care, as published")
    attended_minutes: int = Field(description="of care, marked as attended or late")
    missed_minutes: int = Field(description="of care: missed, excused, and what late ones lack")
    unmet_minutes: int = Field(description="what the published week itself leaves unmet")
    owed_minutes: int = Field(description="what is unmet since beyond that: care to be made up")
    owed: dict[str, int] = Field(
        description="minutes by requirement, each lacking session at those of its shortest type"
    )
    care_days: int
    payer_days: int = Field(description="care days that reach the program's `day_care_minutes.min`")
    no_shows: int = Field(description="sessions marked as missed")
    excused: int
    unmarked: int


class NextWeek(BaseModel):
    """What a week may use of the stored authorisations; `authorized` is null where there are none."""

    week_start: str
    program: str
    authorized: dict[str, Any] | None
    authorization: str | None = Field(description="the id of the one that counts")
    warnings: list[WarningShown]


class StabilityShown(BaseModel):
    """How steady the latest week is."""

    kept: float | None = Field(description="share of the week before at the same type, weekday and start")
    spread: int | None = Field(description="minutes between the earliest and the latest first start")
    weeks_same: int = Field(description="weeks in a row with the same weekdays and starts")


class PatientProgress(BaseModel):
    """A patient's published weeks in their order, and what lies ahead."""

    patient: str
    weeks: list[ProgressWeek]
    next: NextWeek
    stability: StabilityShown


SCHEMAS: dict[type[BaseModel], str] = {
    model: model.__name__
    for model in (AttendanceRequest, AttendanceShown, AuthorizationsDocument, PatientProgress)
}
