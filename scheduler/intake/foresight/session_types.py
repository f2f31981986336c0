"""Session types that no room, clinician or patient can serve, or that no start fits."""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.intake.foresight.outlook import Outlook
from scheduler.intake.place import Steps, shown
from scheduler.problem import Facilitator, SessionType


def warn_of_session_types(outlook: Outlook) -> None:
    for index, session_type in enumerate(outlook.setting.problem.session_types):
        steps: Steps = ("session_types", index)
        if not outlook.possible[session_type.id]:
            message = "it can never start: no start on its grid fits into opening hours and its windows"
            outlook.warn(steps, "no_start", message)
        _facilitators(outlook, steps, session_type)
        if session_type.room is not None:
            _room(outlook, steps, session_type)
        if outlook.setting.patients:
            _patients(outlook, steps, session_type)


def _facilitators(outlook: Outlook, steps: Steps, session_type: SessionType) -> None:
    possible = outlook.possible[session_type.id]
    entries = outlook.fillers[session_type.id]
    unfilled = False
    for index, fillers in enumerate(entries):
        if any(when & possible for when in fillers.values()) or (fillers and not possible):
            continue
        unfilled = True
        if fillers:
            message = "nobody who may fill this entry is there when the session could be"
        else:
            message = f"nobody can fill this entry: no clinician {_wanted(session_type.facilitators[index])}"
        outlook.warn((*steps, "facilitators", index), "nobody_to_lead", message)
    if possible and not unfilled and not outlook.staffed(session_type) & possible:
        message = f"there are never {len(entries)} clinicians for its entries at the same time"
        outlook.warn((*steps, "facilitators"), "nobody_to_lead", message)


def _wanted(entry: Facilitator) -> str:
    holds = f"holds one of {_listed(entry.credentials)}" if entry.credentials else ""
    primary = "is the primary clinician of patients who need it" if entry.primary else ""
    return " or ".join(filter(None, (holds, primary))) or "is there"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(shown, names))


def _room(outlook: Outlook, steps: Steps, session_type: SessionType) -> None:
    rooms = outlook.rooms_for(session_type)
    if not rooms:
        features = session_type.room.features if session_type.room else ()
        wanted = f"has the features {_listed(features)}" if features else "is there"
        outlook.warn((*steps, "room"), "no_room", f"it needs a room, and no room {wanted}")
        return
    possible, largest = outlook.possible[session_type.id], max(room.capacity for room in rooms)
    if largest < session_type.size_min:
        message = f"it needs {session_type.size_min} patients, and its largest room holds {largest}"
        outlook.warn((*steps, "size", "min"), "size_above_rooms", message)
    elif possible and not possible & outlook.roomed(session_type):
        message = "every room that serves is closed when the session could be"
        outlook.warn((*steps, "room"), "no_room", message)


def _patients(outlook: Outlook, steps: Steps, session_type: SessionType) -> None:
    attendees = outlook.attendees[session_type.id]
    if not outlook.wanting[session_type.id]:
        message = "no patient has a requirement that it counts for, so it is never held"
        outlook.warn(steps, "type_not_required", message)
    elif not attendees:
        message = "no patient who needs it may attend it, by audience, telehealth or cohort"
        outlook.warn(steps, "no_patient", message)
    elif len(attendees) < session_type.size_min:
        message = f"it needs {session_type.size_min} patients, and only {len(attendees)} may attend it"
        outlook.warn((*steps, "size", "min"), "too_few_patients", message)
