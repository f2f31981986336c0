"""The OpenAPI document: the core calls first, one registry of schemas, examples that a test sends."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api import attendance_documents as a
from api import documents as d
from api import question_documents as q
from api.errors import ProblemShown
from api.exchange import documents as x
from scheduler.event import Event
from scheduler.problem import Problem
from scheduler.timetable import Timetable

CORE, PEOPLE, GROUPS, TIMETABLES, QUESTIONS, ATTENDANCE, EXCHANGE, ACCESS, OPERATIONS = (
    "Core",
    "Patients and clinicians",
    "Cohorts and pairs",
    "Timetables",
    "Questions about a timetable",
    "Attendance",
    "Exchange",
    "Access",
    "Operations",
)
TAGS = [
    {"name": CORE, "description": "Eight calls from an empty database to a published week."},
    {"name": PEOPLE, "description": "Lists of clinics and patients, bulk changes, availability."},
    {"name": GROUPS, "description": "Who belongs together, who must not meet."},
    {"name": TIMETABLES, "description": "Lists and the life of a timetable."},
    {
        "name": QUESTIONS,
        "description": "Move, place, repair, compare, explain, export: of a timetable with sessions.",
    },
    {
        "name": ATTENDANCE,
        "description": "Who came, what is owed and made up, what a payer still allows.",
    },
    {"name": EXCHANGE, "description": "Sheets in, calendar feeds, webhooks, FHIR."},
    {"name": ACCESS, "description": "Signing in with a key."},
    {"name": OPERATIONS, "description": "Health and figures."},
]
CORE_PATHS = (
    "/v1/clinics/{clinic_id}",
    "/v1/clinics/{clinic_id}/patients/{patient_id}",
    "/v1/clinics/{clinic_id}/patients/{patient_id}/commitments",
    "/v1/clinics/{clinic_id}/timetables",
    "/v1/timetables",
    "/v1/timetables/{timetable_id}",
    "/v1/timetables/{timetable_id}/events",
    "/v1/timetables/{timetable_id}/publish",
)
SCHEMAS: dict[type[BaseModel], str] = {
    d.ClinicDocument: "ClinicDocument",
    d.PatientDocument: "PatientDocument",
    d.PatientBody: "PatientBody",
    d.PatientsDocument: "PatientsDocument",
    d.PatientList: "PatientList",
    d.PatientsDifference: "PatientsDifference",
    d.CommitmentsDocument: "CommitmentsDocument",
    d.AvailabilityDocument: "AvailabilityDocument",
    d.CohortsDocument: "CohortsDocument",
    d.ApartDocument: "ApartDocument",
    d.PlanRequest: "PlanRequest",
    d.PublishRequest: "PublishRequest",
    d.PublishVerdict: "PublishVerdict",
    d.TimetableState: "TimetableState",
    d.TimetableList: "TimetableList",
    d.ClinicList: "ClinicList",
    d.SessionRequest: "SessionRequest",
    d.SessionShown: "SessionShown",
    q.MovesRequest: "MovesRequest",
    q.CheckAnswer: "CheckAnswer",
    q.TargetsAnswer: "TargetsAnswer",
    q.PinsAnswer: "PinsAnswer",
    q.PlacementRequest: "PlacementRequest",
    q.PlacementAnswer: "PlacementAnswer",
    q.RepairAnswer: "RepairAnswer",
    q.DifferenceAnswer: "DifferenceAnswer",
    q.ExplanationAnswer: "ExplanationAnswer",
    **a.SCHEMAS,
    **x.SCHEMAS,
    Event: "Event",
    Problem: "ProblemDocument",
    Timetable: "Timetable",
    ProblemShown: "Problem",
}
_REF = "#/components/schemas/{model}"


def ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=SCHEMAS[model])}


def takes(model: type[BaseModel], example: Any = None, required: bool = True) -> dict[str, Any]:
    """`openapi_extra` for a call that reads its JSON body itself, to find all faults at once."""
    content: dict[str, Any] = {"schema": ref(model)}
    if example is not None:
        content["example"] = example
    return {"requestBody": {"required": required, "content": {"application/json": content}}}


def answers(
    status: int, description: str, *models: type[BaseModel], headers: tuple[str, ...] = ()
) -> dict[int | str, dict[str, Any]]:
    """`responses` for one successful answer; of several models it is one of them."""
    shown: dict[str, Any] = {"description": description}
    if models:
        schema = ref(models[0]) if len(models) == 1 else {"anyOf": [ref(m) for m in models]}
        shown["content"] = {"application/json": {"schema": schema}}
    if headers:
        shown["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
    return {status: shown}


def install(app: FastAPI) -> None:
    """Let the app answer with this document, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        description=app.description,
        routes=app.routes,
        tags=TAGS,
    )
    paths = document["paths"]
    order = [*CORE_PATHS, *(p for p in paths if p not in CORE_PATHS)]
    document["paths"] = {path: paths[path] for path in order if path in paths}
    components = document.setdefault("components", {})
    components["schemas"] = {**components.get("schemas", {}), **_schemas()}
    components["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key `prefix.secret`, or an OIDC token.",
        },
        "session": {"type": "apiKey", "in": "cookie", "name": "iop_session"},
    }
    document["security"] = [{"key": []}, {"session": []}]
    return document


def _schemas() -> dict[str, Any]:
    _, found = models_json_schema([(m, "validation") for m in SCHEMAS], ref_template=_REF)
    schemas: dict[str, Any] = found["$defs"]
    for model, name in SCHEMAS.items():
        if model.__name__ != name:
            schemas[name] = schemas.pop(model.__name__)
            _rename(schemas, _REF.format(model=model.__name__), _REF.format(model=name))
    return dict(sorted(schemas.items()))


def _rename(node: Any, old: str, new: str) -> None:
    if isinstance(node, dict):
        if node.get("$ref") == old:
            node["$ref"] = new
        for value in node.values():
            _rename(value, old, new)
    elif isinstance(node, list):
        for value in node:
            _rename(value, old, new)
