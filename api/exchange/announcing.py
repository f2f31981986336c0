"""News for webhooks, written in the transaction of what they tell of: both happen or neither."""

from __future__ import annotations

import secrets
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.store.columns import now
from api.store.exchange import Delivery, Webhook
from api.store.models import Timetable

PUBLISHED: Final = "timetable.published"
CHANGED: Final = "timetable.changed"


def announce(session: Session, row: Timetable, before: Timetable | None) -> None:
    """A week has its first published timetable, or another one than before. Ids alone, for each webhook."""
    payload = event_of(row, before)
    for webhook in session.scalars(select(Webhook).where(Webhook.clinic_id == row.clinic_id)):
        key = f"wd-{secrets.token_hex(16)}"
        session.add(Delivery(id=key, webhook_id=webhook.id, event=payload["type"], payload=payload))


def event_of(row: Timetable, before: Timetable | None) -> dict[str, Any]:
    return {
        "type": PUBLISHED if before is None else CHANGED,
        "timestamp": now().isoformat(timespec="seconds").replace("+00:00", "Z"),
        "data": {
            "clinic": row.clinic_id,
            "week_start": row.week_start,
            "timetable": row.id,
            "replaces": before.id if before is not None else None,
        },
    }
