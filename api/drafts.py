"""Timetables made by changing another one: new drafts, which are nobody's week until they are published."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Caller
from api.audit import patients_of
from api.errors import Stale
from api.etags import check, etag
from api.service import Service
from api.store.columns import now
from api.store.models import Status, Timetable
from api.store.timetables import append_event, new_id
from api.weeks import StoredWeek

Json = dict[str, Any]


def add_draft(
    session: Session, week: StoredWeek, caller: Caller, problem: Json, result: Json, **options: Any
) -> Timetable:
    """A finished timetable of the same clinic and week; the one it was made from stays as it is."""
    parent, figures = week.row, result["objective"]
    row = Timetable(
        id=new_id(),
        clinic_id=parent.clinic_id,
        lane=parent.lane,
        owner=caller.actor,
        parent_id=parent.id,
        week_start=parent.week_start,
        status=Status.SOLVED,
        problem=problem,
        options={**_search_options(parent.options), **options},
        result=result,
        best=figures["value"],
        bound=figures["bound"],
        gap=figures["gap"],
        finished_at=now(),
    )
    session.add(row)
    session.flush()
    append_event(session, row.id, Status.SOLVED, {})
    return row


def _search_options(options: Json) -> Json:
    return {name: options[name] for name in ("time_limit", "gap", "seed", "groups") if name in options}


def move_on(session: Session, week: StoredWeek, if_match: str) -> None:
    """Note on a timetable that its moves go on in a draft: who still has it open is told so, once."""
    row = session.get(Timetable, week.row.id, with_for_update=True)
    if row is None:
        raise Stale(None)
    session.refresh(row)
    try:
        check(row.version, if_match)
    except Stale:
        raise moved_on(session, row) from None
    row.version += 1


def moved_on(session: Session, row: Timetable) -> Stale:
    """What has changed may be that somebody else has moved something: their drafts, newest first."""
    newer = select(Timetable.id).where(Timetable.parent_id == row.id).order_by(Timetable.created_at.desc())
    stale = Stale(etag(row.version))
    stale.members["drafts"] = list(session.scalars(newer.limit(10)))
    return stale


def note_draft(session: Session, service: Service, caller: Caller, action: str, row: Timetable) -> None:
    service.audit.change(
        session, caller, action, row.clinic_id, patients_of(row.result), row.id, made_from=row.parent_id
    )
