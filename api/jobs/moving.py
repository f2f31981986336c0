"""Manual changes as tasks of a solver process: tried, made, and the verdicts of all places."""

from __future__ import annotations

from threading import Event
from time import monotonic
from typing import Any

import scheduler
from api.jobs import asked
from api.jobs.asked import AskedWeek
from api.jobs.by_hand import pins_after
from api.jobs.tasks import Report
from scheduler.errors import InternalFault
from scheduler.evaluation import evaluate
from scheduler.moves import Checked, read_moves
from scheduler.moves import check as checked_moves
from scheduler.targets import targets as verdicts
from scheduler.timetable import PlannedSession, Timetable
from scheduler.verify import verify

Json = dict[str, Any]


def check(payload: Json, stop: Event, report: Report) -> Json:
    """What a list of moves would break, mend and cost."""
    week = asked.read(payload, fitting=False)
    return _told(_checked(week, payload["moves"]))


def _checked(week: AskedWeek, moves: Any) -> Checked:
    return checked_moves(week.problem, week.sessions, read_moves(moves, week.problem, week.sessions))


def _told(checked: Checked) -> Json:
    return {name: value for name, value in checked.document().items() if name != "sessions"}


def move(payload: Json, stop: Event, report: Report) -> Json:
    """The timetable with the moves made and pinned, or the rules that forbid them.

    `problem` has the pins asked for alone, `by_hand` are those that earlier moves have left. `planned` is the
    problem that the timetable's bound was proved for.
    """
    began = monotonic()
    week = asked.read(payload, fitting=False)
    checked = _checked(week, payload["moves"])
    # A pin that is listed anew and does not hold was "broken before": it is refused all the same.
    lost = [f for f in checked.remaining if f.rule == "pin"]
    if lost or not checked.legal:
        return {"legal": False, "findings": [f.model_dump(mode="json") for f in (*checked.new, *lost)]}
    pins, hand = pins_after(week.problem, payload["by_hand"], week.sessions, checked.sessions)
    problem = {**payload["problem"], "pins": pins}
    bound = payload["timetable"]["objective"]["bound"] if _bounded(problem, checked, payload) else 0
    seconds = round(monotonic() - began, 3)
    made = timetable_of(problem, checked.sessions, bound, {"stop_reason": "time", "seconds": seconds})
    return {
        "legal": True,
        "problem": problem,
        "asked": payload["problem"]["pins"],
        "by_hand": hand,
        "timetable": made.document(),
    }


def _bounded(problem: Json, checked: Checked, payload: Json) -> bool:
    """Whether what was proved before still holds: the same problem but for more pins, and no rule broken."""
    return _but_pins(problem) == _but_pins(payload["planned"]) and not checked.remaining


def _but_pins(problem: Json) -> Json:
    return {name: value for name, value in problem.items() if name != "pins" and value}


def timetable_of(problem: Json, sessions: tuple[PlannedSession, ...], bound: int, solver: Json) -> Timetable:
    """The document of sessions made by hand, its claims checked as those of a search are."""
    from scheduler.solver.answer import timetable_of as assembled
    from scheduler.week import compile_week

    read = scheduler.read_problem(problem).problem
    figures = evaluate(read, sessions)
    made = assembled(compile_week(read), sessions, figures, bound, {"seed": 0, "by_hand": True, **solver})
    if wrong := verify(read, made).wrong_claims:
        raise InternalFault(f"a timetable made by hand claims what is not so: {wrong[0]}")
    return made


def targets(payload: Json, stop: Event, report: Report) -> Json:
    """The verdict of every place for one session."""
    week = asked.read(payload)
    return verdicts(week.problem, week.sessions, payload["session"]).document()
