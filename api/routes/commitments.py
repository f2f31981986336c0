"""When a patient is taken: the schedulers' daily call."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from api import documents as d
from api import examples
from api.access import PeopleWriter, Reader
from api.body import JsonObject
from api.errors import Refused, described
from api.etags import IfMatch, check
from api.judging import judged_patient, pointer
from api.openapi import CORE, answers, takes
from api.paths import ClinicId, PatientId, known_clinic, tagged
from api.routes.patients import known_patient, note_change
from api.service import TheService
from api.store import clinics
from scheduler.errors import Fault

router = APIRouter(prefix="/v1/clinics/{clinic_id}/patients/{patient_id}/commitments")


@router.put(
    "",
    tags=[CORE],
    openapi_extra=takes(d.CommitmentsDocument, examples.COMMITMENTS),
    responses=answers(200, "Stored.", d.CommitmentsDocument, headers=("ETag",))
    | described(401, 403, 404, 412, 413, 415, 422, 428, 429),
    response_class=JSONResponse,
)
def put_commitments(
    clinic_id: ClinicId,
    patient_id: PatientId,
    caller: PeopleWriter,
    given: JsonObject,
    service: TheService,
    if_match: IfMatch = None,
) -> Response:
    """Replace all commitments of a patient; where there are some already, `If-Match` is needed."""
    with service.sessions.write() as session:
        clinic = known_clinic(session, caller, clinic_id, lock=True)
        row = known_patient(session, clinic_id, patient_id)
        if row.document.get("commitments") or if_match is not None:
            check(row.version, if_match)
        listed = required_list(given, "commitments")
        document, _ = judged_patient(clinic, {**row.document, "commitments": listed}, patient_id)
        clinics.set_patient(row, document, row.display_name)
        note_change(clinic)
        service.audit.change(
            session, caller, "patient.write", clinic_id, [patient_id], fields=["commitments"]
        )
        return tagged({"commitments": listed}, row.version)


def required_list(given: dict[str, object], name: str, *others: str) -> object:
    """The one list that a small document is about."""
    faults = [
        Fault(pointer(n), "no field of this document", "unknown") for n in given if n not in (name, *others)
    ]
    if not isinstance(given.get(name), list):
        faults.append(Fault(f"/{name}", "expected a list", "list"))
    if faults:
        raise Refused(faults)
    return given[name]


@router.get(
    "",
    tags=[CORE],
    responses=answers(200, "The patient's commitments.", d.CommitmentsDocument, headers=("ETag",))
    | described(401, 403, 404, 422, 429),
    response_class=JSONResponse,
)
def get_commitments(
    clinic_id: ClinicId, patient_id: PatientId, caller: Reader, service: TheService
) -> Response:
    """When the patient is taken."""
    with service.sessions.read() as session:
        known_clinic(session, caller, clinic_id)
        row = known_patient(session, clinic_id, patient_id)
    service.audit.read(caller, "commitments.read", clinic_id, [patient_id])
    return tagged({"commitments": row.document.get("commitments") or []}, row.version)
