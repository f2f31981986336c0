"""When a patient is taken: the schedulers' daily call."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from api import documents as d
from api import examples
from api.access import Caller, PeopleWriter, Reader
from api.errors import Refused, described
from api.etags import IfMatch, check
from api.exchange import calendars
from api.exchange.calendars import Calendar
from api.exchange.dates import CalendarDates, Dates
from api.exchange.files import CALENDAR, File, JsonOrCalendar, takes_files
from api.judging import judged_patient, pointer
from api.openapi import CORE, answers, takes
from api.paths import ClinicId, PatientId, known_clinic, tagged
from api.routes.patients import known_patient, note_change
from api.service import Service, TheService
from api.store import clinics
from scheduler.errors import Fault

router = APIRouter(prefix="/v1/clinics/{clinic_id}/patients/{patient_id}/commitments")


@router.put(
    "",
    tags=[CORE],
    openapi_extra=takes_files(CALENDAR, **takes(d.CommitmentsDocument, examples.COMMITMENTS)["requestBody"]),
    responses=answers(200, "Stored.", d.CommitmentsDocument, headers=("ETag",))
    | described(401, 403, 404, 412, 413, 415, 422, 428, 429, 503),
    response_class=JSONResponse,
)
def put_commitments(
    clinic_id: ClinicId,
    patient_id: PatientId,
    caller: PeopleWriter,
    given: JsonOrCalendar,
    dates: CalendarDates,
    service: TheService,
    if_match: IfMatch = None,
) -> Response:
    """Replace all commitments of a patient; where there are some already, `If-Match` is needed.

    A calendar (`text/calendar`) renews its own commitments on the dates that are read: each busy time becomes
    a hard one with an id that begins with `ics-`. Those entered otherwise stay. No text of it is kept.
    """
    calendar = calendar_of(service, caller, clinic_id, given, dates)
    with service.sessions.write() as session:
        clinic = known_clinic(session, caller, clinic_id, lock=True)
        row = known_patient(session, clinic_id, patient_id)
        if row.document.get("commitments") or if_match is not None:
            check(row.version, if_match)
        stored = row.document.get("commitments") or []
        listed = calendar.commitments(stored) if calendar else required_list(given, "commitments")
        document, _ = judged_patient(clinic, {**row.document, "commitments": listed}, patient_id)
        clinics.set_patient(row, document, row.display_name)
        note_change(clinic)
        service.audit.change(
            session, caller, "patient.write", clinic_id, [patient_id], fields=["commitments"]
        )
        return tagged({"commitments": listed}, row.version)


def calendar_of(
    service: Service, caller: Caller, clinic_id: str, given: dict[str, object] | File, dates: Dates
) -> Calendar | None:
    """Read before anything is locked."""
    if not isinstance(given, File):
        return None
    with service.sessions.read() as session:
        clinic = known_clinic(session, caller, clinic_id)
    return calendars.read(service, clinic, given, dates)


def required_list(given: object, name: str, *others: str) -> object:
    """The one list that a small document is about."""
    assert isinstance(given, dict)
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
