"""Clinics whose patients live unusually: half of them unavailable, all at school, at work on weekdays."""

from __future__ import annotations

from random import Random

from tests.bench.synthetic import WORKDAYS, Doc, clinic_week

WEEK = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]


def half_impossible(patients: int, seed: int) -> Doc:
    """Every other patient cannot be given what they need: no free hour, no days left, too much care."""
    random = Random(f"impossible/{patients}/{seed}")
    week = clinic_week(patients, seed)
    for patient in week["patients"][::2]:
        reason = random.choice(["never free", "evenings", "authorized", "discharged", "too much"])
        if reason == "never free":
            patient["commitments"] = [_taken(WEEK, "06:00", "23:00")]
        elif reason == "evenings":
            patient["commitments"] = [_taken(WEEK, "06:00", "19:15")]
        elif reason == "authorized":
            patient["authorized"] = {"days": 1, "minutes": 90}
        elif reason == "discharged":
            patient["active"] = {"until": "2027-01-31"}
        else:
            patient["care_minutes"] = {"min": 2400, "max": None}
    return week


def _taken(days: list[str], start: str, end: str) -> Doc:
    return {"id": "taken", "kind": "other", "days": days, "start": start, "end": end}


def after_school(patients: int, seed: int) -> Doc:
    """Adolescents: everybody wants the same few hours, some do sports, some only come on two days."""
    random = Random(f"school/{patients}/{seed}")
    week = clinic_week(patients, seed)
    for patient in week["patients"]:
        end = random.choice(["14:30", "14:50", "15:20"])
        taken: list[Doc] = [
            {
                "id": "school",
                "kind": "school",
                "days": WORKDAYS,
                "start": "07:50",
                "end": end,
                "travel_minutes": 20,
            }
        ]
        if random.random() < 0.4:
            days = random.sample(WORKDAYS, 2)
            taken.append({"id": "sports", "kind": "other", "days": days, "start": "16:00", "end": "18:00"})
        if random.random() < 0.3:
            day = random.choice(WORKDAYS)
            wish = {"strength": "soft", "weight": 3}
            taken.append(
                {"id": "dinner", "kind": "family", "days": [day], "start": "18:00", "end": "19:30"} | wish
            )
        patient |= {"program": "teen", "tags": ["teen"], "commitments": taken}
        patient.pop("preferred", None)
    for clinician in week["clinicians"]:  # who works with adolescents works late
        clinician["availability"] = [
            {"days": WORKDAYS, "start": "12:00", "end": "20:30"},
            {"days": ["sat"], "start": "09:00", "end": "13:00"},
        ]
    return week


def seven_days(patients: int, seed: int) -> Doc:
    """Open from Sunday to Saturday, early to late; staff on rotating days, patients free on other days."""
    random = Random(f"seven/{patients}/{seed}")
    week = clinic_week(patients, seed)
    week["clinic"] |= {
        "week_start": "2027-01-31",
        "opening_hours": [{"days": WEEK, "start": "07:00", "end": "22:00"}],
    }
    for clinician in week["clinicians"]:
        off = random.sample(WEEK, 2)
        start, end = random.choice([("07:00", "15:30"), ("10:00", "18:30"), ("13:30", "22:00")])
        clinician["availability"] = [{"days": [d for d in WEEK if d not in off], "start": start, "end": end}]
    for patient in week["patients"]:
        busy = random.sample(WEEK, 5)
        patient["commitments"].append(
            {
                "id": "rota",
                "kind": "work",
                "days": busy,
                "start": "09:00",
                "end": "17:00",
                "travel_minutes": 15,
            }
        )
    for program in week["programs"]:
        program["max_gap_days"] = 3
    return week
