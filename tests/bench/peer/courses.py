"""Public course timetabling as weeks of the simpler rule set.

Curriculum-based instances (`.ctt`) and post-enrolment ones (`.tim`) of the International Timetabling
Competitions become weeks: a course or event is a group type, its teacher the only one who may lead it, a
room a room; students are patients. Seats are scaled to the number of students; nothing else is invented
but the lab weights and the rules for a student's day. The files are not part of this project:
`README.md` in `tools/peer/` says which.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.bench.peer.lab_weeks import WEIGHTS
from tests.bench.synthetic import Doc

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
FIRST_HOUR = 9
STUDENTS = 100  # about so many, in groups of a curriculum


def course_week(file: Path) -> Doc:
    return _curricula(file) if file.suffix == ".ctt" else _enrolment(file)


def _curricula(file: Path) -> Doc:
    sections = _sections(file.read_text())
    days, periods = int(sections["Days"][0][0]), int(sections["Periods_per_day"][0][0])
    courses = {row[0]: row for row in sections["COURSES"]}
    curricula = [row[2:] for row in sections["CURRICULA"]]
    each = max(1, round(STUDENTS / len(curricula)))
    followers = [members for members in curricula for _ in range(each)]
    size = {name: sum(name in members for members in followers) for name in courses}
    scale = sum(size.values()) / sum(int(row[4]) for row in courses.values())
    week = [(day, period) for day in range(days) for period in range(periods)]
    barred = {(row[0], int(row[1]), int(row[2])) for row in sections["UNAVAILABILITY_CONSTRAINTS"]}
    types = [
        _group(name, f"by-{row[1]}", _windows(p for p in week if (name, *p) not in barred), size[name])
        for name, row in courses.items()
        if size[name]
    ]
    teachers = sorted({row[1] for row in courses.values()})
    rooms = [max(2, round(int(row[1]) * scale)) for row in sections["ROOMS"]]
    needs = [{name: min(days, int(courses[name][2])) for name in members} for members in followers]
    return _week(file.stem, days, periods, types, [(t, f"by-{t}") for t in teachers], rooms, needs)


def _sections(text: str) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    name = ""
    for line in text.splitlines():
        head, colon, rest = line.partition(":")
        if colon:
            name = head.strip()
            found[name] = [rest.split()] if rest.strip() else []
        elif line.strip() and line.strip() != "END.":
            found[name].append(line.split())
    return found


def _enrolment(file: Path) -> Doc:
    """Nobody teaches an event there: as many tutors as rooms. Rooms' features are left out."""
    numbers = iter(map(int, file.read_text().split()))
    events, rooms, features, students = (next(numbers) for _ in range(4))
    capacity = [next(numbers) for _ in range(rooms)]
    attends = [[next(numbers) for _ in range(events)] for _ in range(students)]
    for _ in range((rooms + events) * features):
        next(numbers)
    open_at = [[next(numbers, 1) for _ in range(45)] for _ in range(events)]
    chosen = range(0, students, max(1, students // STUDENTS))
    size = [sum(attends[s][e] for s in chosen) for e in range(events)]
    scale = len(chosen) / students
    types = [
        _group(f"event-{e}", "tutor", _windows(divmod(p, 9) for p in range(45) if open_at[e][p]), size[e])
        for e in range(events)
        if size[e]
    ]
    tutors = [(f"tutor-{r}", "tutor") for r in range(rooms)]
    seats = [max(2, round(seats * scale)) for seats in capacity]
    needs = [{f"event-{e}": 1 for e in range(events) if attends[s][e]} for s in chosen]
    return _week(file.stem, 5, 9, types, tutors, seats, needs)


def _windows(periods: Iterable[tuple[int, int]]) -> list[Doc]:
    """Of (day, period); periods that touch merge by the contract."""
    return [
        {"days": [WEEKDAYS[d]], "start": f"{FIRST_HOUR + h:02}:00", "end": f"{FIRST_HOUR + h + 1:02}:00"}
        for d, h in periods
    ]


def _group(name: str, credential: str, windows: list[Doc], size: int) -> Doc:
    return {
        "id": name,
        "mode": "group",
        "minutes": 60,
        "facilitators": [{"credentials": [credential]}],
        "room": {"features": []},
        "start_every_minutes": 60,
        "windows": windows,
        "size": {"min": 1, "max": size},
    }


def _week(
    name: str,
    days: int,
    periods: int,
    types: list[Doc],
    leaders: list[tuple[str, str]],
    seats: list[int],
    needs: list[dict[str, int]],
) -> Doc:
    hours = {"days": WEEKDAYS[:days], "start": f"{FIRST_HOUR:02}:00", "end": f"{FIRST_HOUR + periods:02}:00"}
    return {
        "schema_version": "1",
        "clinic": {
            "id": name,
            "timezone": "UTC",
            "week_start": "2026-11-30",
            "slot_minutes": 60,
            "opening_hours": [hours],
        },
        "session_types": types,
        "programs": [
            {"id": "course", "requirements": [], "day_care_minutes": {"max": 300}, "max_idle_minutes": 120}
        ],
        "clinicians": [
            {"id": leader, "credentials": [credential], "availability": [hours]}
            for leader, credential in leaders
        ],
        "rooms": [{"id": f"r{i}", "capacity": each} for i, each in enumerate(seats)],
        "patients": [
            {
                "id": f"student-{i}",
                "program": "course",
                "requirements": [
                    {"id": course, "any_of": [course], "sessions": {"min": times, "max": times}}
                    for course, times in need.items()
                ],
            }
            for i, need in enumerate(needs)
        ],
        "weights": WEIGHTS,
    }
