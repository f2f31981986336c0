"""Hours of a calendar as the contract's windows: commitments of a patient, availability of a clinician."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

from scheduler.imports.calendars import Hours
from scheduler.imports.spans import DAY, DayPart
from scheduler.problem import WEEKDAYS, format_clock

Json = dict[str, Any]
ID_START: Final = "ics-"


def commitments_of(windows: Iterable[Json]) -> list[Json]:
    """Dated hard commitments of the kind `other`; their ids tell the time and that a calendar gave it."""
    return [{"id": _id(window), **window} for window in windows]


def _id(window: Json) -> str:
    return f"{ID_START}{window['date'].replace('-', '')}-{window['start'].replace(':', '')}"


def with_commitments(stored: Sequence[Json], busy: Iterable[Json], first: date, days: int) -> list[Json]:
    """What is stored, a calendar's dates renewed: what was entered by hand stays, so do other weeks."""
    last = first + timedelta(days=days - 1)
    kept = []
    for commitment in stored:
        if _from_calendar(commitment):
            kept += [{**part, "id": _id(part)} for part in _outside(commitment, first, last)]
        else:
            kept.append(commitment)
    return [*kept, *commitments_of(busy)]


def _from_calendar(commitment: Json) -> bool:
    return str(commitment["id"]).startswith(ID_START) and commitment.get("date") is not None


def windows_of(parts: Iterable[DayPart]) -> list[Json]:
    """Dated windows; whole days that follow one another are one."""
    return [_window(*run) for run in _runs(parts)]


def _runs(parts: Iterable[DayPart]) -> Iterator[tuple[DayPart, date]]:
    pending: tuple[DayPart, date] | None = None
    for part in parts:
        whole = (part.start, part.end) == (0, DAY)
        if pending and whole and pending[1] + timedelta(days=1) == part.day:
            pending = (pending[0], part.day)
            continue
        if pending:
            yield pending
            pending = None
        if whole:
            pending = (part, part.day)
        else:
            yield part, part.day
    if pending:
        yield pending


def _window(part: DayPart, last: date) -> Json:
    found = {"date": part.day.isoformat()}
    if last != part.day:
        found["until_date"] = last.isoformat()
    return found | {"start": format_clock(part.start), "end": format_clock(part.end)}


def availability_of(hours: Hours) -> list[Json] | None:
    """The free hours of the first seven dates as weekly windows; None where the calendar tells none."""
    if hours.free is None:
        return None
    by_clock: dict[tuple[int, int], list[str]] = {}
    first = hours.free[0].day if hours.free else None
    for part in hours.free:
        if first is not None and part.day < first + timedelta(days=7):
            by_clock.setdefault((part.start, part.end), []).append(WEEKDAYS[part.day.weekday()])
    return [
        {"days": sorted(days, key=WEEKDAYS.index), "start": format_clock(start), "end": format_clock(end)}
        for (start, end), days in sorted(by_clock.items())
    ]


def with_time_off(stored: Sequence[Json], away: Iterable[Json], first: date, days: int) -> list[Json]:
    """Time off with the dates of a calendar renewed; windows that reach over their edges are cut there."""
    last = first + timedelta(days=days - 1)
    kept = [part for window in stored for part in _outside(window, first, last)]
    return sorted([*kept, *away], key=lambda w: (w["date"], w.get("start") or "00:00"))


def _outside(window: Json, first: date, last: date) -> Iterator[Json]:
    begin = date.fromisoformat(window["date"])
    end = date.fromisoformat(window.get("until_date") or window["date"])
    if end < first or begin > last:
        yield window
        return
    day = timedelta(days=1)
    for start, until in ((begin, min(end, first - day)), (max(begin, last + day), end)):
        if start <= until:
            rest = {k: v for k, v in window.items() if k not in ("date", "until_date")}
            later = {"until_date": until.isoformat()} if until != start else {}
            yield {"date": start.isoformat(), **later, **rest}
