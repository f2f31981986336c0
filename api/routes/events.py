"""A timetable's events as they happen: server-sent, numbered, resumable."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, format_sse_event
from sqlalchemy import select

from api.access import Caller, Reader, visible_timetable
from api.errors import described
from api.openapi import CORE
from api.paths import TimetableId
from api.service import Service, TheService
from api.store.models import Status, Timetable, TimetableEvent
from api.store.timetables import events_after

router = APIRouter(prefix="/v1/timetables/{timetable_id}")
QUIET_SECONDS = 15.0  # then a comment is sent, so that no proxy takes the stream for dead
RETRY_MILLISECONDS = 1000
_KINDS = ["queued", "started", "progress", "solved", "cancelled", "failed", "published", "superseded"]
_EVENT = {
    "type": "object",
    "description": "One event of the stream.",
    "properties": {
        "id": {"type": "string", "description": "what `Last-Event-ID` takes"},
        "event": {"type": "string", "enum": _KINDS},
        "data": {"type": "string", "description": "a JSON object"},
    },
}


@router.get(
    "/events",
    tags=[CORE],
    responses=described(401, 403, 404, 422, 429)
    | {
        200: {
            "description": "`queued`, `started`, `progress` {best, bound, gap, seconds, patients_short}, and "
            "one of `solved`, `cancelled`, `failed`, with which the stream ends.",
            "content": {"text/event-stream": {"schema": _EVENT}},
        },
        204: {"description": "Everything has been received already; an `EventSource` stops asking."},
    },
    # With EventSourceResponse here the framework expects a generator, which cannot answer 204.
    response_class=Response,
)
async def get_events(
    timetable_id: TimetableId,
    caller: Reader,
    service: TheService,
    last_event_id: Annotated[str | None, Header(description="continue after this event")] = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="as `Last-Event-ID`")] = 0,
) -> Response:
    """What happens to a timetable, from its first event or from the one after `Last-Event-ID`."""
    seen = (
        int(last_event_id)
        if last_event_id and last_event_id.isascii() and last_event_id.isdecimal()
        else after
    )
    seen = min(seen, 2**31 - 1)
    status, last = await run_in_threadpool(_standing, service, caller, timetable_id)
    if not status.unfinished and seen >= last:
        return Response(status_code=204)
    return EventSourceResponse(_stream(service, timetable_id, seen), headers={"X-Accel-Buffering": "no"})


def _standing(service: Service, caller: Caller, timetable_id: str) -> tuple[Status, int]:
    with service.sessions.read() as session:
        row = visible_timetable(session, caller, timetable_id)
    return Status(row.status), row.event_seq


async def _stream(service: Service, timetable_id: str, seen: int) -> AsyncIterator[bytes]:
    """Events until the job has ended and all of them are sent."""
    yield format_sse_event(retry=RETRY_MILLISECONDS)
    with service.watcher.watching(timetable_id):
        while not service.watcher.stopping:
            for event in await run_in_threadpool(_events, service, timetable_id, seen):
                seen = event.seq
                payload = json.dumps(event.payload, separators=(",", ":"))
                yield format_sse_event(data_str=payload, event=event.kind, id=str(event.seq))
                if event.kind in (Status.SOLVED, Status.CANCELLED, Status.FAILED):
                    return
            if await run_in_threadpool(_over, service, timetable_id, seen):
                return
            if not await service.watcher.event_after(timetable_id, seen, QUIET_SECONDS):
                yield format_sse_event(comment="still there")


def _events(service: Service, timetable_id: str, seen: int) -> list[TimetableEvent]:
    with service.sessions.read() as session:
        return list(events_after(session, timetable_id, seen))


def _over(service: Service, timetable_id: str, seen: int) -> bool:
    """Deleted while somebody was listening, or its search had ended before what they asked for."""
    with service.sessions.read() as session:
        asked = select(Timetable.status, Timetable.event_seq).where(Timetable.id == timetable_id)
        row = session.execute(asked).first()
    return row is None or (not Status(row.status).unfinished and seen >= row.event_seq)
