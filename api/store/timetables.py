"""Questions and changes around timetable rows that routes and jobs share."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session, defer

from api.store.models import Status, Timetable, TimetableEvent

UNFINISHED = (Status.QUEUED, Status.SOLVING)


def new_id() -> str:
    """128 random bits: nobody guesses another clinic's timetable."""
    return f"tt-{secrets.token_hex(16)}"


def append_event(session: Session, timetable_id: str, kind: str, payload: dict[str, Any]) -> int:
    """Write the next event of a timetable and return its number; the row is locked until the commit."""
    seq = session.execute(
        update(Timetable)
        .where(Timetable.id == timetable_id)
        .values(event_seq=Timetable.event_seq + 1)
        .returning(Timetable.event_seq)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    session.add(TimetableEvent(timetable_id=timetable_id, seq=seq, kind=kind, payload=payload))
    return seq


def events_after(session: Session, timetable_id: str, seq: int, limit: int = 500) -> Sequence[TimetableEvent]:
    """What a stream that has seen everything up to `seq` still misses, oldest first."""
    return session.scalars(
        select(TimetableEvent)
        .where(TimetableEvent.timetable_id == timetable_id, TimetableEvent.seq > seq)
        .order_by(TimetableEvent.seq)
        .limit(limit)
    ).all()


def unfinished_in_lane(session: Session, lane: str) -> int:
    """Queued and running solves that count against one clinic's quota."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Timetable)
            .where(Timetable.lane == lane, Timetable.status.in_(UNFINISHED))
        )
        or 0
    )


def last_published(session: Session, clinic_id: str, week_start: str) -> Timetable | None:
    """The published timetable of the latest week up to the one given: what people are used to."""
    return session.scalars(
        select(Timetable)
        .where(
            Timetable.clinic_id == clinic_id,
            Timetable.status == Status.PUBLISHED,
            Timetable.week_start <= week_start,
        )
        .order_by(Timetable.week_start.desc())
        .limit(1)
    ).first()


def published_of_week(session: Session, clinic_id: str, week_start: str) -> Timetable | None:
    return session.scalars(
        select(Timetable).where(
            Timetable.clinic_id == clinic_id,
            Timetable.week_start == week_start,
            Timetable.status == Status.PUBLISHED,
        )
    ).first()


def of_clinic(
    session: Session,
    clinic_id: str,
    week_start: str | None,
    status: str | None,
    before: Timetable | None,
    limit: int,
) -> Sequence[Timetable]:
    """A clinic's timetables, newest first, without their large documents."""
    query = select(Timetable).options(defer(Timetable.problem), defer(Timetable.result))
    query = query.where(Timetable.clinic_id == clinic_id)
    if week_start is not None:
        query = query.where(Timetable.week_start == week_start)
    if status is not None:
        query = query.where(Timetable.status == status)
    if before is not None:
        query = query.where(tuple_(Timetable.created_at, Timetable.id) < (before.created_at, before.id))
    return session.scalars(
        query.order_by(Timetable.created_at.desc(), Timetable.id.desc()).limit(limit)
    ).all()
