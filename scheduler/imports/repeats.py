"""Recurrence rules made safe to expand: what could go on for hours is refused, what is long over is skipped.

`dateutil` walks a rule from its first instance on, one period after the other, and a rule that never matches
up to the year 9999, whatever its end. So every rule ends with the dates that are asked for, a rule without
COUNT starts shortly before them, a rule that never matches is found first, and what is left to walk is
counted before anybody walks it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from dateutil.rrule import rrulestr

STEPS_MOST: Final = 500_000  # days (for hourly rules, hours) walked for one file: up to 3 s
A_DAY_MOST: Final = 96  # instances: every quarter of an hour
LENGTH_MOST: Final = 1_000  # characters of a rule

_PART: Final = re.compile(r"([A-Z-]+)=([A-Z0-9,+-]+)")
_DAYS_OF: Final = {"HOURLY": 1, "DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
_SKIPPABLE: Final = ("HOURLY", "DAILY", "WEEKLY")
_CYCLES: Final = 19 * 400  # years
STEPS_OF_A_SEARCH: Final = (9999 - 2026 - _CYCLES) * 366
_STEPS_A_RULE: Final = 50  # what it takes to read one
_STEPS_A_DAY: Final = {"HOURLY": 24}
_NUMBERS: Final = {
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
    "BYSECOND": (0, 60),
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYSETPOS": (-366, 366),
}
_DAY: Final = re.compile(r"[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)")
_UNTIL: Final = re.compile(r"\d{8}(?:T\d{6}Z?)?")


class BadRule(ValueError):
    """A rule that is not followed; the text says why and holds nothing of the rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's parts, checked."""

    parts: dict[str, str]

    @property
    def frequency(self) -> str:
        return self.parts["FREQ"]

    @property
    def interval(self) -> int:
        return int(self.parts.get("INTERVAL", "1"))

    @property
    def counted(self) -> bool:
        return "COUNT" in self.parts

    @classmethod
    def read(cls, text: str) -> Rule:
        """Raises `BadRule` where it is malformed or repeats more often than anybody is busy."""
        parts: dict[str, str] = {}
        if len(text) > LENGTH_MOST:
            raise BadRule("this rule is too long")
        for part in filter(None, text.upper().replace(" ", "").split(";")):
            match = _PART.fullmatch(part)
            if match is None or match[1] in parts:
                raise BadRule("this is no recurrence rule")
            if not match[1].startswith("X-"):
                parts[match[1]] = match[2]
        rule = cls(parts)
        rule._check()
        return rule

    def _check(self) -> None:
        if self.parts.get("FREQ") in ("SECONDLY", "MINUTELY"):
            raise BadRule("it repeats every minute or second: that is nobody's calendar")
        if self.parts.get("FREQ") not in _DAYS_OF:
            raise BadRule("this is no recurrence rule: it has no known FREQ")
        if not all(_well_formed(name, value) for name, value in self.parts.items()):
            raise BadRule("this is no recurrence rule")
        if self._instances_a_day() > A_DAY_MOST:
            raise BadRule(f"it repeats more than {A_DAY_MOST} times a day")

    def _instances_a_day(self) -> int:
        hours = 24 if self.frequency == "HOURLY" else self._listed("BYHOUR")
        return hours * self._listed("BYMINUTE") * self._listed("BYSECOND")

    def _listed(self, name: str) -> int:
        return len(self.parts[name].split(",")) if name in self.parts else 1


def _well_formed(name: str, value: str) -> bool:
    if name in _NUMBERS:
        low, high = _NUMBERS[name]
        return all(
            re.fullmatch(r"[+-]?\d{1,3}", n) is not None and low <= int(n) <= high for n in value.split(",")
        )
    match name:
        case "INTERVAL":
            return value.isdecimal() and len(value) <= 5 and int(value) >= 1
        case "COUNT":
            return value.isdecimal() and len(value) <= 12
        case "UNTIL":
            return _UNTIL.fullmatch(value) is not None
        case "BYDAY":
            return all(_DAY.fullmatch(day) for day in value.split(","))
        case "WKST":
            return value in ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
        case "FREQ":
            return True
        case _:
            return False


@dataclass(frozen=True, slots=True)
class Span:
    """What is asked for: instances that touch the dates from `first` to before `after`."""

    first: date
    after: date


def days_to_skip(rule: Rule, begins: date, longest: timedelta, span: Span) -> int:
    """So many days later the same rule has the same instances in the span.

    A whole number of the rule's periods, and short of the span by two more: the later start counts as an
    instance even where the rule would not have one there.
    """
    if rule.counted or rule.frequency not in _SKIPPABLE:
        return 0
    period = _DAYS_OF[rule.frequency] * rule.interval
    ahead = (span.first - begins).days - longest.days - 2 * period - 2
    return max(0, ahead // period) * period


def steps(rule: Rule, begins: date, span: Span) -> int:
    """How much there is to walk from the (later) start to the end of the span."""
    return _STEPS_A_RULE + max(1, (span.after - begins).days) * _STEPS_A_DAY.get(rule.frequency, 1)


def days_until_next(rule: Rule, begins: date, span: Span) -> int | None:
    """From the end of the span to the rule's next instance; None when there is none any more.

    Asked of the same rule 7,600 years later: the calendar repeats itself every 400 years to the day of the
    week, and there only few years are left to be searched before the calendar of `datetime` ends.
    """
    text = ";".join(f"{n}={v}" for n, v in rule.parts.items() if n not in ("UNTIL", "COUNT"))
    first = datetime(begins.year + _CYCLES, begins.month, begins.day)
    after = datetime(span.after.year + _CYCLES, span.after.month, span.after.day)
    try:
        found: datetime | None = rrulestr(text, dtstart=first).after(after)
    except (ValueError, TypeError, OverflowError):
        raise BadRule("this is no recurrence rule") from None
    return None if found is None else (found - after).days


def ending(rule: Rule, span: Span, start: date) -> str:
    """The rule's text with an end no later than two days after the span, in the form that its start has.

    Programs write UNTIL as a date beside a start with a clock, or without a zone: both mean the start's zone,
    and a date includes all of its day.
    """
    parts = {name: value for name, value in rule.parts.items() if name != "UNTIL"}
    last = span.after + timedelta(days=2)
    if not isinstance(start, datetime):
        given = rule.parts.get("UNTIL", "99991231")[:8]
        until = min(given, f"{last:%Y%m%d}")
    else:
        moment = datetime(last.year, last.month, last.day, tzinfo=UTC)
        if "UNTIL" in rule.parts:
            moment = min(moment, _moment(rule.parts["UNTIL"], start))
        until = f"{moment:%Y%m%dT%H%M%S}Z"
    # UNTIL stands last: recurring-ical-events looks for it behind a semicolon.
    return ";".join(f"{name}={value}" for name, value in (*parts.items(), ("UNTIL", until)))


def _moment(until: str, start: datetime) -> datetime:
    try:
        clock = until[9:15] or "235959"
        found = datetime.strptime(f"{until[:8]}{clock}", "%Y%m%d%H%M%S")
        zone = UTC if until.endswith("Z") else start.tzinfo
        return found.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRule("its UNTIL is no date or time") from None
