"""Tables of what goes out on its own: calendar feeds and webhooks.

`feed`: a secret address of one person's or room's calendar; only the SHA-256 of the secret's 256 random bits
is kept. `webhook`: where to tell of publications. Its secret signs what is sent, so it has to be kept itself.
`webhook_delivery`: one event for one webhook, in a table so that no crash loses it.

    state      waiting (until `due_at`), delivered, dead (given up: the dead-letter list)
    claimed_at who works on it has until then some minutes; a claim that is older is anybody's
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.store.columns import Json, Moment, now
from api.store.models import Id, Table

WAITING, DELIVERED, DEAD = "waiting", "delivered", "dead"


class Feed(Table):
    __tablename__ = "feed"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"))
    secret_hash: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))  # patient, clinician or room
    subject: Mapped[str] = mapped_column(Id)
    created_by: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        Index("ix_feed_secret_hash", "secret_hash", unique=True),
        Index("ix_feed_clinic_id", "clinic_id"),
    )


class Webhook(Table):
    __tablename__ = "webhook"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(String(128))
    created_by: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    __table_args__ = (Index("ix_webhook_clinic_id", "clinic_id"),)


class Delivery(Table):
    __tablename__ = "webhook_delivery"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(16), default=WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(Moment, default=now)
    claimed_at: Mapped[datetime | None] = mapped_column(Moment)
    last_error: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        Index("ix_webhook_delivery_state_due_at", "state", "due_at"),
        Index("ix_webhook_delivery_webhook_id", "webhook_id"),
    )
