"""Patients, one at a time and all at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api import documents as d
from api import examples
from api.access import PeopleWriter, Reader
from api.body import JsonObject
from api.errors import Conflict, NotFound, Unreadable, described
from api.etags import IfMatch, IfNoneMatch, check, unchanged
from api.judging import judged_patient, judged_patients, references_to_patient
from api.openapi import CORE, PEOPLE, answers, takes
from api.paths import ClinicId, Cursor, Limit, PatientId, known_clinic, tagged
from api.service import TheService
from api.store import clinics
from api.store.models import Clinic, Patient

router = APIRouter(prefix="/v1/clinics/{clinic_id}/patients")
PATIENTS_MAX = 2_000  # of a problem document (contract, section 6)


def shown(row: Patient) -> dict[str, Any]:
    return {**row.document, "display_name": row.display_name}


@router.put(
    "/{patient_id}",
    tags=[CORE],
    openapi_extra=takes(d.PatientBody, examples.PATIENT),
    responses=answers(200, "Replaced.", d.PatientDocument, headers=("ETag",))
    | answers(201, "Made.", d.PatientDocument, headers=("ETag", "Location"))
    | described(401, 403, 404, 409, 412, 413, 415, 422, 428, 429),
    response_class=JSONResponse,
)
def put_patient(
    clinic_id: ClinicId,
    patient_id: PatientId,
    caller: PeopleWriter,
    given: JsonObject,
    service: TheService,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Store a patient: program, overrides, commitments, authorisation."""
    with service.sessions.write() as session:
        clinic = known_clinic(session, caller, clinic_id, lock=True)
        row = clinics.patient(session, clinic_id, patient_id)
        check(row.version if row else None, if_match, if_none_match)
        document, name = judged_patient(clinic, given, patient_id)
        made = row is None
        if row is None:
            _require_room(session, clinic_id)
            row = Patient(clinic_id=clinic_id, id=patient_id, document=document, display_name=name, version=1)
            session.add(row)
            fields = sorted(document)
        else:
            fields = changed_fields(row, document, name)
            clinics.set_patient(row, document, name)
        note_change(clinic)
        service.audit.change(
            session, caller, "patient.write", clinic_id, [patient_id], made=made, fields=fields
        )
        headers = {"Location": f"/v1/clinics/{clinic_id}/patients/{patient_id}"} if made else {}
        return tagged(shown(row), row.version, 201 if made else 200, **headers)


def _require_room(session: Session, clinic_id: str) -> None:
    if clinics.count_patients(session, clinic_id) >= PATIENTS_MAX:
        raise Conflict(f"A clinic has at most {PATIENTS_MAX} patients.", code="too_many_patients")


def changed_fields(row: Patient, document: dict[str, Any], name: str | None) -> list[str]:
    """Which fields a change touches; never what is in them."""
    names = document.keys() | row.document.keys()
    changed = [n for n in names if document.get(n) != row.document.get(n)]
    return sorted([*changed, "display_name"] if name != row.display_name else changed)


def note_change(clinic: Clinic) -> None:
    clinic.patients_version += 1
    clinics.touch(clinic)


