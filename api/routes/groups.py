"""Cohorts (closed groups) and pairs of patients who never meet."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from api import documents as d
from api import examples
from api.access import Caller, PeopleWriter, Reader
from api.body import JsonObject
from api.errors import described
from api.etags import IfMatch, check
from api.judging import judged_groups
from api.openapi import GROUPS, answers, takes
from api.paths import ClinicId, known_clinic, tagged
from api.service import Service, TheService
from api.store import clinics

router = APIRouter(prefix="/v1/clinics/{clinic_id}")
_ERRORS = described(401, 403, 404, 409, 412, 413, 415, 422, 428, 429)
_READ_ERRORS = described(401, 403, 404, 422, 429)
Name = Literal["cohorts", "apart"]


@router.put(
    "/cohorts",
    tags=[GROUPS],
    openapi_extra=takes(d.CohortsDocument, examples.COHORTS),
    responses=answers(200, "Stored.", d.CohortsDocument, headers=("ETag",)) | _ERRORS,
    response_class=JSONResponse,
)
def put_cohorts(
    clinic_id: ClinicId,
    caller: PeopleWriter,
    given: JsonObject,
    service: TheService,
    if_match: IfMatch = None,
) -> Response:
    """Replace the clinic's cohorts."""
    return _put(service, caller, clinic_id, given, if_match, "cohorts")


@router.get(
    "/cohorts",
    tags=[GROUPS],
    responses=answers(200, "The cohorts.", d.CohortsDocument, headers=("ETag",)) | _READ_ERRORS,
    response_class=JSONResponse,
)
def get_cohorts(clinic_id: ClinicId, caller: Reader, service: TheService) -> Response:
    """The clinic's cohorts."""
    return _get(service, caller, clinic_id, "cohorts")


@router.put(
    "/apart",
    tags=[GROUPS],
    openapi_extra=takes(d.ApartDocument, examples.APART),
    responses=answers(200, "Stored.", d.ApartDocument, headers=("ETag",)) | _ERRORS,
    response_class=JSONResponse,
)
def put_apart(
    clinic_id: ClinicId,
    caller: PeopleWriter,
    given: JsonObject,
    service: TheService,
    if_match: IfMatch = None,
) -> Response:
    """Replace the clinic's pairs of patients who are never in the same session."""
    return _put(service, caller, clinic_id, given, if_match, "apart")


@router.get(
    "/apart",
    tags=[GROUPS],
    responses=answers(200, "The pairs.", d.ApartDocument, headers=("ETag",)) | _READ_ERRORS,
    response_class=JSONResponse,
)
def get_apart(clinic_id: ClinicId, caller: Reader, service: TheService) -> Response:
    """The clinic's pairs."""
    return _get(service, caller, clinic_id, "apart")


def _put(
    service: Service, caller: Caller, clinic_id: str, given: dict[str, Any], if_match: str | None, name: Name
) -> Response:
    with service.sessions.write() as session:
        clinic = known_clinic(session, caller, clinic_id, lock=True)
        before: list[Any] = getattr(clinic, name)
        version: int = getattr(clinic, f"{name}_version")
        if before or if_match is not None:
            check(version, if_match)
        listed = judged_groups(clinic, clinics.patients(session, clinic_id), given, name)
        setattr(clinic, name, listed)
        setattr(clinic, f"{name}_version", version + 1)
        clinics.touch(clinic)
        people = members(name, before) | members(name, listed)
        service.audit.change(session, caller, f"{name}.write", clinic_id, sorted(people))
    return tagged({name: listed}, version + 1)


def _get(service: Service, caller: Caller, clinic_id: str, name: Name) -> Response:
    with service.sessions.read() as session:
        clinic = known_clinic(session, caller, clinic_id)
    listed: list[Any] = getattr(clinic, name)
    service.audit.read(caller, f"{name}.read", clinic_id, sorted(members(name, listed)))
    return tagged({name: listed}, getattr(clinic, f"{name}_version"))


def members(name: Name, listed: list[Any]) -> set[str]:
    """Everybody whom the cohorts or pairs name."""
    return {p for entry in listed for p in (entry["patients"] if name == "cohorts" else entry)}
