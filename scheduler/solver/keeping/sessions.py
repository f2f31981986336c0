"""The sessions that may be held in the model: those there were, and what the admitted may attend anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.solver.keeping.clauses import any_of, at_most_one, implies
from scheduler.solver.keeping.parts import Key, Slot
from scheduler.timetable import PlannedSession
from scheduler.week import counts_as_primary

if TYPE_CHECKING:
    from scheduler.solver.keeping.model import Keeping


def add_existing(keeping: Keeping) -> None:
    held: dict[Key, int] = {}
    _join(keeping, _strangers(keeping), (key for key in keeping.members if _is_open(keeping, key)))
    for session in keeping.dates.free:
        key = keeping.key_of(session)
        held[key] = held.get(key, 0) + 1
        _add(keeping, session, key)
    for key, n in held.items():
        if _is_open(keeping, key):
            for _ in range(_more(keeping, key, n)):
                _add(keeping, None, key)


def _is_open(keeping: Keeping, key: Key) -> bool:
    return bool(keeping.a.group[key[0]]) and not keeping.a.cohort_type[key[0]]


def _more(keeping: Keeping, key: Key, held: int) -> int:
    """How many sessions besides those there were could be of use for all who attended."""
    (t, u), a, members = key, keeping.a, keeping.members[key]
    size = keeping.week.problem.session_types[t].size_max
    if a.needs_room[t]:
        size = min([size, *(int(a.capacity[r]) for r in range(a.rok.shape[0]) if a.rok[r, t, u])])
    among = set(members)
    picky = any(int(q) in among for p in members for q in a.apart_of[p] if q >= 0)
    picky = picky or bool(a.primary_entry[t, : int(a.entries[t])].any())
    wanted = len(members) if picky else -(-len(members) // max(1, size))
    return max(1, min(wanted - held, 6))


def add_possible(keeping: Keeping) -> None:
    """What the admitted may attend anew on the dates: seats, new groups, sessions of their own."""
    new: dict[Key, None] = {}
    for p in keeping.admitted:
        for key in _possible(keeping, p):
            if keeping.a.group[key[0]]:
                if key not in keeping.members:
                    new[key] = None
                    keeping.joiners.setdefault(key, []).append(p)
            else:
                _add(keeping, None, key, alone=p)
    _join(keeping, _strangers(keeping), new)
    for key in new:
        _add(keeping, None, key)


def _possible(keeping: Keeping, p: int) -> Iterator[Key]:
    """Places of the dates that the patient did not have and that nothing fixed is in the way of."""
    a = keeping.a
    taken = [(u, u + int(a.length[t])) for t, u in keeping.stays.get(p, ())]
    for t in np.flatnonzero((a.need_of[p] >= 0) & ~a.cohort_type):
        n = int(a.length[t])
        for d in sorted(keeping.dates.days):
            for u in np.flatnonzero(a.pok[p, t, d * a.day : (d + 1) * a.day]) + d * a.day:
                key = int(t), int(u)
                if p not in keeping.members.get(key, ()) and not any(x < u + n and u < y for x, y in taken):
                    yield key


def _strangers(keeping: Keeping) -> list[int]:
    return [p for p in range(len(keeping.week.problem.patients)) if p not in keeping.admitted]


def _join(keeping: Keeping, people: list[int], keys: Iterable[Key]) -> None:
    """Let named patients join groups there: the admitted, and anybody where the type is peopled."""
    a = keeping.a
    for key in keys:
        t, u = key
        found = keeping.joiners.setdefault(key, [])
        own = set(keeping.members.get(key, ())) | set(found)
        asked = [*keeping.admitted, *(people if t in keeping.peopled else ())]
        end = u + int(a.length[t])
        for p in asked:
            taken = any(x < end and u < x + int(a.length[s]) for s, x in keeping.stays.get(p, ()))
            if p not in own and a.pok[p, t, u] and a.need_of[p, t] >= 0 and not taken:
                found.append(p)


def _add(keeping: Keeping, of: PlannedSession | None, key: Key, alone: int = -1) -> None:
    slot = Slot(of, key, None, alone)
    crew = [_candidates(keeping, key, f, alone) for f in range(int(keeping.a.entries[key[0]]))]
    rooms = _rooms(keeping, key)
    if of is None and (not all(crew) or rooms == []):
        return
    slot.held = keeping.model.new_bool_var("")
    _lead(keeping, slot, crew)
    if rooms is not None:
        slot.room = {r: keeping.model.new_bool_var("") for r in rooms}
        keeping.model.add(sum(slot.room.values()) == slot.held)
    _seat(keeping, slot)
    keeping.slots.append(slot)


def _candidates(keeping: Keeping, key: Key, f: int, alone: int) -> list[int]:
    """Who is there and may fill an entry for somebody who would attend."""
    a, (t, u) = keeping.a, key
    end = u + int(a.length[t])
    who = [alone] if alone >= 0 else [*keeping.members.get(key, ()), *keeping.joiners.get(key, ())]
    own = {c for c in range(a.cok.shape[0]) if any(counts_as_primary(a, p, c, t, u) for p in who)}
    return [
        c
        for c in range(a.cok.shape[0])
        if a.cok[c, t, u]
        and (a.qualified[t, f, c] or (a.primary_entry[t, f] and c in own))
        and not keeping.busy[c, u : end + int(a.buffer[c])].any()
        and a.minutes[t] <= min(a.day_load[c] - keeping.day_load[c, u // a.day], a.run_max[c])
    ]


def _lead(keeping: Keeping, slot: Slot, crew: list[list[int]]) -> None:
    model = keeping.model
    for f, candidates in enumerate(crew):
        only = len(candidates) == 1 and slot.of is None
        for c in candidates:
            slot.lead[f, c] = slot.held if only else model.new_bool_var("")
        if not only:
            model.add(sum(slot.lead[f, c] for c in candidates) == slot.held)
    for c in {c for _, c in slot.lead}:
        entries = [v for (_, d), v in slot.lead.items() if d == c]
        if len(entries) > 1:
            at_most_one(model, entries)


def _rooms(keeping: Keeping, key: Key) -> list[int] | None:
    """The rooms it could be in; None: it takes none."""
    a, (t, u) = keeping.a, key
    if not a.needs_room[t]:
        return None
    last = u + int(a.length[t])
    return [
        r
        for r in range(a.rok.shape[0])
        if a.rok[r, t, u] and not keeping.used[r, u : last + int(a.turnover[r])].any()
    ]


def _seat(keeping: Keeping, slot: Slot) -> None:
    """Who of the place's members and joiners is in this session, and how many others it needs."""
    a, model, t = keeping.a, keeping.model, slot.key[0]
    for p in _able(keeping, slot):
        keep = slot.keep[p] = slot.held if slot.alone == p else model.new_bool_var("")
        if slot.alone != p:
            implies(model, keep, slot.held)
        for (f, c), led in slot.lead.items():
            if not a.qualified[t, f, c] and not counts_as_primary(a, p, c, *slot.key):
                any_of(model, (led.negated(), keep.negated()))
    if slot.alone >= 0:
        return
    seated = sum(slot.keep.values())
    if a.cohort_type[t] or not a.group[t]:
        model.add(seated == (len(slot.keep) if a.cohort_type[t] else 1) * slot.held)
    else:
        seated = _filled(keeping, slot, seated)
    for r, there in slot.room.items():
        if a.capacity[r] < len(slot.keep) + int(a.size_min[t]):
            model.add(seated <= int(a.capacity[r])).only_enforce_if(there)


