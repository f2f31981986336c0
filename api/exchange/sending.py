"""Deliveries on their way: claimed by one process at a time, signed, tried again later, given up at last.

What is sent follows the Standard Webhooks form: `webhook-id`, `webhook-timestamp` and `webhook-signature`,
the HMAC-SHA256 of `id.timestamp.body` under the webhook's secret.
"""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from random import uniform
from threading import Event, Thread
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from api.exchange.outbound import NotSent, send
from api.settings import Settings
from api.store.columns import now
from api.store.database import Sessions
from api.store.exchange import DEAD, DELIVERED, WAITING, Delivery, Webhook

SECRET_START: Final = "whsec_"
AT_ONCE: Final = 20
GROWTH: Final = 5  # each pause is so many times the one before
LONGEST_PAUSE: Final = timedelta(hours=12)
LOST: Final = timedelta(minutes=5)  # a claim so old is of a process that is gone

log = structlog.get_logger("api.webhooks")


def new_secret() -> str:
    return SECRET_START + b64encode(secrets.token_bytes(32)).decode()


def signed(secret: str, key: str, moment: datetime, body: bytes) -> dict[str, str]:
    """Headers by which a receiver knows who sent it, when, and that it is whole."""
    stamp = str(int(moment.timestamp()))
    content = f"{key}.{stamp}.".encode() + body
    mac = hmac.new(b64decode(secret.removeprefix(SECRET_START)), content, sha256).digest()
    return {
        "webhook-id": key,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{b64encode(mac).decode()}",
        "Content-Type": "application/json",
        "User-Agent": "iop-scheduler",
    }


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed delivery and where it goes."""

    key: str
    webhook: str
    url: str
    secret: str
    payload: dict[str, Any]
    attempts: int
    claimed_at: datetime


class Sender:
    """A thread of each API process; the table says who works on what."""

    def __init__(self, sessions: Sessions, settings: Settings) -> None:
        self._sessions = sessions
        self._settings = settings
        self._stopping = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        self._thread = Thread(target=self._work, name="webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            # What is in the middle of being sent is sent again by whoever finds its claim grown old.
            self._thread.join(timeout=2)

    def _work(self) -> None:
        while not self._stopping.wait(1.0):
            try:
                for job in self._claimed():
                    if self._stopping.is_set():
                        return  # its claim grows old, and another process takes it over
                    self._settle(job, self._try(job))
            except SQLAlchemyError as failure:
                log.warning("webhooks_not_sent", error=type(failure).__name__)

    def _claimed(self) -> Sequence[Job]:
        """What is due and nobody's, marked as ours in the same breath."""
        moment = now()
        with self._sessions.read() as session:
            due = session.scalars(select(Delivery.id).where(*_due(moment)).limit(AT_ONCE)).all()
        if not due:
            return []
        with self._sessions.write() as session:
            ours = session.scalars(
                update(Delivery)
                .where(Delivery.id.in_(due), *_due(moment))
                .values(claimed_at=moment, attempts=Delivery.attempts + 1)
                .returning(Delivery.id)
                .execution_options(synchronize_session=False)
            ).all()
            rows = session.execute(
                select(Delivery, Webhook).join(Webhook).where(Delivery.id.in_(ours)).order_by(Delivery.due_at)
            ).all()
            return [Job(d.id, w.id, w.url, w.secret, d.payload, d.attempts, moment) for d, w in rows]

    def _try(self, job: Job) -> str | None:
        """None when it was taken, else why not."""
        body = json.dumps(job.payload, separators=(",", ":")).encode()
        private, seconds = self._settings.webhook_private_addresses, self._settings.webhook_seconds
        try:
            headers = signed(job.secret, job.key, now(), body)
            status = send(job.url, body, headers, private=private, seconds=seconds)
        except NotSent as reason:
            return str(reason)
        return None if 200 <= status < 300 else f"answered {status}"

    def _settle(self, job: Job, error: str | None) -> None:
        moment, values = now(), dict[str, Any]()
        if error is None:
            values = {"state": DELIVERED, "finished_at": moment}
        elif job.attempts >= self._settings.webhook_attempts:
            values = {"state": DEAD, "finished_at": moment}
        else:
            values = {"due_at": moment + self._pause(job.attempts)}
        with self._sessions.write() as session:
            session.execute(
                update(Delivery)
                .where(Delivery.id == job.key, Delivery.claimed_at == job.claimed_at)
                .values(claimed_at=None, last_error=error, **values)
                .execution_options(synchronize_session=False)
            )
        tell = log.info if error is None else log.warning
        tell("webhook", webhook=job.webhook, delivery=job.key, attempt=job.attempts, error=error)

    def _pause(self, attempts: int) -> timedelta:
        """Longer each time, and never quite the same for all that failed together."""
        seconds = LONGEST_PAUSE.total_seconds()
        with suppress(OverflowError):
            seconds = min(seconds, self._settings.webhook_retry_seconds * GROWTH ** (attempts - 1))
        return timedelta(seconds=seconds * uniform(0.9, 1.1))


def _due(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Delivery.state == WAITING,
        Delivery.due_at <= moment,
        or_(Delivery.claimed_at.is_(None), Delivery.claimed_at < moment - LOST),
    )
