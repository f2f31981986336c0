"""A stored timetable as a file for another program, or for paper."""

from __future__ import annotations

from base64 import b64decode
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.access import Reader, visible_timetable
from api.audit import patients_of
from api.errors import Conflict, Refused, described
from api.openapi import QUESTIONS
from api.paths import TimetableId
from api.routes.showing import shown
from api.service import TheService
from api.store.models import Timetable, TimetableEvent
from api.weeks import require_sessions
from scheduler.errors import Fault
from scheduler.problem import ID_PATTERN

router = APIRouter(prefix="/v1/timetables/{timetable_id}")
Json = dict[str, Any]
Format = Literal["csv", "fhir", "html", "ics", "xlsx"]
MEDIA_TYPES: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "fhir": "application/fhir+json",
    "html": "text/html; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ENDINGS = {"fhir": "fhir.json"}
KNOWN_TO = {"wording": ("html", "ics"), "rows": ("csv",)}
_BINARY: Json = {"schema": {"type": "string", "format": "binary"}}
_FILE: dict[int | str, Json] = {
    200: {
        "description": "The file.",
        "content": {media.split(";")[0]: _BINARY for media in MEDIA_TYPES.values()},
    }
}


def _whose(what: str) -> Any:
    return Query(pattern=ID_PATTERN, description=f"only this {what}'s sessions")


@router.get(
    "/export",
    tags=[QUESTIONS],
    responses=_FILE | described(401, 403, 404, 409, 422, 429, 503),
    response_class=Response,
)
def export_timetable(
    timetable_id: TimetableId,
    caller: Reader,
    service: TheService,
    format: Annotated[Format, Query(examples=["csv"])],  # noqa: A002 - the contract's name
    patient: Annotated[str | None, _whose("patient")] = None,
    clinician: Annotated[str | None, _whose("clinician")] = None,
    room: Annotated[str | None, _whose("room")] = None,
    wording: Annotated[
        Literal["neutral", "full"] | None,
        Query(description="`html`, `ics`: appointments and no more (default), or sessions and rooms named"),
    ] = None,
    rows: Annotated[
        Literal["sessions", "attendances"] | None,
        Query(description="`csv`: a row a session (default) or an attendance"),
    ] = None,
) -> Response:
    """The timetable as a spreadsheet, a calendar, a FHIR bundle, or hand-outs for paper.

    A calendar (`ics`) is one patient's, one clinician's or one room's. Patients go by their ids in every
    format; a patient's own file tells nothing of the others.
    """
    with service.sessions.read() as session:
        row = visible_timetable(session, caller, timetable_id, problem=True)
        require_sessions(row)
        document, problem = shown(row), row.problem
        published = _published_before(session, row)
    of = {"patient": patient, "clinician": clinician, "room": room}
    options = {name: value for name, value in (("wording", wording), ("rows", rows)) if value is not None}
    if faults := [*_unknown(document, of), *_misplaced(format, of, options)]:
        raise Refused(faults)
    options |= _stamp(format, row, published)
    payload = {"timetable": document, "problem": problem, "format": format, "of": of, "options": options}
    answer = service.ask("write", payload)
    if "refused" in answer:
        raise Conflict(answer["refused"], code="cannot_export")
    told = answer["patients"] if any(of.values()) else patients_of(document)
    service.audit.read(caller, "timetable.export", row.clinic_id, told, row.id, format=format)
    name = f"week-{row.week_start}.{ENDINGS.get(format, format)}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(b64decode(answer["content"]), media_type=MEDIA_TYPES[format], headers=headers)


def _unknown(document: Json, of: Json) -> list[Fault]:
    """Parameters that name nobody of the timetable; the value is not repeated."""
    return [
        Fault("", f"query parameter {kind}: the timetable has no such {kind}", "unknown_id")
        for kind, key in of.items()
        if key is not None and all(own["id"] != key for own in document[f"{kind}s"])
    ]


def _misplaced(format: str, of: Json, options: Json) -> list[Fault]:  # noqa: A002
    faults = [
        Fault("", f"query parameter {name}: only for {' and '.join(KNOWN_TO[name])}", "misplaced")
        for name in options
        if format not in KNOWN_TO[name]
    ]
    if format == "ics" and sum(key is not None for key in of.values()) != 1:
        message = "query parameters: a calendar is of one `patient`, one `clinician` or one `room`"
        faults.append(Fault("", message, "whose"))
    return faults


def _published_before(session: Session, row: Timetable) -> int:
    """How often the week was published before its present publication; calendars go by that number."""
    of_week = select(Timetable.id).where(
        Timetable.clinic_id == row.clinic_id, Timetable.week_start == row.week_start
    )
    told = select(func.count()).where(
        TimetableEvent.kind == "published", TimetableEvent.timetable_id.in_(of_week)
    )
    return max(0, (session.scalar(told) or 0) - 1) if row.clinic_id is not None else 0


def _stamp(format: str, row: Timetable, published: int) -> Json:  # noqa: A002
    moment: Json = {"stamp": row.published_at.isoformat()} if row.published_at is not None else {}
    if format == "ics":
        return {"sequence": published, **moment}
    return moment if format == "fhir" else {}
