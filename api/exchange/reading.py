"""Reading files as tasks of a solver process: base64 and settings in, plain documents or misfits out."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

from api.jobs.tasks import Report, register

Json = dict[str, Any]
CALENDAR, PEOPLE, WEEK, ATTENDANCE = "read_calendar", "read_people", "read_week", "read_attendance"
for _name in (CALENDAR, PEOPLE, WEEK, ATTENDANCE):
    register(_name, f"{__name__}:{_name}")


def read_calendar(payload: Json, stop: Event, report: Report) -> Json:
    """What a calendar takes on the dates asked for, as dated windows, and the weekly hours that it offers."""
    from scheduler.imports import CannotImport, busy
    from scheduler.imports.calendars import read_calendar

    first, days = date.fromisoformat(payload["first"]), payload["days"]
    try:
        hours = read_calendar(b64decode(payload["content"]), first, days, ZoneInfo(payload["timezone"]))
    except CannotImport as refusal:
        return _refused(refusal.misfits)
    return {
        "busy": busy.windows_of(hours.busy),
        "events": busy.windows_of(hours.events),
        "availability": busy.availability_of(hours),
    }


def read_people(payload: Json, stop: Event, report: Report) -> Json:
    """The documents with the file's rows in them, and what is different; nothing is stored."""
    from scheduler.errors import ProblemRefused
    from scheduler.imports import CannotImport, outcome, people
    from scheduler.intake import read_problem

    before = people.Parts(**payload["parts"])
    try:
        given = people.read_people(b64decode(payload["content"]), payload["sheet"])
    except CannotImport as refusal:
        return _refused(refusal.misfits)
    after = people.applied(given, before, payload["missing"])
    misfits = outcome.unknown_patients(given, after)
    try:
        read_problem(payload["problem"] | asdict(after))
    except ProblemRefused as refusal:
        misfits += outcome.misfits_of(refusal.faults, given, after)
    if misfits:
        return _refused(misfits)
    differences = outcome.differences(before, after)
    return {"parts": asdict(after), "differences": {name: asdict(d) for name, d in differences.items()}}


def read_week(payload: Json, stop: Event, report: Report) -> Json:
    """The timetable document of a week in a sheet, and every rule that it breaks."""
    import scheduler
    from scheduler.imports import CannotImport
    from scheduler.imports.weeks import published_week, read_week_sheet

    problem = scheduler.read_problem(payload["problem"]).problem
    try:
        sessions = read_week_sheet(b64decode(payload["content"]), problem)
    except CannotImport as refusal:
        return _refused(refusal.misfits)
    timetable = published_week(problem, sessions, payload["id"]).document()
    findings = scheduler.verify(problem, timetable).findings
    return {"timetable": timetable, "findings": [dict(finding.as_dict()) for finding in findings]}


def read_attendance(payload: Json, stop: Event, report: Report) -> Json:
    """The marks of a sheet, each with the row that it stands in."""
    from scheduler.imports import CannotImport
    from scheduler.imports.attendance import read_attendance as read

    try:
        return {"marks": read(b64decode(payload["content"]), payload["sessions"])}
    except CannotImport as refusal:
        return _refused(refusal.misfits)


def _refused(misfits: Sequence[Any]) -> Json:
    return {"misfits": [misfit.as_dict() for misfit in misfits]}
