"""The clinic document."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError

from api import documents as d
from api import examples
from api.access import ClinicDeleter, ClinicWriter, Reader, require_clinic
from api.body import JsonObject
from api.errors import Conflict, Stale, described
from api.etags import IfMatch, IfNoneMatch, check, unchanged
from api.judging import judged_clinic, require_consistent
from api.openapi import CORE, PEOPLE, answers, takes
from api.paths import ClinicId, Cursor, Limit, known_clinic, tagged
from api.service import TheService
from api.store import clinics
from api.store.models import Clinic

router = APIRouter(prefix="/v1/clinics")


@router.put(
    "/{clinic_id}",
    tags=[CORE],
    openapi_extra=takes(d.ClinicDocument, examples.CLINIC),
    responses=answers(200, "Replaced.", d.ClinicDocument, headers=("ETag",))
    | answers(201, "Made.", d.ClinicDocument, headers=("ETag", "Location"))
    | described(401, 403, 404, 409, 412, 413, 415, 422, 428, 429),
    response_class=JSONResponse,
)
def put_clinic(
    clinic_id: ClinicId,
    caller: ClinicWriter,
    given: JsonObject,
    service: TheService,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Store the clinic document: opening hours, rooms, session types, programs, clinicians."""
    require_clinic(caller, clinic_id)
    document = judged_clinic(given, clinic_id)
    try:
        with service.sessions.write() as session:
            row = clinics.clinic(session, clinic_id, lock=True)
            check(row.version if row else None, if_match, if_none_match)
            service.audit.change(session, caller, "clinic.write", clinic_id)
            if row is None:
                session.add(Clinic(id=clinic_id, document=document))
                return tagged(document, 1, 201, Location=f"/v1/clinics/{clinic_id}")
            require_consistent(row, document, clinics.patients(session, clinic_id))
            row.document, row.version = document, row.version + 1
            clinics.touch(row)
            return tagged(document, row.version)
    except IntegrityError:  # made by somebody else in the same moment
        raise Stale(None) from None


@router.get(
    "/{clinic_id}",
    tags=[CORE],
    responses=answers(200, "The clinic document.", d.ClinicDocument, headers=("ETag",))
    | {304: {"description": "Unchanged."}}
    | described(401, 403, 404, 422, 429),
    response_class=JSONResponse,
)
def get_clinic(
    clinic_id: ClinicId, caller: Reader, service: TheService, if_none_match: IfNoneMatch = None
) -> Response:
    """The clinic document as stored."""
    with service.sessions.read() as session:
        row = known_clinic(session, caller, clinic_id)
    if unchanged(row.version, if_none_match):
        return Response(status_code=304, headers={"ETag": f'"{row.version}"'})
    return tagged(row.document, row.version)


@router.delete(
    "/{clinic_id}",
    tags=[CORE],
    status_code=204,
    responses=described(401, 403, 404, 409, 412, 422, 428, 429),
)
def delete_clinic(
    clinic_id: ClinicId, caller: ClinicDeleter, service: TheService, if_match: IfMatch = None
) -> Response:
    """Delete a clinic that has no patients and no running solves, with all its timetables."""
    with service.sessions.write() as session:
        row = known_clinic(session, caller, clinic_id, lock=True)
        check(row.version, if_match)
        counts = {
            "patients": clinics.count_patients(session, clinic_id),
            "unfinished timetables": clinics.count_unfinished(session, clinic_id),
        }
        references = [{"resource": what, "count": count} for what, count in counts.items() if count]
        if references:
            raise Conflict(
                "The clinic is in use; `references` tells by what.", code="referenced", references=references
            )
        service.audit.change(session, caller, "clinic.delete", clinic_id)
        session.delete(row)
    return Response(status_code=204)


@router.get(
    "",
    tags=[PEOPLE],
    responses=answers(200, "Clinics that the key may see.", d.ClinicList) | described(401, 403, 422, 429),
    response_class=JSONResponse,
)
def list_clinics(caller: Reader, service: TheService, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """The clinics that this key may see, by id."""
    with service.sessions.read() as session:
        rows = clinics.clinics(session, caller.clinics, cursor or "", limit + 1)
    shown = [
        {
            "id": r.id,
            "name": r.document["clinic"].get("name") or r.id,
            "timezone": r.document["clinic"]["timezone"],
        }
        for r in rows[:limit]
    ]
    following = rows[limit - 1].id if len(rows) > limit else None
    return JSONResponse({"clinics": shown, "next": following})
