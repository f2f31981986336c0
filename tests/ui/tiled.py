"""A week of any size out of the example's: the same clinic several times over, side by side, as one."""

from __future__ import annotations

from typing import Any

from api.store.database import open_database
from api.store.models import Status, Timetable
from api.store.timetables import new_id
from tests.ui.served import WEEK, Json, Served, example

PEOPLE = ("patients", "clinicians", "rooms")


def renamed(value: Any, ids: frozenset[str], copy: int) -> Any:
    """The value with every id of a person or room marked by its copy."""
    if isinstance(value, str):
        return f"{value}-{copy:02d}" if value in ids else value
    if isinstance(value, list):
        return [renamed(v, ids, copy) for v in value]
    if isinstance(value, dict):
        return {k: renamed(v, ids, copy) if k not in ("kind", "name") else v for k, v in value.items()}
    return value


def tiled(served: Served, copies: int, clinic: str) -> str:
    """Store the clinic so many times over, with the example's week solved once; the timetable's id."""
    problem = example()
    once = served.solved(served.store(problem | {"clinic": problem["clinic"] | {"id": f"{clinic}-once"}}))
    result: Json = served.ask("GET", f"/v1/timetables/{once}").json()
    ids = frozenset(x["id"] for name in PEOPLE for x in problem[name])
    many = {name: [renamed(x, ids, n) for n in range(copies) for x in problem[name]] for name in PEOPLE}
    whole = problem | many | {"clinic": problem["clinic"] | {"id": clinic}, "cohorts": [], "apart": []}
    served.store(whole)
    week = {
        "sessions": [
            renamed(s, ids, n) | {"id": f"{s['id']}-{n:02d}"}
            for n in range(copies)
            for s in result["sessions"]
        ],
        "patients": [renamed(f, ids, n) for n in range(copies) for f in result["patients"]],
        "clinicians": [renamed(f, ids, n) for n in range(copies) for f in result["clinicians"]],
        "rooms": [renamed(f, ids, n) for n in range(copies) for f in result["rooms"]],
    }
    return stored(served, clinic, whole, result | week | {"clinic": clinic})


def stored(served: Served, clinic: str, problem: Json, result: Json) -> str:
    """The timetable as a finished one of the clinic."""
    sessions = open_database(served.database)
    made = new_id()
    with sessions.write() as session:
        row = Timetable(id=made, clinic_id=clinic, lane=clinic, owner="proof", week_start=WEEK)
        row.status, row.problem, row.options, row.result = Status.SOLVED, problem | {"pins": []}, {}, result
        session.add(row)
    sessions.close()
    return made
