"""Care that was missed in a published week, and where the rest of the week can give it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from api import attendance_documents as a
from api import examples
from api.access import Reader
from api.attending import for_library, sessions_of
from api.body import JsonObject
from api.errors import NotFound, Refused, described
from api.judging import form_faults
from api.openapi import ATTENDANCE, answers, takes
from api.paths import TimetableId
from api.service import TheService
from api.store.attendance import marks_of_week
from api.store.columns import now
from api.weeks import StoredWeek, stored_week
from scheduler.problem import format_start

router = APIRouter(prefix="/v1/timetables/{timetable_id}/make-ups")
Json = dict[str, Any]


@router.post(
    "",
    tags=[ATTENDANCE],
    openapi_extra=takes(a.MakeUpsRequest, examples.MAKE_UPS),
    responses=answers(200, "Make-ups, and what stays owed.", a.MakeUpsAnswer)
    | described(401, 403, 404, 409, 413, 415, 422, 429, 503),
    response_class=JSONResponse,
)
def find_make_ups(
    timetable_id: TimetableId, caller: Reader, given: JsonObject, service: TheService
) -> Response:
    """Sessions of the rest of the week for whoever is owed care by their marks; nobody else's change.

    Nothing is stored. `moves` make all of it at once: send them to `POST …/moves` and publish what it
    answers. What stays owed says why. In such a week, what was missed does not count towards a patient's
    maxima of sessions, care and days.
    """
    faults = form_faults(a.MakeUpsRequest, given)
    if faults:
        raise Refused(faults)
    with service.sessions.read() as session:
        week = stored_week(session, caller, timetable_id)
        marks = marks_of_week(session, week.clinic_id, week.row.week_start)
    patient = given.get("patient")
    if patient is not None and all(p["id"] != patient for p in week.problem["patients"]):
        raise NotFound
    at = given.get("at") or format_start(_clock(week))
    payload = {
        "problem": week.problem,
        "timetable": week.document,
        "marks": for_library(sessions_of(week.row), marks),
        "at": at,
        "patient": patient,
    }
    answer = service.ask("make_ups", payload, thinks=0)
    told = sorted({made["patient"] for made in answer["make_ups"]} | ({patient} if patient else set()))
    service.audit.read(caller, "timetable.make_ups", week.clinic_id, told, week.row.id)
    return JSONResponse({"at": at, **answer})


def _clock(week: StoredWeek) -> datetime:
    zone = ZoneInfo(week.problem["clinic"]["timezone"])
    return now().astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
