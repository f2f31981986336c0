"""The form of a document: fields, types, ranges."""

from __future__ import annotations

import pytest

from tests.intake.documents import GONE, Edits, Places, check_refusal, ids_of

T = "/session_types"
JOB = "/patients/0/commitments/0"
PINNED = "/pins/0/session"

CASES: list[tuple[str, Edits, Places]] = [
    ("an unknown field", {"/clinic/opening": []}, [("/clinic/opening", "unknown_field")]),
    ("an unknown top-level field", {"/patient": []}, [("/patient", "unknown_field")]),
    ("an unknown field that is null", {"/rooms/0/size": None}, [("/rooms/0/size", "unknown_field")]),
    ("an unknown name to be escaped", {"/rooms/0/a~1b~0c": 1}, [("/rooms/0/a~1b~0c", "unknown_field")]),
    ("an unknown field of a pin", {"/pins/1/session_id": "x"}, [("/pins/1/session_id", "unknown_field")]),
    ("a missing field", {f"{T}/0/minutes": GONE}, [(f"{T}/0/minutes", "missing")]),
    ("a required field that is null", {"/patients/1/program": None}, [("/patients/1/program", "missing")]),
    ("a missing clinic", {"/clinic": GONE}, [("/clinic", "missing")]),
    ("a missing field of a pinned session", {f"{PINNED}/start": GONE}, [(f"{PINNED}/start", "missing")]),
    ("a missing field of a pinned attendance", {"/pins/1/start": GONE}, [("/pins/1/start", "missing")]),
    ("a number where an id is due", {"/rooms/1/id": 7}, [("/rooms/1/id", "wrong_type")]),
    ("a text where a number is due", {f"{T}/0/minutes": "90"}, [(f"{T}/0/minutes", "wrong_type")]),
    ("half a minute", {f"{T}/0/minutes": 7.5}, [(f"{T}/0/minutes", "wrong_type")]),
    ("a yes where a number is due", {"/patients/0/priority": True}, [("/patients/0/priority", "wrong_type")]),
    ("a number where a yes is due", {"/pins/0/frozen": 1}, [("/pins/0/frozen", "wrong_type")]),
    ("a list where an object is due", {"/clinic": []}, [("/clinic", "wrong_type")]),
    ("an object where a list is due", {"/rooms/0/closures": {}}, [("/rooms/0/closures", "wrong_type")]),
    ("a text where a list is due", {"/patients/0/tags": "adult"}, [("/patients/0/tags", "wrong_type")]),
    (
        "a patient that is a text",
        {"/patients/2": "p3"},
        [("/patients/2", "wrong_type"), ("/apart/1/1", "unknown_id")],
    ),
    ("a null in a list", {"/patients/0/tags/1": None}, [("/patients/0/tags/1", "wrong_type")]),
    ("a mode nobody knows", {f"{T}/0/mode": "grp"}, [(f"{T}/0/mode", "unknown_value")]),
    (
        "a weekday nobody knows",
        {"/clinic/opening_hours/0/days/1": "monday"},
        [("/clinic/opening_hours/0/days/1", "unknown_value")],
    ),
    ("a slot that is no grid", {"/clinic/slot_minutes": 7}, [("/clinic/slot_minutes", "unknown_value")]),
    ("another schema version", {"/schema_version": "2"}, [("/schema_version", "unknown_value")]),
    ("a priority too high", {"/patients/0/priority": 6}, [("/patients/0/priority", "out_of_range")]),
    ("a capacity of none", {"/rooms/1/capacity": 0}, [("/rooms/1/capacity", "out_of_range")]),
    ("a group of none", {f"{T}/0/size/min": 0}, [(f"{T}/0/size/min", "out_of_range")]),
    ("a weight too large", {"/weights/idle": 10_001}, [("/weights/idle", "out_of_range")]),
    ("a weight below nothing", {"/weights/moved": -1}, [("/weights/moved", "out_of_range")]),
    ("a number beyond all", {"/weights/idle": 10**300}, [("/weights/idle", "out_of_range")]),
    ("a ninth facilitator", {f"{T}/3/facilitators": [{}] * 9}, [(f"{T}/3/facilitators", "entry_count")]),
    ("three kept apart as a pair", {"/apart/0": ["p1", "p2", "p3"]}, [("/apart/0", "entry_count")]),
    ("an id with a space", {"/rooms/1/id": "room 2"}, [("/rooms/1/id", "not_an_id")]),
    ("an id that ends its line", {"/rooms/1/id": "r2\n"}, [("/rooms/1/id", "not_an_id")]),
    ("an id too long", {"/rooms/1/id": "r" * 65}, [("/rooms/1/id", "not_an_id")]),
    ("a name too long", {"/clinic/name": "n" * 501}, [("/clinic/name", "too_long")]),
    ("an hour too late", {f"{JOB}/start": "25:00"}, [(f"{JOB}/start", "not_a_time")]),
    ("an hour of one digit", {f"{JOB}/end": "6:00"}, [(f"{JOB}/end", "not_a_time")]),
    ("a day that never comes", {"/clinic/week_start": "2026-02-30"}, [("/clinic/week_start", "not_a_date")]),
    (
        "a start with an offset",
        {"/pins/1/start": "2026-12-02T15:15Z"},
        [("/pins/1/start", "not_a_local_time")],
    ),
]


@pytest.mark.parametrize(("edits", "expected"), [case[1:] for case in CASES], ids=ids_of(CASES))
def test_a_document_is_refused_for_its_form(edits: Edits, expected: Places) -> None:
    check_refusal(edits, expected)
