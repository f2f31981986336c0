"""What a timetable must hold before the search begins: pins, and what the facts excuse."""

from __future__ import annotations

from typing import Any

import numpy as np

from scheduler.errors import NoTimetableFound
from scheduler.finding import Finding
from scheduler.problem import FLAGGED_RULES, AttendancePin, Mode, SessionPin
from scheduler.solver.kernels.staffing import find_room, find_staff, may_fill
from scheduler.solver.kernels.state import LOGGED, NO, State, attend, open_session
from scheduler.solver.seats import Seats
from scheduler.timetable import PlannedSession
from scheduler.verify import broken
from scheduler.week import NONE, Week

_LIMIT_OF_RULE = {
    "care_max": ("care_max",),
    "day_care_max": ("day_care_max",),
    "days_max": ("days_max",),
    "idle_max": ("idle_max",),
    "authorization": ("care_max", "days_max"),
}


def excuse_facts(week: Week, happened: list[PlannedSession]) -> None:
    """Lift the limits that sessions which have happened break on their own; nobody can mend them."""
    a = week.arrays
    for finding in _broken_alone(week, happened):
        patient = week.patient_index.get(finding.subject)
        if patient is None:
            continue
        for name in _LIMIT_OF_RULE.get(finding.rule, ()):
            getattr(a, name)[patient] = 7 if name == "days_max" else NONE
        if finding.rule in FLAGGED_RULES:
            a.enforced[patient, FLAGGED_RULES.index(finding.rule)] = False
        if finding.rule == "requirement_max":
            a.need_max[patient, :] = NONE
        if finding.rule == "max_per_day":
            a.often[patient] = True


def _broken_alone(week: Week, happened: list[PlannedSession]) -> tuple[Finding, ...]:
    """What the facts break, were they not excused."""
    if not happened:
        return ()
    return broken(week.problem.model_copy(update={"pins": ()}), happened)


def pinned_places(week: Week) -> np.ndarray[Any, Any]:
    """[p,i,2]: (type, slot) of the attendances that pins ask for, -1 after the last."""
    places: dict[int, list[tuple[int, int]]] = {}
    for pin in week.problem.pins:
        if isinstance(pin, AttendancePin):
            slot = week.calendar.minute_of(pin.start) // week.arrays.slot
            places.setdefault(week.patient_index[pin.patient], []).append(
                (week.type_index[pin.session_type], slot)
            )
    width = max((len(v) for v in places.values()), default=0) + 1
    table = np.full((len(week.problem.patients), width, 2), -1, np.int64)
    for p, wanted in places.items():
        table[p, : len(wanted)] = wanted
    return table


def seed_pins(week: Week, arrays: Any, state: State, boxed: Any, shuffle: int) -> None:
    """Open every pinned session and seat whoever a pin seats; raises NoTimetableFound where staff, a room or
    a patient lacks. Where pins leave open whose a session is, another `shuffle` may seat others.
    """
    a = week.arrays
    seats = Seats(week, shuffle).found() if _leave_patients_open(week) else {}
    staff = np.full(max(1, int(a.entries.max(initial=1))), -1, np.int64)
    exact = sorted(
        (i for i, pin in enumerate(week.problem.pins) if isinstance(pin, SessionPin)),
        key=lambda i: (-_givenness(week.problem.pins[i]), i),
    )
    for i in exact:
        _seed_session(week, arrays, state, boxed, i, staff, seats.get(i))
    for pin in week.problem.pins:
        if isinstance(pin, AttendancePin):
            _seed_attendance(week, arrays, state, boxed, pin, staff)


def _leave_patients_open(week: Week) -> bool:
    one = {t.id for t in week.problem.session_types if t.mode is not Mode.GROUP}
    return any(
        isinstance(p, SessionPin) and not (p.frozen or p.happened) and p.session.session_type in one
        for p in week.problem.pins
    )


def _givenness(pin: object) -> int:
    """Pins that leave less to choose are seeded first."""
    assert isinstance(pin, SessionPin)
    return 4 * pin.happened + 2 * bool(pin.session.clinicians) + (pin.session.room is not None)


def _seed_session(
    week: Week, arrays: Any, state: State, boxed: Any, index: int, staff: Any, own: int | None
) -> None:
    """`own` is the patient of a session for one patient whom the pin leaves open."""
    pin = week.problem.pins[index]
    assert isinstance(pin, SessionPin)
    a, given = week.arrays, pin.session
    t = week.type_index[given.session_type]
    u = week.calendar.minute_of(given.start) // a.slot
    tied = pin.frozen or pin.happened
    if given.clinicians:
        staff[: len(given.clinicians)] = [week.clinician_index[c] for c in given.clinicians]
    elif not find_staff(arrays, boxed, np.int64(t), np.int64(u), _first_of(week, pin, own), staff):
        raise NoTimetableFound(f"no clinicians can lead the session of pin {index} beside the other pins")
    wanted = len(given.patients) if tied else int(a.size_max[t])
    if given.room is not None:
        room = week.room_index[given.room]
    else:
        room = int(find_room(arrays, boxed, np.int64(t), np.int64(u), np.int64(max(1, wanted))))
        if room == -2:
            raise NoTimetableFound(f"no room is free for the session of pin {index} beside the other pins")
    cohort, who = -1, []
    if tied:
        who = [week.patient_index[p] for p in given.patients]
    elif a.cohort_type[t]:
        cohort, who = _cohort_at(week, t, u, given.patients, index)
        _refuse_too_many(week, t, room, who)
        if not given.clinicians and not _lead_all(week, arrays, boxed, (t, u), who, staff):
            raise NoTimetableFound(f"no clinicians can lead the closed group of pin {index} for all of it")
    elif own is not None:
        who = [own]
    s = open_session(arrays, boxed, np.int64(t), np.int64(u), staff, np.int64(room), np.int64(cohort))
    state.z[LOGGED] = 0
    state.fixed[s] = True
    state.tied[s] = tied or cohort >= 0
    if state.tied[s]:
        state.seats[s] = len(who)
    for p in who:
        attend(boxed, s, np.int64(p))
    state.z[LOGGED] = 0


