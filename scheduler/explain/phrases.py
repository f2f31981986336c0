"""Small pieces of sentences: days, times, commitments, lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scheduler.calendar import DAY, Interval
from scheduler.problem import WEEKDAYS, Commitment, SessionType, format_clock


def listed(words: Iterable[str], last: str = "and") -> str:
    """ "a, b and c" """
    given = list(words)
    return given[0] if len(given) == 1 else f"{', '.join(given[:-1])} {last} {given[-1]}" if given else ""


def hours(minutes: int) -> str:
    return f"{minutes / 60:.1f}".removesuffix(".0")


def others(number: int) -> str:
    return f"{number} other patient{'s' * (number != 1)}"


def name_of(kind: SessionType) -> str:
    return kind.name or kind.id


def days(weekdays: Sequence[str]) -> str:
    """ "Mon–Fri", "Mon, Wed" """
    numbers = sorted(WEEKDAYS.index(d) for d in weekdays)
    names = [WEEKDAYS[n].capitalize() for n in numbers]
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{names[0]}–{names[-1]}"
    return ", ".join(names)


def commitment(given: Commitment) -> str:
    """What it is and when, in the words of its kind: "work (Mon–Fri 09:00–17:00 with 30 min travel)"."""
    if given.days is not None:
        when = days(given.days)
    else:
        assert given.date is not None
        until = f"–{given.until_date:%a %Y-%m-%d}" if given.until_date not in (None, given.date) else ""
        when = f"{given.date:%a %Y-%m-%d}{until}"
    clock = f"{format_clock(given.start)}–{format_clock(given.end)}"
    travel = f" with {given.travel_minutes} min travel" if given.travel_minutes else ""
    kind = "another commitment" if given.kind == "other" else given.kind
    return f"{kind} ({when} {clock}{travel})"


def window(interval: Interval, weekdays: Sequence[str]) -> str:
    """ "Thu 17:00–18:30" """
    start, end = interval
    first = start // DAY * DAY
    return f"{weekdays[start // DAY].capitalize()} {format_clock(start - first)}–{format_clock(end - first)}"


def windows(intervals: Sequence[Interval], weekdays: Sequence[str], most: int = 4) -> str:
    shown = [window(i, weekdays) for i in intervals[:most]]
    more = len(intervals) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
