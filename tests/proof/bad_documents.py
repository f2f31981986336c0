"""Sixty bad problem documents: what is done to a good one, and the pointers that must be named."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

GONE = object()
Doc = dict[str, Any]
Edit = tuple[str, Any]


@dataclass(frozen=True)
class Bad:
    """The text of a document, and what the refusal must say of it."""

    name: str
    text: str
    named: tuple[str, ...]


# What is done, where, to what value, and the pointer to be named if it is another one.
SINGLE: list[tuple[str, str, Any, str | None]] = [
    # missing, unknown, wrong types
    ("no clinic", "/clinic", GONE, None),
    ("no time zone", "/clinic/timezone", GONE, None),
    ("no week start", "/clinic/week_start", GONE, None),
    ("no size of a group", "/session_types/0/size", GONE, "/session_types/0"),
    ("no least size", "/session_types/0/size/min", GONE, None),
    ("no facilitators", "/session_types/0/facilitators", GONE, None),
    ("no minutes", "/session_types/0/minutes", GONE, None),
    ("no program of a patient", "/patients/0/program", GONE, None),
    ("no capacity", "/rooms/0/capacity", GONE, None),
    ("an unknown field", "/patients/2/surprise", 1, None),
    ("an unknown field at the top", "/surprise", {}, None),
    ("an unknown field deep inside", "/programs/0/days/avg", 3, None),
    ("a text for a number", "/rooms/0/capacity", "many", None),
    ("a number for a text", "/patients/0/id", 7, None),
    ("a list for an object", "/clinic", [], None),
    ("an object for a list", "/patients", {}, None),
    ("a fraction of a minute", "/session_types/0/minutes", 90.5, None),
    ("true for a number", "/session_types/0/minutes", True, None),
    ("a priority of six", "/patients/0/priority", 6, None),
    ("a priority of zero", "/patients/0/priority", 0, None),
    ("an unknown mode", "/session_types/0/mode", "party", None),
    ("an unknown weekday", "/clinic/opening_hours/0/days/0", "someday", None),
    ("an unknown flagged rule", "/programs/0/enforce", ["everything"], "/programs/0/enforce/0"),
    ("an unknown delivery", "/session_types/0/delivery", "pigeon", None),
    ("another version", "/schema_version", "99", None),
    # times and dates
    ("an hour of 25", "/clinic/opening_hours/0/start", "25:00", None),
    ("a time without a colon", "/clinic/opening_hours/0/end", "2100", None),
    ("a window reversed", "/clinic/opening_hours/0/end", "07:00", "/clinic/opening_hours/0"),
    ("a date that is none", "/clinic/week_start", "2026-02-30", None),
    ("a date in words", "/clinic/closures/0/date", "tomorrow", None),
    ("dates reversed", "/clinic/closures/0/until_date", "2026-11-01", "/clinic/closures/0"),
    ("an unknown time zone", "/clinic/timezone", "America/Atlantis", None),
    ("active dates reversed", "/patients/0/active", {"from": "2026-12-03", "until": "2026-12-01"}, None),
    ("a slot of seven minutes", "/clinic/slot_minutes", 7, None),
    # off the grid, minima above maxima
    ("minutes off the grid", "/session_types/0/minutes", 50, None),
    ("starts off the grid", "/session_types/0/start_every_minutes", 20, None),
    ("least size above most", "/session_types/0/size", {"min": 9, "max": 3}, None),
    ("least care above most", "/programs/0/care_minutes", {"min": 900, "max": 100}, None),
    ("least days above most", "/programs/0/days", {"min": 5, "max": 2}, None),
    ("least sessions above most", "/programs/0/requirements/0/sessions", {"min": 4, "max": 1}, None),
    ("a negative capacity", "/rooms/0/capacity", -1, None),
    ("a negative weight", "/weights", {"idle": -1}, "/weights/idle"),
    ("a weight beyond all measure", "/weights", {"idle": 10**30}, "/weights/idle"),
    ("an unknown weight", "/weights", {"joy": 1}, "/weights/joy"),
    # references
    ("a duplicate patient", "/patients/1/id", "p01", None),
    ("a duplicate room", "/rooms/1/id", "elm", None),
    ("an id with a blank", "/rooms/0/id", "big room", None),
    ("an empty id", "/rooms/0/id", "", None),
    ("an unknown program", "/patients/0/program", "nowhere", None),
    ("an unknown primary clinician", "/patients/0/primary_clinician", "nobody", None),
    ("an unknown type in a requirement", "/programs/0/requirements/0/any_of/0", "yoga", None),
    ("a requirement of nothing", "/programs/0/requirements/0/any_of", [], None),
    ("apart from nobody", "/apart", [["p01", "p99"]], "/apart/0/1"),
    ("apart inside a cohort", "/apart", [["p12", "p13"]], "/apart/0"),
    ("a cohort of an unknown patient", "/cohorts/0/patients/0", "p99", None),
    (
        "a pin at no such type",
        "/pins",
        [{"session": {"session_type": "yoga", "start": "2026-12-01T09:00"}}],
        "/pins/0/session/session_type",
    ),
    (
        "a pin off the grid",
        "/pins",
        [{"session": {"session_type": "process", "start": "2026-12-01T09:07"}}],
        "/pins/0/session/start",
    ),
]

THREE: list[tuple[str, list[Edit], list[str]]] = [
    (
        "form, reference and arithmetic at once",
        [("/rooms/0/capacity", "many"), ("/patients/0/program", "nowhere"), ("/session_types/0/minutes", 50)],
        ["/rooms/0/capacity", "/patients/0/program", "/session_types/0/minutes"],
    ),
    (
        "an unknown field, a duplicate and a reversed range",
        [("/patients/2/surprise", 1), ("/patients/1/id", "p01"), ("/programs/0/days", {"min": 5, "max": 2})],
        ["/patients/2/surprise", "/patients/1/id", "/programs/0/days"],
    ),
    (
        "a wrong date, a dangling pair and a size",
        [
            ("/clinic/closures/0/date", "tomorrow"),
            ("/apart", [["p01", "p99"]]),
            ("/session_types/0/size", {"min": 9, "max": 3}),
        ],
        ["/clinic/closures/0/date", "/apart/0/1", "/session_types/0/size"],
    ),
]


def bad_documents(good: Doc) -> list[Bad]:
    edited = [
        Bad(name, json.dumps(changed(good, [(pointer, value)])), (named or pointer,))
        for name, pointer, value, named in SINGLE
    ]
    edited += [Bad(name, json.dumps(changed(good, edits)), tuple(where)) for name, edits, where in THREE]
    text = json.dumps(good)
    return [
        *edited,
        Bad("not JSON", text[:-20], ("line",)),
        Bad("not JSON at the first character", "week: riverside", ("line 1",)),
        Bad("nothing", "", ("empty",)),
        Bad("a list", "[]", ("object",)),
        Bad("NaN", text.replace('"capacity": 14', '"capacity": NaN', 1).replace(
            '"minutes": 90', '"minutes": NaN', 1), ("NaN",)),
        Bad("infinity", text.replace('"minutes": 90', '"minutes": Infinity', 1), ("Infinity",)),
        Bad("nested beyond reason", "[" * 200_000 + "]" * 200_000, ("nest",)),
        Bad("a key twice", text.replace('"clinic": {', '"clinic": {"id": "twice", ', 1), ("id",)),
        Bad("2,001 patients", json.dumps(crowded(good, 2001)), ("/patients",)),
        Bad("more than 20 MB", json.dumps(good | {"note": "x" * 21_000_000}), ("20",)),
    ]  # fmt: skip


def changed(good: Doc, edits: list[Edit]) -> Doc:
    document = deepcopy(good)
    for pointer, value in edits:
        *path, last = pointer.split("/")[1:]
        holder: Any = document
        for step in path:
            holder = holder[int(step)] if isinstance(holder, list) else holder.setdefault(step, {})
        key: Any = int(last) if isinstance(holder, list) else last
        if value is GONE:
            del holder[key]
        else:
            holder[key] = value
    return document


def crowded(good: Doc, patients: int) -> Doc:
    rows = [{"id": f"x{i}", "program": good["programs"][0]["id"]} for i in range(patients)]
    return good | {"patients": rows, "apart": [], "cohorts": [], "pins": []}
