"""What has been kept long enough, and its deletion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from api.store.attendance import Mark
from api.store.columns import now
from api.store.exchange import WAITING, Delivery
from api.store.models import AuditEntry, Idempotency, SignIn, Status, Timetable

DELIVERIES_KEPT = timedelta(days=30)
AT_ONCE = 500  # a statement takes only so many parameters
ENDED = (Status.SOLVED, Status.CANCELLED, Status.FAILED)


@dataclass(frozen=True, slots=True)
class Since:
    """What is older than these is deleted."""

    moved_on: datetime
    unpublished: datetime
    published: datetime


def _old(since: Since) -> ColumnElement[bool]:
    """Each hand-made change leaves a draft behind, so those that were changed again go soonest."""
    made_from = select(Timetable.parent_id).where(Timetable.parent_id.is_not(None))
    never = and_(Timetable.status.in_(ENDED), Timetable.published_at.is_(None))
    moved_on = and_(Timetable.parent_id.is_not(None), Timetable.id.in_(made_from))
    return or_(
        and_(never, Timetable.finished_at < since.unpublished),
        and_(never, moved_on, Timetable.finished_at < since.moved_on),
        Timetable.published_at < since.published,
    )


def count(session: Session, since: Since) -> dict[str, int]:
    """What deleting and sealing would delete."""
    return {
        "timetables": _count(session, Timetable, _old(since)),
        "attendance marks": _count(session, Mark, Mark.at < since.published),
        "audit entries": _count(session, AuditEntry, AuditEntry.at < since.published),
    }


def _count(session: Session, table: Any, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(which)) or 0


def delete_timetables(session: Session, since: Since) -> None:
    old = session.scalars(select(Timetable.id).where(_old(since))).all()
    for first in range(0, len(old), AT_ONCE):
        some = old[first : first + AT_ONCE]
        session.execute(
            delete(Timetable).where(Timetable.id.in_(some)).execution_options(synchronize_session=False)
        )


def delete_marks(session: Session, since: Since) -> None:
    """Attendance is a record of the published week, and is kept as long."""
    session.execute(delete(Mark).where(Mark.at < since.published))


def delete_expired(session: Session, idempotency: timedelta) -> None:
    """Keys of requests, sign-ins and deliveries that are over."""
    session.execute(delete(Idempotency).where(Idempotency.created_at < now() - idempotency))
    session.execute(delete(SignIn).where(SignIn.expires_at < now()))
    old = now() - DELIVERIES_KEPT
    session.execute(delete(Delivery).where(Delivery.state != WAITING, Delivery.finished_at < old))
