"""One more seat: in a session type's size, in a room, or in both where both are the limit."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from scheduler.explain import phrases
from scheduler.explain.causes import Cause
from scheduler.explain.changes.candidate import Candidate, Candidates, Inquiry
from scheduler.explain.patch import Operation, put
from scheduler.finding import Words

KIND: Final = "seat"
EFFORT: Final = 15
IN_TYPE: Final = Words("seat", "one more seat in {what} ({then} instead of {now})")
IN_ROOM: Final = Words("seat", "one more seat in {room} ({then} instead of {now})")
IN_BOTH: Final = Words(
    "seat",
    "one more seat in {what} ({then} instead of {now}) and in {room} ({room_then} instead of {room_now})",
)


def candidates(inquiry: Inquiry) -> Candidates:
    world = inquiry.world
    groups: dict[tuple[int, str | None, bool], list[int]] = {}
    for row in map(int, world.rows_barred_by(Cause.FULL)):
        session = world.session_of_row(row)
        if session is None:
            continue
        t = world.week.type_index[session.type.id]
        room = world.setting.rooms.get(session.room or "")
        by_type = len(session.patients) >= session.type.size_max
        by_room = room is not None and len(session.patients) >= room.capacity
        groups.setdefault((t, room.id if room and by_room else None, by_type), []).append(row)
    inquiry.count(KIND, len(groups))
    for (t, room_id, by_type), rows in sorted(groups.items(), key=lambda g: (g[0][1] is not None, g[0][0])):
        candidate = _candidate(inquiry, t, room_id, by_type, rows)
        if inquiry.helps(candidate):
            yield candidate


def _candidate(inquiry: Inquiry, t: int, room_id: str | None, by_type: bool, rows: list[int]) -> Candidate:
    world = inquiry.world
    kind, patch = world.clinic.types[t], list[Operation]()
    params: dict[str, Any] = {"what": phrases.name_of(kind), "session_type": kind.id}
    if by_type:
        patch.append(put(kind.size_max + 1, "session_types", t, "size", "max"))
        params |= {"now": kind.size_max, "then": kind.size_max + 1}
    if room_id is not None:
        r = world.week.room_index[room_id]
        room = world.week.problem.rooms[r]
        patch.append(put(room.capacity + 1, "rooms", r, "capacity"))
        seats = {"now": room.capacity, "then": room.capacity + 1}
        params |= {"room": room.name or room.id, "room_id": room.id}
        params |= {f"room_{k}": v for k, v in seats.items()} if by_type else seats
    words = IN_TYPE if room_id is None else IN_BOTH if by_type else IN_ROOM
    return Candidate(KIND, words, params, EFFORT * len(patch), tuple(patch), np.array(rows, np.intp))
