"""What a week may still use of everybody's authorisations, and what to look ahead to, as a task."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from threading import Event
from typing import Any

import scheduler
from api.jobs.tasks import Report
from scheduler.authorizations import StoredAuthorization, Used, authorized_in_week
from scheduler.setting import setting_of

Json = dict[str, Any]


def authorizations(payload: Json, stop: Event, report: Report) -> Json:
    """Every patient of `problem`, all of whom have authorisations, in their order."""
    return {"week_start": payload["week_start"], "patients": list(_patients(payload))}


def _patients(payload: Json) -> Iterator[Json]:
    problem = scheduler.read_problem(payload["problem"]).problem
    setting = setting_of(problem)
    rights, here = setting.entitlements, setting.calendar.active_days
    for patient in problem.patients:
        left = authorized_in_week(
            [StoredAuthorization.model_validate(a) for a in payload["authorizations"][patient.id]],
            [Used(date.fromisoformat(day), minutes) for day, minutes in payload["used"].get(patient.id, ())],
            problem.clinic.week_start,
            rights[patient.id].days_min,
            rights[patient.id].care_min,
        )
        # Nobody needs to be asked for a patient who is not in care in this week.
        warnings = left.warnings if here[patient.id] else ()
        yield {
            "patient": patient.id,
            "authorized": left.block,
            "authorization": left.authorization,
            "warnings": [warning.model_dump(mode="json") for warning in warnings],
        }
