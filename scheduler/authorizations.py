"""Stored authorisations drawn down by published and attended weeks: what a planning week may still use.

A date is drawn down by the care attended on it, or still planned on it and not marked. Missed and excused
care uses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from scheduler.attendance import Mark, delivered
from scheduler.problem import ActiveDates, Count, Id, Problem
from scheduler.rules.facts import Facts
from scheduler.timetable import PlannedSession, Reason

DAYS: Final = 7
ENDING_DAYS: Final = 14
NEVER: Final = {"days": 0, "minutes": 0, "from": None, "until": None}


class StoredAuthorization(ActiveDates):
    """What a payer has authorised from one date to another: care days, care minutes."""

    id: Id
    days: Count | None = None
    minutes: Count | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """Care minutes that one patient used on one date: one care day."""

    date: date
    minutes: int


@dataclass(frozen=True, slots=True)
class Left:
    """`block` is the patient's `authorized` of the week (None: nothing stored); `authorization` is its id."""

    block: dict[str, Any] | None
    authorization: str | None
    warnings: tuple[Reason, ...] = ()


def used_in(
    problem: Problem, sessions: Iterable[PlannedSession], marks: Iterable[Mark] = ()
) -> dict[str, tuple[Used, ...]]:
    """Per patient the dates of one week with care that was attended or is planned, in order."""
    found: dict[str, tuple[Used, ...]] = {}
    for patient, week in delivered(Facts(problem, sessions), marks).items():
        by_date: dict[date, int] = {}
        for one in week:
            if one.held.type.counts_as_care and one.minutes:
                day = one.held.given.start.date()
                by_date[day] = by_date.get(day, 0) + one.minutes
        found[patient] = tuple(Used(day, minutes) for day, minutes in sorted(by_date.items()))
    return found


def spent(stored: StoredAuthorization, used: Iterable[Used]) -> tuple[int, int]:
    """Days and minutes used within the dates of one authorisation."""
    own = [u for u in used if _holds(stored, u.date)]
    return len({u.date for u in own}), sum(u.minutes for u in own)


def left(stored: StoredAuthorization, used: Iterable[Used]) -> tuple[int | None, int | None]:
    """Days and minutes left of one authorisation, from what was used within its dates."""
    days, minutes = spent(stored, used)
    return (
        None if stored.days is None else max(0, stored.days - days),
        None if stored.minutes is None else max(0, stored.minutes - minutes),
    )


def authorized_in_week(
    stored: Sequence[StoredAuthorization],
    used: Iterable[Used],
    week_start: date,
    care_days: int | None = None,
    care_minutes: int | None = None,
) -> Left:
    """What is left for one week; `care_days` and `care_minutes` are what the week asks for at least.

    `used` in the week itself does not count against it; in a later one that is published already, it does.
    """
    if not stored:
        return Left(None, None)
    week = list(dict.fromkeys(shifted(week_start, d) for d in range(DAYS)))
    touching = [(sum(_holds(a, day) for day in week), a.from_ or date.min, n) for n, a in enumerate(stored)]
    dates, _, number = max(touching)
    if not dates:
        # No date is authorised: not even a session that is no care can be held.
        never = NEVER | {"until": shifted(week_start, -1).isoformat()}
        return Left(never, None, (_ended(stored, week_start),))
    chosen = stored[number]
    days, minutes = left(chosen, (u for u in used if u.date not in week))
    block = {
        "days": days,
        "minutes": minutes,
        "from": chosen.from_.isoformat() if chosen.from_ else None,
        "until": chosen.until.isoformat() if chosen.until else None,
    }
    warnings = tuple(_warnings(chosen, days, minutes, week_start, care_days, care_minutes))
    if chosen.until is not None and any(_holds(a, shifted(chosen.until, 1)) for a in stored):
        warnings = tuple(w for w in warnings if w.code != "authorization_ending")  # another one goes on
    return Left(block, chosen.id, warnings)


def shifted(day: date, days: int) -> date:
    """So many days later or earlier; no further than the calendar goes, whose last date can be an end."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def _holds(stored: ActiveDates, day: date) -> bool:
    return (stored.from_ is None or stored.from_ <= day) and (stored.until is None or day <= stored.until)


def _ended(stored: Sequence[StoredAuthorization], week_start: date) -> Reason:
    last = max((a.until for a in stored if a.until and a.until < week_start), default=None)
    if last is None:
        return Reason(code="authorization_not_begun", text="no authorisation has begun", params={})
    text = f"the last authorisation ended on {last}"
    return Reason(code="authorization_ended", text=text, params={"until": last.isoformat()})


def _warnings(
    stored: StoredAuthorization,
    days: int | None,
    minutes: int | None,
    week_start: date,
    care_days: int | None,
    care_minutes: int | None,
) -> Iterable[Reason]:
    for what, amount, weekly in (("days", days, care_days), ("minutes", minutes, care_minutes)):
        params: dict[str, Any] = {"authorization": stored.id, "what": what, "left": amount}
        if amount == 0:
            yield Reason(code="authorization_used", text=f"no {what} are left of it", params=params)
        elif amount is not None and weekly and amount < 2 * weekly:
            text = f"{amount} {what} are left of it, and a week asks for {weekly}"
            yield Reason(code="authorization_low", text=text, params=params | {"weekly": weekly})
    if stored.until is not None and (stored.until - week_start).days <= ENDING_DAYS:
        params = {"authorization": stored.id, "until": stored.until.isoformat()}
        yield Reason(code="authorization_ending", text=f"it ends on {stored.until}", params=params)
