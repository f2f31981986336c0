"""Timetable rows to try the jobs on; what the trial solve does is said in the row's problem."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from api.jobs.engine import Engine
from api.store import Sessions, Timetable, TimetableEvent
from api.store.columns import now
from api.store.models import Clinic


def add_row(
    sessions: Sessions,
    row: str,
    lane: str = "clinic-a",
    stored: bool = False,
    age: float = 0,
    time_limit: float = 30,
    engine: Engine | None = None,
    **trial: Any,
) -> str:
    """A queued row of a lane; `stored` gives it a stored clinic. `trial` is for `trials.solve`."""
    with sessions.write() as session:
        if stored and session.get(Clinic, lane) is None:
            session.add(Clinic(id=lane, document={}))
            session.flush()
        session.add(
            Timetable(
                id=row,
                clinic_id=lane if stored else None,
                lane=lane,
                owner="key:test",
                week_start="2026-11-30",
                problem={"trial": {"name": row, **trial}},
                options={"time_limit": time_limit, "gap": 0.01, "seed": 0},
                created_at=now() - timedelta(seconds=age),
            )
        )
        if engine is not None:
            engine.enqueue(session, row)
    return row


def get_row(sessions: Sessions, row: str) -> Timetable:
    with sessions.read() as session:
        return session.get_one(Timetable, row)


def status_of(sessions: Sessions, row: str) -> str:
    with sessions.read() as session:
        return session.scalars(select(Timetable.status).where(Timetable.id == row)).one()


def kinds(sessions: Sessions, row: str) -> list[str]:
    """The kinds of a row's events in order, repeated progress shown once; the numbers have no holes."""
    with sessions.read() as session:
        found = session.execute(
            select(TimetableEvent.seq, TimetableEvent.kind)
            .where(TimetableEvent.timetable_id == row)
            .order_by(TimetableEvent.seq)
        ).all()
    assert [event.seq for event in found] == list(range(1, len(found) + 1))
    told: list[str] = []
    for event in found:
        if not (told and told[-1] == event.kind == "progress"):
            told.append(event.kind)
    return told
