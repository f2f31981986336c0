"""The tables.

Who writes what: `api.routes` writes clinics, patients, keys and the first state of a timetable row;
`api.jobs` moves a timetable row from `queued` to its end. Every write of a job is fenced (`WHERE attempt =
:mine`): after a stall two workers can hold one job, and only the latest may complete it.

`timetable`
    id               opaque and unguessable; the job's only identity, the engine carries nothing else
    clinic_id        the stored clinic it was planned for; NULL for a whole problem sent by another system
    lane             what quota and fairness count by: the clinic id, or the owner where there is no clinic
    owner            the actor (`key:<prefix>`, `oidc:<hash of the subject>`) that asked for it; a timetable
                     without a clinic is shown to its owner and to unscoped admins alone
    parent_id        the timetable that a draft was made from, by moves or a repair
    week_start       first date of its planning week, "YYYY-MM-DD"
    status           queued solving solved cancelled failed published superseded (`Status`)
    attempt          0 while never started; each worker that takes the job adds 1, and writes only where it
                     still is that number
    worker           who runs the attempt, NULL when nobody does
    heartbeat_at     last sign of life of that worker; a stale one makes the row free for the next attempt
    cancel_requested set by `POST …/cancel`; the worker stops softly and keeps the best as `cancelled`
    problem          the whole problem document as planned. A row without a clinic loses it when its job ends,
                     whatever the end: the completing statement writes NULL
    options          {"time_limit": seconds, "gap": share, "seed": int}; of a draft made by hand also the pins
                     that were asked for (`asked_pins`) and those that moves have left (`by_hand`)
    result           the timetable document (contract, section 5); `id` and `status` are the row's when sent
    error            why it failed: {"code", "detail", "errors"?: [{pointer, message, code}], "rules"?: […]};
                     codes: no_timetable_found pins_clash out_of_memory crashed timed_out internal poison
    best bound gap seconds patients_short   the last progress, NULL before the first
    event_seq        number of the last row in `timetable_event`, 0 when there is none
    version          the ETag: +1 whenever status, result or problem changes, not for progress or heartbeats
    accepted         what publishing accepted: {"rules": […], "reason": "…", "by": actor, "at": …}, else NULL
    created_at started_at finished_at published_at   started_at is the first attempt's

`timetable_event`: one row a server-sent event; `seq` 1, 2, 3 … within a timetable is the event's id.
    kind      queued started progress solved cancelled failed published superseded
    payload   progress: {best, bound, gap, seconds, patients_short, phase}; started: {attempt};
              failed: {code, detail}; others {}
    `api.store.timetables.append_event` writes it, in the transaction of the change it tells of.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, MetaData, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from api.store.columns import Json, Moment, now

# SQLite gives a rowid alias (and so a sequence) to INTEGER primary keys only.
Sequence = BigInteger().with_variant(Integer(), "sqlite")
Id = String(64)


class Table(DeclarativeBase):
    """Every constraint is named, so that a migration can drop it on either database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Status(StrEnum):
    QUEUED = "queued"
    SOLVING = "solving"
    SOLVED = "solved"
    CANCELLED = "cancelled"
    FAILED = "failed"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"

    @property
    def unfinished(self) -> bool:
        return self in (Status.QUEUED, Status.SOLVING)


