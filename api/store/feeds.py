"""Calendar feeds: made, found by their secret, ended."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from api.store.columns import now
from api.store.exchange import Feed
from api.store.keys import digest
from api.store.models import Status, Timetable, TimetableEvent


def make_feed(
    session: Session, clinic_id: str, kind: str, subject: str, actor: str, expires_at: datetime | None
) -> tuple[Feed, str]:
    """A feed and its secret, which exists nowhere but in this answer."""
    secret = secrets.token_urlsafe(32)
    feed = Feed(
        id=f"feed-{secrets.token_hex(8)}",
        clinic_id=clinic_id,
        secret_hash=digest(secret),
        kind=kind,
        subject=subject,
        created_by=actor,
        expires_at=expires_at,
    )
    session.add(feed)
    session.flush()
    return feed, secret


def find_feed(session: Session, secret: str) -> Feed | None:
    """The feed of a secret, if it is neither revoked nor over. 256 random bits are found by their hash."""
    feed = session.scalars(select(Feed).where(Feed.secret_hash == digest(secret))).first()
    if feed is None or feed.revoked_at is not None:
        return None
    return None if feed.expires_at is not None and feed.expires_at <= now() else feed


def feeds_of(session: Session, clinic_id: str) -> Sequence[Feed]:
    return session.scalars(
        select(Feed).where(Feed.clinic_id == clinic_id).order_by(Feed.created_at, Feed.id)
    ).all()


def published_weeks(
    session: Session, clinic_id: str, since: str, until: str = "9999-12-31"
) -> Sequence[Timetable]:
    """The published timetables of a clinic whose first date is in the range, without their problems."""
    return session.scalars(
        select(Timetable)
        .options(defer(Timetable.problem))
        .where(
            Timetable.clinic_id == clinic_id,
            Timetable.status == Status.PUBLISHED,
            Timetable.week_start.between(since, until),
        )
        .order_by(Timetable.week_start)
    ).all()


def publications_before(session: Session, clinic_id: str, weeks: Sequence[str]) -> dict[str, int]:
    """By week: how often it was published before its present publication."""
    told = session.execute(
        select(Timetable.week_start, func.count())
        .join(TimetableEvent, TimetableEvent.timetable_id == Timetable.id)
        .where(
            Timetable.clinic_id == clinic_id,
            Timetable.week_start.in_(weeks),
            TimetableEvent.kind == Status.PUBLISHED,
        )
        .group_by(Timetable.week_start)
    )
    return {week: max(0, count - 1) for week, count in told}
