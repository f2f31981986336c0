"""Clinics short of rooms or of people, on another grid, or mostly online."""

from __future__ import annotations

from random import Random

from tests.bench.synthetic import WORKDAYS, Doc, clinic_week


def tight_rooms(patients: int, seed: int) -> Doc:
    """A third of the rooms, each kept free after a session, one closed for a morning."""
    random = Random(f"rooms/{patients}/{seed}")
    week = clinic_week(patients, seed)
    week["rooms"] = week["rooms"][: max(1, len(week["rooms"]) // 3)]
    for room in week["rooms"]:
        room["turnover_minutes"] = 15
        room["closures"] = [{"date": f"2027-02-0{random.randint(1, 5)}", "start": "08:00", "end": "12:00"}]
    return week


def tight_clinicians(patients: int, seed: int) -> Doc:
    """Half of the therapists, who keep breaks and work short days; patients keep their clinician."""
    week = clinic_week(patients, seed)
    therapists = [c for c in week["clinicians"] if c["id"].startswith("therapist")]
    staying = therapists[: max(2, len(therapists) // 2)]
    nurses = [c for c in week["clinicians"] if c["id"].startswith("nurse")]
    for clinician in staying:
        clinician |= {
            "max_day_minutes": 330,
            "buffer_minutes": 15,
            "max_consecutive_minutes": 180,
            "break_minutes": 30,
        }
    week["clinicians"] = [*staying, *nurses]
    for i, patient in enumerate(week["patients"]):
        patient["primary_clinician"] = staying[i % len(staying)]["id"]
    return week


def telehealth_heavy(patients: int, seed: int) -> Doc:
    """Every group is held online as well, nine patients in ten may join; snow closes the clinic on a day."""
    random = Random(f"telehealth/{patients}/{seed}")
    week = clinic_week(patients, seed)
    online = [
        {**t, "id": f"{t['id']}-online", "delivery": "telehealth", "room": None}
        for t in week["session_types"]
        if t["mode"] == "group" and t["id"] != "learning" and t.get("delivery") != "telehealth"
    ]
    week["session_types"] += online
    names = {t["id"].removesuffix("-online"): t["id"] for t in online}
    for program in week["programs"]:
        for need in program["requirements"]:
            more = [names[kind] for kind in need["any_of"] if kind in names]
            need["any_of"] += [kind for kind in more if kind not in need["any_of"]]
    for patient in week["patients"]:
        patient["telehealth"] = random.random() < 0.9
        for commitment in patient["commitments"]:
            if commitment.get("travel_minutes"):
                commitment["travel_minutes"] = 60  # who lives far away gains most by staying at home
    day = f"2027-02-0{random.randint(1, 5)}"
    week["clinic"]["closures"] = [{"date": day, "applies_to": "in_person"}]
    return week


def five_minutes(patients: int, seed: int) -> Doc:
    """Starts every five minutes, sessions of 50, 55 and 85 minutes, commitments that end at odd minutes."""
    random = Random(f"five/{patients}/{seed}")
    week = clinic_week(patients, seed)
    week["clinic"]["slot_minutes"] = 5
    lengths = {90: 85, 75: 70, 60: 50, 15: 10}
    for kind in week["session_types"]:
        kind["minutes"] = lengths[kind["minutes"]]
        kind["start_every_minutes"] = 5
    for room in week["rooms"]:
        room["turnover_minutes"] = random.choice([0, 5, 10])
    for clinician in week["clinicians"]:
        clinician["buffer_minutes"] = random.choice([0, 5, 10])
    for patient in week["patients"]:
        for commitment in patient["commitments"]:
            commitment["travel_minutes"] = random.choice([0, 7, 25])
        patient["preferred"] = patient.get("preferred") or _odd_wish(random)
    for program in week["programs"]:
        program["care_minutes"] = {"min": program["care_minutes"]["min"] * 5 // 6, "max": None}
        program["day_care_minutes"] = {"min": 105, "max": 305}
    return week


def _odd_wish(random: Random) -> list[Doc]:
    return [{"days": WORKDAYS, "start": "09:05", "end": "18:35"}] if random.random() < 0.2 else []
