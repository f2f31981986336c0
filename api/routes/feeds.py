"""Calendar feeds: secret addresses that calendar programs subscribe to. There is none until one is made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api import examples
from api.access import Caller, PeopleWriter, Reader, Role, request_id
from api.body import JsonObject
from api.errors import NotFound, Refused, TooMany, described
from api.exchange import documents as x
from api.exchange.files import CALENDAR
from api.judging import form_faults
from api.openapi import EXCHANGE, answers, takes
from api.paths import ClinicId, known_clinic
from api.service import TheService
from api.store import clinics, feeds
from api.store.columns import now
from api.store.exchange import Feed
from api.store.models import Clinic, Timetable
from scheduler.errors import Fault
from scheduler.exports import Extract
from scheduler.exports.ics import Publication, calendar_of
from scheduler.names import Names
from scheduler.problem import ID_PATTERN
from scheduler.timetable import Timetable as TimetableDocument

router = APIRouter()
PAST: Final = timedelta(weeks=5)  # weeks that are over stay so long
FeedId = Annotated[str, Path(pattern=ID_PATTERN, examples=["feed-0b7c5e3f9a1d4c6e"])]
Secret = Annotated[str, Path(examples=["the-secret-of-the-address"])]
_FILE: dict[int | str, Any] = {
    200: {"description": "The calendar.", "content": {CALENDAR: {"schema": {"type": "string"}}}}
}


@router.post(
    "/v1/clinics/{clinic_id}/feeds",
    tags=[EXCHANGE],
    status_code=201,
    openapi_extra=takes(x.FeedRequest, examples.FEED),
    responses=answers(201, "Made; its address is shown this once.", x.FeedMade)
    | described(401, 403, 404, 413, 415, 422, 429),
    response_class=JSONResponse,
)
def make_feed(
    clinic_id: ClinicId, caller: PeopleWriter, given: JsonObject, service: TheService, request: Request
) -> Response:
    """Make a secret address of one patient's, clinician's or room's calendar.

    It holds the published weeks: times, and "Appointment". Whoever has the address reads it, without a key,
    until it is revoked, expires, or its patient, clinician or room is deleted.
    """
    faults = form_faults(x.FeedRequest, given)
    expires_at = _instant(given.get("expires_at"), faults)
    if faults:
        raise Refused(faults)
    with service.sessions.write() as session:
        clinic = known_clinic(session, caller, clinic_id, lock=True)
        if not _exists(session, clinic, given["kind"], given["id"]):
            raise Refused([Fault("/id", f"no {given['kind']} of the clinic has this id", "unknown_id")])
        feed, secret = feeds.make_feed(
            session, clinic_id, given["kind"], given["id"], caller.actor, expires_at
        )
        told = [feed.subject] if feed.kind == "patient" else []
        service.audit.change(session, caller, "feed.make", clinic_id, told, feed=feed.id, kind=feed.kind)
        origin = service.settings.public_origin or str(request.base_url)
        address = f"{origin.rstrip('/')}/v1/feeds/{secret}.ics"
        return JSONResponse(_shown(feed) | {"url": address}, 201)


def _instant(text: Any, faults: list[Fault]) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        faults.append(Fault("/expires_at", "expected an instant with an offset", "not_an_instant"))
        return None
    return moment


def _exists(session: Session, clinic: Clinic, kind: str, key: str) -> bool:
    if kind == "patient":
        return clinics.patient(session, clinic.id, key) is not None
    return any(thing["id"] == key for thing in clinic.document.get(f"{kind}s") or ())


def _shown(feed: Feed) -> dict[str, Any]:
    def told(moment: datetime | None) -> str | None:
        return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")

    return {
        "feed": feed.id,
        "kind": feed.kind,
        "id": feed.subject,
        "created_at": told(feed.created_at),
        "created_by": feed.created_by,
        "expires_at": told(feed.expires_at),
        "revoked_at": told(feed.revoked_at),
    }


@router.get(
    "/v1/clinics/{clinic_id}/feeds",
    tags=[EXCHANGE],
    responses=answers(200, "Feeds, oldest first.", x.FeedList) | described(401, 403, 404, 422, 429),
    response_class=JSONResponse,
)
def list_feeds(clinic_id: ClinicId, caller: Reader, service: TheService) -> Response:
    """Which feeds there are and were; addresses are nowhere kept."""
    with service.sessions.read() as session:
        known_clinic(session, caller, clinic_id)
        rows = feeds.feeds_of(session, clinic_id)
    service.audit.read(caller, "feeds.list", clinic_id, [f.subject for f in rows if f.kind == "patient"])
    return JSONResponse({"feeds": [_shown(feed) for feed in rows]})


@router.delete(
    "/v1/clinics/{clinic_id}/feeds/{feed_id}",
    tags=[EXCHANGE],
    status_code=204,
    responses=described(401, 403, 404, 422, 429),
)
def revoke_feed(clinic_id: ClinicId, feed_id: FeedId, caller: PeopleWriter, service: TheService) -> Response:
    """Revoke a feed: its address answers nothing from now on."""
    with service.sessions.write() as session:
        known_clinic(session, caller, clinic_id)
        feed = session.get(Feed, feed_id)
        if feed is None or feed.clinic_id != clinic_id:
            raise NotFound
        if feed.revoked_at is None:
            feed.revoked_at = now()
            told = [feed.subject] if feed.kind == "patient" else []
            service.audit.change(session, caller, "feed.revoke", clinic_id, told, feed=feed.id)
    return Response(status_code=204)


@router.head("/v1/feeds/{secret}.ics", include_in_schema=False)  # some programs ask before they fetch
@router.get(
    "/v1/feeds/{secret}.ics",
    tags=[EXCHANGE],
    responses=_FILE | described(404, 422, 429),
    response_class=Response,
    openapi_extra={"security": []},
)
def read_feed(secret: Secret, request: Request, service: TheService) -> Response:
    """The calendar of a secret address: the published weeks, neutral, as of now."""
    source = request.client.host if request.client else "unknown"
    if wait := service.requests.take(f"feeds of {source}"):
        raise TooMany("Calendars are asked for too often from this address.", wait)
    with service.sessions.read() as session:
        feed = feeds.find_feed(session, secret)
        clinic = clinics.clinic(session, feed.clinic_id) if feed else None
        if feed is None or clinic is None or not _exists(session, clinic, feed.kind, feed.subject):
            raise NotFound
        since = (now() - PAST).date().isoformat()
        weeks = feeds.published_weeks(session, feed.clinic_id, since)
        before = feeds.publications_before(session, feed.clinic_id, [w.week_start for w in weeks])
    caller = Caller(f"feed:{feed.id}", Role.VIEWER, frozenset({feed.clinic_id}), source, request_id(request))
    request.scope["iop_actor"] = caller.actor
    content = calendar_of([_publication(feed, week, before) for week in weeks])
    told = [feed.subject] if feed.kind == "patient" else []
    service.audit.read(caller, "feed.read", feed.clinic_id, told)
    headers = {"X-Robots-Tag": "noindex", "Cache-Control": "no-store, private"}
    return Response(content, media_type=f"{CALENDAR}; charset=utf-8", headers=headers)


def _publication(feed: Feed, week: Timetable, before: dict[str, int]) -> Publication:
    document = TimetableDocument.model_validate({**(week.result or {}), "id": week.id, "status": week.status})
    whose = {kind: feed.subject if feed.kind == kind else None for kind in ("patient", "clinician", "room")}
    extract = Extract(document, Names(), **whose)
    return Publication(extract, before.get(week.week_start, 0), week.published_at)
