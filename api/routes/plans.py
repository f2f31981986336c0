"""Asking for timetables: from what is stored, or for a whole problem document."""

from __future__ import annotations

import re
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlalchemy.orm import defer

from api import documents as d
from api import examples
from api.access import Caller, Planner
from api.audit import patients_of
from api.body import JsonObject
from api.errors import Refused, described
from api.openapi import CORE, answers, takes
from api.paths import ClinicId, tagged
from api.planning import Once, plan_sent, plan_stored
from api.routes.showing import accepted, shown
from api.service import Service, TheService
from api.store.models import Status, Timetable
from scheduler.errors import Fault
from scheduler.problem import Problem
from scheduler.timetable import Timetable as TimetableDocument

router = APIRouter(prefix="/v1")
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?\s*(?:$|[,;])", re.IGNORECASE)
Prefer = Annotated[
    str | None, Header(description="`wait=20`: answer within 20 seconds, with 201 when it is done")
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description="the same key and body make one timetable, however often sent",
    ),
]
_RESPONSES = (
    answers(202, "Queued; follow `Location`.", d.TimetableState, headers=("Location",))
    | answers(201, "Done in time.", TimetableDocument, d.TimetableState, headers=("Location", "ETag"))
    | described(401, 403, 413, 415, 422, 429)
)


@router.post(
    "/clinics/{clinic_id}/timetables",
    tags=[CORE],
    status_code=202,
    openapi_extra=takes(d.PlanRequest, examples.PLAN),
    responses=_RESPONSES | described(404, 409),
    response_class=JSONResponse,
)
async def plan_week(
    clinic_id: ClinicId,
    caller: Planner,
    given: JsonObject,
    service: TheService,
    prefer: Prefer = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Plan a week from what is stored; people keep the times of the last published week where they can."""
    once = Once.of(idempotency_key, f"clinics/{clinic_id}/timetables", given)
    made = await run_in_threadpool(plan_stored, service, caller, clinic_id, given, once)
    return await _answer(service, caller, made, prefer)


@router.post(
    "/timetables",
    tags=[CORE],
    status_code=202,
    openapi_extra=takes(Problem, examples.PROBLEM),
    responses=_RESPONSES,
    response_class=JSONResponse,
)
async def plan_problem(
    caller: Planner,
    given: JsonObject,
    service: TheService,
    time_limit: Annotated[d.TimeLimit, Query()] = 60,
    gap: Annotated[d.Gap, Query()] = 0.01,
    seed: Annotated[d.Seed, Query()] = 0,
    groups: Annotated[d.Groups, Query()] = "free",
    prefer: Prefer = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Plan the week of a whole problem document; the document is forgotten once its timetable is there."""
    options = {"time_limit": time_limit, "gap": gap, "seed": seed, "groups": groups}
    once = Once.of(idempotency_key, "timetables", {"problem": given, "options": options})
    made = await run_in_threadpool(plan_sent, service, caller, given, options, once)
    return await _answer(service, caller, made, prefer)


async def _answer(service: Service, caller: Caller, timetable_id: str, prefer: str | None) -> Response:
    """202 at once, or 201 if it is done within the time the client would wait."""
    wish = _WAIT.search(prefer or "")
    seconds = min(float(wish[1]), service.settings.wait_max_seconds) if wish else 0.0
    row = await _finished(service, timetable_id, seconds)
    headers = {"Location": f"/v1/timetables/{timetable_id}"}
    if wish:
        headers["Preference-Applied"] = f"wait={seconds:g}"
    if not wish or Status(row.status).unfinished:
        return JSONResponse(accepted(row), 202, headers)
    if row.error and row.error.get("code") == "pins_clash":
        raise Refused(Fault(e["pointer"], e["message"], e["code"]) for e in row.error.get("errors", ()))
    service.audit.read(caller, "timetable.read", row.clinic_id, patients_of(row.result), row.id)
    return tagged(shown(row), row.version, 201, **headers)


async def _finished(service: Service, timetable_id: str, seconds: float) -> Timetable:
    """The row when its job has ended, or as it is when the time is over."""
    until = monotonic() + seconds
    with service.watcher.watching(timetable_id):
        while True:
            row = await run_in_threadpool(_read, service, timetable_id)
            left = until - monotonic()
            if not Status(row.status).unfinished or left <= 0:
                return row
            await service.watcher.event_after(timetable_id, row.event_seq, left)


def _read(service: Service, timetable_id: str) -> Timetable:
    with service.sessions.read() as session:
        return session.get_one(Timetable, timetable_id, options=(defer(Timetable.problem),))
