"""How care went, as a task of a solver process: one patient's weeks, planned and attended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from threading import Event
from typing import Any

import scheduler
from api import authorized
from api.jobs.tasks import Report
from scheduler.entitlement import Entitlement
from scheduler.problem import Problem
from scheduler.setting import setting_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One planned attendance: what it is, and how many of its minutes were attended (None: not marked)."""

    session_type: str
    start: str
    minutes: int
    attended: int | None
    mark: str | None

    @property
    def day(self) -> str:
        return self.start[:10]

    @property
    def held(self) -> int:
        """Minutes attended, or planned as long as nothing is marked."""
        return self.minutes if self.attended is None else self.attended


def progress(payload: Json, stop: Event, report: Report) -> Json:
    """One patient's weeks in their order, what the next one may use, and how steady they are."""
    patient = payload["patient"]
    weeks = [(week, _parts(week, patient)) for week in payload["weeks"]]
    next_week = scheduler.read_problem(payload["next"]).problem
    needs = _entitlement(next_week, patient)
    left = authorized.left_in_week(
        payload["authorizations"],
        payload["used"],
        next_week.clinic.week_start,
        needs.days_min if needs else None,
        needs.care_min if needs else None,
    )
    return {
        "patient": patient,
        "weeks": [_week(week, parts, patient) for week, parts in weeks],
        "next": {
            "week_start": next_week.clinic.week_start.isoformat(),
            "program": next_week.patients[0].program,
            "authorized": left.block,
            "authorization": left.authorization,
            "warnings": list(left.warnings),
        },
        "stability": asdict(stability([parts for _, parts in weeks])),
    }


def _parts(week: Json, patient: str) -> list[Part]:
    marks = {(m["session_type"], m["start"]): m for m in week["marks"]}
    mine = (s for s in week["sessions"] if patient in s["patients"])
    return [
        _part(s, marks.get((s["session_type"], s["start"]))) for s in sorted(mine, key=lambda s: s["start"])
    ]


def _part(session: Json, mark: Json | None) -> Part:
    took = datetime.fromisoformat(session["end"]) - datetime.fromisoformat(session["start"])
    minutes = int(took.total_seconds()) // 60
    word = mark["mark"] if mark else None
    attended = {"attended": minutes, "late": mark["minutes"] if mark else 0, None: None}.get(word, 0)
    return Part(session["session_type"], session["start"], minutes, attended, word)


def _entitlement(problem: Problem, patient: str) -> Entitlement | None:
    return setting_of(problem).entitlements.get(patient)


def _week(week: Json, parts: Sequence[Part], patient: str) -> Json:
    problem = scheduler.read_problem(week["problem"]).problem
    needs = _entitlement(problem, patient)
    care = {t.id for t in problem.session_types if t.counts_as_care}
    caring = [part for part in parts if part.session_type in care]
    planned, held = _owing(needs, parts, care, planned=True), _owing(needs, parts, care, planned=False)
    by_day = _by_day(caring)
    return {
        "week_start": week["week_start"],
        "timetable": week["timetable"],
        "planned_minutes": sum(part.minutes for part in caring),
        "attended_minutes": sum(part.attended or 0 for part in caring),
        "missed_minutes": sum(part.minutes - part.held for part in caring),
        "unmet_minutes": planned.unmet,
        "owed_minutes": max(0, held.unmet - planned.unmet),
        "owed": {key: short for key, n in held.short.items() if (short := n - planned.short[key])},
        "care_days": len(by_day),
        "payer_days": sum(
            1 for minutes in by_day.values() if minutes >= (needs.day_care_min if needs else 0)
        ),
        "no_shows": sum(1 for part in parts if part.mark == "missed"),
        "excused": sum(1 for part in parts if part.mark == "excused"),
        "unmarked": sum(1 for part in parts if part.mark is None),
    }


def _by_day(parts: Iterable[Part]) -> dict[str, int]:
    """Care minutes attended, or planned and not marked, by date."""
    found: dict[str, int] = {}
    for part in parts:
        if part.held:
            found[part.day] = found.get(part.day, 0) + part.held
    return found


@dataclass(frozen=True, slots=True)
class Owing:
    """Unmet minutes of a week (contract, section 4), and what each requirement lacks of them."""

    unmet: int
    short: Mapping[str, int]


def _owing(needs: Entitlement | None, parts: Sequence[Part], care: set[str], planned: bool) -> Owing:
    if needs is None:
        return Owing(0, {})
    there = parts if planned else [part for part in parts if part.held]
    minutes = sum(part.minutes if planned else part.held for part in there if part.session_type in care)
    short = {
        r.id: max(0, r.minimum - sum(1 for part in there if part.session_type in r.any_of))
        * r.shortest_minutes
        for r in needs.requirements
    }
    in_care = sum(short[r.id] for r in needs.requirements if r.holds_care)
    others = sum(short[r.id] for r in needs.requirements if not r.holds_care)
    return Owing(max(in_care, needs.care_min - minutes, 0) + others, short)


# -- stability ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stability:
    """Share of the last week's attendances kept from the week before, minutes between its earliest and its
    latest first start of a day, and weeks in a row with the same pattern."""

    kept: float | None
    spread: int | None
    weeks_same: int


def stability(weeks: Sequence[Sequence[Part]]) -> Stability:
    if not weeks:
        return Stability(None, None, 0)
    patterns = [{(part.session_type, *_place(part)) for part in parts} for parts in weeks]
    kept = None
    if len(patterns) > 1 and patterns[-2]:
        kept = round(len(patterns[-1] & patterns[-2]) / len(patterns[-2]), 3)
    places = [{_place(part) for part in parts} for parts in weeks]
    same = next((n for n, other in enumerate(reversed(places)) if other != places[-1]), len(places))
    return Stability(kept, _spread(weeks[-1]), same)


def _place(part: Part) -> tuple[int, str]:
    return date.fromisoformat(part.day).weekday(), part.start[11:]


def _spread(parts: Sequence[Part]) -> int | None:
    firsts: dict[str, int] = {}
    for part in parts:
        clock = int(part.start[11:13]) * 60 + int(part.start[14:])
        firsts[part.day] = min(clock, firsts.get(part.day, clock))
    return max(firsts.values()) - min(firsts.values()) if firsts else None
