"""What a person has changed in a timetable stays: the pins that manual moves leave behind.

A pin made so carries its session's id, so that the next move of the same session replaces it instead of
standing in its way. The pins that a week was asked for with are never loosened by a move.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from scheduler.problem import Mode, Problem, format_start
from scheduler.rules import pin
from scheduler.rules.facts import Facts
from scheduler.setting import setting_of
from scheduler.timetable import PlannedSession

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One session that is different after the moves, or new."""

    session: PlannedSession
    clinicians: bool
    room: bool
    added: frozenset[str]
    removed: bool


def steps(before: Iterable[PlannedSession], after: Iterable[PlannedSession]) -> dict[str, Step]:
    """Per session id what has been done to it; sessions that are gone leave nothing to be pinned."""
    old = {s.id: s for s in before}
    return {s.id: _step(old.get(s.id), s) for s in after if s != old.get(s.id)}


def _step(old: PlannedSession | None, new: PlannedSession) -> Step:
    was = old or new.model_copy(update={"clinicians": (), "room": None, "patients": ()})
    return Step(
        new,
        clinicians=new.clinicians != was.clinicians,
        room=new.room != was.room,
        added=frozenset(new.patients) - frozenset(was.patients),
        removed=not set(was.patients) <= set(new.patients),
    )


def pins_after(
    problem: Problem,
    by_hand: Sequence[Json],
    before: Sequence[PlannedSession],
    after: Sequence[PlannedSession],
) -> tuple[list[Json], list[Json]]:
    """(all pins, those by hand among them) of the sessions after the moves.

    `problem` has the pins asked for, which all hold. Where one of them and one by hand want the same session,
    the one by hand says what both say, and stands alone: two pins want two sessions.
    """
    asked: list[Json] = list((problem.document or {}).get("pins") or [])
    own = {held.id: asked[i] for i, held in pin.matched(Facts(problem, after)).items()} if asked else {}
    there = {s.id for s in after}
    made = {p["session"]["id"]: p for p in by_hand if "session" in p and p["session"]["id"] in there}
    for key, step in steps(before, after).items():
        base = made.get(key) or own.get(key) or {"session": {}}
        if not base.get("happened"):
            made[key] = _session_pin(base, step)
    replaced = [p for key, p in own.items() if key in made]
    seats = [p for p in _seats(problem, by_hand, before, after) if p not in asked]
    hand = [*made.values(), *seats]
    return [*(p for p in asked if p not in replaced), *hand], hand


def _session_pin(base: Json, step: Step) -> Json:
    """Type and start, and what else is fixed now or was before.

    Where a person has taken somebody out, nobody is put in or out any more: no weaker pin keeps them out.
    """
    session, was = step.session, base["session"]
    made: Json = {
        "id": session.id,
        "session_type": session.session_type,
        "start": format_start(session.start),
    }
    if session.clinicians and (step.clinicians or was.get("clinicians")):
        made["clinicians"] = list(session.clinicians)
    if session.room is not None and (step.room or was.get("room")):
        made["room"] = session.room
    if not (step.removed or base.get("frozen")):
        return {"session": made}
    return {"session": {**made, "patients": list(session.patients)}, "frozen": True}


def _seats(
    problem: Problem,
    by_hand: Sequence[Json],
    before: Sequence[PlannedSession],
    after: Sequence[PlannedSession],
) -> list[Json]:
    """The places that a person has given to patients, wherever their sessions are by now."""
    types, done = setting_of(problem).types, steps(before, after)
    earlier = {(p["patient"], p["session_type"], p["start"]) for p in by_hand if "patient" in p}
    old = {s.id: s for s in before}
    found: list[Json] = []
    for session in after:
        step, was = done.get(session.id), old.get(session.id, session)
        kind = types.get(session.session_type)
        alone = step is not None and kind is not None and kind.mode is not Mode.GROUP
        for patient in session.patients:
            seat = (patient, was.session_type, format_start(was.start))
            if alone or seat in earlier or (step is not None and patient in step.added):
                place = {"session_type": session.session_type, "start": format_start(session.start)}
                found.append({"patient": patient, **place})
    return found
