"""Small changes to a timetable, each of which may break something or nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from tests.strategies.drawing import Doc, chance, ids, some


def mutated(dice: Random, document: Doc, sessions: list[Doc], most: int = 3) -> list[Doc]:
    """The sessions with a few small changes."""
    changed = [dict(s) for s in sessions]
    for _ in range(dice.randint(0, most)):
        if changed:
            dice.choice(_CHANGES)(dice, document, changed, dice.randrange(len(changed)))
    return changed


def _moved_to(session: Doc, start: datetime) -> None:
    length = datetime.fromisoformat(session["end"]) - datetime.fromisoformat(session["start"])
    session["start"] = start.isoformat(timespec="minutes")
    session["end"] = (start + length).isoformat(timespec="minutes")


def _shifted(dice: Random, document: Doc, sessions: list[Doc], at: int) -> None:
    slot = document["clinic"]["slot_minutes"]
    minutes = dice.choice([slot, -slot, 1440, -1440, 2 * slot, 1, 7 * 1440])
    _moved_to(sessions[at], datetime.fromisoformat(sessions[at]["start"]) + timedelta(minutes=minutes))


def _joined(dice: Random, document: Doc, sessions: list[Doc], at: int) -> None:
    """Starts when another session starts or ends, so that people and rooms meet."""
    _moved_to(sessions[at], datetime.fromisoformat(dice.choice(sessions)[dice.choice(["start", "end"])]))


def _led_otherwise(dice: Random, document: Doc, sessions: list[Doc], at: int) -> None:
    sessions[at]["clinicians"] = some(dice, ids("c", len(document["clinicians"])), most=2)


def _led_in_another_order(dice: Random, document: Doc, sessions: list[Doc], at: int) -> None:
    sessions[at]["clinicians"] = sessions[at]["clinicians"][::-1]


def _led_by_one_twice(dice: Random, document: Doc, sessions: list[Doc], at: int) -> None:
    sessions[at]["clinicians"] = sessions[at]["clinicians"][:1] * 2


def _housed_otherwise(dice: Random, document: Doc, sessions: list[Doc], at: int) -> None:
    sessions[at]["room"] = dice.choice([None, *ids("r", len(document["rooms"]))])


def _peopled_otherwise(dice: Random, document: Doc, sessions: list[Doc], at: int) -> None:
    everyone = ids("p", len(document["patients"]))
    toggled = some(dice, everyone, least=1, most=2)
    sessions[at]["patients"] = [p for p in everyone if (p in sessions[at]["patients"]) != (p in toggled)]


def _doubled(dice: Random, document: Doc, sessions: list[Doc], at: int) -> None:
    own_id = sessions[at]["id"] if chance(dice, 20) else f"s{len(sessions)}x"
    sessions.append(sessions[at] | {"id": own_id})


def _dropped(dice: Random, document: Doc, sessions: list[Doc], at: int) -> None:
    del sessions[at]


def _of_another_type(dice: Random, document: Doc, sessions: list[Doc], at: int) -> None:
    session_type = dice.choice(document["session_types"])
    end = datetime.fromisoformat(sessions[at]["start"]) + timedelta(minutes=session_type["minutes"])
    sessions[at] |= {"session_type": session_type["id"], "end": end.isoformat(timespec="minutes")}


def misnamed(dice: Random, sessions: list[Doc]) -> list[Doc]:
    """One session names what is not in the problem, or says something wrongly."""
    at = dice.randrange(len(sessions))
    own = sessions[at]
    wrong: Doc = dice.choice(
        [
            {"id": None},
            {"session_type": "gone"},
            {"room": "gone"},
            {"clinicians": ["gone", *own["clinicians"]]},
            {"patients": [*own["patients"], "gone"]},
            {"patients": own["patients"] * 2},
            {"end": own["start"]},
            {"end": None},
            {"start": "soon", "end": None},
        ]
    )
    return [*sessions[:at], own | wrong, *sessions[at + 1 :]]


_CHANGES = (
    _shifted,
    _shifted,
    _joined,
    _joined,
    _led_otherwise,
    _led_in_another_order,
    _led_by_one_twice,
    _housed_otherwise,
    _peopled_otherwise,
    _peopled_otherwise,
    _doubled,
    _dropped,
    _of_another_type,
)
