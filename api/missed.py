"""Room to make up what was missed: in its week it does not count towards a patient's maxima.

Sessions of a requirement, care minutes, care days and what is authorised are each raised by what was planned
and not attended; limits of a single day are not. Minima stay: what is owed stays owed until it is made up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from api.store.attendance import Attendance, Mark, PublishedWeek
from scheduler.attendance import ABSENT, attended
from scheduler.phases import in_week
from scheduler.problem import WEEKDAYS

Json = dict[str, Any]


@dataclass(slots=True)
class Lost:
    """What one patient has missed: sessions by type, care minutes, dates with none of their care."""

    sessions: Counter[str] = field(default_factory=Counter)
    minutes: int = 0
    days: int = 0


def with_room(problem: Json, week: PublishedWeek, marks: Mapping[Attendance, Mark]) -> Json:
    """The problem with raised maxima for whoever has missed something of the published week."""
    lost = lost_of(week, marks)
    if not lost:
        return problem
    programs = {program["id"]: program for program in problem["programs"]}
    first = date.fromisoformat(week.week_start)
    opened = _open_dates(problem["clinic"], first)
    patients = []
    for document in problem["patients"]:
        if missed := lost.get(document["id"]):
            resolved = in_week(document, first, opened)
            document = {**document, **_raised(resolved, programs[resolved["program"]], missed)}
        patients.append(document)
    return {**problem, "patients": patients}


def lost_of(week: PublishedWeek, marks: Mapping[Attendance, Mark]) -> dict[str, Lost]:
    found: dict[str, Lost] = {}
    days: dict[tuple[str, str], int] = {}
    for session in week.sessions:
        care = week.care_minutes.get(session["session_type"], 0)
        for patient in session["patients"]:
            mark = marks.get((patient, session["session_type"], session["start"]))
            had = attended(mark, care)
            day = (patient, session["start"][:10])
            if care:
                days[day] = days.get(day, 0) + had
            if mark is not None and mark.mark in (*ABSENT, "late"):
                one = found.setdefault(patient, Lost())
                one.minutes += care - had
                one.sessions[session["session_type"]] += mark.mark in ABSENT
    for (patient, _), minutes in days.items():
        if patient in found and not minutes:
            found[patient].days += 1
    return found


def _open_dates(site: Json, first: date) -> list[date]:
    weekdays = {day for window in site.get("opening_hours") or () for day in window["days"]}
    dates = (first + timedelta(days=n) for n in range(len(WEEKDAYS)))
    return [day for day in dates if WEEKDAYS[day.weekday()] in weekdays]


def _raised(patient: Json, program: Json, lost: Lost) -> Json:
    def rule(name: str) -> Any:
        own = patient.get(name)
        return program.get(name) if own is None else own

    changed: Json = {
        "requirements": [_requirement(r, lost.sessions) for r in rule("requirements") or ()],
        "care_minutes": _limits(rule("care_minutes"), lost.minutes),
        "days": _limits(rule("days"), lost.days),
        "authorized": _authorized(patient.get("authorized"), lost),
    }
    return {name: value for name, value in changed.items() if value}


def _requirement(requirement: Json, missed: Mapping[str, int]) -> Json:
    count = sum(missed.get(kind, 0) for kind in set(requirement["any_of"]))
    limits = _limits(requirement.get("sessions"), count)
    return {**requirement, "sessions": limits} if limits else requirement


def _limits(limits: Json | None, more: int) -> Json | None:
    if not limits or limits.get("max") is None:
        return limits
    return {**limits, "max": limits["max"] + more}


def _authorized(block: Json | None, lost: Lost) -> Json | None:
    raised = dict(block or {})
    for name, more in (("days", lost.days), ("minutes", lost.minutes)):
        if raised.get(name) is not None:
            raised[name] += more
    return raised or None