def _first_of(week: Week, pin: SessionPin, own: int | None) -> np.int64:
    """A patient that the pinned session is sure to have, whose primary clinician may have to lead it; -1:
    none.
    """
    if own is not None:
        return np.int64(own)
    sure = pin.session.patients if pin.frozen or pin.happened else ()
    attending = [
        p.patient
        for p in week.problem.pins
        if isinstance(p, AttendancePin)
        and (p.session_type, p.start) == (pin.session.session_type, pin.session.start)
    ]
    return np.int64(next((week.patient_index[p] for p in (*sure, *attending)), -1))


def _cohort_at(week: Week, t: int, u: int, given: tuple[str, ...], index: int) -> tuple[int, list[int]]:
    """The closed group that can meet at a pinned place, with its members who are not excused."""
    a = week.arrays
    named = {week.patient_index[p] for p in given}
    able = [k for k in range(len(week.problem.cohorts)) if a.cohort_ok[k, t, u]]
    able.sort(key=lambda k: -len(named & set(a.cohort_patients[k].tolist())))
    if not able:
        raise NoTimetableFound(f"no closed group can meet at the place of pin {index}")
    return able[0], _members_at(week, able[0], t, u)


def _members_at(week: Week, cohort: int, t: int, u: int) -> list[int]:
    """The members of a closed group who are not excused from a session."""
    a = week.arrays
    return [int(p) for p in a.cohort_patients[cohort] if p >= 0 and a.pok[p, t, u]]


def _seed_attendance(
    week: Week, arrays: Any, state: State, boxed: Any, pin: AttendancePin, staff: Any
) -> None:
    a = week.arrays
    t, p = week.type_index[pin.session_type], week.patient_index[pin.patient]
    u = week.calendar.minute_of(pin.start) // a.slot
    held = [s for s in range(state.kind.shape[0]) if state.kind[s] == t and state.start[s] == u]
    if any(p in state.members[s, : state.present[s]] for s in held):
        return
    room_left = [s for s in held if not state.tied[s] and state.present[s] < state.seats[s]]
    if a.group[t] and room_left:
        attend(boxed, np.int64(room_left[0]), np.int64(p))
    elif a.cohort_type[t]:
        _seed_cohort_of(week, arrays, state, boxed, pin, staff)
    else:
        room = int(find_room(arrays, boxed, np.int64(t), np.int64(u), a.size_max[t]))
        if room == -2 or not find_staff(arrays, boxed, np.int64(t), np.int64(u), np.int64(p), staff):
            raise NoTimetableFound(f"patient {pin.patient} cannot be given the pinned {pin.session_type}")
        s = open_session(arrays, boxed, np.int64(t), np.int64(u), staff, np.int64(room), NO)
        state.fixed[s] = True
        attend(boxed, s, np.int64(p))
    state.z[LOGGED] = 0


def _seed_cohort_of(
    week: Week, arrays: Any, state: State, boxed: Any, pin: AttendancePin, staff: Any
) -> None:
    """Hold the closed group of a patient whose attendance is pinned, with all members who are not excused."""
    a = week.arrays
    t, p = week.type_index[pin.session_type], week.patient_index[pin.patient]
    u = week.calendar.minute_of(pin.start) // a.slot
    theirs = [k for k in range(len(a.cohort_ok)) if a.cohort_ok[k, t, u] and p in a.cohort_patients[k]]
    members = _members_at(week, theirs[0], t, u) if theirs else []
    room = int(find_room(arrays, boxed, np.int64(t), np.int64(u), np.int64(len(members))))
    if p not in members or room == -2 or not _lead_all(week, arrays, boxed, (t, u), members, staff):
        raise NoTimetableFound(f"the closed group of patient {pin.patient} cannot meet at the pinned time")
    _refuse_too_many(week, t, room, members)
    s = open_session(arrays, boxed, np.int64(t), np.int64(u), staff, np.int64(room), np.int64(theirs[0]))
    state.fixed[s] = state.tied[s] = True
    state.seats[s] = len(members)
    for member in members:
        attend(boxed, s, np.int64(member))


def _lead_all(
    week: Week, arrays: Any, boxed: Any, place: tuple[int, int], members: list[int], staff: Any
) -> bool:
    """Whether clinicians are free who may lead a session for every member; they are in `staff` then."""
    t, u = np.int64(place[0]), np.int64(place[1])
    entries = [np.int64(f) for f in range(int(week.arrays.entries[place[0]]))]
    for first in members:  # whose primary clinician is tried
        if find_staff(arrays, boxed, t, u, np.int64(first), staff) and all(
            may_fill(arrays, t, u, f, staff[f], np.int64(p)) for f in entries for p in members
        ):
            return True
    return False


def _refuse_too_many(week: Week, t: int, room: int, members: list[int]) -> None:
    a = week.arrays
    most = int(a.size_max[t]) if room < 0 else min(int(a.size_max[t]), int(a.capacity[room]))
    if not int(a.size_min[t]) <= len(members) <= most:
        name = week.problem.session_types[t].id
        raise NoTimetableFound(f"a pinned session of {name} has too many patients for its room, or too few")
