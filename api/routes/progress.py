"""A patient's care from week to week: planned, attended, owed, and what a payer still allows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import attendance_documents as a
from api.access import Reader
from api.attending import for_library, for_one
from api.errors import described
from api.exchange.dates import date_of
from api.judging import stored_problem
from api.openapi import ATTENDANCE, answers
from api.paths import ClinicId, PatientId, known_clinic
from api.routes.patients import known_patient
from api.service import TheService
from api.store.attendance import marks_between
from api.store.columns import now
from api.store.models import Clinic, Patient, Status, Timetable
from api.weekly import used_elsewhere

router = APIRouter(prefix="/v1/clinics/{clinic_id}/patients/{patient_id}/progress")
Json = dict[str, Any]
WEEK = timedelta(days=7)


@router.get(
    "",
    tags=[ATTENDANCE],
    responses=answers(200, "The patient's weeks.", a.PatientProgress)
    | described(401, 403, 404, 422, 429, 503),
    response_class=JSONResponse,
)
def get_progress(
    clinic_id: ClinicId,
    patient_id: PatientId,
    caller: Reader,
    service: TheService,
    weeks: Annotated[
        int, Query(ge=1, le=104, description="the latest published weeks, so many at most")
    ] = 12,
    week_start: Annotated[
        str | None,
        Query(
            pattern=r"^\d{4}-\d\d-\d\d$",
            description="`next` is this week; left out: the one after the latest published week",
        ),
    ] = None,
) -> Response:
    """Published weeks in their order, what the next one may use of authorisations, how steady the weeks are.

    What is not marked yet counts as planned: it is neither attended nor owed.
    """
    wanted = date_of(week_start, "week_start") if week_start else None
    with service.sessions.read() as session:
        clinic = known_clinic(session, caller, clinic_id)
        patient = known_patient(session, clinic_id, patient_id)
        listed = _weeks(session, patient, weeks)
        following = wanted or _next(clinic, listed)
        used = used_elsewhere(session, clinic_id, [patient], following)
    payload = {
        "patient": patient_id,
        "weeks": listed,
        "next": for_one(stored_problem(clinic, [patient], following.isoformat()), patient_id),
        "authorizations": patient.authorizations,
        "used": [(one.date.isoformat(), one.minutes) for one in used.get(patient_id, ())],
    }
    answer = service.ask("progress", payload)
    service.audit.read(caller, "progress.read", clinic_id, [patient_id])
    return JSONResponse(answer)


def _weeks(session: Session, patient: Patient, most: int) -> list[Json]:
    """The patient's part of the latest published weeks, the earliest first."""
    rows = session.execute(
        select(Timetable.id, Timetable.week_start, Timetable.problem, Timetable.result["sessions"])
        .where(Timetable.clinic_id == patient.clinic_id, Timetable.status == Status.PUBLISHED)
        .order_by(Timetable.week_start.desc())
        .limit(most)
    ).all()
    found = []
    for key, start, problem, sessions in reversed(rows):
        if problem is None or all(p["id"] != patient.id for p in problem["patients"]):
            continue
        until = (date.fromisoformat(start) + WEEK).isoformat()
        marks = marks_between(session, patient.clinic_id, [patient.id], start, until)
        mine = [{**s, "patients": [patient.id]} for s in sessions or () if patient.id in s["patients"]]
        week = {"week_start": start, "timetable": key, "problem": for_one(problem, patient.id)}
        found.append({**week, "sessions": mine, "marks": for_library(mine, marks)})
    return found


def _next(clinic: Clinic, weeks: list[Json]) -> date:
    """The week after the latest published one; where there is none, the one that begins today."""
    if weeks:
        return date.fromisoformat(weeks[-1]["week_start"]) + WEEK
    return now().astimezone(ZoneInfo(clinic.document["clinic"]["timezone"])).date()
