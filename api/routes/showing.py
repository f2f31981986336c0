"""A timetable row as JSON: the contract's document once there is one, before that its state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from api.store.columns import instant
from api.store.models import Status, Timetable


def shown(row: Timetable) -> dict[str, Any]:
    if row.result is not None:
        return {**row.result, "id": row.id, "status": row.status}
    return state(row)


def state(row: Timetable) -> dict[str, Any]:
    """What it is doing, or why it failed."""
    progress = None
    if row.best is not None:
        names = ("best", "bound", "gap", "seconds", "patients_short")
        progress = {name: getattr(row, name) for name in names}
    return {
        "id": row.id,
        "status": row.status,
        "clinic": row.clinic_id or "",
        "week_start": row.week_start,
        "progress": progress,
        "error": row.error,
    }


def accepted(row: Timetable) -> dict[str, Any]:
    """The answer to the request that made it: the same each time the request is repeated."""
    return {**state(row), "status": Status.QUEUED, "progress": None, "error": None}


def summary(row: Timetable) -> dict[str, Any]:
    moments = ("created_at", "started_at", "finished_at", "published_at")
    return {**state(row), "parent": row.parent_id, **{name: _instant(getattr(row, name)) for name in moments}}


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else instant(moment)
