"""What somebody asks about a timetable (moves, an event, one patient), read as strictly as a problem."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from scheduler.errors import Fault, ProblemRefused
from scheduler.intake import read_problem
from scheduler.intake.form import check_form_of
from scheduler.intake.place import EnoughFaults, Faults, Place
from scheduler.intake.sound import sound
from scheduler.intake.text import parse, report_twice
from scheduler.problem import Patient, Problem
from scheduler.rules import reference
from scheduler.rules.facts import Facts
from scheduler.timetable import PlannedSession

Model = TypeVar("Model", bound=BaseModel)


def read_asked(
    model: type[Model],
    document: object,
    kind: str,
    check: Callable[[Place, Faults], None],
    whole: Callable[[Any], Any] = lambda value: value,
) -> Model:
    """The document as a model; raises ProblemRefused with every fault of its form and of `check`.

    `whole` brings the JSON value into the form of the model, for documents that have a short form.
    """
    faults = Faults()
    value = document
    try:
        if isinstance(document, str | bytes):
            parsed = parse(document, kind)
            report_twice(parsed, faults)
            value = parsed.value
        value = whole(sound(value, faults))
        made = check_form_of(model, value, faults)
        check(Place(value), faults)
    except EnoughFaults:
        made = None
    if made is None or faults.found:
        raise ProblemRefused(faults.in_order_of(value), kind)
    return made


def without_prefix(faults: tuple[Fault, ...], prefix: str) -> tuple[Fault, ...]:
    """The faults with pointers into a part of the document that they were found in."""
    return tuple(Fault(f.pointer.removeprefix(prefix), f.message, f.code) for f in faults)


def read_patient(document: object, problem: Problem) -> Patient:
    """A patient document checked as part of the problem; raises ProblemRefused with pointers into it."""
    if isinstance(document, str | bytes):
        document = parse(document, "patient").value
    whole = problem.document or problem.model_dump(mode="json", by_alias=True)
    alone = {"patients": [document], "cohorts": [], "apart": [], "pins": [], "baseline": None}
    try:
        return read_problem(dict(whole) | alone).problem.patients[0]
    except ProblemRefused as refusal:
        own = [f for f in refusal.faults if f.pointer.startswith("/patients/0")]
        raise ProblemRefused(without_prefix(tuple(own or refusal.faults), "/patients/0"), "patient") from None


def faults_of_references(problem: Problem, sessions: Sequence[PlannedSession]) -> tuple[Fault, ...]:
    """What makes a timetable one of another problem: unknown ids, dates outside the week."""
    facts = Facts(problem, sessions)
    place = {s.id: f"/sessions/{i}" for i, s in enumerate(facts.given)}
    found = reference.check(facts)
    return tuple(Fault(place.get(f.subject, ""), f.text, f.params["code"]) for f in found)
