"""A commitment that ends earlier, begins later, or is moved, on one day.

For every place that nothing but one occurrence bars, the minutes by which the occurrence is in its way follow
from the clock. So the least change is found exactly, not tried out in steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from scheduler.calendar import DAY, Interval, overlap
from scheduler.explain import phrases
from scheduler.explain.causes import Cause
from scheduler.explain.changes.candidate import LONGEST, Candidate, Candidates, Inquiry
from scheduler.explain.patch import Operation, put
from scheduler.finding import Words
from scheduler.problem import Commitment, format_clock

KIND: Final = "commitment"
SHORT: Final = 2 * LONGEST  # what lasts no longer is an appointment: it is moved, not cut
WAYS: Final = {
    "end": Words("end_earlier", "{commitment} ends {minutes} min earlier on {day} ({then} instead of {now})"),
    "start": Words(
        "start_later", "{commitment} begins {minutes} min later on {day} ({then} instead of {now})"
    ),
    "earlier": Words("earlier", "{commitment} is {minutes} min earlier on {day} ({then} instead of {now})"),
    "later": Words("later", "{commitment} is {minutes} min later on {day} ({then} instead of {now})"),
}


@dataclass(frozen=True)
class Piece:
    """What of a commitment belongs to one weekday, or to one date."""

    number: int  # of the patient's commitments
    given: Commitment
    weekday: str | None
    date: date | None
    times: tuple[Interval, ...]  # without travel, in week minutes


def candidates(inquiry: Inquiry) -> Candidates:
    world = inquiry.world
    pieces = list(_pieces(inquiry))
    rows = world.rows_barred_by(Cause.COMMITMENT | Cause.TRAVEL)
    cuts: dict[tuple[int, str], dict[int, list[int]]] = {}
    for row in map(int, rows):
        for key, minutes in _cuts_of(inquiry, pieces, row):
            cuts.setdefault(key, {}).setdefault(minutes, []).append(row)
    inquiry.count(KIND, sum(map(len, cuts.values())))
    found = [c for (i, way), opened in cuts.items() if (c := _least(inquiry, pieces[i], way, opened))]
    yield from sorted(found, key=lambda c: c.effort)


def _pieces(inquiry: Inquiry) -> Iterator[Piece]:
    calendar = inquiry.world.week.calendar
    for number, given in enumerate(inquiry.world.patient.commitments):
        if given.strength != "hard":
            continue
        by_day: dict[int, list[Interval]] = {}
        for start, end in calendar.occurrences(given):
            by_day.setdefault((start - given.start) // DAY, []).append((start, end))
        if given.days is not None:
            for weekday in given.days:
                times = [i for d, own in by_day.items() if calendar.weekdays[d % 7] == weekday for i in own]
                if times:
                    yield Piece(number, given, weekday, None, tuple(times))
        else:
            for d, own in by_day.items():
                yield Piece(number, given, None, calendar.date_of(d), tuple(own))


def _cuts_of(inquiry: Inquiry, pieces: list[Piece], row: int) -> Iterator[tuple[tuple[int, str], int]]:
    """(piece, way) and minutes that would open the place; none where two pieces bar it."""
    world = inquiry.world
    kind = world.clinic.types[int(world.rows[0][row])]
    start = int(world.rows[1][row]) * world.clinic.slot
    place = (start, start + kind.minutes)
    met = [
        (i, piece, (a, b))
        for i, piece in enumerate(pieces)
        for a, b in piece.times
        if overlap((a - _travel(piece, kind.in_person), b + _travel(piece, kind.in_person)), place)
    ]
    if len(met) != 1:
        return
    i, piece, (a, b) = met[0]
    travel = _travel(piece, kind.in_person)
    early, late = b + travel - place[0], place[1] - (a - travel)
    appointment = b - a <= SHORT
    for way, minutes in (
        ("earlier" if appointment else "end", early),
        ("later" if appointment else "start", late),
    ):
        if minutes <= LONGEST and (appointment or minutes < b - a) and _stays_in_day(piece, way, minutes):
            yield (i, way), minutes


def _travel(piece: Piece, in_person: bool) -> int:
    return piece.given.travel_minutes if in_person else 0


def _stays_in_day(piece: Piece, way: str, minutes: int) -> bool:
    """The new clock times are still clock times of the same dates."""
    start, end = _then(piece.given, way, minutes)
    crossing = piece.given.end <= piece.given.start
    return 0 <= start < DAY and 0 <= end <= DAY and (end <= start) == crossing


def _then(given: Commitment, way: str, minutes: int) -> tuple[int, int]:
    start, end = given.start, given.end
    if way in ("end", "earlier"):
        return (start - minutes if way == "earlier" else start), end - minutes
    return start + minutes, (end + minutes if way == "later" else end)


def _least(inquiry: Inquiry, piece: Piece, way: str, opened: dict[int, list[int]]) -> Candidate | None:
    """The change by the fewest minutes that could help."""
    rows: list[int] = []
    if not inquiry.helps(
        _candidate(inquiry, piece, way, max(opened), [r for o in opened.values() for r in o])
    ):
        return None
    for minutes in sorted(opened):
        rows += opened[minutes]
        candidate = _candidate(inquiry, piece, way, minutes, rows)
        if inquiry.helps(candidate):
            return candidate
    return None


def _candidate(inquiry: Inquiry, piece: Piece, way: str, minutes: int, rows: list[int]) -> Candidate:
    given = piece.given
    start, end = _then(given, way, minutes)
    day = phrases.days([piece.weekday]) if piece.weekday else f"{piece.date:%a %Y-%m-%d}"
    span = (
        f"{format_clock(given.start)}–{format_clock(given.end)}",
        f"{format_clock(start)}–{format_clock(end)}",
    )
    now, then = {"end": (format_clock(given.end), format_clock(end)),
                 "start": (format_clock(given.start), format_clock(start))}.get(way, span)  # fmt: skip
    called = "another commitment" if given.kind == "other" else given.kind
    params: dict[str, Any] = {"commitment": called, "id": given.id, "minutes": minutes, "day": day}
    params |= {"now": now, "then": then}
    patch = (_patch(inquiry, piece, start, end),)
    return Candidate(KIND, WAYS[way], params, minutes, patch, np.array(rows, np.intp))


def _patch(inquiry: Inquiry, piece: Piece, start: int, end: int) -> Operation:
    """The patient's commitments with the piece on its own, at its new times."""
    world, made = inquiry.world, list[dict[str, Any]]()
    for number, given in enumerate(world.patient.commitments):
        written = given.model_dump(mode="json", by_alias=True, exclude_none=True)
        if number != piece.number:
            made.append(written)
            continue
        times = {"start": format_clock(start), "end": format_clock(end)}
        if piece.weekday is not None:
            rest = [d for d in given.days or () if d != piece.weekday]
            made += [written | {"days": rest}] if rest else []
            made.append(
                written | times | {"days": [piece.weekday], "id": _new_id(inquiry, given, bool(rest))}
            )
        else:
            made += _dated(inquiry, given, written, piece, times)
    return put(made, "patients", world.p, "commitments")


def _dated(
    inquiry: Inquiry, given: Commitment, written: dict[str, Any], piece: Piece, times: dict[str, str]
) -> list[dict[str, Any]]:
    assert given.date is not None
    assert piece.date is not None
    last, day, made = given.until_date or given.date, timedelta(days=1), list[dict[str, Any]]()
    taken: list[str] = []
    for first, until, own in (
        (given.date, piece.date - day, {}),
        (piece.date, piece.date, times),
        (piece.date + day, last, {}),
    ):
        if first <= until:
            name = _new_id(inquiry, given, bool(made), taken)
            taken.append(name)
            made.append(
                written | own | {"id": name, "date": first.isoformat(), "until_date": until.isoformat()}
            )
    return made


def _new_id(inquiry: Inquiry, given: Commitment, needed: bool, taken: list[str] | None = None) -> str:
    known = {c.id for c in inquiry.world.patient.commitments} | set(taken or ())
    if not needed:
        return given.id
    return next(name for n in range(2, 1000) if (name := f"{given.id[:58]}-{n}") not in known)
