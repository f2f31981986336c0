"""Reading timetables."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from api import documents as d
from api.access import Reader, visible_timetable
from api.audit import patients_of
from api.errors import Unreadable, described
from api.etags import IfNoneMatch, unchanged
from api.openapi import CORE, TIMETABLES, answers
from api.paths import ClinicId, Cursor, Limit, TimetableId, known_clinic, tagged
from api.routes.showing import shown, summary
from api.service import TheService
from api.store.models import Status, Timetable
from api.store.timetables import of_clinic
from scheduler.timetable import Timetable as TimetableDocument

router = APIRouter(prefix="/v1")


@router.get(
    "/timetables/{timetable_id}",
    tags=[CORE],
    responses=answers(
        200, "The timetable, or its state.", TimetableDocument, d.TimetableState, headers=("ETag",)
    )
    | {304: {"description": "Unchanged."}}
    | described(401, 403, 404, 422, 429),
    response_class=JSONResponse,
)
def get_timetable(
    timetable_id: TimetableId, caller: Reader, service: TheService, if_none_match: IfNoneMatch = None
) -> Response:
    """The timetable document once there is one; before that, its status and progress."""
    with service.sessions.read() as session:
        row = visible_timetable(session, caller, timetable_id)
    # Progress has no version of its own, so an unfinished timetable is always sent.
    if not Status(row.status).unfinished and unchanged(row.version, if_none_match):
        return Response(status_code=304, headers={"ETag": f'"{row.version}"'})
    if row.result is not None:
        service.audit.read(caller, "timetable.read", row.clinic_id, patients_of(row.result), row.id)
    return tagged(shown(row), row.version)


@router.get(
    "/clinics/{clinic_id}/timetables",
    tags=[TIMETABLES],
    responses=answers(200, "One page of timetables.", d.TimetableList)
    | described(400, 401, 403, 404, 422, 429),
    response_class=JSONResponse,
)
def list_timetables(
    clinic_id: ClinicId,
    caller: Reader,
    service: TheService,
    week_start: Annotated[str | None, Query(pattern=r"^\d{4}-\d\d-\d\d$")] = None,
    status: Status | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """A clinic's timetables, newest first: what they are, without their sessions."""
    with service.sessions.read() as session:
        known_clinic(session, caller, clinic_id)
        before = session.get(Timetable, cursor) if cursor else None
        if cursor and (before is None or before.clinic_id != clinic_id):
            raise Unreadable(
                "This cursor's place is gone; start again without a cursor.", code="cursor_unknown"
            )
        rows = of_clinic(session, clinic_id, week_start, status, before, limit + 1)
        page = [summary(row) for row in rows[:limit]]
    return JSONResponse({"timetables": page, "next": page[-1]["id"] if len(rows) > limit else None})
