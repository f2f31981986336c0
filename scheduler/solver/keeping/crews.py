"""Clinicians and rooms in the model: one session at a time, loads, breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.solver.keeping.clauses import any_of, at_most_one, implies
from scheduler.solver.keeping.parts import Key, Slot
from scheduler.week import NONE, slots_up

if TYPE_CHECKING:
    from scheduler.solver.keeping.model import Keeping

Span = tuple[int, int, Any]  # first slot, end, what makes it true (None: it stays)


def make_exclusive(keeping: Keeping) -> None:
    """One session at a time for clinicians (with buffer) and rooms (with turnover), and the loads."""
    a = keeping.a
    led: dict[int, list[tuple[Slot, Any]]] = {}
    housed: dict[int, list[tuple[Slot, Any]]] = {}
    for slot in keeping.slots:
        for (_, c), v in slot.lead.items():
            led.setdefault(c, []).append((slot, v))
        for r, v in slot.room.items():
            housed.setdefault(r, []).append((slot, v))
    for c, own in led.items():
        keeping.look_at_clock()
        _one_at_a_time(keeping, own, int(a.buffer[c]))
        _limit_load(keeping, c, own)
        if a.run_max[c] < NONE and a.pause[c] > 0:
            _limit_runs(keeping, c, own)
    for r, own in housed.items():
        _one_at_a_time(keeping, own, int(a.turnover[r]))


def _one_at_a_time(keeping: Keeping, own: list[tuple[Slot, Any]], kept_free: int) -> None:
    """At every start at most one of the sessions that have begun and not yet ended (and what follows)."""
    spans = [(s.key[1], s.key[1] + int(keeping.a.length[s.key[0]]) + kept_free, s, v) for s, v in own]
    for moment in sorted({first for first, *_ in spans}):
        there = {(id(s), id(v)): v for first, last, s, v in spans if first <= moment < last}
        if len(there) > 1:
            at_most_one(keeping.model, there.values())


def _limit_load(keeping: Keeping, c: int, own: list[tuple[Slot, Any]]) -> None:
    a, minutes = keeping.a, keeping.a.minutes
    if a.week_load[c] < NONE:
        most = int(a.week_load[c] - keeping.ground.day_load[c].sum())
        keeping.model.add(sum(int(minutes[s.key[0]]) * v for s, v in own) <= most)
    if a.day_load[c] < NONE:
        for d in {s.key[1] // a.day for s, _ in own}:
            most = int(a.day_load[c] - keeping.ground.day_load[c, d])
            today = [(s, v) for s, v in own if s.key[1] // a.day == d]
            keeping.model.add(sum(int(minutes[s.key[0]]) * v for s, v in today) <= most)


def _limit_runs(keeping: Keeping, c: int, own: list[tuple[Slot, Any]]) -> None:
    """Soon enough after each start of the clinician a break begins."""
    a, model = keeping.a, keeping.model
    pause = slots_up(int(a.pause[c]), a.slot)
    reach = int(a.run_max[c]) // a.slot
    fixed = [(*_span(keeping, key), None) for key in keeping.ground.fixed_runs.get(c, ())]
    spans: list[Span] = [*fixed, *((*_span(keeping, slot.key), v) for slot, v in own)]
    for d in {first // a.day for first, _, v in spans if v is not None}:
        today = [span for span in spans if span[0] // a.day == d]
        if sum(end - first for first, end, _ in today) <= reach:
            continue
        begins = _breaks(keeping, today, (d + 1) * a.day, pause)
        for first, end, v in today:
            soon = [begins[w] for w in range(end, min(first + reach, (d + 1) * a.day) + 1) if w in begins]
            any_of(model, soon if v is None else [v.negated(), *soon])


def _breaks(keeping: Keeping, today: list[Span], midnight: int, pause: int) -> dict[int, Any]:
    """[slot]: true only when no session is held from there for as long as a break takes."""
    model = keeping.model
    begins = {w: model.new_bool_var("") for w in {end for _, end, _ in today}}
    for w, begin in begins.items():
        for first, end, v in today:
            if first < min(w + pause, midnight) and w < end:
                if v is None:
                    model.add(begin == 0)
                else:
                    implies(model, begin, v.negated())
    return begins


def _span(keeping: Keeping, key: Key) -> tuple[int, int]:
    return key[1], key[1] + int(keeping.a.length[key[0]])
