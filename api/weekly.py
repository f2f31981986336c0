"""The problem of one week, put together from what is stored.

To the stored documents it adds what other weeks leave: of authorisations what published and attended care
has not used yet; and, in a week that is being attended, room for what was missed in it to be made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api.judging import stored_problem
from api.missed import with_room
from api.store.attendance import (
    Attendance,
    Mark,
    PublishedWeek,
    marks_between,
    marks_of_week,
    published_between,
)
from api.store.models import Clinic, Patient
from scheduler.attendance import attended
from scheduler.authorizations import Left, StoredAuthorization, Used, authorized_in_week, shifted
from scheduler.problem import parse_date

Json = dict[str, Any]
LAST_DAY = 6


def week_problem(session: Session, clinic: Clinic, people: Sequence[Patient], week_start: Any) -> Json:
    """The whole problem document; a week that is no date is left for the library to refuse."""
    problem = stored_problem(clinic, people, week_start)
    try:
        first = parse_date(week_start)
    except ValueError:
        return problem
    blocks = authorized_blocks(session, clinic.id, people, first)
    if blocks:
        listed = zip(problem["patients"], people, strict=True)
        problem["patients"] = [_with_block(document, blocks.get(p.id)) for document, p in listed]
    marks = marks_of_week(session, clinic.id, week_start)
    held = published_between(session, clinic.id, week_start, week_start) if marks else []
    return with_room(problem, held[0], marks) if held else problem


def authorized_blocks(
    session: Session, clinic_id: str, people: Sequence[Patient], week_start: date
) -> dict[str, Json]:
    """The `authorized` block by patient, of those with stored authorisations."""
    paid = [p for p in people if p.authorizations]
    used = used_elsewhere(session, clinic_id, paid, week_start)
    found = {p.id: left_of(p, used.get(p.id, ()), week_start) for p in paid}
    return {key: left.block for key, left in found.items() if left.block is not None}


def left_of(patient: Patient, used: Iterable[Used], week_start: date) -> Left:
    """What a week may still use of a patient's stored authorisations."""
    return authorized_in_week(stored_of(patient), used, week_start)


def stored_of(patient: Patient) -> list[StoredAuthorization]:
    return [StoredAuthorization.model_validate(given) for given in patient.authorizations]


def used_elsewhere(
    session: Session, clinic_id: str, people: Sequence[Patient], week_start: date
) -> dict[str, list[Used]]:
    """Care by patient and date of all published weeks but one, as far as authorisations reach."""
    listed = [a for p in people for a in p.authorizations]
    if not listed:
        return {}
    first = shifted(date.fromisoformat(min(a["from"] for a in listed)), -LAST_DAY)
    until = max(a["until"] for a in listed)
    weeks = published_between(session, clinic_id, first.isoformat(), until)
    marks = marks_between(session, clinic_id, [p.id for p in people], first.isoformat(), until)
    found: dict[str, list[Used]] = {}
    for week in weeks:
        if week.week_start != week_start.isoformat():
            for patient, used in used_in_week(week, marks).items():
                found.setdefault(patient, []).extend(used)
    return found


def used_in_week(week: PublishedWeek, marks: Mapping[Attendance, Mark]) -> dict[str, list[Used]]:
    """Care minutes attended, or planned and not marked, by patient and date."""
    found: dict[str, dict[date, int]] = {}
    for session in week.sessions:
        planned = week.care_minutes.get(session["session_type"], 0)
        for patient in session["patients"] if planned else ():
            mark = marks.get((patient, session["session_type"], session["start"]))
            if minutes := attended(mark, planned):
                dates = found.setdefault(patient, {})
                day = date.fromisoformat(session["start"][:10])
                dates[day] = dates.get(day, 0) + minutes
    return {p: [Used(day, minutes) for day, minutes in dates.items()] for p, dates in found.items()}


def _with_block(document: Json, block: Json | None) -> Json:
    """The stored authorisation in the document; where it says something itself, the stricter of both."""
    if block is None:
        return document
    own = document.get("authorized") or {}
    return {**document, "authorized": {name: _stricter(name, own.get(name), block[name]) for name in block}}


def _stricter(name: str, one: Any, other: Any) -> Any:
    given = [value for value in (one, other) if value is not None]
    if not given:
        return None
    return max(given) if name == "from" else min(given)
