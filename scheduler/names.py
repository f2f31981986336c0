"""Names for people instead of ids, where the problem is at hand; patients always go by their ids."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from scheduler.problem import Problem
from scheduler.timetable import PlannedSession


class Names:
    """What to call session types, clinicians and rooms; an id nobody has named is its own name."""

    def __init__(self, problem: Problem | None = None) -> None:
        self._types = {t.id: t for t in problem.session_types} if problem else {}
        self._clinicians = {c.id: c.name for c in problem.clinicians} if problem else {}
        self._rooms = {r.id: r.name for r in problem.rooms} if problem else {}
        self.clinic = (problem.clinic.name or problem.clinic.id) if problem else None

    def session_type(self, key: str) -> str:
        return (self._types[key].name if key in self._types else "") or key

    def clinician(self, key: str) -> str:
        return self._clinicians.get(key) or key

    def clinicians(self, keys: Iterable[str]) -> str:
        return ", ".join(map(self.clinician, keys))

    def room(self, key: str | None) -> str:
        return "" if key is None else self._rooms.get(key) or key

    def by_video(self, session_type: str) -> bool:
        """Whether sessions of the type are known to be telehealth."""
        return session_type in self._types and not self._types[session_type].in_person

    def end(self, session: PlannedSession) -> datetime | None:
        """When a session ends, also where the timetable leaves that to the session type."""
        if session.end is None and session.session_type in self._types:
            return session.start + timedelta(minutes=self._types[session.session_type].minutes)
        return session.end