class Clinic(Table):
    """One clinic: its document (contract, section 8), its cohorts and its pairs kept apart.

    `revision` grows with every change of anything stored for the clinic; publishing compares it, so that what
    was verified is what is stored. The other versions are the ETags of the single resources.
    """

    __tablename__ = "clinic"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(default=1)
    cohorts: Mapped[list[Any]] = mapped_column(Json, default=list)
    cohorts_version: Mapped[int] = mapped_column(default=0)
    apart: Mapped[list[Any]] = mapped_column(Json, default=list)
    apart_version: Mapped[int] = mapped_column(default=0)
    patients_version: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    updated_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Patient(Table):
    """A patient of a clinic: `document` never holds the display name, so no problem document can.

    `authorizations` are the payer's, a list of {id, from, until, days, minutes}; what a week may still use of
    them is worked out when it is planned.
    """

    __tablename__ = "patient"

    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    display_name: Mapped[str | None] = mapped_column(Text)
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(default=1)
    authorizations: Mapped[list[Any]] = mapped_column(Json, default=list)
    authorizations_version: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Timetable(Table):
    """A job and its answer; the module's docstring says what each column means."""

    __tablename__ = "timetable"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    clinic_id: Mapped[str | None] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"))
    lane: Mapped[str] = mapped_column(String(128))
    owner: Mapped[str] = mapped_column(String(128))
    parent_id: Mapped[str | None] = mapped_column(Id)
    week_start: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(16), default=Status.QUEUED)
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(128))
    heartbeat_at: Mapped[datetime | None] = mapped_column(Moment)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    problem: Mapped[dict[str, Any] | None] = mapped_column(Json)
    options: Mapped[dict[str, Any]] = mapped_column(Json)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    best: Mapped[int | None] = mapped_column(BigInteger)
    bound: Mapped[int | None] = mapped_column(BigInteger)
    gap: Mapped[float | None] = mapped_column()
    seconds: Mapped[float | None] = mapped_column()
    patients_short: Mapped[int | None] = mapped_column()
    event_seq: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    accepted: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    published_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        Index("ix_timetable_status_created_at", "status", "created_at"),
        Index("ix_timetable_lane_status", "lane", "status"),
        Index("ix_timetable_lane_started_at", "lane", "started_at"),
        Index("ix_timetable_clinic_id_week_start", "clinic_id", "week_start"),
        # The database itself keeps the promise of one published timetable a clinic and week.
        Index(
            "uq_timetable_published",
            "clinic_id",
            "week_start",
            unique=True,
            sqlite_where=text("status = 'published'"),
            postgresql_where=text("status = 'published'"),
        ),
    )


class TimetableEvent(Table):
    """What happened to a timetable, in order, so that an event stream resumes where it broke."""

    __tablename__ = "timetable_event"

    timetable_id: Mapped[str] = mapped_column(
        ForeignKey("timetable.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class Idempotency(Table):
    """One Idempotency-Key of one actor: the same request is answered with the same timetable."""

    __tablename__ = "idempotency"

    owner: Mapped[str] = mapped_column(String(128), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    timetable_id: Mapped[str] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ApiKey(Table):
    """A key `prefix.secret`: only the SHA-256 of its 256 random bits is kept. `clinics` NULL means all."""

    __tablename__ = "api_key"

    prefix: Mapped[str] = mapped_column(String(32), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    clinics: Mapped[list[str] | None] = mapped_column(Json)
    label: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class SignIn(Table):
    """A session cookie: worth what its key is worth, and ends with it."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    key_prefix: Mapped[str] = mapped_column(ForeignKey("api_key.prefix", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class AuditEntry(Table):
    """Who did what, when, to which patients, from where. Rows are never changed (a trigger refuses it)."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    clinic_id: Mapped[str | None] = mapped_column(Id)  # no foreign key: the log outlives what it tells of
    actor: Mapped[str] = mapped_column(String(128))
    action: Mapped[str] = mapped_column(String(64))
    patients: Mapped[list[str]] = mapped_column(Json, default=list)
    timetable_id: Mapped[str | None] = mapped_column(Id)
    source: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    __table_args__ = (
        Index("ix_audit_entry_clinic_id_id", "clinic_id", "id"),
        # Without it SQLite gives the ids of deleted rows again, and a seal would point at another entry.
        {"sqlite_autoincrement": True},
    )


class AuditSeal(Table):
    """One link of a clinic's hash chain: `hash` is SHA-256 over the link before it and the entry."""

    __tablename__ = "audit_seal"

    chain: Mapped[str] = mapped_column(Id, primary_key=True)  # the clinic id; "" for entries of no clinic
    position: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(Sequence, unique=True)
    hash: Mapped[str] = mapped_column(String(64))
