"""Something that happens while a week runs, and the problem as it is afterwards.

What started before `from` has happened and stays: those sessions become pins. From then on clinicians are
away, rooms are closed, patients have other documents, leavers are no longer active (from the date of `from`).
The timetable that ran becomes the baseline, so that figures and objective speak of what is kept of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import date, timedelta
from typing import Any, Final

from pydantic import Field

from scheduler.errors import ProblemRefused
from scheduler.intake import read_problem
from scheduler.intake.asked import read_asked, read_patient
from scheduler.intake.place import EACH, Faults, Place, shown
from scheduler.problem import (
    DatedWindow,
    Document,
    Id,
    LocalTime,
    Patient,
    Problem,
    SessionPin,
    format_clock,
    format_start,
)
from scheduler.rules import pin
from scheduler.rules.facts import Facts
from scheduler.setting import setting_of
from scheduler.timetable import PlannedSession

DAYS: Final = 7


class Absence(DatedWindow):
    """When a clinician is away."""

    clinician: Id


class RoomClosure(DatedWindow):
    """When a room cannot be used."""

    room: Id


class Event(Document):
    """What changes, and from when: whatever starts before `from` has happened."""

    from_: LocalTime = Field(alias="from")
    absences: tuple[Absence, ...] = Field(default=(), strict=False)
    room_closures: tuple[RoomClosure, ...] = Field(default=(), strict=False)
    patients: tuple[Patient, ...] = Field(default=(), strict=False)
    leavers: tuple[Id, ...] = Field(default=(), strict=False)


def read_event(document: object, problem: Problem) -> Event:
    """Raises ProblemRefused with every fault, those of replacement patients included."""
    return read_asked(Event, document, "event", lambda root, faults: _check(root, faults, problem))


def problem_after(problem: Problem, sessions: Sequence[PlannedSession], event: Event) -> Problem:
    """The problem as it is after the event, with the timetable as its baseline."""
    whole = deepcopy(problem.document) or problem.model_dump(mode="json", by_alias=True)
    _extend(whole.get("clinicians", []), "time_off", [(a.clinician, a) for a in event.absences])
    _extend(whole.get("rooms", []), "closures", [(c.room, c) for c in event.room_closures])
    replaced = {p.id: p.model_dump(mode="json", by_alias=True) for p in event.patients}
    whole["patients"] = [replaced.get(p["id"], p) for p in whole.get("patients", [])]
    last = (event.from_.date() - timedelta(days=1)).isoformat()
    for patient in whole["patients"]:
        if patient["id"] in event.leavers:
            active = patient.get("active") or {}
            patient["active"] = active | {"until": min(last, active.get("until") or last)}
    whole["pins"] = _pins(problem, whole.get("pins") or [], sessions, event)
    whole["baseline"] = {"sessions": [_as_given(s) for s in sessions]}
    return read_problem(whole).problem


def happened(sessions: Iterable[PlannedSession], event: Event) -> tuple[PlannedSession, ...]:
    """What started before the event."""
    return tuple(s for s in sessions if s.start < event.from_)


def _extend(owners: list[dict[str, Any]], name: str, windows: list[tuple[str, DatedWindow]]) -> None:
    for owner in owners:
        more = [_window(w) for key, w in windows if key == owner["id"]]
        if more:
            owner[name] = [*(owner.get(name) or []), *more]


def _window(window: DatedWindow) -> dict[str, Any]:
    return {
        "date": window.date.isoformat(),
        "until_date": window.until_date.isoformat() if window.until_date else None,
        "start": format_clock(window.start),
        "end": format_clock(window.end),
    }


def _pins(
    problem: Problem, given: list[dict[str, Any]], sessions: Sequence[PlannedSession], event: Event
) -> list[dict[str, Any]]:
    """The pins there were, and one for each session that has happened in place of any it had.

    Those that stay keep their numbers, so that a clash names them as the given problem does.
    """
    owner = {i: held.id for i, held in pin.matched(Facts(problem, sessions)).items()}
    facts = {s.id: {"session": _as_given(s), "happened": True} for s in happened(sessions, event)}
    rest = [key for key in facts if key not in owner.values()]
    made = []
    for i, kept in enumerate(given):
        if owner.get(i) in facts:
            made.append(facts[owner[i]])
        elif not _past(problem.pins[i], event):
            made.append(kept)
        elif rest:
            made.append(facts[rest.pop(0)])
    return [*made, *(facts[key] for key in rest)]


def _past(given: Any, event: Event) -> bool:
    """Pins of time that has passed say nothing any more: what happened is known."""
    start = given.session.start if isinstance(given, SessionPin) else given.start
    return bool(start < event.from_)


def _as_given(session: PlannedSession) -> dict[str, Any]:
    given = session.model_dump(mode="json", exclude={"end"})
    return given | {"start": format_start(session.start)}


# -- what is wrong with an event beyond its form ------------------------------------------------------------


def _check(root: Place, faults: Faults, problem: Problem) -> None:
    setting = setting_of(problem)
    _known(root.spots("absences", EACH, "clinician"), setting.clinicians, faults)
    _known(root.spots("room_closures", EACH, "room"), setting.rooms, faults)
    _known(root.spots("leavers", EACH), setting.patients, faults)
    for window in (*root.spots("absences", EACH), *root.spots("room_closures", EACH)):
        _window_ends(window, faults)
    moment = root.at("from")
    if moment.moment is not None and moment.moment.date() >= _week_end(problem):
        faults.add(
            moment, "outside_week", f"the week is over on {_week_end(problem)}: nothing is left to repair"
        )
    _patients(root, faults, problem)


def _week_end(problem: Problem) -> date:
    return problem.clinic.week_start + timedelta(days=DAYS)


def _known(places: Iterable[Place], collection: Iterable[str], faults: Faults) -> None:
    ids = set(collection)
    for place in places:
        if place.text is not None and place.text not in ids:
            faults.add(place, "unknown_id", f"there is no such id in the problem: {shown(place.value)}")


def _window_ends(window: Place, faults: Faults) -> None:
    start, end = window.at("start").clock, window.at("end").clock
    if end is not None and end <= (start or 0):
        faults.add(window.at("end"), "end_not_after_start", "the end is not after the start")
    first, last = window.at("date").date, window.at("until_date").date
    if first is not None and last is not None and last < first:
        faults.add(window.at("until_date"), "end_not_after_start", "the last date is before the first")


def _patients(root: Place, faults: Faults, problem: Problem) -> None:
    seen = set[str]()
    for place in root.spots("patients", EACH):
        key = place.at("id")
        if key.text is not None and key.text not in setting_of(problem).patients:
            message = f"{shown(key.value)} is no patient of the problem: an event replaces, placing adds"
            faults.add(key, "unknown_id", message)
        if key.text in seen:
            faults.add(key, "duplicate_id", f"{shown(key.value)} is replaced twice")
        seen.add(key.text or "")
        try:
            read_patient(place.value, problem)
        except ProblemRefused as refusal:
            known = {fault.pointer for _, fault in faults.found}
            for fault in refusal.faults:
                steps = (*place.steps, *_steps(fault.pointer))
                if fault.code not in _FORM or not known:
                    faults.add(steps, fault.code, fault.message)


_FORM: Final = frozenset({"missing", "unknown_field", "wrong_type", "unknown_value", "out_of_range"})


def _steps(pointer: str) -> list[str | int]:
    parts = [p.replace("~1", "/").replace("~0", "~") for p in pointer.split("/")[1:]]
    return [int(p) if p.isdigit() else p for p in parts]
