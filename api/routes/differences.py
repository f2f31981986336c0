"""What differs between two timetables, for whom."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import JSONResponse

from api import question_documents as q
from api.access import Reader, visible_timetable
from api.errors import Conflict, described
from api.openapi import QUESTIONS, answers
from api.paths import TimetableId
from api.service import TheService
from api.weeks import require_sessions
from scheduler.problem import ID_PATTERN

router = APIRouter(prefix="/v1/timetables/{timetable_id}")
OtherId = Annotated[str, Path(pattern=ID_PATTERN, examples=["tt-5f8a1c3e9b7d4a2f6c0e8d1b3a5f7c9e"])]


@router.get(
    "/diff/{other_id}",
    tags=[QUESTIONS],
    responses=answers(200, "The differences.", q.DifferenceAnswer)
    | described(401, 403, 404, 409, 422, 429, 503),
    response_class=JSONResponse,
)
def get_difference(
    timetable_id: TimetableId, other_id: OtherId, caller: Reader, service: TheService
) -> Response:
    """What is different in the other timetable, patient by patient, in words that can be sent to them.

    Timetables of two weeks are compared by weekday and time.
    """
    with service.sessions.read() as session:
        old = visible_timetable(session, caller, timetable_id)
        new = visible_timetable(session, caller, other_id, problem=True)
        documents = [require_sessions(row) for row in (old, new)]
        problem = new.problem
    if old.clinic_id != new.clinic_id or documents[0]["clinic"] != documents[1]["clinic"]:
        raise Conflict("The two timetables are of two clinics.", code="other_clinic")
    answer = service.ask("diff", {"timetable": documents[0], "other": documents[1], "problem": problem})
    patients = [person["id"] for person in answer["patients"]]
    service.audit.read(caller, "timetable.diff", new.clinic_id, patients, new.id, against=old.id)
    return JSONResponse(answer)
