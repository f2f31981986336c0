"""Webhooks: where other programs are told that a week is published or changed, and what became of it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import examples
from api.access import Caller, ClinicWriter
from api.body import JsonObject
from api.errors import Conflict, NotFound, Refused, described
from api.exchange import documents as x
from api.exchange.outbound import fault_of
from api.exchange.sending import new_secret
from api.judging import form_faults
from api.openapi import EXCHANGE, answers, takes
from api.paths import ClinicId, Limit, known_clinic
from api.service import TheService
from api.store.columns import now
from api.store.exchange import DEAD, WAITING, Delivery, Webhook
from scheduler.errors import Fault
from scheduler.problem import ID_PATTERN

router = APIRouter(prefix="/v1/clinics/{clinic_id}/webhooks")
WEBHOOKS_MOST = 20  # of one clinic
WebhookId = Annotated[str, Path(pattern=ID_PATTERN, examples=["wh-0b7c5e3f9a1d4c6e"])]
DeliveryId = Annotated[str, Path(pattern=ID_PATTERN, examples=["wd-0b7c5e3f9a1d4c6e8f2a7b9c1d3e5f60"])]
State = Literal["waiting", "delivered", "dead"]


@router.post(
    "",
    tags=[EXCHANGE],
    status_code=201,
    openapi_extra=takes(x.WebhookRequest, examples.WEBHOOK),
    responses=answers(201, "Made; its secret is shown this once.", x.WebhookMade)
    | described(401, 403, 404, 409, 413, 415, 422, 429),
    response_class=JSONResponse,
)
def make_webhook(
    clinic_id: ClinicId, caller: ClinicWriter, given: JsonObject, service: TheService
) -> Response:
    """Tell an address of each publication.

    The event is `timetable.published`, or `timetable.changed` for a week that had a published timetable. What
    is sent has ids and no more, and is signed by the Standard Webhooks form. An answer other than 2xx is a
    failure: it is tried again after longer and longer pauses and given up at last
    (`…/deliveries?state=dead`).
    """
    with service.sessions.write() as session:
        known_clinic(session, caller, clinic_id, lock=True)
        _require_sound(given, service.settings.webhook_private_addresses)
        count = select(func.count()).select_from(Webhook).where(Webhook.clinic_id == clinic_id)
        if (session.scalar(count) or 0) >= WEBHOOKS_MOST:
            raise Conflict(f"A clinic has at most {WEBHOOKS_MOST} webhooks.", code="too_many_webhooks")
        row = Webhook(
            id=f"wh-{secrets.token_hex(8)}",
            clinic_id=clinic_id,
            url=given["url"],
            secret=new_secret(),
            created_by=caller.actor,
        )
        session.add(row)
        session.flush()
        service.audit.change(session, caller, "webhook.make", clinic_id, webhook=row.id)
        return JSONResponse(_shown(row) | {"secret": row.secret}, 201)


def _require_sound(given: dict[str, Any], private: bool) -> None:
    faults = form_faults(x.WebhookRequest, given)
    if not faults and (fault := fault_of(given["url"], private)) is not None:
        faults = [Fault("/url", fault, "url")]
    if faults:
        raise Refused(faults)


def _shown(row: Webhook) -> dict[str, Any]:
    return {
        "webhook": row.id,
        "url": row.url,
        "created_at": _told(row.created_at),
        "created_by": row.created_by,
    }


def _told(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")


@router.get(
    "",
    tags=[EXCHANGE],
    responses=answers(200, "Webhooks, oldest first.", x.WebhookList) | described(401, 403, 404, 422, 429),
    response_class=JSONResponse,
)
def list_webhooks(clinic_id: ClinicId, caller: ClinicWriter, service: TheService) -> Response:
    """Which addresses are told; secrets are not shown again."""
    with service.sessions.read() as session:
        known_clinic(session, caller, clinic_id)
        rows = session.scalars(
            select(Webhook).where(Webhook.clinic_id == clinic_id).order_by(Webhook.created_at, Webhook.id)
        ).all()
    return JSONResponse({"webhooks": [_shown(row) for row in rows]})


@router.delete(
    "/{webhook_id}",
    tags=[EXCHANGE],
    status_code=204,
    responses=described(401, 403, 404, 422, 429),
)
def delete_webhook(
    clinic_id: ClinicId, webhook_id: WebhookId, caller: ClinicWriter, service: TheService
) -> Response:
    """Tell this address no more; what was on its way is forgotten."""
    with service.sessions.write() as session:
        session.delete(_known(session, caller, clinic_id, webhook_id))
        service.audit.change(session, caller, "webhook.delete", clinic_id, webhook=webhook_id)
    return Response(status_code=204)


def _known(session: Session, caller: Caller, clinic_id: str, webhook_id: str) -> Webhook:
    known_clinic(session, caller, clinic_id)
    row = session.get(Webhook, webhook_id)
    if row is None or row.clinic_id != clinic_id:
        raise NotFound
    return row


@router.get(
    "/{webhook_id}/deliveries",
    tags=[EXCHANGE],
    responses=answers(200, "Deliveries, newest first.", x.DeliveryList) | described(401, 403, 404, 422, 429),
    response_class=JSONResponse,
)
def list_deliveries(
    clinic_id: ClinicId,
    webhook_id: WebhookId,
    caller: ClinicWriter,
    service: TheService,
    state: Annotated[State | None, Query(description="`dead`: what was given up")] = None,
    limit: Limit = 100,
) -> Response:
    """What was sent, is to be sent again, or was given up."""
    with service.sessions.read() as session:
        _known(session, caller, clinic_id, webhook_id)
        query = select(Delivery).where(Delivery.webhook_id == webhook_id)
        if state is not None:
            query = query.where(Delivery.state == state)
        rows = session.scalars(query.order_by(Delivery.created_at.desc(), Delivery.id).limit(limit)).all()
    return JSONResponse({"deliveries": [_delivery(row) for row in rows]})


def _delivery(row: Delivery) -> dict[str, Any]:
    return {
        "delivery": row.id,
        "event": row.event,
        "state": row.state,
        "attempts": row.attempts,
        "due_at": _told(row.due_at),
        "last_error": row.last_error,
        "created_at": _told(row.created_at),
        "finished_at": _told(row.finished_at),
        "payload": row.payload,
    }


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/retry",
    tags=[EXCHANGE],
    responses=answers(200, "On its way again.", x.DeliveryShown) | described(401, 403, 404, 409, 422, 429),
    response_class=JSONResponse,
)
def retry_delivery(
    clinic_id: ClinicId,
    webhook_id: WebhookId,
    delivery_id: DeliveryId,
    caller: ClinicWriter,
    service: TheService,
) -> Response:
    """Try again what was given up."""
    with service.sessions.write() as session:
        _known(session, caller, clinic_id, webhook_id)
        row = session.get(Delivery, delivery_id)
        if row is None or row.webhook_id != webhook_id:
            raise NotFound
        if row.state != DEAD:
            raise Conflict(f"It is {row.state}; only what was given up is tried again.", code="not_dead")
        row.state, row.attempts, row.due_at, row.finished_at = WAITING, 0, now(), None
        session.flush()
        return JSONResponse(_delivery(row))
