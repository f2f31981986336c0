"""When a clinician works: a part of the clinic document with a call of its own."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from api import documents as d
from api import examples
from api.access import PeopleWriter, Reader
from api.errors import NotFound, Refused, described
from api.etags import IfMatch, check
from api.exchange.dates import CalendarDates
from api.exchange.files import CALENDAR, JsonOrCalendar, takes_files
from api.judging import faults_of, problem_document, within
from api.openapi import PEOPLE, answers, takes
from api.paths import ClinicianId, ClinicId, known_clinic, tagged
from api.routes.commitments import calendar_of, required_list
from api.service import TheService
from api.store import clinics
from api.store.models import Clinic

router = APIRouter(prefix="/v1/clinics/{clinic_id}/clinicians/{clinician_id}/availability")


def _place(clinic: Clinic, clinician_id: str) -> int:
    for index, clinician in enumerate(clinic.document.get("clinicians") or ()):
        if clinician["id"] == clinician_id:
            return index
    raise NotFound


def _shown(clinician: dict[str, Any]) -> dict[str, Any]:
    return {name: clinician.get(name) or [] for name in ("availability", "time_off")}


@router.put(
    "",
    tags=[PEOPLE],
    openapi_extra=takes_files(
        CALENDAR, **takes(d.AvailabilityDocument, examples.AVAILABILITY)["requestBody"]
    ),
    responses=answers(200, "Stored.", d.AvailabilityDocument, headers=("ETag",))
    | described(401, 403, 404, 412, 413, 415, 422, 428, 429, 503),
    response_class=JSONResponse,
)
def put_availability(
    clinic_id: ClinicId,
    clinician_id: ClinicianId,
    caller: PeopleWriter,
    given: JsonOrCalendar,
    dates: CalendarDates,
    service: TheService,
    if_match: IfMatch = None,
) -> Response:
    """Replace a clinician's working hours; `time_off` left out stays as it is. The ETag is the clinic's.

    A calendar (`text/calendar`) renews the time off on the dates that are read; its VAVAILABILITY, where it
    has one, replaces the weekly hours by those of the first week. No text of it is kept.
    """
    calendar = calendar_of(service, caller, clinic_id, given, dates)
    with service.sessions.write() as session:
        clinic = known_clinic(session, caller, clinic_id, lock=True)
        index = _place(clinic, clinician_id)
        clinician = clinic.document["clinicians"][index]
        if clinician.get("availability") or if_match is not None:
            check(clinic.version, if_match)
        if not calendar:
            required_list(given, "availability", "time_off")
        people = list(clinic.document["clinicians"])
        people[index] = {**clinician, **(calendar.hours(clinician) if calendar else given)}
        document = {**clinic.document, "clinicians": people}
        faults = within(faults_of(problem_document(document)), f"/clinicians/{index}")
        if faults:
            raise Refused(faults)
        clinic.document, clinic.version = document, clinic.version + 1
        clinics.touch(clinic)
        service.audit.change(session, caller, "availability.write", clinic_id, clinician=clinician_id)
        return tagged(_shown(people[index]), clinic.version)


@router.get(
    "",
    tags=[PEOPLE],
    responses=answers(200, "The clinician's hours.", d.AvailabilityDocument, headers=("ETag",))
    | described(401, 403, 404, 422, 429),
    response_class=JSONResponse,
)
def get_availability(
    clinic_id: ClinicId, clinician_id: ClinicianId, caller: Reader, service: TheService
) -> Response:
    """When the clinician works."""
    with service.sessions.read() as session:
        clinic = known_clinic(session, caller, clinic_id)
    return tagged(_shown(clinic.document["clinicians"][_place(clinic, clinician_id)]), clinic.version)
