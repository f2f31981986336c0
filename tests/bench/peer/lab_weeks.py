"""Weeks of the simpler rule set, any size and seed: the kind that the peer's model knows.

One program, four kinds of group, individual sessions with the primary clinician, family sessions; patients
who work shifts, drive children to school, work part-time or not at all. Invented, in a clinic's proportions.
"""

from __future__ import annotations

from random import Random

from tests.bench.synthetic import WORKDAYS, Doc

PATIENTS_A_CLINICIAN = 9
PATIENTS_A_ROOM = 15
SHIFTS = (("08:00", "16:00"), ("10:00", "18:00"), ("12:30", "20:30"))
EARLY, LATE, ROTATING = ("06:30", "07:30", "08:30"), ("09:30", "13:30"), ("05:30", "09:30", "13:30")
DATES = [f"2026-{day}" for day in ("11-30", "12-01", "12-02", "12-03", "12-04")]
WEIGHTS = {
    "unmet_care": 100,
    "breach": 0,
    "moved": 0,
    "clinician_changed": 0,
    "soft_commitment": 3,
    "not_preferred": 0,
    "idle": 1,
    "attended_day": 60,
    "facilitator_time": 6,
    "load_spread": 0,
}


def lab_week(patients: int, seed: int) -> Doc:
    random = Random(f"lab/{patients}/{seed}")
    clinicians = [_clinician(random, i) for i in range(max(3, round(patients / PATIENTS_A_CLINICIAN)))]
    families = [c["id"] for c in clinicians if "family" in c["credentials"]]
    if not families:
        clinicians[0]["credentials"].append("family")
    if not any("ladc" in c["credentials"] for c in clinicians):
        clinicians[-1]["credentials"].append("ladc")
    ids = [f"p{i}" for i in range(patients)]
    rooms = max(2, round(patients / PATIENTS_A_ROOM))
    return {
        "schema_version": "1",
        "clinic": {
            "id": f"fresh-{patients}-{seed}",
            "timezone": "UTC",
            "week_start": DATES[0],
            "slot_minutes": 15,
            "opening_hours": [{"days": WORKDAYS, "start": "08:00", "end": "21:00"}],
        },
        "session_types": [
            _group("process", 90, [], 12),
            _group("relapse", 60, ["ladc"], 12),
            _group("skills", 60, [], 15),
            _group("psychoed", 60, [], 15),
            _alone("individual", {"primary": True}),
            _alone("family", {"credentials": ["family"]}),
        ],
        "programs": [
            {"id": "lab", "requirements": [], "day_care_minutes": {"max": 240}, "max_idle_minutes": 60}
        ],
        "clinicians": clinicians,
        "rooms": [{"id": f"r{i}", "capacity": 15 if i < (rooms + 1) * 0.6 else 8} for i in range(rooms)],
        "patients": [_patient(random, name, clinicians) for name in ids],
        "apart": [random.sample(ids, 2) for _ in range(patients // 15)],
        "weights": WEIGHTS,
    }


def _group(name: str, minutes: int, credentials: list[str], largest: int) -> Doc:
    return {
        "id": name,
        "mode": "group",
        "minutes": minutes,
        "facilitators": [{"credentials": credentials}],
        "room": {"features": []},
        "start_every_minutes": 30,
        "size": {"min": 3, "max": largest},
    }


def _alone(mode: str, facilitator: Doc) -> Doc:
    return {
        "id": mode,
        "mode": mode,
        "minutes": 60,
        "facilitators": [facilitator],
        "room": None,
        "start_every_minutes": 30,
    }


def _clinician(random: Random, number: int) -> Doc:
    start, end = random.choice(SHIFTS)
    days = sorted(random.sample(range(5), 4 if random.random() < 0.3 else 5))
    return {
        "id": f"c{number}",
        "credentials": [
            "any",
            *(["ladc"] * (random.random() < 0.6)),
            *(["family"] * (random.random() < 0.35)),
        ],
        "availability": [{"days": [WORKDAYS[d] for d in days], "start": start, "end": end}],
        "max_day_minutes": 390,
        "max_week_minutes": 1530,
    }


def _patient(random: Random, name: str, clinicians: list[Doc]) -> Doc:
    more, family = random.random() < 0.78, random.random() < 0.38
    needs = {"process": 3 if more else 2, "relapse": 2 if more else 1, "skills": 1, "individual": 1}
    needs |= {"psychoed": 1} if more else {}
    needs |= {"family": 1} if family else {}
    taken = [*_life(random), *_wishes(random)]
    return {
        "id": name,
        "program": "lab",
        "priority": random.choices([1, 2, 3], [63, 18, 19])[0],
        "primary_clinician": random.choice(clinicians)["id"],
        "commitments": [{"id": f"b{i}", **commitment} for i, commitment in enumerate(taken)],
        "requirements": [
            {"id": kind, "any_of": [kind], "sessions": {"min": times, "max": times}}
            for kind, times in needs.items()
        ],
        "days": {"max": 4},
    }


def _life(random: Random) -> list[Doc]:
    """Full-time shifts, the way to school and back, part-time hours, or nothing; perhaps an appointment."""
    kind = random.choices(["shifts", "school", "part", "free"], [44, 24, 20, 12])[0]
    taken: list[Doc] = []
    if kind == "shifts":
        pattern = random.choice([EARLY, EARLY, LATE, ROTATING, ROTATING])
        for date in random.sample(DATES, random.choice([4, 5, 5])):
            start = random.choice(pattern)
            taken.append(_work(date, start, f"{int(start[:2]) + 9:02}:30"))
    elif kind == "school":
        for date in DATES:
            taken += [_work(date, "07:30", "08:45"), _work(date, "14:30", "15:45")]
    elif kind == "part":
        for date in random.sample(DATES, random.choice([2, 3, 3, 4, 5])):
            hour = random.choice([7, 7, 8, 9, 11, 12])
            taken.append(_work(date, f"{hour:02}:30", f"{hour + random.choice([5, 6, 7]):02}:30"))
    if random.random() < 0.3:
        hour = random.randint(9, 17)
        taken.append(_work(random.choice(DATES), f"{hour:02}:00", f"{hour + 1:02}:00"))
    return taken


def _work(date: str, start: str, end: str) -> Doc:
    return {"kind": "work", "strength": "hard", "date": date, "start": start, "end": end}


def _wishes(random: Random) -> list[Doc]:
    """Two hours here and there, or the evenings."""
    evenings = random.sample(DATES, random.randint(2, 4)) if random.random() < 0.12 else []
    wishes = [(date, 17.5, 21) for date in evenings]
    for _ in range(random.choices([0, 1, 2, 3], [28, 32, 36, 4])[0]):
        hour = random.randint(8, 18)
        wishes.append((random.choice(DATES), hour, hour + 2))
    return [
        {
            "kind": "other",
            "strength": "soft",
            "weight": 1,
            "date": date,
            "start": _clock(start),
            "end": _clock(end),
        }
        for date, start, end in wishes
    ]


def _clock(hour: float) -> str:
    return f"{int(hour):02}:{round(hour % 1 * 60):02}"
