"""Make-ups as a task of a solver process, with the moves that bring them into the timetable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from threading import Event
from typing import Any

from api.jobs import asked
from api.jobs.tasks import Report
from scheduler.attendance import ABSENT, Mark, read_marks
from scheduler.moves import check, read_moves
from scheduler.problem import Problem, format_start, parse_start
from scheduler.timetable import PlannedSession

Json = dict[str, Any]


def make_ups(payload: Json, stop: Event, report: Report) -> Json:
    """What the rest of the week gives to whom; `moves` make it, or `findings` say why not."""
    from scheduler.makeups import make_ups as made_up
    from scheduler.makeups import with_make_ups

    week = asked.read(payload)
    marks = read_marks(payload["marks"], week.problem, week.sessions)
    at = parse_start(payload["at"])
    found = made_up(week.problem, week.sessions, marks, at, patient=payload["patient"])
    after = with_make_ups(week.sessions, found)
    moves, findings = _applicable(week.problem, week.sessions, after, marks)
    return {
        "make_ups": [one.model_dump(mode="json") for one in found],
        "moves": moves,
        "findings": findings,
    }


def _applicable(
    problem: Problem,
    before: Sequence[PlannedSession],
    after: Sequence[PlannedSession],
    marks: Iterable[Mark],
) -> tuple[list[Json], list[Json]]:
    """The moves from one list to the other; where a seat that was given up is needed, it is vacated first."""
    absent = {(m.session, m.patient) for m in marks if m.mark in ABSENT}
    findings: list[Json] = []
    for vacated in (False, True):
        moves = list(_moves(before, after, absent if vacated else set()))
        if not moves:
            return [], []
        checked = check(problem, before, read_moves(moves, problem, before))
        if checked.legal:
            return moves, []
        findings = findings or [f.model_dump(mode="json") for f in checked.new]
    return [], findings


def _moves(
    before: Iterable[PlannedSession], after: Iterable[PlannedSession], absent: set[tuple[str, str]]
) -> Iterator[Json]:
    old = {s.id: s for s in before}
    for new in after:
        was = old.get(new.id)
        if was is None:
            created = new.model_dump(mode="json", exclude={"end"})
            yield {"create": {**created, "start": format_start(new.start)}}
        elif joined := [p for p in new.patients if p not in was.patients]:
            gone = [p for p in was.patients if (new.id, p) in absent]
            yield {"session": new.id, "set": {"add": joined} | ({"remove": gone} if gone else {})}
