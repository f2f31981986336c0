"""What other systems read by FHIR R4: the appointments of one patient in published weeks."""

from __future__ import annotations

from datetime import date as day
from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Caller, Reader
from api.errors import Refused, described
from api.openapi import EXCHANGE
from api.routes.showing import shown
from api.service import TheService
from api.store.columns import now
from api.store.feeds import published_weeks
from api.store.models import Patient
from scheduler.errors import Fault
from scheduler.exports import Extract
from scheduler.exports.fhir_search import BadDate, DateTest, searchset
from scheduler.names import Names
from scheduler.problem import ID_PATTERN
from scheduler.timetable import Timetable as TimetableDocument

router = APIRouter(prefix="/v1/fhir")
MEDIA_TYPE: Final = "application/fhir+json"
DATES_MOST: Final = 8
YEAR: Final = timedelta(days=371)
LAST: Final = day.max
_ID: Final = ID_PATTERN.strip("^$")
_TOKEN: Final = rf"^(Patient/)?(urn:iop-scheduler:{_ID}:patient\|)?{_ID}$"
_FILE: dict[int | str, Any] = {
    200: {
        "description": "A Bundle of type `searchset`.",
        "content": {MEDIA_TYPE: {"schema": {"type": "object", "additionalProperties": True}}},
    }
}


@router.get(
    "/Appointment",
    tags=[EXCHANGE],
    responses=_FILE | described(401, 403, 422, 429),
    response_class=Response,
)
def search_appointments(
    request: Request,
    caller: Reader,
    service: TheService,
    patient: Annotated[
        str,
        Query(
            pattern=_TOKEN,
            max_length=180,
            description="an id, or `urn:iop-scheduler:CLINIC:patient|ID` where several clinics know it",
            examples=["p1"],
        ),
    ],
    date: Annotated[
        list[Annotated[str, Query(max_length=40)]],
        Query(
            max_length=DATES_MOST,
            description="a date or an instant, with `eq` `ne` `ge` `gt` `le` `lt` before it; may be repeated",
        ),
    ] = [],  # noqa: B006 - read only
) -> Response:
    """Appointments of a patient: booked ones, and those on the waiting list with the reasons.

    They are `match`; the slots, services, rooms and clinicians they name come with them as `include`. A
    patient nobody knows, or of a clinic that the key may not see, has none.
    """
    tests = _tests(date)
    clinic, _, key = patient.removeprefix("Patient/").rpartition("|")
    clinic = clinic.removeprefix("urn:iop-scheduler:").removesuffix(":patient")
    with service.sessions.read() as session:
        known = _clinics_of(session, caller, key, clinic or None)
        weeks = [w for c in known for w in published_weeks(session, c, *_range(tests))]
    documents = [TimetableDocument.model_validate(shown(week)) for week in weeks]
    extracts = [Extract(document, Names(), patient=key) for document in documents]
    address = f"{request.url.path}?patient={quote(patient, safe='')}"
    address += "".join(f"&date={quote(text, safe='')}" for text in date)
    for clinic_id in known:
        service.audit.read(caller, "fhir.appointments", clinic_id, [key])
    return Response(searchset(extracts, tests, address, now()), media_type=MEDIA_TYPE)


def _tests(date: list[str]) -> list[DateTest]:
    try:
        return [DateTest.read(text) for text in date]
    except BadDate as bad:
        raise Refused([Fault("", f"query parameter date: {bad}", "not_a_date")]) from None


def _range(tests: list[DateTest]) -> tuple[str, str]:
    """First dates of weeks that are looked at: without a date from below, those of a year and to come."""
    bounds = [test.week_starts for test in tests]
    firsts = [first for first, _ in bounds if first is not None] or [now().date() - YEAR]
    lasts = [last for _, last in bounds if last is not None] or [LAST]
    return max(firsts).isoformat(), min(lasts).isoformat()


def _clinics_of(session: Session, caller: Caller, key: str, clinic: str | None) -> list[str]:
    """Clinics in the caller's scope that know the patient; ids of two clinics are two people."""
    query = select(Patient.clinic_id).where(Patient.id == key).order_by(Patient.clinic_id)
    if clinic is not None:
        query = query.where(Patient.clinic_id == clinic)
    found = [c for c in session.scalars(query) if caller.sees(c)]
    if len(found) > 1:
        message = "query parameter patient: several clinics know this id; give it with its system"
        raise Refused([Fault("", message, "ambiguous")])
    return found
