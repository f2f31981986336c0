"""Publishing a week: verified against what is stored now, atomically, the one before kept as superseded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api import documents as d
from api import examples
from api.access import Caller, Publisher, visible_timetable
from api.audit import patients_of
from api.body import RawBody, parse
from api.errors import Conflict, Refused, Unavailable, described
from api.etags import IfMatch, check
from api.exchange.announcing import announce
from api.judging import form_faults
from api.openapi import CORE, answers, takes
from api.paths import TimetableId, known_clinic, tagged
from api.routes.showing import shown
from api.service import Service, TheService
from api.store import clinics
from api.store.columns import now
from api.store.models import Clinic, Status, Timetable
from api.store.timetables import append_event, published_of_week
from api.weeks import require_clinic_week, stored_week
from scheduler.errors import Fault
from scheduler.timetable import Timetable as TimetableDocument

router = APIRouter(prefix="/v1/timetables/{timetable_id}")
TRIES = 3
PUBLISHABLE = (Status.SOLVED, Status.CANCELLED, Status.SUPERSEDED, Status.PUBLISHED)
Json = dict[str, Any]


def _request(raw: RawBody) -> d.PublishRequest:
    """The body may be left out."""
    given = parse(raw) if raw else {}
    if not isinstance(given, dict):
        raise Refused([Fault("", "expected an object", "not_an_object")])
    faults = form_faults(d.PublishRequest, given)
    if given.get("accept") and not given.get("reason"):
        faults.append(Fault("/reason", "accepting broken rules needs a reason", "missing"))
    if faults:
        raise Refused(faults)
    return d.PublishRequest.model_validate(given)


@router.post(
    "/publish",
    tags=[CORE],
    openapi_extra=takes(d.PublishRequest, examples.PUBLISH, required=False),
    responses=answers(200, "Published.", TimetableDocument, d.PublishVerdict, headers=("ETag",))
    | described(401, 403, 404, 409, 412, 413, 415, 422, 429, 503),
    response_class=JSONResponse,
)
def publish(
    timetable_id: TimetableId,
    caller: Publisher,
    wish: Annotated[d.PublishRequest, Depends(_request)],
    service: TheService,
    dry_run: Annotated[bool, Query(description="only answer the rules it would break")] = False,
    if_match: IfMatch = None,
) -> Response:
    """Make this the clinic's timetable of its week.

    It is verified against what is stored now. Rules that it breaks are answered with 409, unless the request
    accepts them by name and gives a reason, which goes into the audit log.
    """
    for _ in range(TRIES):
        judged = _judge(service, caller, timetable_id, if_match)
        if dry_run:
            return JSONResponse({"publishable": not judged.findings, "findings": judged.findings})
        broken = sorted({finding["rule"] for finding in judged.findings})
        if set(broken) - set(wish.accept):
            raise Conflict(
                "It breaks rules as things are stored now; `findings` tells which.",
                code="rules_broken",
                findings=judged.findings,
            )
        with service.sessions.write() as session:
            row = _publish(session, service, caller, timetable_id, judged, if_match)
            if row is not None:
                _record(session, service, caller, row, broken, wish.reason)
                return tagged(shown(row), row.version)
    raise Unavailable(
        "What is stored changes faster than it can be verified; try again.", headers={"Retry-After": "2"}
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """The rules a timetable breaks, and the state of the store that it was judged by."""

    findings: list[Json]
    revision: int
    version: int


def _judge(service: Service, caller: Caller, timetable_id: str, if_match: str | None) -> Judged:
    with service.sessions.read() as session:
        week = stored_week(session, caller, timetable_id, if_match)
    _require_publishable(week.row)
    answer = service.ask("verify", {"problem": week.problem, "timetable": week.document})
    service.audit.read(caller, "timetable.verify", week.clinic_id, patients_of(week.document), week.row.id)
    return Judged(answer["findings"], week.revision, week.row.version)


def _require_publishable(row: Timetable) -> str:
    clinic_id = require_clinic_week(row)
    if row.status not in PUBLISHABLE:
        raise Conflict(f"It is {row.status} and cannot be published.", code="no_sessions")
    return clinic_id


def _publish(
    session: Session,
    service: Service,
    caller: Caller,
    timetable_id: str,
    judged: Judged,
    if_match: str | None,
) -> Timetable | None:
    """Publish if everything still is what was judged; None when it is not."""
    row = visible_timetable(session, caller, timetable_id)
    clinic = known_clinic(session, caller, _require_publishable(row), lock=True)
    session.refresh(row, with_for_update=True)
    if if_match is not None:
        check(row.version, if_match)
    if (clinic.revision, row.version) != (judged.revision, judged.version):
        return None
    if row.status == Status.PUBLISHED:
        return row
    make_published(session, row)
    return row


def make_published(session: Session, row: Timetable) -> None:
    """Let the row be its week's published timetable; the one before is superseded. The clinic is locked."""
    assert row.clinic_id is not None
    before = published_of_week(session, row.clinic_id, row.week_start)
    if before is not None:
        before.status, before.version = Status.SUPERSEDED, before.version + 1
        session.flush()  # first: the database allows one published timetable a week
        append_event(session, before.id, Status.SUPERSEDED, {})
    row.status, row.version, row.published_at = Status.PUBLISHED, row.version + 1, now()
    # What other weeks may still use of authorisations has changed with it.
    clinics.touch(session.get_one(Clinic, row.clinic_id))
    session.flush()
    append_event(session, row.id, Status.PUBLISHED, {})
    announce(session, row, before)


def _record(
    session: Session, service: Service, caller: Caller, row: Timetable, broken: list[str], reason: str | None
) -> None:
    if broken:
        row.accepted = {"rules": broken, "reason": reason, "by": caller.actor, "at": now().isoformat()}
    details = {"accepted": broken, "reason": reason} if broken else {}
    service.audit.change(
        session, caller, "timetable.publish", row.clinic_id, patients_of(row.result), row.id, **details
    )
