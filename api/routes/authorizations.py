"""What a payer has authorised for a patient; what is left of it is worked out for each week."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from api import attendance_documents as a
from api import examples
from api.access import PeopleWriter, Reader
from api.body import JsonObject
from api.errors import Refused, described
from api.etags import IfMatch, check
from api.judging import form_faults
from api.openapi import ATTENDANCE, answers, takes
from api.paths import ClinicId, PatientId, known_clinic, tagged
from api.routes.patients import known_patient
from api.service import TheService
from api.store import clinics
from scheduler.errors import Fault

router = APIRouter(prefix="/v1/clinics/{clinic_id}/patients/{patient_id}/authorizations")
Json = dict[str, Any]


@router.put(
    "",
    tags=[ATTENDANCE],
    openapi_extra=takes(a.AuthorizationsDocument, examples.AUTHORIZATIONS),
    responses=answers(200, "Stored.", a.AuthorizationsDocument, headers=("ETag",))
    | described(401, 403, 404, 412, 413, 415, 422, 428, 429),
    response_class=JSONResponse,
)
def put_authorizations(
    clinic_id: ClinicId,
    patient_id: PatientId,
    caller: PeopleWriter,
    given: JsonObject,
    service: TheService,
    if_match: IfMatch = None,
) -> Response:
    """Replace a patient's authorisations; where there are some already, `If-Match` is needed.

    Published and attended care draws them down, and no week is planned beyond what is left. Where there are
    some, a week that none of them touches has no care.
    """
    with service.sessions.write() as session:
        clinic = known_clinic(session, caller, clinic_id, lock=True)
        row = known_patient(session, clinic_id, patient_id)
        if row.authorizations or if_match is not None:
            check(row.authorizations_version, if_match)
        row.authorizations = _judged(given)
        row.authorizations_version += 1
        clinics.touch(clinic)
        service.audit.change(
            session, caller, "authorizations.write", clinic_id, [patient_id], count=len(row.authorizations)
        )
        return tagged({"authorizations": row.authorizations}, row.authorizations_version)


def _judged(given: Json) -> list[Json]:
    """The list to store, every limit named; every fault at once."""
    faults = form_faults(a.AuthorizationsDocument, given)
    listed = given.get("authorizations")
    told = {fault.pointer for fault in faults}
    ids = set[str]()
    for i, entry in enumerate(listed if isinstance(listed, list) else ()):
        place = f"/authorizations/{i}"
        if isinstance(entry, dict):
            faults += _unfit(entry, place, told, ids)
    if faults:
        raise Refused(faults)
    document = a.AuthorizationsDocument.model_validate(given).model_dump(mode="json", by_alias=True)
    stored: list[Json] = document["authorizations"]
    return stored


def _unfit(entry: Json, place: str, told: Set[str], ids: set[str]) -> Iterator[Fault]:
    """What more than one field shows, of those that have the right form; `ids` are those before."""
    key = entry.get("id")
    if isinstance(key, str):
        if key in ids:
            yield Fault(f"{place}/id", "another authorisation has this id", "duplicate_id")
        ids.add(key)
    if not told & {place, f"{place}/from", f"{place}/until"} and entry["until"] < entry["from"]:
        yield Fault(f"{place}/until", "the last date is before the first", "end_not_after_start")


@router.get(
    "",
    tags=[ATTENDANCE],
    responses=answers(200, "The authorisations.", a.AuthorizationsDocument, headers=("ETag",))
    | described(401, 403, 404, 422, 429),
    response_class=JSONResponse,
)
def get_authorizations(
    clinic_id: ClinicId, patient_id: PatientId, caller: Reader, service: TheService
) -> Response:
    """What is authorised; `GET …/progress` tells what is left of it."""
    with service.sessions.read() as session:
        known_clinic(session, caller, clinic_id)
        row = known_patient(session, clinic_id, patient_id)
    service.audit.read(caller, "authorizations.read", clinic_id, [patient_id])
    return tagged({"authorizations": row.authorizations}, row.authorizations_version)
