"""`schema`: what a program reads before it writes a document."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from tests.cli.conftest import RIVERSIDE, Doc, Run


def test_all_documents_have_their_schema(run: Run) -> None:
    told = run("schema")
    assert (told.code, told.err) == (0, "")
    schemas = json.loads(told.out)
    assert {"problem", "timetable"} <= set(schemas)
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


def test_the_example_week_fits_the_schema_of_a_problem(run: Run) -> None:
    schema = json.loads(run("schema", "problem").out)
    assert list(Draft202012Validator(schema).iter_errors(json.loads(RIVERSIDE.read_text()))) == []


def test_a_timetable_fits_its_schema_and_another_document_does_not(
    run: Run, timetable: Doc, week: Doc
) -> None:
    schema = Draft202012Validator(json.loads(run("schema", "timetable").out))
    assert list(schema.iter_errors(timetable)) == []
    assert list(schema.iter_errors(week)) != []


def test_an_unknown_document_is_refused(run: Run) -> None:
    told = run("schema", "parchment")
    assert (told.code, told.out) == (2, "")
    assert "parchment" in told.err
