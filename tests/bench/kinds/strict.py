"""Clinics with one sort of session: closed groups only, no groups at all, one huge group."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.bench.synthetic import WORKDAYS, Doc, clinic_week

COHORT = 8  # members of a closed group
PARTS = (("08:00", "12:30"), ("12:30", "17:00"), ("16:30", "20:30"))


def closed_cohorts(patients: int, seed: int) -> Doc:
    """Every session is a closed group's, whose members share a free part of the day, most of the time."""
    random = Random(f"closed/{patients}/{seed}")
    week = clinic_week(patients, seed)
    ids = [p["id"] for p in week["patients"]]
    cohorts = [ids[i : i + COHORT] for i in range(0, patients, COHORT)]
    for members in cohorts:
        free = random.choice(PARTS)
        for patient in week["patients"]:
            if patient["id"] in members:
                patient |= {"program": "closed", "tags": [], "commitments": _outside(random, free)}
    week["session_types"] = [
        _closed("closed-process", 90, [["LCSW", "LADC"]]),
        _closed("closed-skills", 60, [["LCSW"], []]),
    ]
    week["programs"] = [
        {
            "id": "closed",
            "requirements": [
                _need("process", ["closed-process"], 3, 3),
                _need("skills", ["closed-skills"], 2, 3),
            ],
            "care_minutes": {"min": 390, "max": 600},
            "days": {"min": 3, "max": 4},
            "max_gap_days": 2,
        }
    ]
    week["cohorts"] = [
        {
            "id": f"cohort-{k + 1:02}",
            "session_types": ["closed-process", "closed-skills"],
            "patients": members,
        }
        for k, members in enumerate(cohorts)
    ]
    return week | {"apart": []}


def _closed(name: str, minutes: int, entries: list[list[str]]) -> Doc:
    return {
        "id": name,
        "mode": "group",
        "minutes": minutes,
        "size": {"min": 2, "max": COHORT},
        "facilitators": [{"credentials": wanted} for wanted in entries],
        "room": {"features": ["circle"]},
        "start_every_minutes": 30,
    }


def _outside(random: Random, free: tuple[str, str]) -> list[Doc]:
    """A job before or after the part of the day that the group shares; some have a day in court."""
    start, end = random.choice([("06:00", free[0]), (free[1], "22:00")])
    taken: list[Doc] = [
        {"id": "job", "kind": "work", "days": random.sample(WORKDAYS, 4), "start": start, "end": end}
    ]
    if random.random() < 0.2:
        day = f"2027-02-0{random.randint(1, 5)}"
        taken.append({"id": "court", "kind": "legal", "date": day, "start": "08:00", "end": "13:00"})
    return taken


def no_groups(patients: int, seed: int) -> Doc:
    """Individual and family sessions only: everybody's hours are their clinician's hours."""
    week = clinic_week(patients, seed)
    week["session_types"] = [t for t in week["session_types"] if t["mode"] != "group"]
    week["session_types"].append(
        {"id": "long-talk", "mode": "individual", "minutes": 45, "facilitators": [{"credentials": []}]}
    )
    talks = [
        _need("talk", ["one-to-one"], 2, 3),
        _need("any", ["long-talk"], 1, 2),
        _need("family", ["family"], 0, 1),
    ]
    rules: Doc = {"days": {"min": 2, "max": 4}, "max_idle_minutes": 60, "max_gap_days": 2}
    week["programs"] = [
        {"id": name, "requirements": talks + more, **rules}
        for name, more in (
            ("adult", [_need("screen", ["screen"], 1, 1)]),
            ("teen", []),
            ("step-down", [_need("screen", ["screen"], 0, 1)]),
        )
    ]
    return week


def one_huge_group(patients: int, seed: int) -> Doc:
    """Lectures for up to 60 in two halls, one of them half as large."""
    week = clinic_week(patients, seed)
    week["session_types"] = [
        {
            "id": "lecture",
            "mode": "group",
            "minutes": 120,
            "size": {"min": 10, "max": 60},
            "facilitators": [{"credentials": ["LCSW"]}, {"credentials": ["LADC"]}],
            "room": {"features": ["hall"]},
            "start_every_minutes": 30,
        }
    ]
    week["rooms"] = [
        {"id": "hall-1", "capacity": 60, "features": ["hall"], "turnover_minutes": 15},
        {"id": "hall-2", "capacity": 30, "features": ["hall"]},
    ]
    week["programs"] = [
        {
            "id": name,
            "requirements": [_need("lecture", ["lecture"], least, least + 1)],
            "days": {"min": least, "max": 5},
            "max_gap_days": 2,
        }
        for name, least in (("adult", 4), ("teen", 3), ("step-down", 2))
    ]
    return week


def _need(name: str, kinds: list[str], least: int, most: int) -> dict[str, Any]:
    return {"id": name, "any_of": kinds, "sessions": {"min": least, "max": most}}
