"""The forms of documents around attendance, authorisations and progress, for OpenAPI."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from api.documents import FindingShown
from api.question_documents import PlannedAttendance
from scheduler.attendance import Progress
from scheduler.moves import Move
from scheduler.problem import Count, Document, Id, LocalDate, LocalTime, Minutes
from scheduler.stability import Stability
from scheduler.timetable import Reason

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


class ProgressWeek(Progress):
    """One published week; what is not marked yet counts as planned, and is not owed."""

    week_start: str
    timetable: str
    excused: int
    unmarked: int = Field(description="attendances without a mark")


class NextWeek(BaseModel):
    """What a week may use of the stored authorisations; `authorized` is null where there are none."""

    week_start: str
    program: str
    authorized: dict[str, Any] | None
    authorization: str | None = Field(description="the id of the one that counts")
    warnings: list[Reason]


class PatientLeft(BaseModel):
    """What one patient may still use in the week."""

    patient: str
    authorized: dict[str, Any]
    authorization: str | None = Field(description="the id of the one that counts")
    warnings: list[Reason]


class AuthorizationsLeft(BaseModel):
    """Everybody with stored authorisations, by id."""

    week_start: str
    patients: list[PatientLeft]


class PatientProgress(BaseModel):
    """A patient's published weeks in their order, and what lies ahead."""

    patient: str
    weeks: list[ProgressWeek]
    next: NextWeek
    stability: Stability | None = Field(description="null where the patient has attended nothing yet")


class MakeUpsRequest(Document):
    """From when on, and for whom; both may be left out: from now on, for everybody who is owed care."""

    at: LocalTime | None = None
    patient: Id | None = None


class MakeUpShown(BaseModel):
    """One patient who is owed care: the sessions that make it up, and what stays owed."""

    patient: str
    owed_minutes: int
    added: list[PlannedAttendance]
    made_up_minutes: int
    still_owed_minutes: int
    still_owed: dict[str, int]
    could: bool = Field(
        description="whether a place of an owed kind is free for the patient, looked at alone"
    )
    exact: bool
    reasons: list[Reason]


class MakeUpsAnswer(BaseModel):
    """`moves` make all of it; where they would break rules there are none, and `findings` tells which."""

    at: str
    make_ups: list[MakeUpShown]
    moves: list[Move]
    findings: list[FindingShown]


SCHEMAS: dict[type[BaseModel], str] = {
    model: model.__name__
    for model in (
        AttendanceRequest,
        AttendanceShown,
        AuthorizationsDocument,
        MakeUpsAnswer,
        MakeUpsRequest,
        AuthorizationsLeft,
        PatientProgress,
    )
}
