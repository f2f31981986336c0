"""Comma-separated values for spreadsheets: a row a session, or a row an attendance.

UTF-8 with a byte order mark and CRLF line ends, which spreadsheet programs open rightly by a double click.
Dates are `YYYY-MM-DD` and times `HH:MM` by the clinic's wall clock, in columns of their own, so that rows can
be sorted and pivoted. A row a session ends in `patient_count` and `patients` (ids joined by a blank), a row
an attendance in `patient`. A cell that a spreadsheet would take for a formula gets a leading apostrophe.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Final, Literal

from scheduler.exports import Extract
from scheduler.exports.inert import inert
from scheduler.names import Names
from scheduler.timetable import PlannedSession

SESSION_COLUMNS: Final = (
    "id",
    "date",
    "weekday",
    "start",
    "end",
    "minutes",
    "session_type",
    "session_type_name",
    "clinicians",
    "clinician_names",
    "room",
    "room_name",
)

Rows = Literal["sessions", "attendances"]


def write(extract: Extract, rows: Rows = "sessions") -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text)
    if rows == "sessions":
        writer.writerow((*SESSION_COLUMNS, "patient_count", "patients"))
        writer.writerows(map(_inert, _sessions(extract)))
    else:
        writer.writerow((*SESSION_COLUMNS, "patient"))
        writer.writerows(map(_inert, _attendances(extract)))
    return text.getvalue().encode("utf-8-sig")


def _sessions(extract: Extract) -> Iterator[tuple[str, ...]]:
    for session in extract.sessions():
        patients = sorted(session.patients)
        yield (*_session(session, extract.names), str(len(patients)), " ".join(patients))


def _attendances(extract: Extract) -> Iterator[tuple[str, ...]]:
    for session in extract.sessions():
        for patient in sorted(session.patients):
            yield (*_session(session, extract.names), patient)


def _session(session: PlannedSession, names: Names) -> tuple[str, ...]:
    end = names.end(session)
    return (
        session.id,
        f"{session.start:%Y-%m-%d}",
        f"{session.start:%a}".lower(),
        f"{session.start:%H:%M}",
        f"{end:%H:%M}" if end else "",
        str(int((end - session.start).total_seconds()) // 60) if end else "",
        session.session_type,
        names.session_type(session.session_type),
        " ".join(session.clinicians),
        names.clinicians(session.clinicians),
        session.room or "",
        names.room(session.room),
    )


def _inert(row: tuple[str, ...]) -> tuple[str, ...]:
    """Without formulas: a name or an id from elsewhere must not run in the reader's spreadsheet."""
    return tuple(map(inert, row))
