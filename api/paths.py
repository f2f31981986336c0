"""Path and query parameters that many calls share, and answers with an ETag."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.access import Caller, require_clinic
from api.errors import NotFound
from api.etags import etag
from api.store import clinics
from api.store.models import Clinic
from scheduler.problem import ID_PATTERN

ClinicId = Annotated[str, Path(pattern=ID_PATTERN, examples=["riverside"])]
PatientId = Annotated[str, Path(pattern=ID_PATTERN, examples=["p1"])]
ClinicianId = Annotated[str, Path(pattern=ID_PATTERN, examples=["c1"])]
TimetableId = Annotated[str, Path(pattern=ID_PATTERN, examples=["tt-0b7c5e3f9a1d4c6e8f2a7b9c1d3e5f60"])]
Limit = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[str | None, Query(pattern=ID_PATTERN, description="`next` of the page before")]


def known_clinic(session: Session, caller: Caller, clinic_id: str, lock: bool = False) -> Clinic:
    """The clinic's row, or the one 404."""
    require_clinic(caller, clinic_id)
    row = clinics.clinic(session, clinic_id, lock)
    if row is None:
        raise NotFound
    return row


def tagged(content: Any, version: int, status: int = 200, **headers: str) -> JSONResponse:
    return JSONResponse(content, status, {"ETag": etag(version), **headers})
