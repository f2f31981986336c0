"""How the fields of documents look in a cell, both ways: `read` what a person typed, `write` what is stored.

Lists are separated by semicolons. Windows are `mon wed 08:00-16:00; fri 08:00-12:00`, dated ones
`2026-12-24 - 2026-12-26; 2026-12-31 12:00-24:00`, ranges `540-1140`, `540-` or `-1140` (`-`: no limit).
What is written is read again as the same value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from scheduler.imports.tables import Value
from scheduler.problem import ID_PATTERN, WEEKDAYS, format_clock

_ID: Final = re.compile(ID_PATTERN, re.ASCII)
_CLOCK: Final = re.compile(r"(\d{1,2})(?::(\d\d))?(?::00)?\s*([ap])?\.?(?:m\.?)?", re.IGNORECASE | re.ASCII)
_ISO: Final = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ]00:00(?::00)?)?", re.ASCII)
_AMERICAN: Final = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})", re.ASCII)
_RANGE: Final = re.compile(r"(\d{1,6})?\s*(?:-|–|to)\s*(\d{1,6})?", re.ASCII)
_SPAN: Final = re.compile(
    r"(?P<start>\S+?(?:\s?[ap]\.?m\.?)?)\s*[-–]\s*(?P<end>\S+?(?:\s?[ap]\.?m\.?)?)", re.IGNORECASE
)
_DATES: Final = re.compile(
    r"(?P<first>[\d/]+(?:-\d+-\d+)?)(?:\s+[-–]\s+(?P<last>[\d/]+(?:-\d+-\d+)?))?(?:\s+(?P<clock>\S.*))?",
    re.ASCII,
)
_SPLIT: Final = re.compile(r"(?<!\\);")
_DAY: Final = 1440
_WINDOW_LENGTH: Final = 200
_NONE: Final = "none"  # a list that is given and empty


class Unfit(ValueError):
    """What is wrong with a cell; the text does not repeat what is in it."""

    def __init__(self, message: str, code: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of cell: what a person is told to type, an example, and the way in and out."""

    told: str
    example: str
    read: Callable[[Value], Any]
    write: Callable[[Any], Value]


# -- text ---------------------------------------------------------------------------------------------------


