"""The OpenAPI document: the core first, every example true, every answer as described."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
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
        ("PUT", f"{clinic}/patients/p1/authorizations", examples.AUTHORIZATIONS, 200),
        ("POST", f"{clinic}/feeds", examples.FEED, 201),
        ("POST", f"{clinic}/webhooks", examples.WEBHOOK, 201),
        ("POST", f"{clinic}/timetables", examples.PLAN, 202),
        ("POST", "/v1/timetables", examples.PROBLEM, 202),
    ]
    timetable = door.solved(door.clinic())  # the planner of these tests knows nothing of pairs
    steps += [
        ("POST", f"{timetable}/check", examples.MOVES, 200),
        ("POST", f"{timetable}/moves", examples.MOVES, 201),
        ("POST", f"{timetable}/placements", examples.PLACEMENT, 200),
        ("POST", f"{timetable}/repairs", examples.EVENT, 201),
        ("POST", f"{timetable}/publish", examples.PUBLISH, 200),
        ("PUT", f"{timetable}/attendance", examples.ATTENDANCE, 200),
        ("POST", f"{timetable}/make-ups", examples.MAKE_UPS, 200),
    ]
    for method, path, body, expected in steps:
        headers = {"If_Match": "*"} if expected == 200 or path.startswith(timetable) else {}
        answer = door.call(method, path, body, **headers)
        assert answer.status_code == expected, (path, answer.text)
    owed = [(made["patient"], made["owed_minutes"]) for made in answer.json()["make_ups"]]
    assert owed == [("p1", 90)]  # who was late attended all the sessions
    sent = [_given(body) for _, _, body, _ in steps]
    for path, example, schema in examples_of(document):
        assert _given(example) in sent, path
        assert not list(Draft202012Validator(schema).iter_errors(example)), path


def examples_of(document: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """The body that each call shows, and its schema; what a call takes as a file has none."""
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                if "example" in content:
                    yield (
                        path,
                        content["example"],
                        {**content["schema"], "components": document["components"]},
                    )


def _given(body: Any) -> Any:
    """What is not null; the document leaves null out, and a call reads it as absent."""
    if isinstance(body, dict):
        return {name: _given(value) for name, value in body.items() if value is not None}
    return [_given(value) for value in body] if isinstance(body, list) else body


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    text = json.dumps(document)
    referenced = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}
    assert referenced <= names


def test_the_reading_page_needs_no_other_host_and_no_script(door: Door, document: dict[str, Any]) -> None:
    page = door.nobody().get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    # an address may be shown, as in a webhook's example; nothing is fetched from one
    assert not re.search(r"""(src|href|action)\s*=\s*["']?(https?:)?//|url\(|@import""", page.text)
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
