"""One more group, held with others who are free then and break no rule by coming."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import numpy as np

from scheduler.explain import phrases
from scheduler.explain.causes import Cause
from scheduler.explain.changes.candidate import Candidate, Candidates, Inquiry
from scheduler.finding import Words
from scheduler.problem import Patient
from scheduler.rules import PATIENT_TERMS, PATIENT_WEEK
from scheduler.rules.facts import Facts, Held, facts_of_one
from scheduler.timetable import PlannedSession

KIND: Final = "session"
LOOKED_AT: Final = 40  # starts with the most company
ASK: Final = 10  # what it takes to ask one patient to come once more
HELD: Final = Words(
    "session",
    "one more session of {what}, {when}{led}{where}, for this patient and {company} free then",
)


def candidates(inquiry: Inquiry) -> Candidates:
    world = inquiry.world
    kinds, slots, _ = world.rows
    rows = [int(r) for r in world.rows_barred_by(Cause.NOT_HELD) if r >= len(world.joinable)]
    open_to_all = [r for r in rows if world.clinic.types[int(kinds[r])].id not in world.setting.cohorts_of]
    company = {r: world.company(int(kinds[r]), int(slots[r])) for r in open_to_all}
    enough = [r for r, (could, _) in company.items() if could >= world.clinic.a.size_min[kinds[r]] - 1]
    inquiry.count(KIND, len(enough))
    if not enough or not inquiry.helps(Candidate(KIND, HELD, {}, 0, (), np.array(enough, np.intp))):
        return
    enough.sort(key=lambda r: (-company[r][1], -company[r][0], r))
    looked_at = 0
    for row in enough:
        if not inquiry.helps(Candidate(KIND, HELD, {}, 0, (), np.array([row], np.intp))):
            continue
        looked_at += 1
        if looked_at > LOOKED_AT:
            inquiry.complete = False
            return
        if (candidate := _candidate(inquiry, row)) is not None:
            yield candidate


def _candidate(inquiry: Inquiry, row: int) -> Candidate | None:
    world = inquiry.world
    t, u = int(world.rows[0][row]), int(world.rows[1][row])
    kind, start = world.clinic.types[t], u * world.clinic.slot
    crew, room = next(_crews(inquiry, t, u), None), _room(inquiry, t, u)
    if crew is None or (kind.room is not None and room is None):
        return None
    calendar, problem = world.week.calendar, world.week.problem
    session = PlannedSession(
        id=_new_id(world.clinic.facts),
        session_type=kind.id,
        start=calendar.moment_of(start),
        end=calendar.moment_of(start + kind.minutes),
        clinicians=crew,
        room=room,
    )
    others = _others(inquiry, t, u, session)
    if others is None:
        return None
    names = [c.name or c.id for c in problem.clinicians if c.id in crew]
    rooms = [r.name or r.id for r in problem.rooms if r.id == room]
    params: dict[str, Any] = {
        "what": phrases.name_of(kind),
        "session_type": kind.id,
        "when": phrases.window((start, start + kind.minutes), calendar.weekdays),
        "led": f" with {phrases.listed(names)}" if names else "",
        "where": f" in {rooms[0]}" if rooms else "",
        "others": len(others),
        "company": phrases.others(len(others)),
    }
    effort = kind.minutes * len(crew) + ASK * len(others)
    held = session.model_copy(update={"patients": others})
    return Candidate(KIND, HELD, params, effort, (), np.array([row], np.intp), held=held)


def _new_id(facts: Facts) -> str:
    taken = {s.id for s in facts.given}
    return next(name for n in range(1, len(taken) + 2) if (name := f"new-{n}") not in taken)


def _crews(inquiry: Inquiry, t: int, u: int) -> Iterator[tuple[str, ...]]:
    """Free clinicians for every entry; the group is for all of them, so no primary clinician counts alone."""
    world, who = inquiry.world, inquiry.world.who(t)
    engaged, loaded = world.occupied(t)
    able = world.clinic.there[:, t, u] & ~engaged[:, u] & ~loaded[:, u]
    people = world.week.problem.clinicians
    for crew in product(*(np.flatnonzero(entry & able) for entry in who)):
        if len(set(crew)) == len(crew):
            yield tuple(people[int(c)].id for c in crew)


def _room(inquiry: Inquiry, t: int, u: int) -> str | None:
    """The smallest free room that holds the least group."""
    world, clinic = inquiry.world, inquiry.world.clinic
    kind = clinic.types[t]
    rooms = [r for r in clinic.rooms_for(kind) if clinic.a.capacity[r] >= kind.size_min] if kind.room else []
    if not rooms:
        return None
    free = clinic.open_rooms(kind, rooms)[:, u] & ~clinic.room_taken(world.busy, t, rooms)[:, u]
    fine = sorted((int(clinic.a.capacity[r]), r) for r, ok in zip(rooms, free, strict=True) if ok)
    return world.week.problem.rooms[fine[0][1]].id if fine else None


def _others(inquiry: Inquiry, t: int, u: int, session: PlannedSession) -> tuple[str, ...] | None:
    """As many as the group lacks, those whose weeks gain most (or lose least) by it; None: too few."""
    world, clinic = inquiry.world, inquiry.world.clinic
    kind, end = clinic.types[t], u + int(clinic.a.length[t])
    free = clinic.a.pok[:, t, u] & (clinic.attending[:, end] == clinic.attending[:, u])
    free &= clinic.open_to_more[:, t]
    free[world.p] = False
    primary = any(entry.primary for entry in kind.facilitators)
    patients = [world.week.problem.patients[int(p)] for p in np.flatnonzero(free)]
    start = u * clinic.slot
    held = Held(session, session.id, kind, start, start + kind.minutes, session.clinicians, session.room, ())
    priced = []
    for q in patients:
        if primary and q.primary_clinician not in session.clinicians:
            continue
        cost = _cost_of_coming(clinic.facts, q, held)
        if cost is not None:
            priced.append((cost, q.id))
    chosen: list[str] = []
    apart = {frozenset(pair) for pair in world.setting.problem.apart}
    for _, name in sorted(priced):
        if all(frozenset((name, other)) not in apart for other in (*chosen, world.patient.id)):
            chosen.append(name)
        if len(chosen) == kind.size_min - 1:
            return tuple(chosen)
    return None


def _cost_of_coming(facts: Facts, patient: Patient, held: Held) -> int | None:
    """What one more session does to a patient's part of the objective; None: it breaks a rule."""
    own = facts.by_patient.get(patient.id, ())
    then = facts_of_one(facts.setting, patient, sorted((*own, held), key=lambda s: (s.start, s.end)))
    if any(True for rule in PATIENT_WEEK for _ in rule.check(then)):
        return None
    now = facts_of_one(facts.setting, patient, own)
    weights, cost = facts.setting.problem.weights, 0
    for term in PATIENT_TERMS:
        more = term.units_of(then, patient.id) - term.units_of(now, patient.id)
        cost += more * int(getattr(weights, term.NAME))
    return cost
