"""A week in which everything is allowed, to be narrowed by the one rule a test is about."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from scheduler.evaluation import Evaluation, evaluate
from scheduler.finding import Finding
from scheduler.intake import read_problem
from scheduler.timetable import PlannedSession
from scheduler.verify import broken

Doc = dict[str, Any]

DATES = {
    "mon": "2026-11-30",
    "tue": "2026-12-01",
    "wed": "2026-12-02",
    "thu": "2026-12-03",
    "fri": "2026-12-04",
    "sat": "2026-12-05",
    "sun": "2026-12-06",
}
DAYS = list(DATES)
TYPES = ("group", "family", "talk", "screen", "tele")

_ALWAYS: Doc = {"days": DAYS, "start": "00:00", "end": "24:00"}
_GROUP: Doc = {"mode": "group", "minutes": 60, "size": {"min": 1, "max": 9}}
_BASE: Doc = {
    "clinic": {
        "id": "k",
        "timezone": "America/New_York",
        "week_start": DATES["mon"],
        "opening_hours": [_ALWAYS],
    },
    "session_types": [
        _GROUP | {"id": "group", "facilitators": [{}], "room": {}},
        _GROUP | {"id": "tele", "facilitators": [], "delivery": "telehealth"},
        {"id": "talk", "mode": "individual", "minutes": 60, "facilitators": [{}]},
        {"id": "family", "mode": "family", "minutes": 60, "facilitators": []},
        {"id": "screen", "mode": "individual", "minutes": 15, "facilitators": [], "counts_as_care": False},
    ],
    "programs": [{"id": "iop", "requirements": [{"id": "all", "any_of": list(TYPES)}]}],
    "clinicians": [{"id": "c1", "availability": [_ALWAYS]}, {"id": "c2", "availability": [_ALWAYS]}],
    "rooms": [{"id": "r1", "capacity": 9}, {"id": "r2", "capacity": 9}],
    "patients": [{"id": p, "program": "iop", "telehealth": True} for p in ("p1", "p2", "p3")],
}  # fmt: skip


def week(*changes: Doc, **fields: Any) -> Doc:
    """The base week; each change names one thing (a type, program, patient …) by `id` and its new fields."""
    document = deepcopy(_BASE)
    things = {thing["id"]: thing for part in document.values() if isinstance(part, list) for thing in part}
    things[document["clinic"]["id"]] = document["clinic"]
    for change in changes:
        things[change["id"]].update(change)
    return document | fields


def at(when: str) -> str:
    """ "tue 09:00" as a local time of the base week."""
    day, clock = when.split()
    return f"{DATES[day]}T{clock}"


def session(kind: str, when: str, *patients: str, **fields: Any) -> Doc:
    """A session as its type asks for in the base week, led by c1 in r1, with p1 where nobody is named."""
    return {
        "id": "s1",
        "session_type": kind,
        "start": at(when),
        "clinicians": ["c1"] if kind in ("group", "talk") else [],
        "room": "r1" if kind == "group" else None,
        "patients": list(patients) or ["p1"],
    } | fields


def _planned(sessions: Iterable[Doc]) -> list[PlannedSession]:
    return [PlannedSession(**s) for s in sessions]


def broken_in(document: Doc, *sessions: Doc) -> set[tuple[str, str]]:
    """(rule, subject) of everything the sessions break."""
    return {f.key for f in findings_of(document, *sessions)}


def words_of(document: Doc, *sessions: Doc) -> list[str]:
    return [f.text for f in findings_of(document, *sessions)]


def findings_of(document: Doc, *sessions: Doc) -> tuple[Finding, ...]:
    return broken(read_problem(document).problem, _planned(sessions))


def evaluated(document: Doc, *sessions: Doc) -> Evaluation:
    return evaluate(read_problem(document).problem, _planned(sessions))


def units(document: Doc, term: str, *sessions: Doc) -> int:
    return next(t.units for t in evaluated(document, *sessions).terms if t.term == term)
