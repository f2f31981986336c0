"""Manual changes of a timetable, tried without applying them: the rules they break and what they cost.

A list of moves is applied as one: only what the last move leaves is judged. A rule that was broken before
is not held against the moves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from pydantic import Field

from scheduler.errors import ProblemRefused
from scheduler.evaluation import evaluation_of
from scheduler.finding import Finding
from scheduler.intake.asked import read_asked, without_prefix
from scheduler.intake.place import EACH, Faults, Place, shown
from scheduler.problem import Document, Id, LocalTime, Problem, Session
from scheduler.rules.facts import Facts
from scheduler.setting import setting_of
from scheduler.timetable import Part, PlannedSession, TermCost
from scheduler.verify import broken_in


class Changes(Document):
    """What of a session becomes different; whatever is not given stays. A null room takes the room away."""

    null_means_itself = frozenset({"room"})

    start: LocalTime | None = None
    clinicians: tuple[Id, ...] | None = Field(default=None, strict=False)
    room: Id | None = None
    add: tuple[Id, ...] = Field(default=(), strict=False)
    remove: tuple[Id, ...] = Field(default=(), strict=False)


class Move(Document):
    """Exactly one of: a session with what to set, a session to create, the id of a session to delete."""

    session: str | None = None
    set_: Changes | None = Field(default=None, alias="set")
    create: Session | None = None
    delete: str | None = None


class Moves(Document):
    """A list of moves, applied as one."""

    moves: tuple[Move, ...] = Field(strict=False)


class TermChange(Part):
    term: str
    units: int
    cost: int


class BrokenRule(Part):
    """A finding as a document."""

    rule: str
    subject: str
    text: str
    params: dict[str, Any]
    sessions: tuple[str, ...]


class Checked(Part):
    """What a list of moves would do; `legal` when it breaks no rule that was not broken before."""

    legal: bool
    new: tuple[BrokenRule, ...]
    mended: tuple[BrokenRule, ...]
    remaining: tuple[BrokenRule, ...]
    terms: tuple[TermChange, ...]
    cost: int
    objective: int
    sessions: tuple[PlannedSession, ...]

    def document(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


def read_moves(document: object, problem: Problem, sessions: Iterable[PlannedSession]) -> Moves:
    """Raises ProblemRefused with every fault: unknown fields, ids, sessions, patients added twice."""
    short = not (isinstance(document, dict) and "moves" in document)
    known = {s.id: s for s in sessions}
    try:
        return read_asked(
            Moves,
            document,
            "moves",
            lambda root, faults: _check(root, faults, problem, known),
            whole=lambda value: {"moves": value} if isinstance(value, list | tuple) else value,
        )
    except ProblemRefused as refusal:
        prefix = "/moves" if short else ""
        raise ProblemRefused(without_prefix(refusal.faults, prefix), refusal.kind) from None


def check(
    problem: Problem, sessions: Iterable[PlannedSession], moves: Moves | Sequence[dict[str, Any]]
) -> Checked:
    """A dry run of the moves, as one."""
    before = tuple(sessions)
    asked = moves if isinstance(moves, Moves) else read_moves(list(moves), problem, before)
    return judged(problem, before, applied(problem, before, asked))


def judged(problem: Problem, before: Sequence[PlannedSession], after: Sequence[PlannedSession]) -> Checked:
    """What the step from one list of sessions to another breaks, mends and costs."""
    old, new = Facts(problem, before), Facts(problem, after)
    had, has = broken_in(old), broken_in(new)
    terms, value = _term_changes(evaluation_of(old).terms, evaluation_of(new).terms)
    fresh = _without(has, had)
    return Checked(
        legal=not fresh,
        new=_as_parts(fresh),
        mended=_as_parts(_without(had, has)),
        remaining=_as_parts([f for f in has if f not in fresh]),
        terms=terms,
        cost=sum(t.cost for t in terms),
        objective=value,
        sessions=tuple(after),
    )


def applied(problem: Problem, sessions: Sequence[PlannedSession], moves: Moves) -> tuple[PlannedSession, ...]:
    """The sessions after the moves, in the order they had, new ones last."""
    made = {s.id: s for s in sessions}
    for move in moves.moves:
        if move.delete is not None:
            del made[move.delete]
        elif move.create is not None:
            session = _created(problem, move.create, made)
            made[session.id] = session
        elif move.session is not None and move.set_ is not None:
            made[move.session] = _changed(problem, made[move.session], move.set_)
    return tuple(made.values())


def _changed(problem: Problem, session: PlannedSession, changes: Changes) -> PlannedSession:
    given = changes.model_fields_set
    start = changes.start or session.start
    gone = set(changes.remove)
    return session.model_copy(
        update={
            "start": start,
            "end": _end(problem, session.session_type, start) or session.end,
            "clinicians": session.clinicians if changes.clinicians is None else changes.clinicians,
            "room": changes.room if "room" in given else session.room,
            "patients": (*(p for p in session.patients if p not in gone), *changes.add),
        }
    )


def _created(problem: Problem, given: Session, made: dict[str, PlannedSession]) -> PlannedSession:
    number = next(n for n in range(1, len(made) + 2) if f"new-{n}" not in made)
    return PlannedSession(
        id=given.id or f"new-{number}",
        session_type=given.session_type,
        start=given.start,
        end=_end(problem, given.session_type, given.start),
        clinicians=given.clinicians or (),
        room=given.room,
        patients=given.patients,
    )


def _end(problem: Problem, session_type: str, start: Any) -> Any:
    known = setting_of(problem).types.get(session_type)
    return None if known is None else start + timedelta(minutes=known.minutes)


def _term_changes(old: Sequence[TermCost], new: Sequence[TermCost]) -> tuple[tuple[TermChange, ...], int]:
    changes = tuple(
        TermChange(term=b.term, units=b.units - a.units, cost=b.cost - a.cost)
        for a, b in zip(old, new, strict=True)
    )
    return changes, sum(t.cost for t in new)


def _without(findings: Sequence[Finding], known: Sequence[Finding]) -> list[Finding]:
    """Those that say something the known ones do not; words alone (a session's label) make no difference."""
    said = {_said(f) for f in known}
    return [f for f in findings if _said(f) not in said]


def _said(finding: Finding) -> tuple[str, str, str]:
    told = {k: v for k, v in finding.params.items() if k not in ("earlier", "later")}
    return finding.rule, finding.subject, repr((sorted(told.items()), finding.sessions))


def _as_parts(findings: Iterable[Finding]) -> tuple[BrokenRule, ...]:
    return tuple(BrokenRule.model_validate(f.as_dict()) for f in findings)


# -- what is wrong with a list of moves beyond its form -----------------------------------------------------

_KINDS: Final = ("set", "create", "delete")


def _check(root: Place, faults: Faults, problem: Problem, known: dict[str, PlannedSession]) -> None:
    """Ids in the order of the moves: a session exists from its creation to its deletion."""
    there = {key: set(s.patients) for key, s in known.items()}
    setting = setting_of(problem)
    ids: dict[str, Collection[str]] = {
        "session_type": setting.types,
        "clinicians": setting.clinicians,
        "room": setting.rooms,
        "patients": setting.patients,
        "add": setting.patients,
    }
    for move in root.spots("moves", EACH):
        if not isinstance(move.value, dict):
            continue
        kinds = [k for k in _KINDS if move.at(k).given]
        if len(kinds) != 1 or (kinds == ["set"]) != move.at("session").given:
            message = "a move has `session` and `set`, or `create`, or `delete`, and only one of these"
            faults.add(move, "not_a_move", message)
            continue
        part = move.at(kinds[0])
        for name, collection in ids.items():
            for place in _named(part.at(name)):
                if place.text is not None and place.text not in collection:
                    faults.add(
                        place, "unknown_id", f"there is no such id in the problem: {shown(place.value)}"
                    )
        _CHECKS[kinds[0]](move, faults, there)


def _named(place: Place) -> list[Place]:
    return place.entries() if isinstance(place.value, list | tuple) else [place]


Patients = dict[str, set[str]]


def _check_set(move: Place, faults: Faults, there: Patients) -> None:
    patients = _existing(move.at("session"), faults, there)
    if patients is None:
        return
    for place in move.at("set", "remove").entries():
        if place.text is not None and place.text not in patients:
            faults.add(place, "not_there", f"patient {shown(place.value)} is not in the session")
        patients.discard(place.text or "")
    for place in move.at("set", "add").entries():
        if place.text in patients:
            faults.add(place, "already_there", f"patient {shown(place.value)} is in the session already")
        patients.add(place.text or "")


def _check_create(move: Place, faults: Faults, there: Patients) -> None:
    place = move.at("create", "id")
    if place.text in there:
        faults.add(place, "duplicate_id", f"a session has the id {shown(place.value)} already")
    elif place.text is not None:
        there[place.text] = {p.text for p in move.at("create", "patients").entries() if p.text is not None}


def _check_delete(move: Place, faults: Faults, there: Patients) -> None:
    if _existing(move.at("delete"), faults, there) is not None:
        there.pop(move.at("delete").text or "")


def _existing(place: Place, faults: Faults, there: Patients) -> set[str] | None:
    if place.text is None:
        return None
    if place.text not in there:
        faults.add(place, "unknown_session", f"the timetable has no session {shown(place.value)}")
    return there.get(place.text)


_CHECKS: Final[dict[str, Callable[[Place, Faults, Patients], None]]] = {
    "set": _check_set,
    "create": _check_create,
    "delete": _check_delete,
}
