"""Who came: marks of a published week, one at a time, all at once, or as a sheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api import attendance_documents as a
from api import attending, examples
from api.access import Caller, PeopleWriter, Reader, visible_timetable
from api.errors import Refused, described
from api.etags import IfMatch
from api.exchange import reading
from api.exchange.files import CSV, File, FileRefused, JsonOrCsv, read_in_child, takes_files
from api.openapi import ATTENDANCE, answers, takes
from api.paths import TimetableId, known_clinic, tagged
from api.service import Service, TheService
from api.store import clinics
from api.store.attendance import Marks, marks_of_week, version_of_week
from api.store.models import Timetable
from api.weeks import require_clinic_week
from scheduler.errors import Fault
from scheduler.exports.inert import inert

router = APIRouter(prefix="/v1/timetables/{timetable_id}/attendance")
Json = dict[str, Any]
SHEET_COLUMNS = ("session", "date", "start", "session_type", "patient", "patient_name", "mark", "minutes")
_MARKS_OR_SHEET = answers(200, "The marks, or the sheet.", a.AttendanceShown, headers=("ETag",))
_MARKS_OR_SHEET[200]["content"][CSV] = {"schema": {"type": "string", "format": "binary"}}


@router.put(
    "",
    tags=[ATTENDANCE],
    openapi_extra=takes_files(CSV, **takes(a.AttendanceRequest, examples.ATTENDANCE)["requestBody"]),
    responses=answers(200, "All marks of the week.", a.AttendanceShown, headers=("ETag",))
    | described(401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 503),
    response_class=JSONResponse,
)
def put_attendance(
    timetable_id: TimetableId,
    caller: PeopleWriter,
    given: JsonOrCsv,
    service: TheService,
    if_match: IfMatch = None,
) -> Response:
    """Mark who came to the sessions of a published week: everything that is listed, or nothing.

    What is not listed stays as it is; `mark` null takes a mark back. Marking for the first time needs no
    `If-Match`, changing a mark does. A sheet (`text/csv`) has a row an attendance, as `GET` with `format=csv`
    hands it out; its faults are told by row and column, all at once.
    """
    marks, rows = _listed(service, caller, timetable_id, given)
    with service.sessions.write() as session:
        row = visible_timetable(session, caller, timetable_id)
        clinic = known_clinic(session, caller, attending.require_held(row), lock=True)
        session.refresh(row)
        attending.require_held(row)
        faults, wanted = attending.judged(marks, row, attending.stored_patients(session, clinic.id))
        if faults:
            raise Refused(faults) if rows is None else FileRefused(_misfits(faults, rows))
        written = attending.write(session, caller, row, wanted, if_match)
        if written:
            clinics.touch(clinic)
            _note(session, service, caller, row, written, by_sheet=rows is not None)
        return _answer(session, row)


def _listed(
    service: Service, caller: Caller, timetable_id: str, given: Json | File
) -> tuple[Json, list[int] | None]:
    """What was sent as a document; of a sheet also the row of each mark. Nothing is locked meanwhile."""
    with service.sessions.read() as session:
        row = visible_timetable(session, caller, timetable_id)
        attending.require_held(row)
    if not isinstance(given, File):
        return given, None
    payload = {"content": given.encoded, "sessions": attending.sessions_of(row)}
    marks = read_in_child(service, reading.ATTENDANCE, payload)["marks"]
    return {"marks": [{k: v for k, v in m.items() if k != "row"} for m in marks]}, [m["row"] for m in marks]


def _misfits(faults: list[Fault], rows: list[int]) -> list[Json]:
    """Faults of marks by the row and the column that they were read from."""
    return [_misfit(fault, rows) for fault in faults]


def _misfit(fault: Fault, rows: list[int]) -> Json:
    _, _, index, *column = fault.pointer.split("/")
    place: Json = {"sheet": "attendance", "row": rows[int(index)], "column": column[0] if column else "mark"}
    pointer = "".join(f"/{part}" for part in place.values())
    return {"pointer": pointer, "message": fault.message, "code": fault.code, **place}


def _note(
    session: Session,
    service: Service,
    caller: Caller,
    row: Timetable,
    written: list[attending.Wanted],
    by_sheet: bool,
) -> None:
    """One entry: whose attendance was marked, how often as what."""
    words = [mark.mark or "taken_back" for mark in written]
    counts = {word: words.count(word) for word in sorted(set(words))}
    people = sorted({mark.attendance[0] for mark in written})
    details = {"counts": counts} | ({"sheet": True} if by_sheet else {})
    service.audit.change(session, caller, "attendance.write", row.clinic_id, people, row.id, **details)


def _answer(session: Session, row: Timetable) -> Response:
    assert row.clinic_id is not None
    marks = marks_of_week(session, row.clinic_id, row.week_start)
    return tagged(attending.shown(row, marks), version_of_week(session, row.clinic_id, row.week_start))


@router.get(
    "",
    tags=[ATTENDANCE],
    responses=_MARKS_OR_SHEET | described(401, 403, 404, 409, 422, 429),
    response_class=JSONResponse,
)
def get_attendance(
    timetable_id: TimetableId,
    caller: Reader,
    service: TheService,
    format: Annotated[  # noqa: A002 - as exports have it
        Literal["json", "csv"],
        Query(description="`csv`: a sheet with a row an attendance, to be filled in and sent back"),
    ] = "json",
) -> Response:
    """Who came in this week, as far as it is marked. The sheet has the names that the page shows."""
    with service.sessions.read() as session:
        row = visible_timetable(session, caller, timetable_id)
        clinic_id = require_clinic_week(row)
        known_clinic(session, caller, clinic_id)
        answer = _answer(session, row) if format == "json" else None
        marks = marks_of_week(session, clinic_id, row.week_start)
        names = attending.stored_patients(session, clinic_id) if answer is None else {}
    people = sorted({p for s in attending.sessions_of(row) for p in s["patients"]})
    service.audit.read(caller, "attendance.read", clinic_id, people, row.id)
    if answer is not None:
        return answer
    headers = {"Content-Disposition": 'attachment; filename="attendance.csv"'}
    content = _sheet(attending.sessions_of(row), marks, names)
    return Response(content, media_type=f"{CSV}; charset=utf-8", headers=headers)


def _sheet(sessions: list[Json], marks: Marks, names: dict[str, str | None]) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(SHEET_COLUMNS)
    writer.writerows(map(inert, row) for row in _rows(sessions, marks, names))
    return text.getvalue().encode("utf-8-sig")


def _rows(sessions: list[Json], marks: Marks, names: dict[str, str | None]) -> Iterator[tuple[str, ...]]:
    for session in sorted(sessions, key=lambda s: (s["start"], s["id"])):
        for patient in sorted(session["patients"]):
            mark = marks.get((patient, session["session_type"], session["start"]))
            minutes = str(mark.minutes) if mark and mark.minutes is not None else ""
            day, start = session["start"].split("T")
            name = names.get(patient) or ""
            place = (session["id"], day, start, session["session_type"], patient, name)
            yield (*place, (mark.mark or "") if mark else "", minutes)