def _filled(keeping: Keeping, slot: Slot, seated: Any) -> Any:
    a, model, (t, u) = keeping.a, keeping.model, slot.key
    others = int(a.pok[:, t, u].sum()) - len(slot.keep)
    if t not in keeping.peopled and others > 0:
        slot.joins = model.new_int_var(0, min(others, int(a.size_min[t])), "")
    model.add(seated + slot.joins >= int(a.size_min[t]) * slot.held)
    model.add(seated >= slot.held)
    model.add(seated + slot.joins <= keeping.week.problem.session_types[t].size_max * slot.held)
    return seated + slot.joins


def _able(keeping: Keeping, slot: Slot) -> list[int]:
    (t, u), a = slot.key, keeping.a
    if slot.alone >= 0:
        return [slot.alone]
    if a.cohort_type[t]:
        return _closed_group(keeping, slot)
    if not a.group[t]:
        given = [] if slot.of is None else list(slot.of.patients)
        own = [keeping.week.patient_index[p] for p in given if p in keeping.week.patient_index]
        return [p for p in own if a.pok[p, t, u]]
    return [
        p for p in (*keeping.members.get(slot.key, ()), *keeping.joiners.get(slot.key, ())) if a.pok[p, t, u]
    ]


def _closed_group(keeping: Keeping, slot: Slot) -> list[int]:
    """The members of the session's closed group who have to come then."""
    (t, u), a = slot.key, keeping.a
    given = set(slot.of.patients) if slot.of else set()
    for k, cohort in enumerate(keeping.week.problem.cohorts):
        if given & set(cohort.patients) and a.cohort_ok[k, t, u]:
            return sorted(int(p) for p in a.cohort_patients[k] if p >= 0 and a.pok[p, t, u])
    keeping.model.add(slot.held == 0)
    return []
