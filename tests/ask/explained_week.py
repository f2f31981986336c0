"""A small week with a timetable by hand in which three patients are short, each on another side's account."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import Any

from scheduler import Problem, read_problem
from scheduler.cli.explain import lines_of
from scheduler.explain import explain
from scheduler.timetable import PlannedSession

Doc = dict[str, Any]
WIDTH = 100
DAYS = ["mon", "tue", "wed", "thu"]


def document() -> Doc:
    return {
        "clinic": {
            "id": "maple",
            "name": "Maple IOP",
            "timezone": "America/New_York",
            "week_start": "2026-11-30",
            "slot_minutes": 30,
            "opening_hours": [{"days": DAYS, "start": "09:00", "end": "19:00"}],
        },
        "session_types": [
            {"id": "process", "name": "Process group", "mode": "group", "minutes": 90,
             "size": {"min": 3, "max": 4}, "facilitators": [{"credentials": ["LADC"]}],
             "room": {"features": ["group"]}},
            {"id": "individual", "name": "Individual counselling", "mode": "individual", "minutes": 60,
             "facilitators": [{"primary": True}]},
        ],
        "programs": [
            {"id": "iop", "name": "Adult IOP", "max_idle_minutes": 90,
             "requirements": [
                 {"id": "process", "any_of": ["process"], "sessions": {"min": 2, "max": 2}},
                 {"id": "individual", "any_of": ["individual"], "sessions": {"min": 1, "max": 1}},
             ]},
        ],
        "clinicians": [
            {"id": "rivera", "name": "Ana Rivera", "credentials": ["LADC"],
             "availability": [{"days": ["mon", "wed"], "start": "09:00", "end": "13:00"},
                              {"days": ["tue"], "start": "15:00", "end": "17:00"}]},
            {"id": "stone", "name": "Paul Stone", "credentials": ["LCSW"],
             "availability": [{"days": ["mon", "tue", "wed"], "start": "09:00", "end": "16:00"}]},
        ],
        "rooms": [{"id": "oak", "name": "Oak room", "capacity": 8, "features": ["group"]}],
        "patients": [
            *({"id": f"a{n}", "program": "iop", "priority": 2, "primary_clinician": "stone"}
              for n in range(1, 5)),
            {"id": "b1", "program": "iop", "primary_clinician": "stone", "commitments": [
                {"id": "shop", "kind": "work", "days": ["tue"], "start": "09:00", "end": "17:00",
                 "travel_minutes": 30}]},
            {"id": "b2", "program": "iop", "primary_clinician": "stone", "commitments": [
                {"id": "job", "kind": "work", "days": DAYS, "start": "08:30", "end": "15:30",
                 "travel_minutes": 30}],
             "requirements": [
                 {"id": "individual", "any_of": ["individual"], "sessions": {"min": 1, "max": 1}}]},
            {"id": "b3", "program": "iop", "primary_clinician": "stone",
             "authorized": {"days": 1, "minutes": 150}},
        ],
    }  # fmt: skip


def problem() -> Problem:
    return read_problem(document()).problem


def sessions() -> tuple[PlannedSession, ...]:
    """Two full groups, one with a seat that does not help, individual sessions one after the other."""
    rows = [
        ("process", "2026-11-30T09:00", "rivera", ("a1", "a2", "a3", "a4")),
        ("process", "2026-12-02T09:00", "rivera", ("a1", "a2", "a3", "a4")),
        ("individual", "2026-11-30T10:30", "stone", ("a1",)),
        ("individual", "2026-11-30T11:30", "stone", ("a2",)),
        ("individual", "2026-12-02T10:30", "stone", ("a3",)),
        ("individual", "2026-12-02T11:30", "stone", ("a4",)),
        ("individual", "2026-11-30T13:00", "stone", ("b1",)),
        ("individual", "2026-11-30T14:00", "stone", ("b3",)),
    ]
    return tuple(
        PlannedSession(
            id=f"s{n}", session_type=kind, start=start, clinicians=(led_by,),
            room="oak" if kind == "process" else None, patients=who,
        )
        for n, (kind, start, led_by, who) in enumerate(rows, 1)
    )  # fmt: skip


def printed() -> str:
    """What `explain` prints of it where the terminal is so wide."""
    lines = lines_of(explain(problem(), sessions(), time_limit=600), problem())
    return "\n".join(line for text in lines for line in _wrapped(text))


def _wrapped(text: str) -> list[str]:
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    return wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False) or [""]


def with_output(page: str, output: str) -> str:
    """The page with this output between its marks."""
    marked = re.compile(r"<!-- output:start -->.*<!-- output:end -->", re.DOTALL)
    block = f"<!-- output:start -->\n```text\n{output}\n```\n<!-- output:end -->"
    made, found = marked.subn(lambda _: block, page)
    assert found == 1, "the page needs exactly one place for the output"
    return made
