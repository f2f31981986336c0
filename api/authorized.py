"""What is left of stored authorisations in a planning week: no plan is made beyond it.

A date is drawn down by care attended on it, or still planned on it and not marked. Care that was missed or
excused uses nothing, a late one the minutes attended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

Json = dict[str, Any]
WEEK: Final = timedelta(days=6)
ENDING: Final = timedelta(days=14)
NOT_USED: Final = ("missed", "excused")
# (patient, session, minutes planned) -> minutes attended or still planned
Attended = Callable[[str, Json, int], int]


@dataclass(frozen=True, slots=True)
class Left:
    """The `authorized` block of a week, the authorisation that it is of, and what to look ahead to."""

    block: Json | None
    authorization: str | None
    warnings: tuple[Json, ...]


def used_in(
    sessions: Iterable[Json], care: Mapping[str, int], attended: Attended
) -> dict[str, dict[str, int]]:
    """Care minutes by patient and date; `care` has the minutes of each session type that counts as care."""
    found: dict[str, dict[str, int]] = {}
    for session in sessions:
        planned = care.get(session["session_type"], 0)
        for patient in session["patients"] if planned else ():
            if minutes := attended(patient, session, planned):
                dates = found.setdefault(patient, {})
                day = session["start"][:10]
                dates[day] = dates.get(day, 0) + minutes
    return found


def left_in_week(
    stored: Sequence[Json],
    used: Mapping[str, int],
    week_start: date,
    care_days: int | None = None,
    care_minutes: int | None = None,
) -> Left:
    """What a week may use; `used` are care minutes by date of all other weeks, published or attended.

    `care_days` and `care_minutes` are what the week asks for at least: half of what is left is a warning.
    """
    if not stored:
        return Left(None, None, ())
    covered = [(_dates_in_week(a, week_start), date.fromisoformat(a["from"]), a) for a in stored]
    days, _, chosen = max(covered, key=lambda c: c[:2])
    if not days:
        return Left(_nothing(week_start), None, _warnings_without(stored, week_start))
    drawn = [minutes for day, minutes in used.items() if chosen["from"] <= day <= chosen["until"]]
    block = {
        "days": None if chosen["days"] is None else max(0, chosen["days"] - len(drawn)),
        "minutes": None if chosen["minutes"] is None else max(0, chosen["minutes"] - sum(drawn)),
        "from": chosen["from"],
        "until": chosen["until"],
    }
    return Left(
        block, chosen["id"], tuple(_warnings(chosen, block, stored, week_start, care_days, care_minutes))
    )


def _dates_in_week(authorization: Json, week_start: date) -> int:
    first = max(date.fromisoformat(authorization["from"]), week_start)
    last = min(date.fromisoformat(authorization["until"]), week_start + WEEK)
    return max(0, (last - first).days + 1)


def _nothing(week_start: date) -> Json:
    until = (week_start - timedelta(days=1)).isoformat()
    return {"days": 0, "minutes": 0, "from": None, "until": until}


# -- looking ahead ------------------------------------------------------------------------------------------

TEXTS: Final = {
    "authorization_used": "nothing is left of authorisation {authorization}",
    "authorization_low": "less is left of authorisation {authorization} than two weeks need",
    "authorization_ending": "authorisation {authorization} ends on {until}",
    "authorization_ended": "the last authorisation, {authorization}, ended on {until}",
    "authorization_later": "the next authorisation, {authorization}, begins on {from}",
}


def _warnings(
    chosen: Json,
    block: Json,
    stored: Sequence[Json],
    week_start: date,
    care_days: int | None,
    care_minutes: int | None,
) -> Iterable[Json]:
    needs = {"days": care_days or 0, "minutes": care_minutes or 0}
    left = {name: block[name] for name in needs if block[name] is not None}
    if 0 in left.values():
        yield _warning("authorization_used", chosen)
    elif any(amount < 2 * needs[name] for name, amount in left.items()):
        yield _warning("authorization_low", chosen)
    until = date.fromisoformat(chosen["until"])
    following = (until + timedelta(days=1)).isoformat()
    if until - week_start <= ENDING and not any(a["from"] <= following <= a["until"] for a in stored):
        yield _warning("authorization_ending", chosen)


def _warnings_without(stored: Sequence[Json], week_start: date) -> tuple[Json, ...]:
    """Why nothing is authorised in a week: all have ended, or the next one is yet to begin."""
    later = [a for a in stored if a["from"] > week_start.isoformat()]
    if later:
        return (_warning("authorization_later", min(later, key=lambda a: a["from"])),)
    return (_warning("authorization_ended", max(stored, key=lambda a: a["until"])),)


def _warning(code: str, authorization: Json) -> Json:
    params = {
        "authorization": authorization["id"],
        "from": authorization["from"],
        "until": authorization["until"],
    }
    return {"code": code, "text": TEXTS[code].format(**params), "params": params}
