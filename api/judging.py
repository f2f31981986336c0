"""Judging what is to be stored or planned, always as a part of a whole problem document.

A fault in what was sent is a 422 with pointers into it. A fault that what was sent causes in something stored
beside it (a patient whose program is gone, a cohort whose member is gone) is a 409 with the references.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ValidationError

from api.discreet import discreet
from api.errors import Conflict, Refused
from api.store.models import Clinic, Patient
from scheduler.errors import Fault, ProblemRefused
from scheduler.intake import read_problem
from scheduler.problem import WEEKDAYS

Json = dict[str, Any]
CLINIC_FIELDS = ("schema_version", "clinic", "session_types", "programs", "clinicians", "rooms", "weights")
# What is stored is the same in every week; dates outside the planning week are legal, so any week will do.
ANY_WEEK = "2026-01-05"
DISPLAY_NAME_LENGTH = 200


def problem_document(
    clinic: Json,
    patients: Iterable[Json] = (),
    cohorts: Sequence[Any] = (),
    apart: Sequence[Any] = (),
    week_start: Any = ANY_WEEK,
) -> Json:
    """A whole problem document from its stored parts."""
    site = clinic.get("clinic")
    whole = dict(clinic)
    if isinstance(site, dict):
        whole["clinic"] = {**site, "week_start": week_start}
    whole["patients"] = list(patients)
    whole["cohorts"] = list(cohorts)
    whole["apart"] = list(apart)
    return {"schema_version": "1", **whole}


def stored_problem(clinic: Clinic, patients: Sequence[Patient], week_start: Any) -> Json:
    people = [p.document for p in patients]
    return problem_document(clinic.document, people, clinic.cohorts, clinic.apart, week_start)


def faults_of(document: Json) -> tuple[Fault, ...]:
    try:
        read_problem(document)
    except ProblemRefused as refused:
        return refused.faults
    return ()


def within(faults: Iterable[Fault], place: str) -> list[Fault]:
    """The faults at or below a place, with pointers that start there."""
    return [
        Fault(f.pointer[len(place) :], f.message, f.code)
        for f in faults
        if f.pointer == place or f.pointer.startswith(f"{place}/")
    ]


def pointer(*parts: str | int) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


# -- the clinic ---------------------------------------------------------------------------------------------


def judged_clinic(given: Json, clinic_id: str) -> Json:
    """The clinic document to store, with the id of its path."""
    faults = [
        Fault(
            pointer(name),
            "no field of a clinic document (patients, cohorts, pairs have their own calls)",
            "unknown",
        )
        for name in given
        if name not in CLINIC_FIELDS
    ]
    document = {name: value for name, value in given.items() if name in CLINIC_FIELDS}
    site = document.get("clinic")
    if isinstance(site, dict):
        faults += _site_faults(site, clinic_id)
        document["clinic"] = {"id": clinic_id} | {
            k: v for k, v in site.items() if k not in ("id", "week_start")
        }
    faults += faults_of(problem_document(document))
    if faults:
        raise Refused(faults)
    return document


def _site_faults(site: Json, clinic_id: str) -> Iterable[Fault]:
    if "week_start" in site:
        yield Fault(
            "/clinic/week_start", "a clinic document has no week: it is given when planning", "unknown"
        )
    if site.get("id") not in (None, clinic_id):
        yield Fault("/clinic/id", "differs from the id in the path", "id_differs")


def require_consistent(clinic: Clinic, document: Json, patients: Sequence[Patient]) -> None:
    """Refuse a clinic document that leaves something stored beside it dangling."""
    people = [p.document for p in patients]
    faults = faults_of(problem_document(document, people, clinic.cohorts, clinic.apart))
    if faults:
        raise conflict(faults, [p.id for p in patients])


def conflict(faults: Iterable[Fault], patient_ids: Sequence[str]) -> Conflict:
    """A 409 whose references name the stored things that stand against the change."""
    references = [_reference(fault, patient_ids) for fault in faults]
    return Conflict(
        "Other stored documents refer to what this would change or delete; `references` lists them.",
        code="referenced",
        references=references,
    )


def _reference(fault: Fault, patient_ids: Sequence[str]) -> Json:
    """The resource that a pointer into the whole problem lies in, and the pointer inside of it."""
    parts = fault.pointer.split("/")[1:]
    resource, inside = "clinic", parts
    if parts[:1] == ["patients"] and len(parts) > 1 and parts[1].isdecimal():
        resource, inside = f"patients/{patient_ids[int(parts[1])]}", parts[2:]
    elif parts[:1] in (["cohorts"], ["apart"]):
        resource, inside = parts[0], parts
    path = "".join(f"/{part}" for part in inside)
    fault = discreet(fault)
    return {"resource": resource, "pointer": path, "message": fault.message, "code": fault.code}


# -- patients -----------------------------------------------------------------------------------------------


def judged_patient(clinic: Clinic, given: Json, patient_id: str) -> tuple[Json, str | None]:
    """The patient document to store and the display name that is kept out of it."""
    faults: list[Fault] = []
    if given.get("id") not in (None, patient_id):
        faults.append(Fault("/id", "differs from the id in the path", "id_differs"))
    document, name = _without_name({**given, "id": patient_id}, "", faults)
    faults += within(faults_of(problem_document(clinic.document, [document])), "/patients/0")
    if faults:
        raise Refused(faults)
    return document, name


def judged_patients(clinic: Clinic, given: Json) -> dict[str, tuple[Json, str | None]]:
    """All patients of a clinic by id, each as `judged_patient` has it, checked for references as a whole."""
    faults = [Fault(pointer(n), "no field of this document", "unknown") for n in given if n != "patients"]
    people = given.get("patients")
    if not isinstance(people, list):
        raise Refused([*faults, Fault("/patients", "expected a list of patients", "list")])
    split = [
        _without_name(p, f"/patients/{i}", faults) if isinstance(p, dict) else (p, None)
        for i, p in enumerate(people)
    ]
    documents = [document for document, _ in split]
    faults += faults_of(problem_document(clinic.document, documents))
    if faults:
        raise Refused(faults)
    dangling = faults_of(problem_document(clinic.document, documents, clinic.cohorts, clinic.apart))
    if dangling:
        raise conflict(dangling, [d["id"] for d in documents])
    return {document["id"]: (document, name) for document, name in split}


def _without_name(given: Json, place: str, faults: list[Fault]) -> tuple[Json, str | None]:
    name = given.get("display_name")
    if name is not None and not (
        isinstance(name, str) and len(name) <= DISPLAY_NAME_LENGTH and name.isprintable()
    ):
        faults.append(
            Fault(f"{place}/display_name", f"at most {DISPLAY_NAME_LENGTH} printable characters", "name")
        )
    if "name" in given:
        faults.append(Fault(f"{place}/name", "a stored patient's name goes into `display_name`", "unknown"))
    document = {k: v for k, v in given.items() if k not in ("display_name", "name")}
    return document, name if isinstance(name, str) else None


def references_to_patient(clinic: Clinic, patient_id: str) -> list[Json]:
    """Cohorts and pairs that name a patient."""
    found = [
        {
            "resource": "cohorts",
            "pointer": f"/cohorts/{i}/patients",
            "message": "is a member",
            "code": "referenced",
        }
        for i, cohort in enumerate(clinic.cohorts)
        if patient_id in cohort["patients"]
    ]
    found += [
        {"resource": "apart", "pointer": f"/apart/{i}", "message": "is kept apart", "code": "referenced"}
        for i, pair in enumerate(clinic.apart)
        if patient_id in pair
    ]
    return found


# -- cohorts and pairs --------------------------------------------------------------------------------------


def judged_groups(clinic: Clinic, patients: Sequence[Patient], given: Json, name: str) -> list[Any]:
    """The list to store under `name` (cohorts or apart): it fits the clinic, its patients, the other list."""
    faults = [Fault(pointer(n), "no field of this document", "unknown") for n in given if n != name]
    listed = given.get(name)
    if not isinstance(listed, list):
        raise Refused([*faults, Fault(f"/{name}", "expected a list", "list")])
    people = [p.document for p in patients]
    groups = {"cohorts": clinic.cohorts, "apart": clinic.apart} | {name: listed}
    found = faults_of(problem_document(clinic.document, people, groups["cohorts"], groups["apart"]))
    own = [f for f in found if f.pointer.split("/")[1:2] == [name]]
    if faults or own:
        raise Refused([*faults, *own])
    if found:
        raise conflict(found, [p.id for p in patients])
    return listed


# -- requests around a timetable ----------------------------------------------------------------------------


def form_faults(model: type[BaseModel], given: Json) -> list[Fault]:
    """Faults of form alone, in the words of the library's own documents."""
    try:
        model.model_validate(given)
    except ValidationError as refused:
        return [Fault(pointer(*e["loc"]), e["msg"], e["type"]) for e in refused.errors(include_input=False)]
    return []


def moved_to_week(sessions: Iterable[Json], week_start: date) -> list[Json]:
    """The same weekdays and times in another planning week."""
    first = week_start.weekday()
    return [_moved(session, week_start, first) for session in sessions]


def _moved(session: Json, week_start: date, first: int) -> Json:
    day = date.fromisoformat(session["start"][:10])
    moved = week_start + timedelta(days=(day.weekday() - first) % len(WEEKDAYS))
    kept = {k: v for k, v in session.items() if k != "end"}  # follows from the type, which may have changed
    return {**kept, "start": f"{moved.isoformat()}{session['start'][10:]}"}
