"""How steady weeks are for a patient: attendances kept, spread of first starts, weeks with one pattern."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scheduler.problem import WEEKDAYS
from scheduler.timetable import Part, PlannedSession

Place = tuple[str, str, int]  # session type, weekday, minutes after midnight


class WeekStability(Part):
    """One week of one patient against the week before; `kept` is null where they attended nothing then.

    `spread` is the minutes between the earliest and the latest first start of the attended days.
    """

    kept: float | None
    spread: int | None
    same_pattern: bool


class Stability(Part):
    """Over the weeks in which the patient attends anything; the mean of `kept`, the largest `spread`.

    `weeks_same` counts the last weeks in a row with one pattern (1: the last differs from the one before).
    """

    kept: float | None
    spread: int | None
    weeks_same: int
    weeks: tuple[WeekStability | None, ...]


def stability(weeks: Iterable[Sequence[PlannedSession]]) -> dict[str, Stability]:
    """Per patient who attends anything in any of the weeks, given in order of their dates."""
    attended = [_by_patient(week) for week in weeks]
    patients = list(dict.fromkeys(p for week in attended for p in week))
    return {p: _stability([week.get(p, frozenset()) for week in attended]) for p in patients}


def kept_share(before: frozenset[Place], now: frozenset[Place]) -> float | None:
    """Share of the attendances of a week that stay at their time; None where there were none, or are none."""
    return len(before & now) / len(before) if before and now else None


def attendances(sessions: Sequence[PlannedSession]) -> dict[str, frozenset[Place]]:
    """Per patient the places of the week they attend."""
    return _by_patient(sessions)


def _stability(weeks: Sequence[frozenset[Place]]) -> Stability:
    made: list[WeekStability | None] = []
    before: frozenset[Place] = frozenset()
    for now in weeks:
        same = bool(now) and _pattern(now) == _pattern(before)
        one = WeekStability(kept=kept_share(before, now), spread=_spread(now), same_pattern=same)
        made.append(one if now else None)
        before = now
    held = [w for w in made if w is not None]
    kept = [w.kept for w in held if w.kept is not None]
    return Stability(
        kept=sum(kept) / len(kept) if kept else None,
        spread=max((w.spread for w in held if w.spread is not None), default=None),
        weeks_same=_in_a_row(weeks),
        weeks=tuple(made),
    )


def _in_a_row(weeks: Sequence[frozenset[Place]]) -> int:
    last = _pattern(weeks[-1]) if weeks else frozenset()
    count = 0
    for week in reversed(weeks):
        if not last or _pattern(week) != last:
            break
        count += 1
    return count


def _pattern(week: frozenset[Place]) -> frozenset[tuple[str, int]]:
    """The weekdays and starts of a week, whatever is attended there."""
    return frozenset((day, start) for _, day, start in week)


def _spread(week: frozenset[Place]) -> int | None:
    first: dict[str, int] = {}
    for _, day, start in week:
        first[day] = min(start, first.get(day, start))
    return max(first.values()) - min(first.values()) if first else None


def _by_patient(sessions: Sequence[PlannedSession]) -> dict[str, frozenset[Place]]:
    found: dict[str, set[Place]] = {}
    for s in sessions:
        place = s.session_type, WEEKDAYS[s.start.weekday()], s.start.hour * 60 + s.start.minute
        for patient in s.patients:
            found.setdefault(patient, set()).add(place)
    return {p: frozenset(places) for p, places in found.items()}
