"""Questions and changes around timetable rows that routes and jobs share."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

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
