"""Placing one patient, repairing a week and explaining it, as tasks of a solver process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from threading import Event
from typing import Any

from api.jobs import asked
from api.jobs.tasks import Report
from scheduler.errors import Fault, ProblemRefused
from scheduler.intake.asked import read_patient
from scheduler.problem import Patient, Problem, format_start
from scheduler.timetable import PlannedSession

Json = dict[str, Any]


def place(payload: Json, stop: Event, report: Report) -> Json:
    """Ranked week plans for one patient, each with the moves that would make it."""
    from scheduler.admission import starting
    from scheduler.placement import place as placed
    from scheduler.placement import with_plan

    week = asked.read(payload)
    patient = _patient(payload["patient"], week.problem)
    if payload.get("from"):
        patient = starting(patient, date.fromisoformat(payload["from"]))
    found = placed(
        week.problem, week.sessions, patient, options=payload["options"], openings=payload["openings"]
    )
    shown = found.document()
    for plan, plan_shown in zip(found.plans, shown["plans"], strict=True):
        after = with_plan(week.sessions, patient.id, plan)
        plan_shown["moves"] = list(moves_between(week.sessions, after, patient.id))
    if payload.get("from"):
        shown["admission"] = _admission(payload, week, patient)
    return shown


def _admission(payload: Json, week: asked.AskedWeek, patient: Patient) -> Json:
    """The earliest start from a date on, and why not before."""
    from scheduler.admission import admission, sessions_for

    given = payload["patient"]
    if isinstance(given, str):
        given = next(p for p in payload["problem"]["patients"] if p["id"] == given)
    made = admission([(week.problem, week.sessions)], given, date.fromisoformat(payload["from"]))
    shown = made.document()
    if made.plan is not None:
        after = sessions_for(week.sessions, made)
        shown["plan"]["moves"] = list(moves_between(week.sessions, after, patient.id))
    return shown


def _patient(given: str | Json, problem: Problem) -> Patient:
    if isinstance(given, str):
        known = next((p for p in problem.patients if p.id == given), None)
        if known is None:
            raise ProblemRefused([Fault("/patient", "no patient of the clinic has this id", "unknown_id")])
        return known
    try:
        return read_patient(given, problem)
    except ProblemRefused as refusal:
        faults = [Fault(f"/patient{f.pointer}", f.message, f.code) for f in refusal.faults]
        raise ProblemRefused(faults, refusal.kind) from None


def moves_between(
    before: Iterable[PlannedSession], after: Iterable[PlannedSession], patient: str
) -> Iterator[Json]:
    """The moves that lead from one list of sessions to another that differs in one patient alone."""
    made = {s.id: s for s in after}
    for old in before:
        new = made.pop(old.id, None)
        if new is None:
            yield {"delete": old.id}
        elif (patient in new.patients) != (patient in old.patients):
            yield {"session": old.id, "set": {"add" if patient in new.patients else "remove": [patient]}}
    for new in made.values():
        created = new.model_dump(mode="json", exclude={"end"})
        yield {"create": {**created, "start": format_start(new.start)}}


def repair(payload: Json, stop: Event, report: Report) -> Json:
    """The least-change timetable after an event with the problem it belongs to, and what it offers beside."""
    from scheduler.event import read_event
    from scheduler.repair import repair as repaired

    week = asked.read(payload)
    event = read_event(payload["event"], week.problem)
    found = repaired(week.problem, week.sessions, event, seconds=payload["seconds"], stop=stop.is_set)
    shown = {**found.document(), "problem": found.problem}
    for other, other_shown in zip(found.alternatives, shown["alternatives"], strict=True):
        other_shown["difference"] = other.difference.document()
    return shown


def explain(payload: Json, stop: Event, report: Report) -> Json:
    """Why care stays unmet, the least that would have to change, and what would help the clinic."""
    from scheduler.explain import explain as explained

    week = asked.read(payload)
    found = explained(
        week.problem, week.sessions, patients=payload["patients"], time_limit=payload["seconds"], stop=stop
    )
    shown: Json = found.document()
    return shown
