"""Whole weeks: a problem with baseline and pins, and the sessions of a timetable that they are about."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, composite

from scheduler.problem import parse_clock
from tests.strategies.changes import misnamed, mutated
from tests.strategies.clinics import plain_problem
from tests.strategies.drawing import Doc, chance, some
from tests.strategies.timetables import plan, wild


def seeded() -> st.SearchStrategy[Random]:
    """Dice of every seed."""
    return st.integers(0, 2**32 - 1).map(Random)


@composite
def problems(draw: DrawFn, most_patients: int = 5, most_types: int = 4, with_pins: bool = True) -> Doc:
    """A whole clinic, often with a baseline, and pins on sessions that can be held together."""
    dice = draw(seeded())
    document = plain_problem(dice, most_patients, most_types)
    if chance(dice, 40):
        document["baseline"] = _baseline(dice, document, plan(dice, document, legal=False))
    if with_pins and chance(dice, 30):
        document["pins"] = _pins(dice, document, plan(dice, document, legal=True))
    return document


@composite
def weeks(draw: DrawFn, misnaming: bool = True) -> tuple[Doc, list[Doc]]:
    """A problem and the sessions of a timetable of it, legal, nearly so, or wild."""
    dice = draw(seeded())
    document = plain_problem(dice)
    kind = dice.choice(["legal", "legal", "sensible", "wild"])
    sessions = wild(dice, document) if kind == "wild" else plan(dice, document, legal=kind == "legal")
    if chance(dice, 50):
        document["baseline"] = _baseline(dice, document, sessions)
    if chance(dice, 50):
        document["pins"] = _pins(dice, document, sessions)
    if kind == "sensible" or chance(dice, 60):
        sessions = mutated(dice, document, sessions)
    if misnaming and sessions and chance(dice, 10):
        sessions = misnamed(dice, sessions)
    return document, sessions


def _baseline(dice: Random, document: Doc, sessions: list[Doc]) -> Doc:
    """What the week before was like: much the same, some weeks earlier, with ids since gone."""
    first = date.fromisoformat(document["clinic"]["week_start"])
    shift = timedelta(days=dice.choice([-7, 0, -14]))
    given = []
    for session in mutated(dice, document, sessions):
        own = {k: v for k, v in session.items() if k != "end"}
        start = datetime.fromisoformat(session["start"])
        if 0 <= (start.date() - first).days < 7:
            own["start"] = (start + shift).isoformat(timespec="minutes")
            own["clinicians"] = list(dict.fromkeys(own["clinicians"]))
            given.append(own | _gone(dice, own) if chance(dice, 15) else own)
    return {"sessions": given}


def _gone(dice: Random, session: Doc) -> Doc:
    return dice.choice(
        [
            {"session_type": "gone"},
            {"room": "gone"},
            {"clinicians": [*session["clinicians"], "gone"]},
            {"patients": [*session["patients"], "gone"]},
        ]
    )


def _pins(dice: Random, document: Doc, sessions: list[Doc]) -> list[Doc]:
    """Some of the sessions pinned: loosely, frozen or happened, or one patient's attendance alone."""
    pinned: list[Doc] = []
    types = {t["id"]: t for t in document["session_types"]}
    slot = document["clinic"]["slot_minutes"]
    for session in some(dice, sessions, least=1, most=4):
        session_type = types[session["session_type"]]
        clock = parse_clock(session["start"][11:])
        if clock % slot or clock % (session_type.get("start_every_minutes") or slot):
            continue  # refused in a pin, as is another number of clinicians than the type takes
        own = {k: v for k, v in session.items() if k != "end"}
        kind = dice.choice(["happened", "happened", "frozen", "loose", "attendance"])
        if kind == "attendance" and session["patients"]:
            patient = dice.choice(session["patients"])
            pinned.append({"patient": patient, "session_type": own["session_type"], "start": own["start"]})
            continue
        left_out = set(some(dice, ("clinicians", "room", "id")) if kind in ("loose", "frozen") else [])
        if len(set(own["clinicians"])) != len(session_type["facilitators"]):
            left_out.add("clinicians")
        want = {k: v for k, v in own.items() if k not in left_out}
        pinned.append({"session": want} | ({kind: True} if kind in ("frozen", "happened") else {}))
    return pinned
