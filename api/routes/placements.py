"""Ranked week plans for one patient in a timetable that otherwise stays as it is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from api import examples
from api import question_documents as q
from api.access import Reader
from api.body import JsonObject
from api.documents import PatientDocument
from api.errors import Refused, described
from api.judging import form_faults
from api.openapi import QUESTIONS, answers, takes
from api.paths import TimetableId
from api.service import TheService
from api.weeks import asked_week

router = APIRouter(prefix="/v1/timetables/{timetable_id}")
Json = dict[str, Any]
KEPT_FROM_PROBLEMS = frozenset(PatientDocument.model_fields) & {"display_name", "name"}


@router.post(
    "/placements",
    tags=[QUESTIONS],
    openapi_extra=takes(q.PlacementRequest, examples.PLACEMENT),
    responses=answers(200, "Plans, the best first.", q.PlacementAnswer)
    | described(401, 403, 404, 409, 413, 415, 422, 429, 503),
    response_class=JSONResponse,
)
def place_patient(
    timetable_id: TimetableId, caller: Reader, given: JsonObject, service: TheService
) -> Response:
    """The best weeks for one patient, who may be new or planned already; nobody else's attendance changes.

    Nothing is stored. A plan's `moves` make it, once the patient is stored: send them to `POST …/moves`.
    """
    faults = form_faults(q.PlacementRequest, {**given, "patient": "any"} if given.get("patient") else given)
    if faults:
        raise Refused(faults)
    week = asked_week(service, caller, timetable_id)
    request = q.PlacementRequest.model_validate({**given, "patient": "any"})
    payload = {
        "problem": week.problem,
        "timetable": week.document,
        "patient": _patient(given["patient"]),
        "options": request.options,
        "openings": request.openings,
        "from": request.from_.isoformat() if request.from_ else None,
    }
    answer = service.ask("place", payload, thinks=0)
    service.audit.read(caller, "timetable.place", week.clinic_id, [answer["patient"]], week.row.id)
    return JSONResponse(answer)


def _patient(given: Any) -> Any:
    """An id, or a patient as stored: the name for the page goes into no problem."""
    if not isinstance(given, dict):
        return given
    return {name: value for name, value in given.items() if name not in KEPT_FROM_PROBLEMS}
