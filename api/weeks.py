"""A stored timetable and the problem it is judged by, for every question that is asked about it.

Whatever is to happen next (moves, repairs, placements, publishing) is judged by what is stored now, with the
baseline, pins and weights that the week was asked for with. What is told of a timetable as it is (its files,
its differences) keeps to the problem it was planned from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from api.access import Caller, visible_timetable
from api.errors import Conflict
from api.etags import check
from api.judging import faults_of
from api.paths import known_clinic
from api.service import Service
from api.store import clinics
from api.store.models import Timetable
from api.weekly import week_problem

Json = dict[str, Any]
OWN_PARTS = ("baseline", "pins", "weights")


@dataclass(frozen=True, slots=True)
class StoredWeek:
    """A timetable with sessions; `problem` as things are stored now, `planned` as they were."""

    row: Timetable
    problem: Json
    planned: Json
    revision: int

    @property
    def clinic_id(self) -> str:
        assert self.row.clinic_id is not None
        return self.row.clinic_id

    @property
    def document(self) -> Json:
        return self.row.result or {}

    def pins_by_hand(self) -> tuple[list[Json], list[Json]]:
        """(pins the week was asked for with, pins that manual moves have left): only the first bind moves."""
        pins = self.problem.get("pins") or []
        by_hand = self.row.options.get("by_hand") or []
        asked = self.row.options.get("asked_pins")
        if asked is None:
            asked = [pin for pin in pins if pin not in by_hand]
        return asked, by_hand

    def patients_of(self, sessions: Iterable[str]) -> set[str]:
        """Who attends some of its sessions."""
        wanted = set(sessions)
        return {p for s in self.document["sessions"] if s["id"] in wanted for p in s["patients"]}


def stored_week(
    session: Session, caller: Caller, timetable_id: str, if_match: str | None = None
) -> StoredWeek:
    """The week of a stored clinic, or the refusal that says why there is nothing to ask about."""
    row = visible_timetable(session, caller, timetable_id, problem=True)
    if if_match is not None:
        check(row.version, if_match)
    clinic_id = require_clinic_week(row)
    clinic = known_clinic(session, caller, clinic_id)
    planned = row.problem or {}
    problem = week_problem(session, clinic, clinics.patients(session, clinic_id), row.week_start)
    return StoredWeek(row, _as_asked(problem, planned), planned, clinic.revision)


def asked_week(
    service: Service, caller: Caller, timetable_id: str, if_match: str | None = None
) -> StoredWeek:
    with service.sessions.read() as session:
        return stored_week(session, caller, timetable_id, if_match)


def require_clinic_week(row: Timetable) -> str:
    """The clinic whose week it is; refused for the answer to a problem that was sent whole."""
    if row.clinic_id is None:
        raise Conflict(
            "It belongs to no stored clinic, and the problem that was sent for it is not kept.",
            code="no_clinic",
        )
    require_sessions(row)
    return row.clinic_id


def require_sessions(row: Timetable) -> Json:
    if row.result is None:
        raise Conflict(f"It is {row.status} and has no sessions.", code="no_sessions")
    return row.result


def _as_asked(problem: Json, asked: Json) -> Json:
    """Today's clinic and people with the request's own baseline, pins and weights.

    Pins that name somebody who is gone cannot be read any more; the sessions that do are findings anyway.
    """
    whole = {**problem, **{name: asked[name] for name in OWN_PARTS if asked.get(name)}}
    if whole.get("pins"):
        unreadable = _unreadable(whole)
        whole["pins"] = [pin for i, pin in enumerate(whole["pins"]) if i not in unreadable]
    return whole


def _unreadable(whole: Json) -> set[int]:
    """Which pins have faults; judged without whoever they do not name, which takes a tenth of the time."""
    named = {p for pin in whole["pins"] for p in patients_of_pin(pin)}
    people = [patient for patient in whole["patients"] if patient["id"] in named]
    small = {**whole, "patients": people, "cohorts": [], "apart": [], "baseline": None}
    pointers = [fault.pointer.split("/") for fault in faults_of(small)]
    return {int(p[2]) for p in pointers if len(p) > 2 and p[1] == "pins" and p[2].isdecimal()}


def patients_of_pin(pin: Json) -> list[str]:
    return [pin["patient"]] if "patient" in pin else pin["session"].get("patients") or []
