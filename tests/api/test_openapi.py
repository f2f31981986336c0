"""The OpenAPI document: the core first, every example true, every answer as described."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import booleans
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api import examples
from api.openapi import CORE, CORE_PATHS
from tests.api.door import Door

pytestmark = pytest.mark.usefixtures("kernels")


@pytest.fixture
def document(door: Door) -> dict[str, Any]:
    found: dict[str, Any] = door.nobody().get("/openapi.json").json()
    return found


def test_the_core_opens_the_document_in_the_order_of_its_use(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert tuple(document["paths"])[: len(CORE_PATHS)] == CORE_PATHS
    assert document["tags"][0]["name"] == CORE
    operations = [(path, o) for path, methods in document["paths"].items() for o in methods.values()]
    assert {path for path, operation in operations if CORE in operation["tags"]} == set(CORE_PATHS)


def test_every_call_says_what_it_does_and_how_it_fails(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["description"].strip(), (method, path)
            if path.startswith("/v1/") and operation.get("security") != []:
                problem = operation["responses"]["401"]["content"]
                assert list(problem) == ["application/problem+json"], (method, path)


def test_every_example_is_valid_and_is_taken_when_sent_in_order(door: Door, document: dict[str, Any]) -> None:
    clinic = "/v1/clinics/by-the-examples"
    steps = [
        ("PUT", clinic, examples.CLINIC, 201),
        ("PUT", f"{clinic}/patients/p1", examples.PATIENT, 201),
        ("PUT", f"{clinic}/patients/p1/commitments", examples.COMMITMENTS, 200),
        ("PUT", f"{clinic}/patients", examples.PATIENTS, 200),
        ("PUT", f"{clinic}/clinicians/c1/availability", examples.AVAILABILITY, 200),
        ("PUT", f"{clinic}/cohorts", examples.COHORTS, 200),
        ("PUT", f"{clinic}/apart", examples.APART, 200),
        ("POST", f"{clinic}/timetables", examples.PLAN, 202),
        ("POST", "/v1/timetables", examples.PROBLEM, 202),
    ]
    for method, path, body, expected in steps:
        headers = {"If_Match": "*"} if method == "PUT" and expected == 200 else {}
        assert door.call(method, path, body, **headers).status_code == expected, path
    timetable = door.solved(door.clinic())  # the planner of these tests knows nothing of pairs
    for call, body, expected in (
        ("check", examples.MOVES, 200),
        ("moves", examples.MOVES, 201),
        ("placements", examples.PLACEMENT, 200),
        ("repairs", examples.EVENT, 201),
        ("publish", examples.PUBLISH, 200),
    ):
        answer = door.post(f"{timetable}/{call}", body, If_Match=door.get(timetable).headers["etag"])
        assert answer.status_code == expected, (call, answer.text)
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                if "example" in content:
                    schema = {**content["schema"], "components": document["components"]}
                    assert not list(Draft202012Validator(schema).iter_errors(content["example"])), path


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    text = json.dumps(document)
    referenced = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}
    assert referenced <= names


def test_the_reading_page_needs_no_other_host_and_no_script(door: Door, document: dict[str, Any]) -> None:
    page = door.nobody().get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "<script" not in page.text
    assert " style=" not in page.text
    assert page.text.index("PUT /v1/clinics/{clinic_id}") < page.text.index("GET /healthz")
    for path in document["paths"]:
        assert path in page.text
    assert door.nobody().get("/docs/style.css").headers["content-type"].startswith("text/css")


# What breaks the schema may be taken all the same (null is read as absent): no check asks for refusals.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_generated_calls_are_answered_as_described(
    door: Door, document: dict[str, Any], mode: GenerationMode
) -> None:
    assert call_everything(door, document, mode, examples=3) >= 50


def call_everything(door: Door, document: dict[str, Any], mode: GenerationMode, examples: int) -> int:
    """Generated calls of every operation but one, each answer as described; how many operations there are."""
    clinic = door.clinic()
    timetable = door.solved(clinic).rsplit("/", 1)[1]
    names = {"clinic_id": clinic.rsplit("/", 1)[1], "patient_id": "p1", "clinician_id": "c1"}
    known = {**names, "timetable_id": timetable, "other_id": timetable, "session_id": "s1"}
    known |= {"feed_id": "feed-1", "webhook_id": "wh-1", "delivery_id": "wd-1", "secret": "s" * 43}
    without_a_clinic_nothing_is_left_to_call = ("delete", CORE_PATHS[0])
    called = 0
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        if (operation.method, operation.path) != without_a_clinic_nothing_is_left_to_call:
            call_often(door, operation, mode, known, examples)
            called += 1
    return called


def call_often(
    door: Door, operation: Any, mode: GenerationMode, known: dict[str, str], examples: int
) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode), stored=booleans())
    def call(case: Any, stored: bool) -> None:
        if stored:
            case.path_parameters = {name: known[name] for name in case.path_parameters or {}}
        headers = {"Authorization": f"Bearer {door.key}"}
        response = case.call(base_url=str(door.client.base_url), headers=headers)
        case.validate_response(response, checks=CHECKS)

    with suppress(Unsatisfiable):  # a call without parameters and body cannot be made wrongly
        call()
