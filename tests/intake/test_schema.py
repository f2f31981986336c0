"""The JSON Schemas say of single fields what reading says of them."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from scheduler.schema import DOCUMENTS, schema, schemas
from tests.intake.documents import faults_of, week

PROBLEM = jsonschema.Draft202012Validator(schema("problem"))
PATIENT = jsonschema.Draft202012Validator(schema("patient"))

NULLS = [
    "/schema_version",
    "/session_types/1/size",
    "/session_types/1/room",
    "/session_types/1/start_every_minutes",
    "/session_types/1/windows",
    "/session_types/1/audience",
    "/session_types/1/delivery",
    "/session_types/1/name",
    "/session_types/1/counts_as_care",
    "/session_types/1/max_per_day",
    "/session_types/1/facilitators/0/credentials",
    "/session_types/0/audience/excludes",
    "/clinic/slot_minutes",
    "/clinic/name",
    "/clinic/closures",
    "/clinic/closures/0/until_date",
    "/clinic/closures/0/start",
    "/clinic/closures/0/end",
    "/clinic/closures/0/applies_to",
    "/programs/0/min_services_per_day",
    "/programs/0/group_every_day",
    "/programs/0/enforce",
    "/programs/0/requirements/0/sessions",
    "/programs/0/requirements/0/sessions/min",
    "/programs/0/care_minutes/max",
    "/clinicians/0/time_off",
    "/clinicians/0/break_minutes",
    "/clinicians/0/max_consecutive_minutes",
    "/rooms/0/features",
    "/rooms/0/turnover_minutes",
    "/patients/0/active",
    "/patients/0/active/from",
    "/patients/0/authorized",
    "/patients/0/authorized/from",
    "/patients/0/lift",
    "/patients/0/preferred",
    "/patients/0/requirements",
    "/patients/0/care_minutes",
    "/patients/0/commitments/0/until_date",
    "/patients/0/commitments/1/days",
    "/patients/0/commitments/1/from",
    "/patients/0/commitments/1/weight",
    "/patients/0/tags",
    "/patients/0/priority",
    "/pins/0/session/id",
    "/pins/0/session/end",
    "/pins/0/session/room",
    "/pins/0/session/clinicians",
    "/pins/0/session/patients",
    "/pins/0/happened",
    "/baseline",
    "/baseline/sessions",
    "/weights",
    "/weights/idle",
]

WRONG: list[tuple[str, Any]] = [
    ("/clinic/slot_minutes", 7),
    ("/clinic/nmae", "x"),
    ("/clinic/opening_hours/0/days", ["mon", "mon"]),
    ("/clinic/opening_hours/0/start", "24:00"),
    ("/clinic/opening_hours/0/end", "24:15"),
    ("/clinic/week_start", "30.11.2026"),
    ("/session_types/0/mode", "meeting"),
    ("/session_types/0/minutes", None),
    ("/session_types/0/size/min", 0),
    ("/session_types/0/facilitators/0/credentials", ["LADC", "LADC"]),
    ("/patients/0/id", "p 1"),
    ("/patients/0/program", None),
    ("/patients/0/commitments/0/weight", 6),
    ("/apart/0", ["p1"]),
    ("/apart/0", ["p1", "p1"]),
    ("/pins/1", {"patient": "p1"}),
    ("/weights/idle", 10_001),
    ("/weights/idle", 1.5),
]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schemas()[name])


def test_the_week_fits_and_so_do_its_patients() -> None:
    assert list(PROBLEM.iter_errors(week())) == []
    assert [error for patient in week()["patients"] for error in PATIENT.iter_errors(patient)] == []


@pytest.mark.parametrize("pointer", NULLS)
def test_a_null_fits_where_it_is_read(pointer: str) -> None:
    document = week({pointer: None})
    assert faults_of(document) == ()
    assert list(PROBLEM.iter_errors(document)) == []


@pytest.mark.parametrize(("pointer", "value"), WRONG, ids=[f"{w[0]} {w[1]}" for w in WRONG])
def test_what_one_field_may_not_hold_does_not_fit_and_is_refused(pointer: str, value: Any) -> None:
    document = week({pointer: value})
    assert faults_of(document) != ()
    assert list(PROBLEM.iter_errors(document)) != []


def test_the_defaults_are_told_as_they_are_written() -> None:
    closure = schema("problem")["$defs"]["Closure"]["properties"]
    assert (closure["start"]["default"], closure["end"]["default"]) == ("00:00", "24:00")
