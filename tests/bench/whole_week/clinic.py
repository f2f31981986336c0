"""What clinicians and rooms allow: no overlaps, limits of load, breaks, as many sessions as rooms."""

from __future__ import annotations

from collections import defaultdict

from scheduler.week import NONE, Week, slots_up
from tests.bench.whole_week.model import HintedModel, Variable
from tests.bench.whole_week.pieces import Piece, Pieces

MOST_RUNS = 4
Led = list[tuple[Piece, Variable]]


def constrain_clinic(week: Week, model: HintedModel, pieces: Pieces) -> None:
    led = pieces.by_day_and_clinician()
    for (_, c), sessions in sorted(led.items(), key=lambda item: item[0]):
        _clinician_day(week, model, c, sessions)
    _week_loads(week, model, led)
    _rooms(week, model, pieces)


def _clinician_day(week: Week, model: HintedModel, c: int, led: Led) -> None:
    a = week.arrays
    buffer = int(a.buffer[c])
    intervals = [
        model.cp.new_optional_fixed_size_interval_var(p.start, int(a.length[p.kind]) + buffer, lit, "")
        for p, lit in led
    ]
    model.cp.add_no_overlap(intervals)
    if a.day_load[c] < NONE:
        model.cp.add(sum(int(a.minutes[p.kind]) * lit for p, lit in led) <= int(a.day_load[c]))
    if a.run_max[c] < NONE:
        _runs(week, model, c, led)


def _runs(week: Week, model: HintedModel, c: int, led: Led) -> None:
    """Every session lies in one of a few runs, each short enough, a pause between any two."""
    a = week.arrays
    longest, pause = int(a.run_max[c]) // a.slot, slots_up(int(a.pause[c]), a.slot)
    low = min(p.starts[0] for p, _ in led)
    high = max(p.starts[-1] + int(a.length[p.kind]) for p, _ in led)
    if high - low <= longest:
        return
    if pause == 0:
        for p, lit in led:
            if a.length[p.kind] > longest:
                model.cp.add(lit == 0)
        return
    known = _known_runs(week, model, led, pause)
    shortest = min(int(a.length[p.kind]) for p, _ in led)
    count = max(len(known), min(MOST_RUNS, (high - low + pause) // (shortest + pause)))
    begins: list[Variable] = []
    ends: list[Variable] = []
    for k in range(count):
        before = model.value(ends[-1]) + pause if ends else low
        first, last = known[k] if k < len(known) else (before, before)
        begins.append(model.number(low, high + count * pause, first))
        ends.append(model.number(low, high + count * pause, last))
        model.cp.add(ends[k] - begins[k] <= longest)
        model.cp.add(ends[k] >= begins[k])
        if k:
            model.cp.add(begins[k] >= ends[k - 1] + pause)
    for p, lit in led:
        _in_one_run(model, p, lit, int(a.length[p.kind]), begins, ends)


def _in_one_run(
    model: HintedModel, piece: Piece, lit: Variable, length: int, begins: list[Variable], ends: list[Variable]
) -> None:
    start = model.value(piece.start)
    inside = []
    for begin, end in zip(begins, ends, strict=True):
        here = model.value(lit) == 1 and model.value(begin) <= start and start + length <= model.value(end)
        member = model.flag(here)
        model.cp.add(piece.start >= begin).only_enforce_if(member)
        model.cp.add(piece.start + length <= end).only_enforce_if(member)
        inside.append(member)
    model.cp.add(sum(inside) == lit)


def _known_runs(week: Week, model: HintedModel, led: Led, pause: int) -> list[tuple[int, int]]:
    """The runs of the starting timetable."""
    spans = sorted(
        (model.value(p.start), model.value(p.start) + int(week.arrays.length[p.kind]))
        for p, lit in led
        if model.value(lit)
    )
    runs: list[tuple[int, int]] = []
    for first, last in spans:
        if runs and first - runs[-1][1] < pause:
            runs[-1] = (runs[-1][0], last)
        else:
            runs.append((first, last))
    return runs


def _week_loads(week: Week, model: HintedModel, led: dict[tuple[int, int], Led]) -> None:
    a = week.arrays
    minutes: dict[int, list[tuple[int, Variable]]] = defaultdict(list)
    for (_, c), sessions in led.items():
        minutes[c] += [(int(a.minutes[p.kind]), lit) for p, lit in sessions]
    for c, terms in minutes.items():
        if a.week_load[c] < NONE:
            model.cp.add(sum(factor * lit for factor, lit in terms) <= int(a.week_load[c]))
    if a.w_spread and minutes:
        _spread(model, list(minutes.values()), a.w_spread)


def _spread(model: HintedModel, loads: list[list[tuple[int, Variable]]], price: int) -> None:
    """Minutes between the busiest and the least busy of those who lead at all."""
    top = max(sum(factor for factor, _ in terms) for terms in loads)
    known = [sum(factor * model.value(lit) for factor, lit in terms) for terms in loads]
    busiest = model.number(0, top, max(known))
    least = model.number(0, top, min((k for k in known if k), default=0))
    model.cp.add(least <= busiest)
    for terms, load in zip(loads, known, strict=True):
        total = sum(factor * lit for factor, lit in terms)
        working = model.flag(load > 0)
        for _, lit in terms:
            model.cp.add_implication(lit, working)
        model.cp.add(busiest >= total)
        model.cp.add(least <= total).only_enforce_if(working)
    spread = model.above(top, [(1, busiest), (-1, least)])
    model.charge(price, spread)


def _rooms(week: Week, model: HintedModel, pieces: Pieces) -> None:
    """Rooms that are alike are one resource; intervals can always be coloured with as many as overlap."""
    a = week.arrays
    used = defaultdict(list)
    for piece in pieces.all:
        for i, lit in piece.rooms.items():
            size = int(a.length[piece.kind]) + int(a.turnover[pieces.classes[i][0]])
            interval = model.cp.new_optional_fixed_size_interval_var(piece.start, size, lit, "")
            used[i, piece.day].append(interval)
    for (i, _), intervals in used.items():
        if len(pieces.classes[i]) == 1:
            model.cp.add_no_overlap(intervals)
        else:
            model.cp.add_cumulative(intervals, [1] * len(intervals), len(pieces.classes[i]))
