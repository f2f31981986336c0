"""The attendance of one published week: what was sent judged, marks written and shown.

Marks are kept by type and start, and told by the session ids of the timetable that is asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.access import Caller
from api.attendance_documents import AttendanceRequest
from api.errors import Conflict, PreconditionMissing
from api.etags import check, etag
from api.judging import form_faults
from api.store import clinics
from api.store.attendance import Attendance, Mark, Marks, marks_of_week, version_of_week
from api.store.columns import instant
from api.store.models import Status, Timetable
from api.weeks import require_clinic_week
from scheduler.errors import Fault

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One mark to be written; `mark` None takes back what was marked."""

    attendance: Attendance
    mark: str | None
    minutes: int | None

    def differs(self, now: Mark | None) -> bool:
        return (self.mark, self.minutes) != ((now.mark, now.minutes) if now else (None, None))


def require_held(row: Timetable) -> str:
    """The clinic whose week it is; a week is attended as it is published."""
    clinic_id = require_clinic_week(row)
    if row.status != Status.PUBLISHED:
        raise Conflict(
            f"It is {row.status}: attendance is marked in the published timetable of a week.",
            code="not_published",
        )
    return clinic_id


def sessions_of(row: Timetable) -> list[Json]:
    found: list[Json] = (row.result or {})["sessions"]
    return found


def judged(given: Json, row: Timetable, known: Iterable[str]) -> tuple[list[Fault], list[Wanted]]:
    """Every fault, or the marks to be written. `known` are the patients who are stored."""
    faults = form_faults(AttendanceRequest, given)
    listed = given.get("marks")
    if not isinstance(listed, list):
        return faults, []
    sessions = {s["id"]: s for s in sessions_of(row)}
    stored, seen, told = set(known), set[tuple[str, str]](), {fault.pointer for fault in faults}
    for i, mark in enumerate(listed):
        if not any(place == f"/marks/{i}" or place.startswith(f"/marks/{i}/") for place in told):
            faults += [
                Fault(f"/marks/{i}{f.pointer}", f.message, f.code) for f in _unfit(mark, sessions, stored)
            ]
            if (who := (mark["session"], mark["patient"])) in seen:
                faults.append(Fault(f"/marks/{i}", "this attendance is listed twice", "duplicate"))
            seen.add(who)
    return faults, [] if faults else [_wanted(mark, sessions[mark["session"]]) for mark in listed]


def _unfit(mark: Json, sessions: Mapping[str, Json], stored: Set[str]) -> Iterator[Fault]:
    """What is wrong with a mark of the right form."""
    session, minutes = sessions.get(mark["session"]), mark.get("minutes")
    if session is None:
        yield Fault("/session", "no session of this timetable has this id", "unknown_id")
    elif mark["patient"] not in session["patients"]:
        yield Fault("/patient", "this patient is not in this session", "unknown_id")
    elif mark["patient"] not in stored:
        yield Fault("/patient", "this patient is not stored any more", "unknown_id")
    if mark["mark"] != "late":
        if minutes is not None:
            yield Fault("/minutes", "only a late attendance has minutes", "minutes")
    elif minutes is None:
        yield Fault("/minutes", "a late attendance needs the minutes that were attended", "missing")
    elif session is not None and not 0 < minutes < (length := minutes_of(session)):
        yield Fault("/minutes", f"expected more than 0 and less than the session's {length}", "minutes")


def minutes_of(session: Json) -> int:
    took = datetime.fromisoformat(session["end"]) - datetime.fromisoformat(session["start"])
    return int(took.total_seconds()) // 60


def _wanted(mark: Json, session: Json) -> Wanted:
    attendance = (mark["patient"], session["session_type"], session["start"])
    return Wanted(attendance, mark["mark"], mark.get("minutes"))


# -- writing ------------------------------------------------------------------------------------------------


def write(
    session: Session, caller: Caller, row: Timetable, wanted: Sequence[Wanted], if_match: str | None
) -> list[Wanted]:
    """Add the marks that say something new, and answer them. The clinic is locked.

    Marking what nobody has marked needs no `If-Match`: two people mark two groups at once. Changing what is
    marked does.
    """
    assert row.clinic_id is not None
    before = marks_of_week(session, row.clinic_id, row.week_start)
    new = [mark for mark in wanted if mark.differs(before.get(mark.attendance))]
    version = version_of_week(session, row.clinic_id, row.week_start)
    if if_match is not None:
        check(version, if_match)
    elif any(mark.attendance in before for mark in new):
        raise PreconditionMissing(etag(version))
    session.add_all(_row(caller, row, mark) for mark in new)
    session.flush()
    return new


def _row(caller: Caller, row: Timetable, wanted: Wanted) -> Mark:
    patient, session_type, start = wanted.attendance
    return Mark(
        clinic_id=row.clinic_id,
        patient_id=patient,
        week_start=row.week_start,
        timetable_id=row.id,
        session_type=session_type,
        start=start,
        mark=wanted.mark,
        minutes=wanted.minutes,
        actor=caller.actor,
    )


def stored_patients(session: Session, clinic_id: str) -> dict[str, str | None]:
    """Ids of those who are stored, with the names that the page shows."""
    return {p.id: p.display_name for p in clinics.patients(session, clinic_id)}


# -- showing ------------------------------------------------------------------------------------------------


def shown(row: Timetable, marks: Marks) -> Json:
    """The marks of a week by the session ids of this timetable, and how much of it is not marked yet."""
    ids = session_ids(sessions_of(row))
    listed = [_shown(mark, ids.get(key)) for key, mark in sorted(marks.items(), key=_in_order)]
    return {
        "timetable": row.id,
        "week_start": row.week_start,
        "planned": len(ids),
        "unmarked": sum(1 for key in ids if key not in marks),
        "marks": listed,
    }


def _in_order(entry: tuple[Attendance, Mark]) -> tuple[str, str, str]:
    patient, session_type, start = entry[0]
    return start, session_type, patient


def session_ids(sessions: Iterable[Json]) -> dict[Attendance, str]:
    """The session of each attendance of a timetable."""
    return {(p, s["session_type"], s["start"]): s["id"] for s in sessions for p in s["patients"]}


def _shown(mark: Mark, session_id: str | None) -> Json:
    return {
        "session": session_id,
        "patient": mark.patient_id,
        "mark": mark.mark,
        "minutes": mark.minutes,
        "session_type": mark.session_type,
        "start": mark.start,
        "by": mark.actor,
        "at": instant(mark.at),
    }


def for_library(sessions: Iterable[Json], marks: Mapping[Attendance, Mark]) -> Json:
    """The marks of a timetable's sessions as the library reads them."""
    return {
        "marks": [
            {"session": key, "patient": a[0], "mark": marks[a].mark}
            | ({"minutes": marks[a].minutes} if marks[a].minutes is not None else {})
            for a, key in session_ids(sessions).items()
            if a in marks
        ]
    }


def for_one(problem: Json, patient_id: str) -> Json:
    """A problem with one patient alone: enough to judge this patient's own week."""
    people = [p for p in problem["patients"] if p["id"] == patient_id]
    return {**problem, "patients": people, "cohorts": [], "apart": [], "pins": [], "baseline": None}