@router.get(
    "/{patient_id}",
    tags=[CORE],
    responses=answers(200, "The patient.", d.PatientDocument, headers=("ETag",))
    | {304: {"description": "Unchanged."}}
    | described(401, 403, 404, 422, 429),
    response_class=JSONResponse,
)
def get_patient(
    clinic_id: ClinicId,
    patient_id: PatientId,
    caller: Reader,
    service: TheService,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """One patient as stored."""
    with service.sessions.read() as session:
        known_clinic(session, caller, clinic_id)
        row = known_patient(session, clinic_id, patient_id)
    if unchanged(row.version, if_none_match):
        return Response(status_code=304, headers={"ETag": f'"{row.version}"'})
    service.audit.read(caller, "patient.read", clinic_id, [patient_id])
    return tagged(shown(row), row.version)


def known_patient(session: Session, clinic_id: str, patient_id: str) -> Patient:
    row = clinics.patient(session, clinic_id, patient_id)
    if row is None:
        raise NotFound
    return row


@router.delete(
    "/{patient_id}",
    tags=[CORE],
    status_code=204,
    responses=described(401, 403, 404, 409, 412, 422, 428, 429),
)
def delete_patient(
    clinic_id: ClinicId,
    patient_id: PatientId,
    caller: PeopleWriter,
    service: TheService,
    if_match: IfMatch = None,
) -> Response:
    """Delete a patient whom no cohort and no pair names; past timetables keep the id."""
    with service.sessions.write() as session:
        clinic = known_clinic(session, caller, clinic_id, lock=True)
        row = known_patient(session, clinic_id, patient_id)
        check(row.version, if_match)
        references = references_to_patient(clinic, patient_id)
        if references:
            raise Conflict(
                "Cohorts or pairs name this patient; `references` lists them.",
                code="referenced",
                references=references,
            )
        session.delete(row)
        note_change(clinic)
        service.audit.change(session, caller, "patient.delete", clinic_id, [patient_id])
    return Response(status_code=204)


@router.get(
    "",
    tags=[PEOPLE],
    responses=answers(200, "One page of patients.", d.PatientList, headers=("ETag",))
    | described(400, 401, 403, 404, 422, 429),
    response_class=JSONResponse,
)
def list_patients(
    clinic_id: ClinicId, caller: Reader, service: TheService, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Patients by id, a page at a time."""
    with service.sessions.read() as session:
        clinic = known_clinic(session, caller, clinic_id)
        after = _patient_of(session, clinic_id, cursor) if cursor else ""
        rows = clinics.patients(session, clinic_id, after, limit + 1)
    page = rows[:limit]
    service.audit.read(caller, "patients.list", clinic_id, [r.id for r in page])
    following = _cursor(clinic_id, page[-1].id) if len(rows) > limit else None
    return tagged({"patients": [shown(r) for r in page], "next": following}, clinic.patients_version)


def _cursor(clinic_id: str, patient_id: str) -> str:
    """A place in the list that does not carry a patient's id into query strings."""
    return hashlib.sha256(f"{clinic_id}\n{patient_id}".encode()).hexdigest()[:32]


def _patient_of(session: Session, clinic_id: str, cursor: str) -> str:
    for row in clinics.patients(session, clinic_id):
        if _cursor(clinic_id, row.id) == cursor:
            return row.id
    raise Unreadable("This cursor's place is gone; start again without a cursor.", code="cursor_unknown")


@router.put(
    "",
    tags=[PEOPLE],
    openapi_extra=takes(d.PatientsDocument, examples.PATIENTS),
    responses=answers(200, "What changed.", d.PatientsDifference, headers=("ETag",))
    | described(401, 403, 404, 409, 412, 413, 415, 422, 428, 429),
    response_class=JSONResponse,
)
def put_patients(
    clinic_id: ClinicId,
    caller: PeopleWriter,
    given: JsonObject,
    service: TheService,
    dry_run: Annotated[bool, Query(description="only answer what would change")] = False,
    if_match: IfMatch = None,
) -> Response:
    """Replace all patients in one transaction: who is not in the list is deleted."""
    with service.sessions.read() if dry_run else service.sessions.write() as session:
        clinic = known_clinic(session, caller, clinic_id, lock=not dry_run)
        stored = {row.id: row for row in clinics.patients(session, clinic_id)}
        if if_match is not None or (stored and not dry_run):
            check(clinic.patients_version, if_match)
        wanted = judged_patients(clinic, given)
        difference = _difference(stored, wanted)
        if not dry_run:
            _apply(session, clinic_id, stored, wanted, difference)
            note_change(clinic)
            touched = [
                *difference["added"],
                *(c["id"] for c in difference["changed"]),
                *difference["removed"],
            ]
            counts = _counts(difference)
            service.audit.change(session, caller, "patients.replace", clinic_id, touched, counts=counts)
        return tagged({**difference, "applied": not dry_run}, clinic.patients_version)


def _counts(difference: dict[str, Any]) -> dict[str, int]:
    return {name: len(difference[name]) for name in ("added", "changed", "removed")}


Wanted = dict[str, tuple[dict[str, Any], str | None]]


def _difference(stored: dict[str, Patient], wanted: Wanted) -> dict[str, Any]:
    changes = {i: changed_fields(stored[i], *wanted[i]) for i in wanted if i in stored}
    return {
        "added": sorted(wanted.keys() - stored.keys()),
        "changed": [{"id": i, "fields": fields} for i, fields in sorted(changes.items()) if fields],
        "removed": sorted(stored.keys() - wanted.keys()),
        "unchanged": sum(1 for fields in changes.values() if not fields),
    }


def _apply(
    session: Session, clinic_id: str, stored: dict[str, Patient], wanted: Wanted, difference: dict[str, Any]
) -> None:
    removed: Sequence[str] = difference["removed"]
    clinics.remove_patients(session, clinic_id, removed)
    for change in difference["changed"]:
        clinics.set_patient(stored[change["id"]], *wanted[change["id"]])
    for new in difference["added"]:
        document, name = wanted[new]
        session.add(Patient(clinic_id=clinic_id, id=new, document=document, display_name=name))
