"""The least-change timetable after something has happened."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api import examples
from api import question_documents as q
from api.access import Caller, Planner, visible_timetable
from api.body import JsonObject
from api.drafts import add_draft, note_draft
from api.errors import described
from api.openapi import QUESTIONS, answers, takes
from api.paths import TimetableId, tagged
from api.routes.showing import shown
from api.service import Service, TheService
from api.store.models import Timetable
from api.weeks import StoredWeek, asked_week
from scheduler.event import Event

router = APIRouter(prefix="/v1/timetables/{timetable_id}")
Json = dict[str, Any]
TimeLimit = Annotated[float, Query(ge=0.5, le=60, description="seconds to search and prove")]


@router.post(
    "/repairs",
    tags=[QUESTIONS],
    status_code=201,
    openapi_extra=takes(Event, examples.EVENT),
    responses=answers(201, "A draft, and others beside it.", q.RepairAnswer, headers=("ETag", "Location"))
    | described(401, 403, 404, 409, 413, 415, 422, 429, 503),
    response_class=JSONResponse,
)
def repair_week(
    timetable_id: TimetableId,
    caller: Planner,
    given: JsonObject,
    service: TheService,
    time_limit: TimeLimit = 3,
) -> Response:
    """A new draft with the fewest changes after an absence, a closure, a changed patient or a leaver.

    What is stored now counts as known: after a patient's commitments were replaced, `from` alone is enough.
    Where one more moved attendance would restore care, further drafts are offered as `alternatives`. The
    event itself is not stored: write a longer absence into the clinician's availability as well.
    """
    week = asked_week(service, caller, timetable_id)
    payload = {"problem": week.problem, "timetable": week.document, "event": given, "seconds": time_limit}
    answer = service.ask("repair", payload, thinks=time_limit)
    with service.sessions.write() as session:
        visible_timetable(session, caller, timetable_id)  # it may have been deleted meanwhile
        others = [
            _stored(session, service, caller, week, answer["problem"], other)
            for other in answer["alternatives"]
        ]
        row = _stored(session, service, caller, week, answer.pop("problem"), answer)
        content = {**answer, "timetable": shown(row)}
        for other, kept in zip(content["alternatives"], others, strict=True):
            other["timetable"] = shown(kept)
        return tagged(content, row.version, 201, Location=f"/v1/timetables/{row.id}")


def _stored(
    session: Session, service: Service, caller: Caller, week: StoredWeek, problem: Json, answer: Json
) -> Timetable:
    """The draft of one answer; pins of earlier moves stay what they were."""
    _, by_hand = week.pins_by_hand()
    kept = [pin for pin in problem["pins"] if pin in by_hand]
    row = add_draft(session, week, caller, problem, answer["timetable"], by_hand=kept)
    note_draft(session, service, caller, "timetable.repair", row)
    return row
