"""Spreadsheets in: people, rooms and commitments, and the week by which a clinic works today."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.access import Action, Caller, PeopleWriter, Publisher, Reader
from api.audit import patients_of
from api.errors import Conflict, NotAllowed, described
from api.exchange import documents as x
from api.exchange import reading
from api.exchange.dates import date_of
from api.exchange.files import CSV, XLSX, FileRefused, TableFile, read_in_child, takes_files
from api.judging import DISPLAY_NAME_LENGTH, stored_problem
from api.openapi import EXCHANGE, answers
from api.paths import ClinicId, known_clinic
from api.routes.patients import PATIENTS_MAX, note_change
from api.routes.publishing import make_published
from api.service import Service, TheService
from api.store import clinics
from api.store.columns import now
from api.store.models import Clinic, Patient, Status, Timetable
from api.store.timetables import new_id
from scheduler.imports.people import Parts
from scheduler.imports.sheets import SHEETS
from scheduler.imports.templates import csv_sheet, workbook

router = APIRouter(prefix="/v1/clinics/{clinic_id}")
Json = dict[str, Any]
SheetName = Literal["patients", "commitments", "clinicians", "rooms"]
DRY_RUN: Final = "only answer what would change"
_BINARY: Json = {"schema": {"type": "string", "format": "binary"}}
_FILES: dict[int | str, Json] = {200: {"description": "The file.", "content": {CSV: _BINARY, XLSX: _BINARY}}}


@router.get(
    "/sheets",
    tags=[EXCHANGE],
    responses=_FILES | described(401, 403, 404, 422, 429),
    response_class=Response,
)
def get_sheets(
    clinic_id: ClinicId,
    caller: Reader,
    service: TheService,
    sheet: Annotated[
        SheetName | None, Query(description="one sheet as CSV; left out: a workbook with all of them")
    ] = None,
    filled: Annotated[bool, Query(description="with what is stored; else empty, to start from")] = False,
) -> Response:
    """The sheets that `POST …/imports` takes; a filled one that is sent back unchanged changes nothing.

    Filled, the patients' sheet has the names that the page shows.
    """
    with service.sessions.read() as session:
        clinic = known_clinic(session, caller, clinic_id)
        people = clinics.patients(session, clinic_id) if filled else []
    parts = _parts(clinic, people) if filled else None
    if parts is not None and sheet in (None, "patients", "commitments"):
        service.audit.read(caller, "sheets.read", clinic_id, [p.id for p in people])
    content = csv_sheet(SHEETS[sheet], parts) if sheet else workbook(parts)
    name = f"{sheet}.csv" if sheet else "people.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=f"{CSV}; charset=utf-8" if sheet else XLSX, headers=headers)


def _parts(clinic: Clinic, people: Any) -> Parts:
    """The stored documents, patients with the names that the page shows."""
    named = [p.document | ({"name": p.display_name} if p.display_name else {}) for p in people]
    return Parts(clinic.document.get("clinicians") or [], clinic.document.get("rooms") or [], named)


@router.post(
    "/imports",
    tags=[EXCHANGE],
    openapi_extra=takes_files(CSV, XLSX),
    responses=answers(200, "What changes, or would.", x.ImportDifference)
    | described(401, 403, 404, 409, 413, 415, 422, 429, 503),
    response_class=JSONResponse,
)
def import_sheets(
    clinic_id: ClinicId,
    caller: PeopleWriter,
    file: TableFile,
    service: TheService,
    sheet: Annotated[
        SheetName | None, Query(description="what a CSV file is; left out: by its columns")
    ] = None,
    missing: Annotated[
        Literal["keep", "delete"],
        Query(description="what becomes of who has no row in a sheet that is there"),
    ] = "keep",
    dry_run: Annotated[bool, Query(description=DRY_RUN)] = False,
) -> Response:
    """Patients, commitments, clinicians and rooms from CSV or a workbook: everything or nothing.

    Faults are told by sheet, row and column, all at once. Clinicians and rooms belong to the clinic document:
    a file that changes them needs a key that may write it.
    """
    with service.sessions.read() as session:
        clinic = known_clinic(session, caller, clinic_id)
        people = clinics.patients(session, clinic_id)
    payload = {
        "content": file.encoded,
        "sheet": sheet,
        "missing": missing,
        "parts": asdict(_parts(clinic, people)),
        "problem": stored_problem(clinic, people, _ANY_WEEK),
    }
    answer = read_in_child(service, reading.PEOPLE, payload)
    _require_names(answer["parts"]["patients"])
    difference = {name: _shown(found) for name, found in answer["differences"].items()}
    if len(answer["parts"]["patients"]) > PATIENTS_MAX:
        raise Conflict(f"A clinic has at most {PATIENTS_MAX} patients.", code="too_many_patients")
    _require_clinic_writer(caller, difference)
    if not dry_run:
        with service.sessions.write() as session:
            _store(session, service, caller, clinic, answer["parts"], difference)
    return JSONResponse(difference | {"applied": not dry_run})


_ANY_WEEK: Final = "2026-01-05"  # what is stored is the same in every week


def _shown(difference: Json) -> Json:
    changed = [{"id": key, "fields": fields} for key, fields in difference["changed"].items()]
    return difference | {"changed": changed}


def _require_names(patients: list[Json]) -> None:
    """Names go onto the page: of a length and a kind that can be shown."""
    misfits = [
        {
            "pointer": f"/patients/{patient['id']}/name",
            "message": f"at most {DISPLAY_NAME_LENGTH} printable characters",
            "code": "name",
            "sheet": "patients",
            "column": "name",
        }
        for patient in patients
        if len(patient.get("name") or "") > DISPLAY_NAME_LENGTH
        or not (patient.get("name") or "").isprintable()
    ]
    if misfits:
        raise FileRefused(misfits)


def _require_clinic_writer(caller: Caller, difference: Json) -> None:
    touched = any(difference[n][c] for n in ("clinicians", "rooms") for c in ("added", "changed", "removed"))
    if touched and not caller.role.allows(Action.WRITE_CLINIC):
        raise NotAllowed(
            f"The file changes clinicians or rooms, which the role `{caller.role}` does not include."
        )


def _store(
    session: Session, service: Service, caller: Caller, read: Clinic, parts: Json, difference: Json
) -> None:
    """Write what was computed, if what it was computed from is still stored."""
    clinic = known_clinic(session, caller, read.id, lock=True)
    session.refresh(clinic)
    if clinic.revision != read.revision:
        raise Conflict("Something of the clinic has changed meanwhile; send the file again.", code="changed")
    if any(difference[n][c] for n in ("clinicians", "rooms") for c in ("added", "changed", "removed")):
        clinic.document = clinic.document | {"clinicians": parts["clinicians"], "rooms": parts["rooms"]}
        clinic.version += 1
        clinics.touch(clinic)
        counts = {n: _counts(difference[n]) for n in ("clinicians", "rooms")}
        service.audit.change(session, caller, "clinic.import", clinic.id, counts=counts)
    _store_patients(session, service, caller, clinic, parts["patients"], difference["patients"])


def _store_patients(
    session: Session, service: Service, caller: Caller, clinic: Clinic, people: list[Json], difference: Json
) -> None:
    changed = [change["id"] for change in difference["changed"]]
    touched = [*difference["added"], *changed, *difference["removed"]]
    if not touched:
        return
    clinics.remove_patients(session, clinic.id, difference["removed"])
    for person in people:
        document = {name: value for name, value in person.items() if name != "name"}
        name = person.get("name") or None
        if person["id"] in difference["added"]:
            session.add(Patient(clinic_id=clinic.id, id=person["id"], document=document, display_name=name))
        elif person["id"] in changed:
            row = clinics.patient(session, clinic.id, person["id"])
            assert row is not None
            clinics.set_patient(row, document, name)
    note_change(clinic)
    counts = _counts(difference)
    service.audit.change(session, caller, "patients.import", clinic.id, touched, counts=counts)


def _counts(difference: Json) -> dict[str, int]:
    return {name: len(difference[name]) for name in ("added", "changed", "removed")}


# -- the current week ---------------------------------------------------------------------------------------


@router.post(
    "/imports/week",
    tags=[EXCHANGE],
    openapi_extra=takes_files(CSV, XLSX),
    responses=answers(200, "The week, and the rules that it breaks.", x.ImportedWeek)
    | described(401, 403, 404, 409, 413, 415, 422, 429, 503),
    response_class=JSONResponse,
)
def import_week(
    clinic_id: ClinicId,
    caller: Publisher,
    file: TableFile,
    service: TheService,
    week_start: Annotated[
        str, Query(pattern=r"^\d{4}-\d\d-\d\d$", description="its first date", examples=["2026-11-30"])
    ],
    dry_run: Annotated[bool, Query(description="only answer what it is")] = False,
) -> Response:
    """The timetable by which the clinic works today becomes the published one of its week.

    A row is a session, or one patient's place in one, as the exports write them; names do instead of ids.
    Rules that it breaks are listed and not refused, so the next plan can stay close to what people are used
    to. A published timetable of that week is superseded.
    """
    day = date_of(week_start, "week_start")
    with service.sessions.read() as session:
        clinic = known_clinic(session, caller, clinic_id)
        problem = stored_problem(clinic, clinics.patients(session, clinic_id), day.isoformat())
    key = new_id()
    payload = {"problem": problem, "content": file.encoded, "id": key}
    answer = read_in_child(service, reading.WEEK, payload)
    timetable, findings = answer["timetable"], answer["findings"]
    if not dry_run:
        with service.sessions.write() as session:
            known_clinic(session, caller, clinic_id, lock=True)
            row = _imported(caller, clinic_id, problem, timetable, findings)
            session.add(row)
            session.flush()
            make_published(session, row)
            told = sorted({finding["rule"] for finding in findings})
            people = patients_of(timetable)
            service.audit.change(session, caller, "timetable.import", clinic_id, people, key, accepted=told)
    return JSONResponse(
        {
            "timetable": None if dry_run else key,
            "sessions": len(timetable["sessions"]),
            "patients": len({p for s in timetable["sessions"] for p in s["patients"]}),
            "findings": findings,
            "applied": not dry_run,
        }
    )


def _imported(
    caller: Caller, clinic_id: str, problem: Json, timetable: Json, findings: list[Json]
) -> Timetable:
    rules = sorted({finding["rule"] for finding in findings})
    accepted = {"rules": rules, "reason": "imported", "by": caller.actor, "at": now().isoformat()}
    return Timetable(
        id=timetable["id"],
        clinic_id=clinic_id,
        lane=clinic_id,
        owner=caller.actor,
        week_start=timetable["week_start"],
        status=Status.SOLVED,
        problem=problem,
        options={},
        result=timetable,
        accepted=accepted if rules else None,
        finished_at=now(),
    )