def _text(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | date() | time() | timedelta():
            raise Unfit("expected text, got a date or a time", "text")
        case _:
            return str(value).strip()


def _id(value: Value) -> str:
    found = _text(value)
    if not _ID.match(found):
        raise Unfit("expected an id: letters, digits and _ . : - and no blank, up to 64", "id")
    return found


def _split(value: Value) -> list[str]:
    parts = (part.strip() for part in _SPLIT.split(_text(value)))
    return [re.sub(r"\\([\\;])", r"\1", part) for part in parts if part]


def _join(values: Any) -> str:
    return "; ".join(re.sub(r"([\\;])", r"\\\1", str(value)) for value in values)


def _choice(*known: str) -> Callable[[Value], str]:
    def read(value: Value) -> str:
        found = _text(value).lower().replace(" ", "_")
        if found not in known:
            raise Unfit(f"expected one of {', '.join(known)}", "unknown_value")
        return found

    return read


def _choices(*known: str) -> Callable[[Value], list[str]]:
    one = _choice(*known)
    return lambda value: [] if _text(value).lower() == _NONE else [one(part) for part in _split(value)]


# -- numbers ------------------------------------------------------------------------------------------------


def _count(value: Value) -> int:
    match value:
        case bool():
            pass
        case int():
            if value >= 0:
                return value
        case float():
            if value.is_integer() and value >= 0:
                return int(value)
        case str():
            found = value.strip().replace(",", "")
            if found.isascii() and found.isdecimal() and len(found) <= 9:
                return int(found)
    raise Unfit("expected a whole number", "number")


def _yes(value: Value) -> bool:
    known = {"yes": True, "true": True, "y": True, "x": True, "1": True}
    known |= {"no": False, "false": False, "n": False, "0": False}
    found = known.get(_text(value).lower())
    if found is None:
        raise Unfit("expected yes or no", "yes_no")
    return found


def _limits(value: Value) -> dict[str, int]:
    if isinstance(value, int | float):
        raise Unfit('expected a range such as "540-1140", "540-" or "-1140"', "range")
    match = _RANGE.fullmatch(_text(value))
    if match is None:
        raise Unfit('expected a range such as "540-1140", "540-" or "-1140"', "range")
    ends = zip(("min", "max"), match.groups(), strict=True)
    return {name: int(end) for name, end in ends if end is not None}


def _write_limits(limits: Any) -> str:
    low, high = limits.get("min"), limits.get("max")
    return f"{'' if low is None else low}-{'' if high is None else high}"


# -- times --------------------------------------------------------------------------------------------------


def _date(value: Value) -> str:
    """ISO, a spreadsheet's own dates, or as Americans write them: month/day/year."""
    match value:
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | time() | timedelta() | bool() | int() | float():
            pass
        case date():
            return value.isoformat()
        case str():
            iso, american = _ISO.fullmatch(value.strip()), _AMERICAN.fullmatch(value.strip())
            parts = [*iso.groups()] if iso else [american[3], american[1], american[2]] if american else []
            if parts:
                return _valid_date(*map(int, parts))
    raise Unfit("expected a date: YYYY-MM-DD", "date")


def _valid_date(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise Unfit("no such date in the calendar", "date") from None


def clock_of(value: Value) -> str:
    """`09:00`, `9:00 AM`, or a spreadsheet's time; 24:00 is the end of a day."""
    minutes: int | None = None
    match value:
        case datetime():
            minutes = None
        case time() if not value.second:
            minutes = value.hour * 60 + value.minute
        case timedelta():
            minutes = int(value.total_seconds()) // 60 if value.total_seconds() % 60 == 0 else None
        case bool() | int():
            minutes = None
        case float():
            minutes = round(value * _DAY) if abs(value * _DAY - round(value * _DAY)) < 1e-6 else None
        case str():
            minutes = _typed_clock(value.strip())
    if minutes is None or not 0 <= minutes <= _DAY:
        raise Unfit('expected a time "HH:MM"', "time")
    return format_clock(minutes)


def _typed_clock(text: str) -> int | None:
    match = _CLOCK.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if minute > 59 or (match[3] and not 1 <= hour <= 12):
        return None
    if match[3]:
        hour = hour % 12 + (12 if match[3].lower() == "p" else 0)
    return hour * 60 + minute


def _short(text: str) -> str:
    """One window is short; what is long would keep the patterns below busy for hours."""
    if len(text) > _WINDOW_LENGTH:
        raise Unfit(f"a window has at most {_WINDOW_LENGTH} characters", "window")
    return text


def _span(text: str) -> tuple[str, str]:
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise Unfit('expected times such as "08:00-16:00"', "window")
    return clock_of(match["start"]), clock_of(match["end"])


def _days(text: str) -> list[str]:
    """`mon wed`, `mon-fri`, `mon, tue`; full names count by their first three letters."""
    found: list[str] = []
    for part in re.split(r"[\s,]+", re.sub(r"\s*[-–]\s*", "-", text.strip().lower())):
        first, _, last = part.partition("-")
        ends = [name[:3] for name in (first, last or first)]
        if not all(e in WEEKDAYS for e in ends) or not re.fullmatch(r"[a-z]+(-[a-z]+)?", part):
            raise Unfit("expected days such as mon, tue or mon-fri", "days")
        begin, end = (WEEKDAYS.index(e) for e in ends)
        found += [WEEKDAYS[(begin + n) % 7] for n in range((end - begin) % 7 + 1)]
    return found


def _weekly(value: Value) -> list[dict[str, Any]]:
    found = []
    for part in map(_short, _split(value)):
        match = re.fullmatch(r"([A-Za-z,\s–-]+?)\s+(\d.*)", part)
        if match is None:
            raise Unfit('expected windows such as "mon wed 08:00-16:00; fri 08:00-12:00"', "window")
        start, end = _span(match[2])
        found.append({"days": _days(match[1]), "start": start, "end": end})
    return found


def _write_weekly(windows: Any) -> str:
    return "; ".join(f"{' '.join(w['days'])} {w['start']}-{w['end']}" for w in windows)


def _dated(value: Value) -> list[dict[str, Any]]:
    if isinstance(value, date):
        return [{"date": _date(value)}]
    found = []
    for part in map(_short, _split(value)):
        match = _DATES.fullmatch(part)
        if match is None:
            raise Unfit('expected dates such as "2026-12-24 - 2026-12-26; 2026-12-31 12:00-24:00"', "window")
        window: dict[str, Any] = {"date": _date(match["first"])}
        if match["last"]:
            window["until_date"] = _date(match["last"])
        if match["clock"]:
            window["start"], window["end"] = _span(match["clock"])
        found.append(window)
    return found


def _write_dated(windows: Any) -> str:
    return "; ".join(_one_dated(w) for w in windows)


def _one_dated(window: Any) -> str:
    last, start, end = window.get("until_date"), window.get("start"), window.get("end")
    dates = f"{window['date']} - {last}" if last else str(window["date"])
    clock = f" {start or '00:00'}-{end or '24:00'}" if start or end else ""
    return dates + clock


def _as_is(value: Any) -> Value:
    found: Value = value
    return found


def _as_date(value: Any) -> Value:
    return date.fromisoformat(value)


def _as_time(value: Any) -> Value:
    """A spreadsheet has no 24:00, so that one stays text."""
    return str(value) if value == "24:00" else time.fromisoformat(value)


TEXT = Form("text", "Ada Ahlberg", _text, _as_is)
ID = Form("an id", "p1", _id, _as_is)
LIST = Form("a list, separated by semicolons", "adult; spanish", _split, _join)
COUNT = Form("a whole number", "3", _count, _as_is)
MINUTES = Form("minutes", "30", _count, _as_is)
YES_NO = Form("yes or no", "yes", _yes, lambda value: "yes" if value else "no")
RANGE = Form("a range; either end may be left out", "540-1140", _limits, _write_limits)
DATE = Form("a date", "2026-12-02", _date, _as_date)
CLOCK = Form("a time of day", "09:00", clock_of, _as_time)
DAYS = Form("days of the week", "mon wed", lambda v: _days(_short(_text(v))), " ".join)
WEEKLY = Form(
    "days and times, separated by semicolons", "mon wed 08:00-16:00; fri 08:00-12:00", _weekly, _write_weekly
)
DATED = Form(
    "dates, or dates with times", "2026-12-24 - 2026-12-26; 2026-12-31 12:00-24:00", _dated, _write_dated
)


def one_of(*known: str) -> Form:
    return Form(f"one of {', '.join(known)}", known[0], _choice(*known), _as_is)


def some_of(*known: str) -> Form:
    told = f"a list of {', '.join(known)}; or {_NONE}"
    return Form(told, "; ".join(known[:2]), _choices(*known), lambda values: _join(values) or _NONE)
