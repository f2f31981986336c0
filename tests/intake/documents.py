"""A small week that reads without a fault or a warning, and ways to change it."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any

from scheduler.errors import Fault, ProblemRefused
from scheduler.intake import read_problem

GONE = object()
LAST = "-"

Doc = dict[str, Any]
Edits = dict[str, Any]
Places = list[tuple[str, str]]

_WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]
_WEEK: Doc = {
    "schema_version": "1",
    "clinic": {
        "id": "riverside",
        "name": "Riverside IOP",
        "timezone": "America/New_York",
        "week_start": "2026-11-30",
        "slot_minutes": 15,
        "opening_hours": [{"days": _WORKDAYS, "start": "08:00", "end": "20:00"}],
        "closures": [{"date": "2026-12-03", "start": "12:00", "end": "13:00", "applies_to": "in_person"}],
    },
    "session_types": [
        {
            "id": "process",
            "name": "Process group",
            "mode": "group",
            "minutes": 90,
            "size": {"min": 2, "max": 12},
            "facilitators": [{"credentials": ["LADC"]}],
            "room": {"features": ["group"]},
            "start_every_minutes": 30,
            "windows": [{"days": ["mon", "tue"], "start": "09:00", "end": "18:00"}],
            "audience": {"requires": ["adult"], "excludes": ["minor"]},
        },
        {"id": "talk", "mode": "individual", "minutes": 45, "facilitators": [{"primary": True}]},
        {
            "id": "screen",
            "mode": "individual",
            "minutes": 15,
            "facilitators": [],
            "room": {},
            "counts_as_care": False,
            "max_per_day": None,
        },
        {
            "id": "circle",
            "mode": "group",
            "minutes": 60,
            "size": {"min": 2, "max": 8},
            "facilitators": [{"credentials": ["LADC"]}, {"credentials": []}],
            "room": {"features": ["group"]},
        },
        {
            "id": "family",
            "mode": "family",
            "minutes": 60,
            "size": {"min": 1, "max": 1},
            "facilitators": [{"primary": True, "credentials": ["LMFT"]}],
            "delivery": "telehealth",
        },
    ],
    "programs": [
        {
            "id": "iop",
            "name": "Intensive",
            "requirements": [
                {"id": "group", "any_of": ["process"], "sessions": {"min": 2, "max": 3}},
                {"id": "circle", "any_of": ["circle"], "sessions": {"min": 1, "max": 1}},
                {"id": "alone", "any_of": ["talk", "family"], "sessions": {"min": 1}},
            ],
            "care_minutes": {"min": 180, "max": 600},
            "days": {"min": 2, "max": 5},
            "day_care_minutes": {"min": 45, "max": 300},
            "max_idle_minutes": 60,
            "max_gap_days": 2,
            "enforce": ["gap"],
        },
        {
            "id": "step-down",
            "requirements": [{"id": "group", "any_of": ["process"], "sessions": {"min": 1, "max": 2}}],
        },
    ],
    "clinicians": [
        {
            "id": "c1",
            "credentials": ["LADC"],
            "availability": [{"days": _WORKDAYS, "start": "08:00", "end": "18:00"}],
            "max_day_minutes": 390,
        },
        {
            "id": "c2",
            "credentials": ["LMFT", "LCSW"],
            "availability": [{"days": _WORKDAYS, "start": "08:00", "end": "20:00"}],
            "time_off": [{"date": "2026-12-04"}],
        },
    ],
    "rooms": [
        {
            "id": "r1",
            "capacity": 12,
            "features": ["group"],
            "closures": [{"date": "2026-12-02", "start": "08:00", "end": "09:00"}],
        },
        {"id": "r2", "capacity": 2},
    ],
    "patients": [
        {
            "id": "p1",
            "program": "step-down",
            "priority": 2,
            "primary_clinician": "c1",
            "tags": ["adult", "veteran"],
            "telehealth": True,
            "active": {"from": "2026-12-01", "until": None},
            "commitments": [
                {
                    "id": "job",
                    "kind": "work",
                    "days": ["mon", "tue"],
                    "start": "22:00",
                    "end": "06:00",
                    "from": "2026-09-01",
                    "until": "2026-12-31",
                    "travel_minutes": 30,
                },
                {"id": "court", "kind": "legal", "date": "2026-12-02", "start": "10:00", "end": "12:00"},
            ],
            "preferred": [{"days": ["mon"], "start": "09:00", "end": "12:00"}],
            "requirements": [
                {"id": "group", "any_of": ["process"], "sessions": {"min": 1, "max": 2}},
                {"id": "screen", "any_of": ["screen"], "sessions": {"max": 1}},
            ],
            "care_minutes": {"min": 90, "max": 300},
            "lift": ["max_gap_days"],
            "authorized": {"days": 4, "minutes": 600, "from": "2026-11-01", "until": "2026-12-04"},
        },
        {
            "id": "p2",
            "program": "iop",
            "primary_clinician": "c2",
            "tags": ["adult"],
            "telehealth": True,
            "commitments": [{"id": "class", "days": ["wed"], "start": "09:00", "end": "12:00"}],
        },
        {"id": "p3", "program": "step-down", "primary_clinician": None, "tags": ["adult"]},
        {"id": "p4", "program": "iop", "primary_clinician": "c1", "tags": ["adult"]},
    ],
    "apart": [["p1", "p4"], ["p2", "p3"]],
    "cohorts": [{"id": "ring", "session_types": ["circle"], "patients": ["p2", "p4"]}],
    "baseline": {
        "sessions": [
            {
                "id": "s1",
                "session_type": "process",
                "start": "2026-11-24T09:07",
                "end": "2026-11-24T10:37",
                "clinicians": ["c1"],
                "room": "r1",
                "patients": ["p2", "p4"],
            },
            {"id": "s2", "session_type": "talk", "start": "2026-11-27T10:00", "patients": ["p4"]},
        ]
    },
    "pins": [
        {
            "session": {
                "id": "s1",
                "session_type": "process",
                "start": "2026-12-01T09:00",
                "end": "2026-12-01T10:30",
                "clinicians": ["c1"],
                "room": "r1",
                "patients": ["p2", "p4"],
            },
            "frozen": True,
        },
        {"patient": "p4", "session_type": "talk", "start": "2026-12-02T15:15"},
    ],
    "weights": {"idle": 2},
}


def week(edits: Edits | None = None) -> Doc:
    """The small week, changed at JSON pointers; GONE takes a value away, "-" appends to a list."""
    document: Doc = json.loads(json.dumps(_WEEK))
    for pointer, value in (edits or {}).items():
        *path, last = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
        _change(_inner(document, path), last, copy.deepcopy(value) if value is not GONE else GONE)
    return document


def _inner(value: Any, path: list[str]) -> Any:
    for step in path:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def _change(holder: Any, last: str, value: Any) -> None:
    if isinstance(holder, list) and last == LAST:
        holder.append(value)
    elif value is GONE:
        del holder[int(last) if isinstance(holder, list) else last]
    else:
        holder[int(last) if isinstance(holder, list) else last] = value


def faults_of(document: Any) -> tuple[Fault, ...]:
    """The faults for which a document is refused; none if it is read."""
    try:
        read_problem(document)
    except ProblemRefused as refusal:
        return refusal.faults
    return ()


def warnings_of(document: Any) -> tuple[Fault, ...]:
    return read_problem(document).warnings


def places(faults: tuple[Fault, ...]) -> Places:
    return [(fault.pointer, fault.code) for fault in faults]


def check_refusal(edits: Edits, expected: Places) -> None:
    """The changed week is refused for exactly these faults, as an object and as text, in words of our own."""
    faults = faults_of(week(edits))
    assert places(faults) == expected
    assert faults_of(json.dumps(week(edits))) == faults
    for fault in faults:
        assert len(fault.message) < 200
        assert not any(word in fault.message for word in ("Input", "pydantic", "http", "tuple", "NoneType"))


def ids_of(cases: Sequence[tuple[Any, ...]]) -> list[str]:
    return [case[0] for case in cases]
