"""Why care stays unmet, and the least that would have to change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from api import question_documents as q
from api.access import Caller, Reader
from api.errors import NotFound, described
from api.openapi import QUESTIONS, answers
from api.patches import stored_patch
from api.paths import PatientId, TimetableId
from api.service import Service, TheService
from api.weeks import StoredWeek, asked_week

router = APIRouter(prefix="/v1/timetables/{timetable_id}")
Json = dict[str, Any]
TimeLimit = Annotated[
    float, Query(ge=0.5, le=120, description="seconds to think; the reasons come first, `complete` tells")
]
_RESPONSES = answers(200, "The explanation.", q.ExplanationAnswer) | described(
    401, 403, 404, 409, 422, 429, 503
)


@router.get("/explanations", tags=[QUESTIONS], responses=_RESPONSES, response_class=JSONResponse)
def explain_week(
    timetable_id: TimetableId, caller: Reader, service: TheService, time_limit: TimeLimit = 20
) -> Response:
    """Every patient who is short of care, then what one more of something would bring to the clinic.

    It is judged by what is stored now. Each change is proved by placing the patient anew, and its `patch`
    says what to write where: more of what a payer allows goes into a stored authorisation where there is one.
    """
    return _explained(service, caller, asked_week(service, caller, timetable_id), None, time_limit)


@router.get("/explanations/{patient_id}", tags=[QUESTIONS], responses=_RESPONSES, response_class=JSONResponse)
def explain_patient(
    timetable_id: TimetableId,
    patient_id: PatientId,
    caller: Reader,
    service: TheService,
    time_limit: TimeLimit = 10,
) -> Response:
    """Why one patient is short of care, and the least that would have to change."""
    week = asked_week(service, caller, timetable_id)
    if all(patient["id"] != patient_id for patient in week.problem["patients"]):
        raise NotFound
    return _explained(service, caller, week, [patient_id], time_limit)


def _explained(
    service: Service, caller: Caller, week: StoredWeek, patients: Sequence[str] | None, time_limit: float
) -> Response:
    payload = {
        "problem": week.problem,
        "timetable": week.document,
        "patients": patients,
        "seconds": time_limit,
    }
    answer = service.ask("explain", payload, thinks=time_limit)
    told = {person["id"] for person in answer["patients"]}
    with service.sessions.read() as session:
        for parts in _with_patches(answer):
            for part in parts:
                told |= {p for move in part.get("moves", ()) for p in _named_in(move)}
                given, part["patch"] = part["patch"], stored_patch(session, week, part["patch"])
                part["gone"] = given and not part["patch"] and not part.get("moves")
            # What is stored was changed meanwhile, and nothing is left of these to be done.
            parts[:] = [part for part in parts if not part.pop("gone")]
    service.audit.read(caller, "timetable.explain", week.clinic_id, sorted(told), week.row.id)
    return JSONResponse(answer)


def _with_patches(answer: Json) -> list[list[Json]]:
    lists = [person["changes"] for person in answer["patients"]]
    return [*lists, (answer["clinic"] or {}).get("gains") or []]


def _named_in(move: Json) -> list[str]:
    """The patients of a move."""
    created, changed = move.get("create") or {}, move.get("set") or {}
    return [*created.get("patients", ()), *changed.get("add", ()), *changed.get("remove", ())]
