"""Invented weeks of real shape and any size, for the growth of the search with the clinic.

The staff and the rooms grow with the patients, so that a clinic of 500 is as busy as one of 30; what differs
between two seeds is who works when, who wants what, and which days are taken.
"""

from __future__ import annotations

from random import Random
from typing import Any

Doc = dict[str, Any]

WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]
PATIENTS_A_CLINICIAN = 8.5
PATIENTS_A_ROOM = 14
SHIFTS = (("08:00", "16:30"), ("09:30", "18:00"), ("12:00", "20:30"))


def clinic_week(patients: int, seed: int) -> Doc:
    """A problem document with so many patients; the same for the same seed."""
    random = Random(f"{patients}/{seed}")
    therapists = max(4, round(patients / PATIENTS_A_CLINICIAN))
    clinicians = [_therapist(random, i) for i in range(therapists)]
    clinicians += [_nurse(i) for i in range(1 + patients // 80)]
    ids = [f"patient-{i:03}" for i in range(1, patients + 1)]
    return {
        "schema_version": "1",
        "clinic": {
            "id": f"synthetic-{patients}",
            "timezone": "America/Chicago",
            "week_start": "2027-02-01",
            "slot_minutes": 15,
            "opening_hours": [
                {"days": WORKDAYS, "start": "08:00", "end": "20:30"},
                {"days": ["sat"], "start": "09:00", "end": "13:00"},
            ],
        },
        "session_types": _session_types(),
        "programs": _programs(),
        "clinicians": clinicians,
        "rooms": [_room(i) for i in range(max(2, round(patients / PATIENTS_A_ROOM)))],
        "patients": [_patient(random, name, therapists) for name in ids],
        "apart": [random.sample(ids, 2) for _ in range(patients // 20)],
    }


def _group(name: str, minutes: int, credentials: list[list[str]], largest: int, **more: Any) -> Doc:
    return {
        "id": name,
        "mode": "group",
        "minutes": minutes,
        "size": {"min": 3, "max": largest},
        "facilitators": [{"credentials": wanted} for wanted in credentials],
        "room": {"features": ["circle"]},
        "start_every_minutes": 30,
        **more,
    }


def _session_types() -> list[Doc]:
    licensed = ["LCSW", "LADC"]
    return [
        _group("process", 90, [licensed], 12, audience={"excludes": ["teen"]}),
        _group("teen-process", 75, [licensed], 8, audience={"requires": ["teen"]}, start_every_minutes=15),
        _group("recovery", 60, [["LADC"]], 12),
        _group("coping", 60, [["LCSW"], []], 14),
        _group("learning", 60, [[]], 16),
        _group("learning-online", 60, [[]], 16, delivery="telehealth", room=None),
        {"id": "one-to-one", "mode": "individual", "minutes": 60, "facilitators": [{"primary": True}]},
        {"id": "family", "mode": "family", "minutes": 60, "facilitators": [{"credentials": ["LCSW"]}]},
        {
            "id": "screen",
            "mode": "individual",
            "minutes": 15,
            "facilitators": [{"credentials": ["RN"]}],
            "counts_as_care": False,
        },
    ]


def _needs(**sessions: tuple[list[str], int, int]) -> list[Doc]:
    return [
        {"id": name, "any_of": kinds, "sessions": {"min": low, "max": high}}
        for name, (kinds, low, high) in sessions.items()
    ]


def _programs() -> list[Doc]:
    learning = ["learning", "learning-online"]
    rules = {"max_idle_minutes": 75, "max_gap_days": 2, "group_every_day": True}
    return [
        {
            "id": "adult",
            "requirements": _needs(
                process=(["process"], 3, 4),
                recovery=(["recovery"], 2, 2),
                coping=(["coping"], 1, 2),
                learning=(learning, 0, 2),
                talk=(["one-to-one"], 1, 1),
                screen=(["screen"], 1, 1),
            ),
            "care_minutes": {"min": 540, "max": 1140},
            "days": {"min": 3, "max": 4},
            "day_care_minutes": {"min": 150, "max": 300},
            **rules,
        },
        {
            "id": "teen",
            "requirements": _needs(
                process=(["teen-process"], 3, 3),
                coping=(["coping"], 1, 2),
                learning=(learning, 1, 2),
                talk=(["one-to-one"], 1, 1),
                family=(["family"], 1, 1),
            ),
            "care_minutes": {"min": 480, "max": 900},
            "days": {"min": 3, "max": 5},
            "day_care_minutes": {"min": 120, "max": 240},
            **rules,
        },
        {
            "id": "step-down",
            "requirements": _needs(
                process=(["process"], 2, 3),
                recovery=(["recovery"], 1, 2),
                learning=(learning, 0, 1),
                talk=(["one-to-one"], 1, 1),
            ),
            "care_minutes": {"min": 300, "max": 540},
            "days": {"min": 2, "max": 3},
            "day_care_minutes": {"min": 120, "max": 240},
            **rules,
        },
    ]


def _therapist(random: Random, i: int) -> Doc:
    start, end = SHIFTS[i % len(SHIFTS)]
    availability = [{"days": WORKDAYS, "start": start, "end": end}]
    if random.random() < 0.15:
        availability.append({"days": ["sat"], "start": "09:00", "end": "13:00"})
    off = ([{"date": f"2027-02-0{random.randint(1, 5)}"}] if random.random() < 0.1 else []) if i > 3 else []
    return {
        "id": f"therapist-{i + 1:02}",
        "credentials": [("LCSW", "LADC")[i % 2], *(["LADC"] if random.random() < 0.2 and i % 2 == 0 else [])],
        "availability": availability,
        "time_off": off,
        "max_day_minutes": 390,
        "max_week_minutes": 1620,
        "buffer_minutes": random.choice([0, 0, 15]),
        "max_consecutive_minutes": random.choice([None, 240, 270]),
        "break_minutes": 30,
    }


def _nurse(i: int) -> Doc:
    start, end = SHIFTS[i % len(SHIFTS)]
    return {
        "id": f"nurse-{i + 1}",
        "credentials": ["RN"],
        "availability": [{"days": WORKDAYS, "start": start, "end": end}],
        "max_day_minutes": 360,
    }


def _room(i: int) -> Doc:
    return {
        "id": f"room-{i + 1}",
        "capacity": 16 if i % 3 else 9,
        "features": ["circle"],
        "turnover_minutes": 15 if i % 4 == 0 else 0,
    }


def _patient(random: Random, name: str, therapists: int) -> Doc:
    program = random.choices(["adult", "step-down", "teen"], [65, 20, 15])[0]
    teen = program == "teen"
    patient: Doc = {
        "id": name,
        "program": program,
        "priority": random.choices([1, 2, 3], [70, 18, 12])[0],
        "primary_clinician": f"therapist-{random.randint(1, therapists):02}",
        "tags": ["teen"] if teen else [],
        "telehealth": random.random() < 0.4,
        "commitments": _school(random) if teen else _adult_life(random),
    }
    if random.random() < 0.2:
        start, end = random.choice([("08:00", "13:00"), ("12:00", "17:00"), ("15:00", "20:30")])
        patient["preferred"] = [{"days": WORKDAYS, "start": start, "end": end}]
    if random.random() < 0.1:
        patient["authorized"] = {"days": random.choice([2, 3])}
    if random.random() < 0.05:
        patient["active"] = {"from": "2027-02-03"}
    return patient


def _weekly(name: str, days: list[str], start: str, end: str, kind: str = "work", **more: Any) -> Doc:
    return {"id": name, "kind": kind, "days": days, "start": start, "end": end, **more}


def _adult_life(random: Random) -> list[Doc]:
    """A job, shifts or children; an appointment; something that would rather not be missed."""
    life = random.choices(
        ["day job", "part time", "shifts", "nights", "children", "free"], [22, 20, 20, 8, 15, 15]
    )[0]
    taken: list[Doc] = []
    if life == "day job":
        taken = [_weekly("job", WORKDAYS, "08:00", "16:30", travel_minutes=30)]
    elif life == "part time":
        start, end = random.choice([("08:00", "13:00"), ("13:00", "18:00")])
        taken = [_weekly("job", random.sample(WORKDAYS, 4), start, end, travel_minutes=15)]
    elif life == "shifts":
        for i, day in enumerate(random.sample(WORKDAYS, 4)):
            start, end = random.choice([("07:00", "15:00"), ("14:00", "22:00")])
            taken.append(_weekly(f"shift-{i}", [day], start, end, travel_minutes=30))
    elif life == "nights":
        taken = [_weekly("nights", random.sample(WORKDAYS, 3), "22:00", "06:00", travel_minutes=30)]
    elif life == "children":
        taken = [
            _weekly("to-school", WORKDAYS, "07:30", "08:30", "family", travel_minutes=15),
            _weekly("from-school", WORKDAYS, "14:45", "15:30", "family", travel_minutes=15),
        ]
    return taken + _single_things(random)


def _school(random: Random) -> list[Doc]:
    return [
        _weekly("school", WORKDAYS, "08:00", "14:45", "school", travel_minutes=15),
        *_single_things(random),
    ]


def _single_things(random: Random) -> list[Doc]:
    taken: list[Doc] = []
    if random.random() < 0.3:
        hour = random.randint(9, 16)
        taken.append(
            {
                "id": "appointment",
                "kind": random.choice(["medical", "legal"]),
                "date": f"2027-02-0{random.randint(1, 5)}",
                "start": f"{hour:02}:00",
                "end": f"{hour + 1:02}:30",
                "travel_minutes": 30,
            }
        )
    for i in range(random.choice([0, 1, 1, 2])):
        hour = random.choice([10, 12, 16, 18])
        day = [random.choice(WORKDAYS)]
        more = {"strength": "soft", "weight": random.randint(1, 2)}
        taken.append(_weekly(f"rather-not-{i}", day, f"{hour}:00", f"{hour + 2}:00", "other", **more))
    return taken
