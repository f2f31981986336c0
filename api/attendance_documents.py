"""The forms of documents around attendance, authorisations and progress, for OpenAPI."""

from __future__ import annotations

from typing import Literal

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


SCHEMAS: dict[type[BaseModel], str] = {
    model: model.__name__ for model in (AttendanceRequest, AttendanceShown, AuthorizationsDocument)
}
