"""Manual changes: tried, made, and where a picked-up session could go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import JSONResponse

from api import examples
from api import question_documents as q
from api.access import Caller, Planner, Reader, visible_timetable
from api.body import json_body
from api.drafts import add_draft, move_on, moved_on, note_draft
from api.errors import Conflict, NotFound, PreconditionMissing, Refused, Stale, described
from api.etags import IfMatch, etag
from api.openapi import QUESTIONS, answers, takes
from api.paths import TimetableId, tagged
from api.routes.showing import shown
from api.service import Service, TheService
from api.weeks import StoredWeek, asked_week, patients_of_pin
from scheduler.errors import Fault
from scheduler.problem import ID_PATTERN
from scheduler.timetable import Timetable as TimetableDocument

router = APIRouter(prefix="/v1/timetables/{timetable_id}")
SessionId = Annotated[str, Path(pattern=ID_PATTERN, examples=["s1"])]
Json = dict[str, Any]


def _request(given: Annotated[Any, Depends(json_body)]) -> Json:
    """The moves and the pins; a bare list is a list of moves."""
    if isinstance(given, list):
        return {"moves": given, "pins": None}
    if not isinstance(given, dict):
        raise Refused([Fault("", "expected a list of moves, or an object with `moves`", "wrong_type")])
    faults = [Fault(f"/{name}", "no field of this document", "unknown") for name in given.keys() - FIELDS]
    pins = given.get("pins")
    if pins is not None and not isinstance(pins, list):
        faults.append(Fault("/pins", "expected a list of pins", "list"))
    if faults:
        raise Refused(faults)
    moves = given.get("moves")
    return {"moves": {"moves": [] if moves is None else moves}, "pins": pins}


FIELDS = frozenset(q.MovesRequest.model_fields)
Asked = Annotated[Json, Depends(_request)]


@router.post(
    "/check",
    tags=[QUESTIONS],
    openapi_extra=takes(q.MovesRequest, examples.MOVES),
    responses=answers(200, "What the moves would do.", q.CheckAnswer)
    | described(401, 403, 404, 409, 413, 415, 422, 429, 503),
    response_class=JSONResponse,
)
def check_moves(timetable_id: TimetableId, caller: Reader, asked: Asked, service: TheService) -> Response:
    """Try manual changes without making them: rules newly broken or mended, and the cost by term.

    They are judged by what is stored now, as publishing is. A rule that was broken before is not held against
    them.
    """
    if asked["pins"] is not None:
        raise Refused(
            [Fault("/pins", "pins are set with `POST …/moves`; here only moves are tried", "unknown")]
        )
    week = asked_week(service, caller, timetable_id)
    answer = service.ask("check", _payload(week, asked))
    _note_read(service, caller, "timetable.check", week, _named(asked))
    return JSONResponse(answer)


@router.post(
    "/moves",
    tags=[QUESTIONS],
    status_code=201,
    openapi_extra=takes(q.MovesRequest, examples.MOVES),
    responses=answers(201, "A draft with the moves made.", TimetableDocument, headers=("ETag", "Location"))
    | described(401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 503),
    response_class=JSONResponse,
)
def make_moves(
    timetable_id: TimetableId,
    caller: Planner,
    asked: Asked,
    service: TheService,
    if_match: IfMatch = None,
) -> Response:
    """Make manual changes: the answer is a new draft in which whatever was changed is pinned.

    Moves that break a rule are answered with 409 and `findings`; nothing is changed then. The timetable moved
    from stays as it is, but its `ETag` changes: whoever else has it open gets 412 with the `drafts` that were
    made from it since. `pins` sets all pins at once, with or without moves.
    """
    if not asked["moves"] or (asked["moves"] == {"moves": []} and asked["pins"] is None):
        raise Refused([Fault("", "there is nothing to do: neither moves nor pins", "empty")])
    week = _seen_week(service, caller, timetable_id, if_match)
    answer = service.ask("move", _payload(week, asked))
    if not answer["legal"]:
        raise Conflict(
            "The moves break rules; `findings` tells which.", code="rules_broken", findings=answer["findings"]
        )
    with service.sessions.write() as session:
        move_on(session, week, if_match or "*")
        pins = {"asked_pins": answer["asked"], "by_hand": answer["by_hand"]}
        row = add_draft(session, week, caller, answer["problem"], answer["timetable"], **pins)
        note_draft(session, service, caller, "timetable.move", row)
        return tagged(shown(row), row.version, 201, Location=f"/v1/timetables/{row.id}")


def _seen_week(service: Service, caller: Caller, timetable_id: str, if_match: str | None) -> StoredWeek:
    """The week, if it is the one that the caller has seen."""
    try:
        week = asked_week(service, caller, timetable_id, if_match)
    except Stale:
        with service.sessions.read() as session:
            raise moved_on(session, visible_timetable(session, caller, timetable_id)) from None
    if if_match is None:
        raise PreconditionMissing(etag(week.row.version))
    return week


@router.get(
    "/targets/{session_id}",
    tags=[QUESTIONS],
    responses=answers(200, "The verdict of every place.", q.TargetsAnswer)
    | described(401, 403, 404, 409, 422, 429, 503),
    response_class=JSONResponse,
)
def get_targets(
    timetable_id: TimetableId, session_id: SessionId, caller: Reader, service: TheService
) -> Response:
    """Where a picked-up session could go: every start, with every clinician and room, judged in one call."""
    week = asked_week(service, caller, timetable_id)
    if all(s["id"] != session_id for s in week.document["sessions"]):
        raise NotFound
    answer = service.ask("targets", {**_payload(week, {"pins": None}), "session": session_id})
    _note_read(service, caller, "timetable.targets", week, [session_id])
    return JSONResponse(answer)


@router.get(
    "/pins",
    tags=[QUESTIONS],
    responses=answers(200, "The pins.", q.PinsAnswer, headers=("ETag",))
    | described(401, 403, 404, 409, 422, 429),
    response_class=JSONResponse,
)
def get_pins(timetable_id: TimetableId, caller: Reader, service: TheService) -> Response:
    """What stays when this timetable is repaired: pins it was asked for with, and those that moves have left.

    To plan the week anew around them, send them as `pins` of `POST /v1/clinics/{clinic_id}/timetables`.
    """
    week = asked_week(service, caller, timetable_id)
    pins = week.problem.get("pins") or []
    patients = sorted({p for pin in pins for p in patients_of_pin(pin)})
    service.audit.read(caller, "timetable.pins", week.clinic_id, patients, week.row.id)
    return tagged({"pins": pins}, week.row.version)


def _payload(week: StoredWeek, asked: Json) -> Json:
    """Moves are judged by the pins asked for: those of earlier moves can be moved on."""
    pins, by_hand = week.pins_by_hand()
    if asked["pins"] is not None:
        pins, by_hand = ([p for p in asked["pins"] if (p in by_hand) is hand] for hand in (False, True))
    return {
        "problem": {**week.problem, "pins": pins},
        "by_hand": by_hand,
        "planned": week.planned,
        "timetable": week.document,
        "moves": asked.get("moves"),
    }


def _named(asked: Json) -> list[str]:
    """The sessions that moves are about."""
    listed = asked["moves"]["moves"] if isinstance(asked["moves"], dict) else asked["moves"]
    moves = [move for move in listed if isinstance(move, dict)]
    return [str(move[k]) for move in moves for k in ("session", "delete") if k in move]


def _note_read(
    service: Service, caller: Caller, action: str, week: StoredWeek, sessions: Iterable[str]
) -> None:
    patients = sorted(week.patients_of(sessions))
    service.audit.read(caller, action, week.clinic_id, patients, week.row.id)
