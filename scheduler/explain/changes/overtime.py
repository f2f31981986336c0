"""A clinician who is on site longer on one day, and where it takes that, a clinic that is open longer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scheduler.calendar import DAY, Interval, merged, minutes_outside, overlaps_any
from scheduler.explain import phrases
from scheduler.explain.causes import Cause
from scheduler.explain.changes.candidate import LONGEST, Candidate, Candidates, Inquiry
from scheduler.explain.clinic import overlapping
from scheduler.explain.patch import Operation, put
from scheduler.finding import Words
from scheduler.problem import Clinician, Mode, format_clock

SESSION: Final = "session"
HOURS: Final = "opening_hours"
LOAD: Final = "rule"
SMALL: Final = 30
STAYS: Final = Words(
    "session", "one more session of {what}, {when}, with {clinician} on site {minutes} min longer"
)
MORE: Final = Words("rule", "up to {then} instead of {now} minutes a {span} led by {clinician}")
OPEN: Final = Words("opening_hours", "open {minutes} min longer for {what}, {when}")
OPEN_STAYS: Final = Words(
    "opening_hours",
    "open {minutes} min longer for {what}, {when}, with {clinician} on site {longer} min longer",
)


@dataclass(frozen=True, order=True)
class Stay:
    """A place with the minutes it takes: of opening, of a clinician (-1: whoever is there)."""

    effort: int
    opening: int
    longer: int
    start: int
    t: int
    clinician: int

    @property
    def place(self) -> tuple[int, int]:
        return self.t, self.start


def sessions(inquiry: Inquiry) -> Candidates:
    """Within opening hours: sessions of the patient's own that lack nothing but a clinician on site."""
    world = inquiry.world
    kinds, slots, _ = world.rows
    rows = world.rows_barred_by(Cause.ON_SITE)
    places = [(int(kinds[r]), int(slots[r])) for r in rows if r >= len(world.joinable)]
    stays = sorted(s for t, u in places for s in _stays(inquiry, t, u, 0))
    yield from _helping(inquiry, SESSION, stays)


def loads(inquiry: Inquiry) -> Candidates:
    """One clinician's limit of the day or the week raised by one session."""
    world = inquiry.world
    kinds, slots, _ = world.rows
    rows = [int(r) for r in world.rows_barred_by(Cause.CLINICIAN_LOAD) if r >= len(world.joinable)]
    opened: dict[tuple[int, str, int], list[int]] = {}
    for row in rows:
        for c, name in _only_limit(inquiry, int(kinds[row]), int(slots[row])):
            opened.setdefault((c, name, int(world.clinic.a.minutes[kinds[row]])), []).append(row)
    inquiry.count(LOAD, len(opened))
    for (c, name, minutes), own in sorted(opened.items(), key=lambda o: (o[0][2], o[0][1], o[0][0])):
        person = world.week.problem.clinicians[c]
        then = int(getattr(person, name)) + minutes
        params = {"clinician": person.name or person.id, "clinician_id": person.id, "then": then}
        params |= {"now": getattr(person, name), "span": "day" if name == "max_day_minutes" else "week"}
        patch = (put(then, "clinicians", c, name),)
        candidate = Candidate(LOAD, MORE, params, SMALL + minutes, patch, np.array(own, np.intp))
        if inquiry.helps(candidate):
            yield candidate


