"""Post-enrolment course timetabling as a clinic's week.

Hundreds of events, each with those who are enrolled in it, so every event is a closed group that meets once;
a start an hour, rooms with features and seats, some events only at some hours. Two events that share somebody
cannot meet at once: the graph of conflicts is what makes such instances hard.
"""

from __future__ import annotations

from random import Random

from tests.bench.synthetic import WORKDAYS, Doc

FEATURES = ["projector", "lab", "piano"]
EVENTS_A_STUDENT = 12
EVENTS_FOR = 300  # students to whom EVENTS belong; fewer students have fewer events
EVENTS = 400
CLUSTERS = 10  # students of a field share its events
STARTS_A_WEEK = 45


def post_enrolment(students: int, seed: int) -> Doc:
    random = Random(f"enrolment/{students}/{seed}")
    events = max(6, EVENTS * students // EVENTS_FOR)
    enrolled = _enrolled(random, students, events)
    rooms = _rooms(random, events)
    courses = [c for c in range(events) if enrolled[c]]
    return {
        "schema_version": "1",
        "clinic": {
            "id": f"enrolment-{students}",
            "timezone": "Europe/London",
            "week_start": "2027-02-01",
            "slot_minutes": 60,
            "opening_hours": [{"days": WORKDAYS, "start": "09:00", "end": "18:00"}],
        },
        "session_types": [_event(random, c, rooms) for c in courses],
        "programs": [{"id": "student"}],
        "clinicians": [],
        "rooms": rooms,
        "patients": [
            {
                "id": f"student-{s:03}",
                "program": "student",
                "requirements": [
                    {"id": f"need-{c:03}", "any_of": [f"event-{c:03}"], "sessions": {"min": 1, "max": 1}}
                    for c in courses
                    if s in enrolled[c]
                ],
            }
            for s in range(students)
        ],
        "cohorts": [
            {
                "id": f"class-{c:03}",
                "session_types": [f"event-{c:03}"],
                "patients": [f"student-{s:03}" for s in sorted(enrolled[c])],
            }
            for c in courses
        ],
    }


def _enrolled(random: Random, students: int, events: int) -> list[set[int]]:
    """Most of a student's events are of one field, some of anywhere."""
    enrolled: list[set[int]] = [set() for _ in range(events)]
    for s in range(students):
        field = [c for c in range(events) if c % CLUSTERS == s % CLUSTERS] or list(range(events))
        own = random.sample(field, min(len(field), EVENTS_A_STUDENT * 2 // 3))
        for c in {*own, *random.sample(range(events), min(events, EVENTS_A_STUDENT - len(own)))}:
            enrolled[c].add(s)
    return enrolled


def _rooms(random: Random, events: int) -> list[Doc]:
    """So many that a tenth of all places in the week stays free."""
    needed = max(2, -(-events * 11 // (10 * STARTS_A_WEEK)))
    return [
        {
            "id": f"hall-{r:02}",
            "capacity": random.choice([20, 30, 45]),
            "features": FEATURES if r == 0 else random.sample(FEATURES, random.randint(0, 3)),
        }
        for r in range(needed)
    ]


def _event(random: Random, number: int, rooms: list[Doc]) -> Doc:
    offered = random.choice(rooms)["features"]
    wanted = random.sample(offered, 1) if offered and random.random() < 0.4 else []
    event: Doc = {
        "id": f"event-{number:03}",
        "mode": "group",
        "minutes": 60,
        "size": {"min": 1, "max": 45},
        "facilitators": [],
        "room": {"features": wanted},
        "start_every_minutes": 60,
    }
    if random.random() < 0.3:
        days = random.sample(WORKDAYS, 3)
        event["windows"] = [{"days": days, "start": "09:00", "end": random.choice(["13:00", "18:00"])}]
    return event
