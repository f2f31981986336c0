"""The sessions of a timetable document, read as far as they can be: whatever cannot is a finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from pydantic_core import PydanticCustomError

from scheduler.finding import Finding, Words
from scheduler.problem import parse_start
from scheduler.rules import reference
from scheduler.timetable import PlannedSession

Value = TypeVar("Value")

NO_DOCUMENT = Words("no_document", "a timetable is a JSON object with a list of sessions")
NO_SESSION = Words("no_session", "{session} is not a JSON object")
MALFORMED = Words("malformed", "session {session} has no readable {field}: {problem}")


@dataclass(slots=True)
class Submitted:
    """Readable sessions, and findings of the rule `reference` for the rest."""

    sessions: list[PlannedSession] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_sessions(document: object) -> Submitted:
    """Reads any JSON value; a session is left out where its type or start cannot be read."""
    read = Submitted()
    sessions = document.get("sessions") if isinstance(document, dict) else None
    if not isinstance(sessions, list | tuple):
        read.findings.append(NO_DOCUMENT.finding(reference.NAME, "sessions"))
        return read
    for index, session in enumerate(sessions):
        place = f"sessions/{index}"
        if isinstance(session, dict):
            _Reader(session, place, read).read()
        else:
            read.findings.append(NO_SESSION.finding(reference.NAME, place, session=place))
    return read


class _Reader:
    """One session object; faults are filed under its id, or its place in the list where it has none."""

    def __init__(self, session: dict[Any, Any], place: str, into: Submitted) -> None:
        self.session = session
        self.into = into
        given = session.get("id")
        self.id = given if isinstance(given, str) and given else place
        if self.id is place:
            self._fault("id", "expected a string")

    def read(self) -> None:
        session_type = self._field("session_type", _text, None)
        start: datetime | None = self._field("start", parse_start, None)
        end: datetime | None = self._field("end", _optional(parse_start), None)
        clinicians, patients = self._texts("clinicians"), self._texts("patients")
        room: str | None = self._field("room", _optional(_text), None)
        if session_type is not None and start is not None:
            # Every part is of its type already: validating 900 sessions again would only cost time.
            self.into.sessions.append(
                PlannedSession.model_construct(
                    id=self.id,
                    session_type=session_type,
                    start=start,
                    end=end,
                    clinicians=clinicians,
                    room=room,
                    patients=patients,
                )
            )

    def _field(self, name: str, parse: Callable[[object], Value], otherwise: Value) -> Value:
        try:
            return parse(self.session.get(name))
        except (PydanticCustomError, OverflowError) as problem:
            self._fault(name, str(problem))
            return otherwise

    def _texts(self, name: str) -> tuple[str, ...]:
        values = self.session.get(name)
        if values is None:
            return ()
        if not isinstance(values, list | tuple):
            self._fault(name, "expected a list")
            return ()
        if not all(isinstance(v, str) for v in values):
            self._fault(name, "expected a list of strings")
        return tuple(v for v in values if isinstance(v, str))

    def _fault(self, name: str, problem: str) -> None:
        self.into.findings.append(
            MALFORMED.finding(
                reference.NAME, self.id, (self.id,), session=self.id, field=name, problem=problem
            )
        )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("text", "expected a string")
    return value


def _optional(parse: Callable[[object], Value]) -> Callable[[object], Value | None]:
    return lambda value: None if value is None else parse(value)
