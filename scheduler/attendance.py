"""Who came: marks of a published week, what was delivered by them, what is owed since.

No mark means planned, and counts as attended until it is marked. Owed is the unmet care of the delivered week
less that of the planned one, so what the plan itself could not give is not owed here. Minutes are those of
care; missed sessions that are no care are owed if a requirement lacks them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from pydantic import Field

from scheduler.entitlement import Entitlement
from scheduler.intake.asked import read_asked
from scheduler.intake.place import EACH, Faults, Place, shown
from scheduler.problem import Document, Id, Minutes, Problem
from scheduler.rules.facts import Facts, Held
from scheduler.timetable import Part, PlannedSession

Kind = Literal["attended", "late", "missed", "excused"]
ABSENT: Final = ("missed", "excused")


class Mark(Document):
    """How one patient's attendance of one session went; `minutes` are those attended, for `late` alone."""

    session: Id
    patient: Id
    mark: Kind
    minutes: Minutes | None = None


class Marked(Protocol):
    """A mark wherever it is kept."""

    @property
    def mark(self) -> str | None: ...

    @property
    def minutes(self) -> int | None: ...


class Marks(Document):
    marks: tuple[Mark, ...] = Field(default=(), strict=False)


class Progress(Part):
    """One patient's week, in care minutes; `payer_days` reach the minimum of a care day."""

    planned_minutes: int
    attended_minutes: int
    missed_minutes: int
    owed_minutes: int
    owed: dict[str, int]
    care_days: int
    payer_days: int
    no_shows: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """One session of one patient with the minutes they were, or will be, in it (0: absent)."""

    held: Held
    mark: Mark | None
    minutes: int

    @property
    def absent(self) -> bool:
        return self.mark is not None and self.mark.mark in ABSENT


def read_marks(document: object, problem: Problem, sessions: Sequence[PlannedSession]) -> tuple[Mark, ...]:
    """The document, or its bare list of marks; raises ProblemRefused with every fault."""
    kinds = {t.id: t for t in problem.session_types}
    known = {s.id: s for s in sessions}

    def check(root: Place, faults: Faults) -> None:
        seen: set[tuple[str, str]] = set()
        for place in root.spots("marks", EACH):
            session = known.get(place.at("session").text or "")
            patient = place.at("patient").text
            if session is None:
                _unknown(place.at("session"), "session", faults)
            elif patient is not None and patient not in session.patients:
                message = f"patient {shown(patient)} is not in session {shown(session.id)}"
                faults.add(place.at("patient"), "not_in_session", message)
            key = (place.at("session").text or "", patient or "")
            if session is not None and key in seen:
                faults.add(place, "duplicate_entry", "this attendance is marked twice")
            seen.add(key)
            most = kinds[session.session_type].minutes if session and session.session_type in kinds else None
            _minutes(place, most, faults)

    whole = {"marks": document} if isinstance(document, list) else document
    return read_asked(Marks, whole, "attendance", check).marks


def _unknown(place: Place, what: str, faults: Faults) -> None:
    if place.text is not None:
        faults.add(place, "unknown_id", f"no {what} has the id {shown(place.value)}")


def _minutes(place: Place, most: int | None, faults: Faults) -> None:
    minutes, late = place.at("minutes"), place.at("mark").text == "late"
    if late and not minutes.given:
        faults.add(minutes, "missing", "who was late attended some minutes: how many?")
    elif not late and minutes.given:
        faults.add(minutes, "late_only", "`minutes` are for `late` alone")
    elif late and minutes.whole is not None and most is not None and not 0 < minutes.whole < most:
        message = f"who was late attended from 1 to {most - 1} of {most} minutes, got {minutes.whole}"
        faults.add(minutes, "minutes_out_of_range", message)


# -- what was delivered -------------------------------------------------------------------------------------


def delivered(facts: Facts, marks: Iterable[Mark]) -> dict[str, tuple[Delivered, ...]]:
    """Per patient of the problem, their sessions by start with the minutes attended."""
    by_key = {(m.session, m.patient): m for m in marks}
    return {
        p: tuple(_delivered(s, by_key.get((s.id, p))) for s in facts.by_patient.get(p, ()))
        for p in facts.weeks
    }


def _delivered(held: Held, mark: Mark | None) -> Delivered:
    return Delivered(held, mark, attended(mark, held.minutes))


def attended(mark: Marked | None, planned: int) -> int:
    """Minutes attended of those planned; they count as attended until they are marked."""
    if mark is None or mark.mark == "attended":
        return planned
    return (mark.minutes or 0) if mark.mark == "late" else 0


def progress(
    problem: Problem, sessions: Iterable[PlannedSession], marks: Iterable[Mark] = ()
) -> dict[str, Progress]:
    """Per patient id; every patient of the problem."""
    facts = Facts(problem, sessions)
    given = delivered(facts, marks)
    return {p: _progress(facts.weeks[p].entitlement, given[p]) for p in facts.weeks}


def _progress(rights: Entitlement, week: Sequence[Delivered]) -> Progress:
    care = [d for d in week if d.held.type.counts_as_care]
    by_day: dict[int, int] = {}
    for d in care:
        by_day[d.held.day] = by_day.get(d.held.day, 0) + d.minutes
    days = [minutes for minutes in by_day.values() if minutes]
    owed_minutes, owed = owed_of(rights, week)
    return Progress(
        planned_minutes=sum(d.held.minutes for d in care),
        attended_minutes=sum(d.minutes for d in care if d.mark is not None),
        missed_minutes=sum(d.held.minutes - d.minutes for d in care),
        owed_minutes=owed_minutes,
        owed=owed,
        care_days=len(days),
        payer_days=sum(minutes >= rights.day_care_min for minutes in days),
        no_shows=sum(d.mark is not None and d.mark.mark == "missed" for d in week),
    )


def owed_of(
    rights: Entitlement, week: Sequence[Delivered], made_up: Sequence[Delivered] = ()
) -> tuple[int, dict[str, int]]:
    """Minutes owed in all, and by requirement (sessions lacking since, at the shortest type's minutes).

    Sessions in `made_up` were attended, and not planned.
    """
    came = [*(d for d in week if not d.absent), *made_up]
    planned = _counts(rights, (d.held for d in week))
    had = _counts(rights, (d.held for d in came))
    by_requirement = {
        need.id: minutes
        for need in rights.requirements
        if (minutes := _lacking(need.minimum, had[need.id], planned[need.id]) * need.shortest_minutes) > 0
    }
    before = unmet(rights, planned, sum(d.held.minutes for d in week if d.held.type.counts_as_care))
    after = unmet(rights, had, sum(d.minutes for d in came if d.held.type.counts_as_care))
    return max(0, after - before), by_requirement


def _lacking(minimum: int, had: int, planned: int) -> int:
    return max(0, minimum - had) - max(0, minimum - planned)


def _counts(rights: Entitlement, sessions: Iterable[Held]) -> dict[str, int]:
    attended = [s.type.id for s in sessions]
    return {need.id: sum(t in need.any_of for t in attended) for need in rights.requirements}


def unmet(rights: Entitlement, counts: Mapping[str, int], care_minutes: int) -> int:
    """Unmet minutes as the objective counts them, for sessions and care minutes received."""
    care = other = 0
    for need in rights.requirements:
        short = max(0, need.minimum - counts[need.id]) * need.shortest_minutes
        if need.holds_care:
            care += short
        else:
            other += short
    return max(care, rights.care_min - care_minutes) + other
