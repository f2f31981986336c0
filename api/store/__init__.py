"""The system of record: one set of tables and migrations for SQLite and PostgreSQL."""

from __future__ import annotations

from api.store import attendance, exchange
from api.store.database import Sessions, open_database
from api.store.models import Status, Table, Timetable, TimetableEvent

__all__ = [
    "Sessions",
    "Status",
    "Table",
    "Timetable",
    "TimetableEvent",
    "attendance",
    "exchange",
    "open_database",
]
