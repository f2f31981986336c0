"""Who came: one row a mark, never changed; the latest of an attendance counts.

An attendance is a patient, a session type and a start. A repaired week is another timetable with other
session ids, and what was marked still holds in it: what has happened keeps its type and its start.

`attendance_mark`
    week_start    first date of the planning week, as the published timetable has it
    timetable_id  the timetable that was marked; it may be superseded since
    start         local wall clock, "YYYY-MM-DDTHH:MM"
    mark          attended late missed excused; NULL takes back what was marked
    minutes       of a late one: how many were attended
    actor, at     who marked it, when

A deleted patient's marks go with the patient; the audit log keeps that they were made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.store.columns import Moment, now
from api.store.models import Id, Status, Table, Timetable
from api.store.models import Sequence as Number

Attendance = tuple[str, str, str]  # patient, session type, start
Json = dict[str, Any]


class Mark(Table):
    __tablename__ = "attendance_mark"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    clinic_id: Mapped[str] = mapped_column(Id)
    patient_id: Mapped[str] = mapped_column(Id)
    week_start: Mapped[str] = mapped_column(String(10))
    timetable_id: Mapped[str] = mapped_column(Id)
    session_type: Mapped[str] = mapped_column(Id)
    start: Mapped[str] = mapped_column(String(16))
    mark: Mapped[str | None] = mapped_column(String(16))
    minutes: Mapped[int | None] = mapped_column()
    actor: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime] = mapped_column(Moment, default=now)

    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name="fk_attendance_mark_clinic_id_patient_id",
            ondelete="CASCADE",
        ),
        Index("ix_attendance_mark_clinic_id_week_start", "clinic_id", "week_start"),
        Index("ix_attendance_mark_clinic_id_patient_id", "clinic_id", "patient_id"),
        # The highest number of a week is its ETag: a number must not come twice.
        {"sqlite_autoincrement": True},
    )

    @property
    def attendance(self) -> Attendance:
        return self.patient_id, self.session_type, self.start


Marks = Mapping[Attendance, Mark]


def marks_of_week(session: Session, clinic_id: str, week_start: str) -> Marks:
    """What counts now, by attendance."""
    return _current(
        session.scalars(
            select(Mark).where(Mark.clinic_id == clinic_id, Mark.week_start == week_start).order_by(Mark.id)
        )
    )


def marks_between(session: Session, clinic_id: str, patients: Sequence[str], first: str, until: str) -> Marks:
    """What counts now of some patients, from one date to another (inclusive)."""
    query = (
        select(Mark)
        .where(Mark.clinic_id == clinic_id, Mark.patient_id.in_(patients))
        .where(Mark.start >= first, Mark.start < f"{until}U")  # dates and times are compared as text
    )
    return _current(session.scalars(query.order_by(Mark.id)))


def _current(rows: Iterable[Mark]) -> Marks:
    latest = {row.attendance: row for row in rows}
    return {key: row for key, row in latest.items() if row.mark is not None}


def version_of_week(session: Session, clinic_id: str, week_start: str) -> int:
    """Grows with every mark of the week; 0 before the first."""
    found = select(func.max(Mark.id)).where(Mark.clinic_id == clinic_id, Mark.week_start == week_start)
    return session.scalar(found) or 0


@dataclass(frozen=True, slots=True)
class PublishedWeek:
    """The sessions of a published week, and the minutes of each session type that counted as care in it."""

    id: str
    week_start: str
    sessions: list[Json]
    care_minutes: dict[str, int]


def published_between(session: Session, clinic_id: str, first: str, until: str) -> list[PublishedWeek]:
    """Published weeks that begin between two dates (inclusive), in their order.

    Only these parts of the two large documents leave the database.
    """
    rows = session.execute(
        select(
            Timetable.id,
            Timetable.week_start,
            Timetable.result["sessions"],
            Timetable.problem["session_types"],
        )
        .where(Timetable.clinic_id == clinic_id, Timetable.status == Status.PUBLISHED)
        .where(Timetable.week_start >= first, Timetable.week_start <= until)
        .order_by(Timetable.week_start)
    )
    return [
        PublishedWeek(key, start, sessions or [], _care(types or [])) for key, start, sessions, types in rows
    ]


def _care(session_types: list[Json]) -> dict[str, int]:
    return {t["id"]: t["minutes"] for t in session_types if t.get("counts_as_care") is not False}
