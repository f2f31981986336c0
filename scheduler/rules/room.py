"""`room`: a session has a room if and only if its type asks for one, and the room serves.

All the features asked for, capacity for its patients, not closed; one session at a time, plus the room's
turnover before the next.

- `room: null` takes no room (own office, telehealth): putting one in a room is as wrong as the reverse.
- `{}` is any room. Turnover may run into a closure; only the next session must wait for it.
- Sharing is reported for the room, everything else for the session.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.calendar import Interval, overlaps_any
from scheduler.finding import Finding, Words
from scheduler.problem import Room, SessionType
from scheduler.rules.facts import Facts, Held, colliding
from scheduler.setting import Setting
from scheduler.timetable import Reason

NAME: Final = "room"
SHAPE: Final = "exclusive"

NO_ROOM: Final = Words("no_room", "it needs a room and has none")
ROOM_UNASKED: Final = Words("room_unasked", "{session_type} takes no room, it is in {room}")
LACKS_FEATURE: Final = Words("lacks_feature", "room {room} lacks {features}")
TOO_SMALL: Final = Words("room_too_small", "room {room} is too small: it holds {capacity}, {patients} attend")
ROOM_CLOSED: Final = Words("room_closed", "room {room} is closed then")
SHARED: Final = Words("room_shared", "room {room}: {earlier} reaches into {later}")
TURNOVER: Final = Words(
    "room_turnover", "room {room}: {earlier} and {minutes} minutes of turnover reach into {later}"
)
NO_FEATURES: Final = Words("room_features", "{what} needs a room with {features}, and there is none")
SMALL: Final = Words(
    "room_too_small", "{what} needs room for {needed}; the largest that serves holds {capacity}"
)
CLOSED_THEN: Final = Words(
    "room_closed",
    "every room for {what} is closed at {barred} of the {starts} times that fit the patient{rest}",
)
TAKEN_THEN: Final = Words(
    "room_busy",
    "every room for {what} is taken at {barred} of the {starts} times that fit the patient{rest}",
)


def bars(
    setting: Setting, room: Room, session_type: SessionType, interval: Interval, patients: int
) -> Reason | None:
    """Why the room cannot take so many patients for the type then, were it free."""
    if session_type.room is None:
        return ROOM_UNASKED.reason(session_type=session_type.id, room=room.id)
    if missing := [f for f in session_type.room.features if f not in room.features]:
        return LACKS_FEATURE.reason(room=room.id, features=missing)
    if patients > room.capacity:
        return TOO_SMALL.reason(room=room.id, capacity=room.capacity, patients=patients)
    if overlaps_any(interval, setting.calendar.room_closed[room.id]):
        return ROOM_CLOSED.reason(room=room.id)
    return None


def check(facts: Facts) -> Iterator[Finding]:
    for session in facts.sessions:
        if reason := _fault(facts.setting, session):
            yield session.broken(NAME, reason)
    for room, sessions in facts.by_room.items():
        turnover = facts.setting.rooms[room].turnover_minutes
        for a, b in colliding(sessions, turnover):
            words = SHARED if a.end > b.start else TURNOVER
            yield words.finding(
                NAME, room, (a.id, b.id), room=room, earlier=a.label, later=b.label, minutes=turnover
            )


def _fault(setting: Setting, session: Held) -> Reason | None:
    if session.room is None:
        return NO_ROOM.reason() if session.type.room else None
    room = setting.rooms[session.room]
    return bars(setting, room, session.type, session.interval, len(session.patients))
