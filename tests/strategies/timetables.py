"""Sessions of a problem: put together with sense (legal ones, if asked), or wildly."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from scheduler.calendar import Interval
from scheduler.phases import in_phase
from scheduler.problem import Problem, SessionType
from scheduler.rules import PATIENT_MASKS, clinician_availability, cohort, facilitators, room
from scheduler.setting import Setting, setting_of
from scheduler.timetable import PlannedSession
from scheduler.verify import broken
from tests.strategies.drawing import CLOCKS, Doc, chance, ids, some

Starts = tuple[int, ...]


def plan(dice: Random, document: Doc, legal: bool, most: int = 10) -> list[Doc]:
    """Sessions put together with sense: mostly possible one by one, and with `legal` all together."""
    problem = in_phase(Problem.model_validate(document))
    setting = setting_of(problem)
    possible = [(t, starts) for t in problem.session_types if (starts := setting.calendar.starts(t))]
    sessions: list[Doc] = []
    wanted = dice.randint(1, most) if possible else 0
    for _ in range(3 * wanted):
        if len(sessions) == wanted:
            break
        session = _promising(dice, setting, f"s{len(sessions)}", possible)
        if not legal or is_legal(problem, [*sessions, session]):
            sessions.append(session)
    return sessions


def is_legal(problem: Problem, sessions: list[Doc]) -> bool:
    """Whether the sessions break no rule; pins do not matter here."""
    return all(f.rule == "pin" for f in broken(problem, [PlannedSession(**s) for s in sessions]))


def _promising(dice: Random, setting: Setting, name: str, possible: list[tuple[SessionType, Starts]]) -> Doc:
    """A session of a type and start for which the right people are there, if a few tries find one."""
    for _ in range(6):
        session_type, starts = dice.choice(possible)
        session = _sensible(dice, setting, name, session_type, dice.choice(starts))
        led = len(session["clinicians"]) == len(session_type.facilitators)
        if led and session_type.size_min <= len(session["patients"]) <= session_type.size_max:
            break
    return session


def _sensible(dice: Random, setting: Setting, name: str, session_type: SessionType, start: int) -> Doc:
    place = (start, start + session_type.minutes)
    attend = _audience(dice, setting, session_type, place)
    return {
        "id": name,
        "session_type": session_type.id,
        "start": setting.calendar.moment_of(start).isoformat(timespec="minutes"),
        "end": setting.calendar.moment_of(place[1]).isoformat(timespec="minutes"),
        "clinicians": _leaders(dice, setting, session_type, place, attend),
        "room": _room(dice, setting, session_type, place, len(attend)),
        "patients": attend,
    }


def _audience(dice: Random, setting: Setting, session_type: SessionType, place: Interval) -> list[str]:
    if cohorts := setting.cohorts_of.get(session_type.id):
        return sorted(cohort.expected(setting, dice.choice(cohorts), session_type, place))
    able = [
        p.id
        for p in setting.problem.patients
        if not any(rule.bars(setting, p, session_type, place) for rule in PATIENT_MASKS)
    ]
    return some(dice, able, least=session_type.size_min, most=session_type.size_max)


def _leaders(
    dice: Random, setting: Setting, session_type: SessionType, place: Interval, attend: list[str]
) -> list[str]:
    chosen: list[str] = []
    people = [setting.patients[p] for p in attend]
    for entry in session_type.facilitators:
        rest = [c for c in setting.problem.clinicians if c.id not in chosen]
        able = [
            c
            for c in rest
            if facilitators.bars(setting, entry, c, people, place) is None
            and clinician_availability.bars(setting, c, place) is None
        ]
        chosen += [c.id for c in some(dice, able or (rest if chance(dice, 20) else []), least=1, most=1)]
    return chosen


def _room(
    dice: Random, setting: Setting, session_type: SessionType, place: Interval, patients: int
) -> str | None:
    if session_type.room is None or not setting.rooms:
        return None
    able = [r for r in setting.problem.rooms if room.bars(setting, r, session_type, place, patients) is None]
    return dice.choice(able or list(setting.problem.rooms)).id


def wild(dice: Random, document: Doc) -> list[Doc]:
    """Sessions put together without any sense but known names."""
    first = datetime.fromisoformat(document["clinic"]["week_start"])
    sessions = []
    for name in ids("s", dice.randint(1, 8) if document["session_types"] else 0):
        session_type = dice.choice(document["session_types"])
        start = first + timedelta(minutes=1440 * dice.randint(0, 6) + dice.choice(CLOCKS[:-1]))
        sessions.append(
            {
                "id": name,
                "session_type": session_type["id"],
                "start": start.isoformat(timespec="minutes"),
                "end": (start + timedelta(minutes=session_type["minutes"])).isoformat(timespec="minutes"),
                "clinicians": some(dice, ids("c", len(document["clinicians"])), most=2),
                "room": dice.choice([None, *ids("r", len(document["rooms"]))]),
                "patients": some(dice, ids("p", len(document["patients"]))),
            }
        )
    return sessions
