"""Timetables as files for other programs: one module a format, each a function from an `Extract` to bytes.

A format is a module with `write(extract, **options) -> bytes` and a line in `FORMATS`. The same extract with
the same options gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final, Literal

from scheduler.errors import SchedulerError
from scheduler.names import Names
from scheduler.timetable import PlannedSession, Timetable

FORMATS: Final = {
    "csv": "scheduler.exports.csv",
    "fhir": "scheduler.exports.fhir",
    "html": "scheduler.exports.html",
    "ics": "scheduler.exports.ics",
    "xlsx": "scheduler.exports.xlsx",
}

# What a reader over the shoulder may learn: that there is an appointment, or also which and with whom.
Wording = Literal["neutral", "full"]


class CannotExport(SchedulerError):
    """What was asked for has no sense in this format; the message says what would have."""


@dataclass(frozen=True)
class Extract:
    """What is exported: the whole week, or what concerns one patient, clinician or room.

    The extract of a patient tells nothing of the others in a group, who are no business of its reader.
    """

    timetable: Timetable
    names: Names = field(default_factory=Names)
    patient: str | None = None
    clinician: str | None = None
    room: str | None = None

    def sessions(self) -> Iterator[PlannedSession]:
        """In the order of the week."""
        for session in sorted(
            self.timetable.sessions, key=lambda s: (s.start, s.session_type, s.room or "", s.id)
        ):
            if self.patient is not None and self.patient not in session.patients:
                continue
            if self.clinician is not None and self.clinician not in session.clinicians:
                continue
            if self.room is not None and self.room != session.room:
                continue
            if self.patient is not None:
                yield session.model_copy(update={"patients": (self.patient,)})
            else:
                yield session

    @property
    def subject(self) -> tuple[str, str] | None:
        """Whose week it is, as ("patient", id); None for the whole week or a mixture."""
        chosen = [("patient", self.patient), ("clinician", self.clinician), ("room", self.room)]
        given = [(kind, key) for kind, key in chosen if key is not None]
        return given[0] if len(given) == 1 else None

    @property
    def published(self) -> bool:
        return self.timetable.status == "published"


def export(extract: Extract, file_format: str, **options: Any) -> bytes:
    """The file's content; which options a format has, its module says."""
    content: bytes = import_module(FORMATS[file_format]).write(extract, **options)
    return content
