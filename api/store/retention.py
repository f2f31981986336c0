"""What has been kept long enough, and its deletion."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from api.store.columns import now
from api.store.models import AuditEntry, Idempotency, SignIn, Status, Timetable

ENDED = (Status.SOLVED, Status.CANCELLED, Status.FAILED)


def _old(unpublished: datetime, published: datetime) -> ColumnElement[bool]:
    """Drafts by the shorter time, whatever was once published by the longer one."""
    draft = and_(
        Timetable.status.in_(ENDED), Timetable.published_at.is_(None), Timetable.finished_at < unpublished
    )
    return or_(draft, Timetable.published_at < published)


def count(session: Session, unpublished: datetime, published: datetime) -> dict[str, int]:
    """What `delete_timetables` and sealing would delete."""
    return {
        "timetables": _count(session, Timetable, _old(unpublished, published)),
        "audit entries": _count(session, AuditEntry, AuditEntry.at < published),
    }


def _count(session: Session, table: Any, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(which)) or 0


def delete_timetables(session: Session, unpublished: datetime, published: datetime) -> None:
    session.execute(delete(Timetable).where(_old(unpublished, published)))


def delete_expired(session: Session, idempotency: timedelta) -> None:
    """Keys of requests and sign-ins that are over."""
    session.execute(delete(Idempotency).where(Idempotency.created_at < now() - idempotency))
    session.execute(delete(SignIn).where(SignIn.expires_at < now()))
