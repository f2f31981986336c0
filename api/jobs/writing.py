"""Differences and files, as tasks of a solver process: both can be large, and both only read."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from threading import Event
from typing import Any

import scheduler
from api.jobs import asked
from api.jobs.tasks import Report
from scheduler.diff import difference
from scheduler.exports import CannotExport, Extract, export
from scheduler.names import Names

Json = dict[str, Any]


def diff(payload: Json, stop: Event, report: Report) -> Json:
    """What is different in `other`, for whom."""
    old, new = asked.document(payload), asked.document(payload, "other")
    return difference(old, new, _names(payload["problem"])).document()


def write(payload: Json, stop: Event, report: Report) -> Json:
    """The file in base64, and the patients it tells of; `refused` where the format cannot say it."""
    names = _names(payload["problem"])
    extract = Extract(asked.document(payload), names, **payload["of"])
    options = dict(payload["options"])
    if options.get("stamp"):
        options["stamp"] = datetime.fromisoformat(options["stamp"])
    try:
        content = export(extract, payload["format"], **options)
    except CannotExport as refusal:
        return {"refused": str(refusal)}
    patients = sorted({p for s in extract.sessions() for p in s.patients})
    return {"content": b64encode(content).decode(), "patients": patients}


def _names(problem: Json | None) -> Names:
    """Names of the clinic's own things; ids where the problem is no longer there."""
    return Names(scheduler.read_problem(problem).problem if problem else None)
