"""Ending a timetable: stop its search, or delete it."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from api import documents as d
from api.access import Planner, visible_timetable
from api.errors import Conflict, described
from api.etags import IfMatch, check
from api.openapi import CORE, TIMETABLES, answers
from api.paths import TimetableId
from api.routes.showing import state
from api.service import TheService
from api.store.models import Status

router = APIRouter(prefix="/v1/timetables/{timetable_id}")


@router.post(
    "/cancel",
    tags=[TIMETABLES],
    status_code=202,
    responses=answers(202, "Asked to stop; the best found is kept.", d.TimetableState)
    | described(401, 403, 404, 409, 422, 429),
    response_class=JSONResponse,
)
def cancel_timetable(timetable_id: TimetableId, caller: Planner, service: TheService) -> Response:
    """Stop searching; the best found so far is kept as `cancelled`. Asking twice changes nothing."""
    with service.sessions.write() as session:
        row = visible_timetable(session, caller, timetable_id)
        status = Status(row.status)
        if not (status.unfinished or status is Status.CANCELLED):
            raise Conflict(f"It is {status}: there is no search to stop.", code="not_running")
        service.audit.change(session, caller, "timetable.cancel", row.clinic_id, timetable_id=row.id)
    if status.unfinished:
        service.engine.cancel(timetable_id)
    with service.sessions.read() as session:
        row = visible_timetable(session, caller, timetable_id)
    return JSONResponse(state(row), 202)


@router.delete(
    "",
    tags=[CORE],
    status_code=204,
    responses=described(401, 403, 404, 409, 412, 422, 429),
)
def delete_timetable(
    timetable_id: TimetableId, caller: Planner, service: TheService, if_match: IfMatch = None
) -> Response:
    """Delete a timetable that was never published; published weeks are records and stay."""
    with service.sessions.write() as session:
        row = visible_timetable(session, caller, timetable_id, lock=True)
        if if_match is not None:
            check(row.version, if_match)
        status = Status(row.status)
        if status.unfinished:
            raise Conflict("It is still being solved: cancel it first.", code="running")
        if row.published_at is not None:
            raise Conflict("It is or was published, and stays as a record.", code="published")
        service.audit.change(session, caller, "timetable.delete", row.clinic_id, timetable_id=row.id)
        session.delete(row)
    return Response(status_code=204)
