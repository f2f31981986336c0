"""What a week may still use of all stored authorisations, with warnings ahead of their end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy import select

from api import attendance_documents as a
from api.access import Reader
from api.errors import described
from api.exchange.dates import date_of
from api.judging import stored_problem
from api.openapi import ATTENDANCE, answers
from api.paths import ClinicId, known_clinic
from api.service import TheService
from api.store.models import Patient
from api.weekly import used_elsewhere

router = APIRouter(prefix="/v1/clinics/{clinic_id}/authorizations")


@router.get(
    "",
    tags=[ATTENDANCE],
    responses=answers(200, "Everybody with authorisations.", a.AuthorizationsLeft)
    | described(401, 403, 404, 422, 429, 503),
    response_class=JSONResponse,
)
def get_authorizations_left(
    clinic_id: ClinicId,
    caller: Reader,
    service: TheService,
    week_start: Annotated[
        str,
        Query(
            pattern=r"^\d{4}-\d\d-\d\d$",
            description="the week that is looked at",
            examples=["2026-11-30"],
        ),
    ],
) -> Response:
    """What all other published weeks leave of it, and who is about to run out: before the week is planned."""
    wanted = date_of(week_start, "week_start")
    with service.sessions.read() as session:
        clinic = known_clinic(session, caller, clinic_id)
        rows = session.scalars(select(Patient).where(Patient.clinic_id == clinic_id).order_by(Patient.id))
        paid = [p for p in rows if p.authorizations]
        used = used_elsewhere(session, clinic_id, paid, wanted)
        problem = stored_problem(clinic, paid, week_start) | {"cohorts": [], "apart": []}
    payload = {
        "week_start": week_start,
        "problem": problem,
        "authorizations": {p.id: p.authorizations for p in paid},
        "used": {p: [(u.date.isoformat(), u.minutes) for u in listed] for p, listed in used.items()},
    }
    answer = service.ask("authorizations", payload)
    service.audit.read(caller, "authorizations.read", clinic_id, [p.id for p in paid])
    return JSONResponse(answer)
