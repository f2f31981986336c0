"""A week with last week's timetable: to be kept where lives allow it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from tests.bench.synthetic import WORKDAYS, Doc, clinic_week

LAST_MONDAY = date(2027, 1, 25)
DAILY = (  # groups as a clinic repeats them week after week: type, minutes, hours
    ("process", 90, (9, 13, 17)),
    ("recovery", 60, (11, 16)),
    ("coping", 60, (10, 15)),
    ("teen-process", 75, (16,)),
    ("learning", 60, (12, 18)),
)


def baseline_present(patients: int, seed: int) -> Doc:
    """Nearly everybody was there last week; a tenth has new working hours, a few are new or gone."""
    random = Random(f"baseline/{patients}/{seed}")
    week = clinic_week(patients, seed)
    attending = [p for p in week["patients"] if random.random() < 0.92]
    sessions = _groups(random, week, attending) + _talks(random, attending)
    for patient in attending:
        if random.random() < 0.1:
            start = random.choice(["08:00", "12:30"])
            days = random.sample(WORKDAYS, 3)
            patient["commitments"].append(
                {"id": "new-hours", "kind": "work", "days": days, "start": start, "end": "16:30"}
            )
    return week | {"baseline": {"sessions": sessions}}


def _groups(random: Random, week: Doc, attending: list[Doc]) -> list[Doc]:
    """Each seats who still lacks one and is free, as a scheduler with a list would have done it."""
    therapists = [c["id"] for c in week["clinicians"] if c["id"].startswith("therapist")]
    entries = {t["id"]: len(t["facilitators"]) for t in week["session_types"]}
    wanted = {p["id"]: {"process": 3, "recovery": 2, "coping": 1, "learning": 1} for p in attending}
    copies = max(1, len(attending) // 60)
    held: list[Doc] = []
    for day in range(5):
        for kind, minutes, hours in DAILY:
            for hour in hours * copies:
                start = datetime.combine(LAST_MONDAY + timedelta(days=day), time(hour))
                seated = _seated(attending, wanted, kind, start, minutes, held)
                if len(seated) >= 3:
                    led = random.sample(therapists, entries[kind])
                    held.append(_session(f"g{len(held)}", kind, start, led, seated))
    return held


def _seated(
    attending: list[Doc],
    wanted: dict[str, dict[str, int]],
    kind: str,
    start: datetime,
    minutes: int,
    held: list[Doc],
) -> list[str]:
    elsewhere = {p for s in held if s["start"][:13] == f"{start:%Y-%m-%dT%H}" for p in s["patients"]}
    seated: list[str] = []
    for patient in attending:
        left = wanted[patient["id"]]
        need = "process" if kind == "teen-process" else kind
        of_kind = (kind == "teen-process") == (patient["program"] == "teen") or kind not in (
            "process",
            "teen-process",
        )
        free = patient["id"] not in elsewhere and not _taken(patient, start, minutes)
        if of_kind and free and left.get(need, 0) > 0 and len(seated) < 8:
            left[need] -= 1
            seated.append(patient["id"])
    return seated


def _taken(patient: Doc, start: datetime, minutes: int) -> bool:
    """Whether a weekly commitment of a day lies in the way."""
    begin, end = f"{start:%H:%M}", f"{start + timedelta(minutes=minutes):%H:%M}"
    return any(
        WORKDAYS[start.weekday()] in c.get("days", ()) and c["start"] < end and begin < c["end"]
        for c in patient["commitments"]
        if c.get("strength") != "soft"
    )


def _talks(random: Random, attending: list[Doc]) -> list[Doc]:
    sessions = []
    for i, patient in enumerate(attending):
        day, hour = LAST_MONDAY + timedelta(days=random.randint(0, 4)), random.randint(9, 18)
        start = datetime.combine(day, time(hour))
        sessions.append(
            _session(f"t{i}", "one-to-one", start, [patient["primary_clinician"]], [patient["id"]])
        )
    return sessions


def _session(name: str, kind: str, start: datetime, clinicians: list[str], patients: list[str]) -> Doc:
    return {
        "id": name,
        "session_type": kind,
        "start": f"{start:%Y-%m-%dT%H:%M}",
        "clinicians": clinicians,
        "room": None,
        "patients": patients,
    }
