"""One small clinic, told in every example of the OpenAPI document; a test sends them in order."""

from __future__ import annotations

from typing import Any

WEEK = "2026-11-30"
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]

CLINIC: dict[str, Any] = {
    "clinic": {
        "name": "Riverside IOP",
        "timezone": "America/New_York",
        "slot_minutes": 15,
        "opening_hours": [{"days": WEEKDAYS, "start": "08:00", "end": "20:00"}],
    },
    "session_types": [
        {
            "id": "process",
            "name": "Process group",
            "mode": "group",
            "minutes": 90,
            "size": {"min": 2, "max": 10},
            "facilitators": [{"credentials": ["LADC"]}],
            "room": {"features": ["group"]},
            "start_every_minutes": 30,
        },
        {"id": "individual", "mode": "individual", "minutes": 60, "facilitators": [{"primary": True}]},
    ],
    "programs": [
        {
            "id": "evening-iop",
            "requirements": [
                {"id": "groups", "any_of": ["process"], "sessions": {"min": 3, "max": 3}},
                {"id": "individual", "any_of": ["individual"], "sessions": {"min": 1, "max": 1}},
            ],
            "days": {"min": 3, "max": 4},
        }
    ],
    "clinicians": [
        {
            "id": "c1",
            "credentials": ["LADC"],
            "availability": [{"days": WEEKDAYS, "start": "10:00", "end": "19:00"}],
            "max_day_minutes": 390,
        }
    ],
    "rooms": [{"id": "r1", "capacity": 12, "features": ["group"]}],
}
COMMITMENTS: dict[str, Any] = {
    "commitments": [
        {
            "id": "job",
            "kind": "work",
            "days": ["mon", "tue", "wed"],
            "start": "08:00",
            "end": "15:00",
            "travel_minutes": 30,
        },
        {"id": "hearing", "kind": "legal", "date": "2026-12-03", "start": "10:00", "end": "12:00"},
    ]
}
PATIENT: dict[str, Any] = {
    "program": "evening-iop",
    "primary_clinician": "c1",
    "display_name": "A. Example",
    "commitments": COMMITMENTS["commitments"][:1],
}
PATIENTS: dict[str, Any] = {
    "patients": [
        {"id": "p1", **PATIENT},
        {"id": "p2", "program": "evening-iop", "primary_clinician": "c1"},
        {"id": "p3", "program": "evening-iop", "primary_clinician": "c1"},
    ]
}
AVAILABILITY: dict[str, Any] = {
    "availability": [{"days": WEEKDAYS, "start": "09:00", "end": "18:00"}],
    "time_off": [{"date": "2026-12-24", "until_date": "2026-12-31"}],
}
COHORTS: dict[str, Any] = {"cohorts": []}
APART: dict[str, Any] = {"apart": [["p2", "p3"]]}
PLAN: dict[str, Any] = {"week_start": WEEK, "time_limit": 10, "gap": 0.01, "seed": 0}
PROBLEM: dict[str, Any] = {
    "schema_version": "1",
    **CLINIC,
    "clinic": {"id": "riverside", "week_start": WEEK, **CLINIC["clinic"]},
    "patients": [{k: v for k, v in p.items() if k != "display_name"} for p in PATIENTS["patients"]],
}
PUBLISH: dict[str, Any] = {"accept": [], "reason": None}
MOVES: dict[str, Any] = {"moves": [{"session": "s1", "set": {"start": "2026-11-30T16:30"}}]}
PLACEMENT: dict[str, Any] = {"patient": "p1", "options": 3}
EVENT: dict[str, Any] = {
    "from": "2026-12-01T12:00",
    "absences": [{"clinician": "c1", "date": "2026-12-02", "start": "08:00", "end": "20:00"}],
}
ATTENDANCE: dict[str, Any] = {
    "marks": [
        {"session": "s1", "patient": "p1", "mark": "attended"},
        {"session": "s1", "patient": "p2", "mark": "late", "minutes": 60},
        {"session": "s2", "patient": "p1", "mark": "missed"},
    ]
}
MAKE_UPS: dict[str, Any] = {"at": "2026-12-02T18:00"}
AUTHORIZATIONS: dict[str, Any] = {
    "authorizations": [
        {"id": "A-1001", "from": "2026-11-30", "until": "2027-01-03", "days": 15, "minutes": 2700},
        {"id": "A-1002", "from": "2027-01-04", "until": "2027-02-28", "days": None, "minutes": 4800},
    ]
}

FEED: dict[str, Any] = {"kind": "patient", "id": "p1"}
WEBHOOK: dict[str, Any] = {"url": "https://records.example.org/hooks/timetables"}
