"""The sessions that may be held in the model: those there were, and what the admitted may attend anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

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
        key = keeping.ground.key_of(session)
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
        keeping.look_at_clock()
        for key in keeping.ground.possible(p):
            if keeping.a.group[key[0]]:
                if key not in keeping.members:
                    new[key] = None
                    keeping.joiners.setdefault(key, []).append(p)
            else:
                _add(keeping, None, key, alone=p)
    _join(keeping, _strangers(keeping), new)
    for key in new:
        _add(keeping, None, key)


def _strangers(keeping: Keeping) -> list[int]:
    return [p for p in range(len(keeping.week.problem.patients)) if p not in keeping.admitted]


def _join(keeping: Keeping, people: list[int], keys: Iterable[Key]) -> None:
    """Let named patients join groups there: the admitted, and anybody where the type is peopled."""
    for key in keys:
        found = keeping.joiners.setdefault(key, [])
        own = {*keeping.members.get(key, ()), *found}
        asked = [*keeping.admitted, *(people if key[0] in keeping.peopled else ())]
        come = keeping.ground.could_come(key)
        found += [p for p in asked if p in come and p not in own]


def _add(keeping: Keeping, of: PlannedSession | None, key: Key, alone: int = -1) -> None:
    slot = Slot(of, key, None, alone)
    crew = [_candidates(keeping, key, f, alone) for f in range(int(keeping.a.entries[key[0]]))]
    rooms = keeping.ground.rooms(key) if keeping.a.needs_room[key[0]] else None
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
    a, (t, u), leaders = keeping.a, key, keeping.ground.leaders(key, f)
    if not a.primary_entry[t, f]:
        return leaders
    who = [alone] if alone >= 0 else [*keeping.members.get(key, ()), *keeping.joiners.get(key, ())]
    return [c for c in leaders if a.qualified[t, f, c] or any(counts_as_primary(a, p, c, t, u) for p in who)]


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
    a, model, t = keeping.a, keeping.model, slot.key[0]
    others = len(keeping.ground.could_come(slot.key).difference(slot.keep))
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