def _only_limit(inquiry: Inquiry, t: int, u: int) -> Iterator[tuple[int, str]]:
    """Clinicians who are kept from the place by one limit alone, and by which."""
    world, clinic = inquiry.world, inquiry.world.clinic
    engaged, loaded = (column[:, u] for column in world.occupied(t))
    there, minutes = clinic.there[:, t, u] & ~engaged, int(clinic.a.minutes[t])
    who = world.who(t)
    for c in map(int, np.flatnonzero(who.any(axis=0) & there & loaded)):
        able = there & ~loaded
        able[c] = True
        day = world.busy.day_load[c, u // clinic.a.day] + minutes - int(clinic.a.day_load[c])
        week = world.busy.week_load[c] + minutes - int(clinic.a.week_load[c])
        if (day > 0) == (week > 0) or clinic.runs_on(world.busy, c, minutes)[u]:
            continue
        if max(day, week) <= minutes and clinic.staffed(who, able[:, None])[0]:
            yield c, "max_day_minutes" if day > 0 else "max_week_minutes"


def hours(inquiry: Inquiry) -> Candidates:
    """Outside opening hours, by at most so many minutes at either end of a day."""
    world, found = inquiry.world, list[Stay]()
    opening = world.week.calendar.opening
    wide = merged(
        (max(a // DAY * DAY, a - LONGEST), min((b - 1) // DAY * DAY + DAY, b + LONGEST)) for a, b in opening
    )
    for t in world.needed:
        kind = world.clinic.types[t]
        if kind.mode is Mode.GROUP and kind.size_min > 1:
            continue  # others would have to come as well
        closed = overlapping(kind.minutes, world.week.calendar.closed(kind.in_person), world.clinic.slot)
        outside = world.clinic.grid_within(kind, wide) & ~world.clinic.grid[t] & ~closed
        against = (world.own[t] | world.openings[t]) & ~int(Cause.CLOSED)
        for u in map(int, np.flatnonzero(outside & ((against & ~int(Cause.ON_SITE)) == 0))):
            place = (u * world.clinic.slot, u * world.clinic.slot + kind.minutes)
            more = minutes_outside(place, opening)
            if not against[u]:
                found.append(Stay(2 * more, more, 0, u, t, -1))
            found += _stays(inquiry, t, u, more)
    yield from _helping(inquiry, HOURS, sorted(s for s in found if s.opening <= LONGEST))


def _stays(inquiry: Inquiry, t: int, u: int, opening: int) -> Iterator[Stay]:
    """Clinicians who could make the session possible by being there longer."""
    world, clinic = inquiry.world, inquiry.world.clinic
    if not (world.openings[t][u] & int(Cause.ON_SITE)):
        return
    calendar, who = world.week.calendar, world.who(t)
    place = (u * clinic.slot, u * clinic.slot + clinic.types[t].minutes)
    idle = ~_column(inquiry, t, u)
    able = clinic.there[:, t, u] & idle
    for c in map(int, np.flatnonzero(who.any(axis=0) & idle & ~clinic.there[:, t, u])):
        person = world.week.problem.clinicians[c]
        own = calendar.availability[person.id]
        longer = minutes_outside(place, own)
        with_them = able.copy()
        with_them[c] = True
        same_day = any(a // DAY == place[0] // DAY for a, _ in own)
        if (
            0 < longer <= LONGEST
            and same_day
            and not overlaps_any(place, calendar.time_off[person.id])
            and clinic.staffed(who, with_them[:, None])[0]
        ):
            yield Stay(2 * opening + longer, opening, longer, u, t, c)


def _column(inquiry: Inquiry, t: int, u: int) -> NDArray[np.bool_]:
    """[clinician]: in another session then, or at a limit."""
    engaged, loaded = inquiry.world.occupied(t)
    return np.asarray(engaged[:, u] | loaded[:, u])


def _helping(inquiry: Inquiry, kind: str, stays: list[Stay]) -> Candidates:
    """Those that could help, the least effort first."""
    inquiry.count(kind, len(stays))
    if not stays or not inquiry.helps(_together(inquiry, kind, stays)):
        return
    known: dict[tuple[int, int], bool] = {}
    for stay in stays:
        candidate = _candidate(inquiry, kind, stay)
        if stay.place not in known:
            known[stay.place] = inquiry.helps(candidate)
        if known[stay.place]:
            yield candidate


def _together(inquiry: Inquiry, kind: str, stays: Iterable[Stay]) -> Candidate:
    places = tuple({s.place for s in stays})
    return Candidate(kind, STAYS, {}, 0, (), extra=places)


def _candidate(inquiry: Inquiry, kind: str, stay: Stay) -> Candidate:
    world = inquiry.world
    what = world.clinic.types[stay.t]
    start = stay.start * world.clinic.slot
    place = (start, start + what.minutes)
    params: dict[str, Any] = {
        "what": phrases.name_of(what),
        "session_type": what.id,
        "when": phrases.window(place, world.week.calendar.weekdays),
    }
    patch = list[Operation]()
    if stay.opening:
        patch.append(put(_longer_opening(inquiry, place), "clinic", "opening_hours"))
        params["minutes"] = stay.opening
    if stay.longer:
        person = world.week.problem.clinicians[stay.clinician]
        patch.append(put(_with_window(inquiry, person, place), "clinicians", stay.clinician, "availability"))
        params |= {"clinician": person.name or person.id, "clinician_id": person.id}
        params |= {"longer" if stay.opening else "minutes": stay.longer}
    words = STAYS if not stay.opening else OPEN_STAYS if stay.longer else OPEN
    return Candidate(kind, words, params, stay.effort, tuple(patch), extra=(stay.place,))


def _with_window(inquiry: Inquiry, person: Clinician, place: Interval) -> list[dict[str, Any]]:
    given = [w.model_dump(mode="json") for w in person.availability]
    return [*given, _window(inquiry, place)]


def _longer_opening(inquiry: Inquiry, place: Interval) -> list[dict[str, Any]]:
    given = [w.model_dump(mode="json") for w in inquiry.world.week.problem.clinic.opening_hours]
    return [*given, _window(inquiry, place)]


def _window(inquiry: Inquiry, place: Interval) -> dict[str, Any]:
    """The session's own time as a weekly window; where it touches one that is there, they are one."""
    day = place[0] // DAY
    weekday = inquiry.world.week.calendar.weekdays[day]
    start, end = (format_clock(minute - day * DAY) for minute in place)
    return {"days": [weekday], "start": start, "end": end}
