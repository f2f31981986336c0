"""Build the whole-week model, search it on two threads, and turn what it finds into sessions."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from scheduler.evaluation import evaluate
from scheduler.problem import Problem, SessionPin
from scheduler.timetable import PlannedSession
from scheduler.week import Week, compile_week
from tests.bench.construction import constructed, given
from tests.bench.whole_week.clinic import constrain_clinic
from tests.bench.whole_week.model import HintedModel
from tests.bench.whole_week.patients import constrain_patients
from tests.bench.whole_week.pieces import Piece, Pieces
from tests.bench.whole_week.pins import keep_pins

THREADS = 2
History = list[tuple[float, int, int]]


@dataclass(frozen=True)
class Outcome:
    """What the baseline found; `history` is (seconds, best, bound) by its own, narrower objective."""

    sessions: tuple[PlannedSession, ...] | None
    history: History
    seconds: float
    build_seconds: float
    variables: int
    status: str


class _Record(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
    """Every better timetable and every better bound, with its time."""

    def __init__(self, clock: Callable[[], float], start: History) -> None:
        super().__init__()
        self._clock = clock
        self.history = list(start)
        self._best = start[-1][1] if start else None
        self._bound = 0

    def on_solution_callback(self) -> None:
        self._best = round(self.objective_value)
        self._note()

    def on_bound(self, bound: float) -> None:
        self._bound = max(self._bound, int(bound // 1))
        self._note()

    def _note(self) -> None:
        if self._best is not None:
            self.history.append((round(self._clock(), 2), self._best, self._bound))


def search_whole_week(problem: Problem, time_limit: float, seed: int = 0) -> Outcome:
    """The best timetable of the model within the time, building it included; the construction at worst."""
    began = time.monotonic()

    def clock() -> float:
        return time.monotonic() - began

    week = compile_week(problem)
    start = constructed(week, seed)
    history: History = [] if start is None else [(round(clock(), 2), evaluate(problem, start).value, 0)]
    model, pieces = model_of(week, start)
    built = clock()
    record = _Record(clock, history)
    solver = _solver(max(0.1, time_limit - built), seed)
    solver.best_bound_callback = record.on_bound
    status = solver.solve(model.cp, record) if time_limit - built > 0.1 else cp_model.UNKNOWN
    sessions = start
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        sessions = _sessions(week, pieces, solver)
    return Outcome(
        sessions, record.history, clock(), built, len(model.values), str(solver.status_name(status))
    )


def model_of(week: Week, start: tuple[PlannedSession, ...] | None) -> tuple[HintedModel, Pieces]:
    """The whole model, with the timetable to start from as its hint."""
    if any(isinstance(p, SessionPin) and p.happened for p in week.problem.pins):
        raise NotImplementedError("the whole-week baseline knows no sessions that have happened")
    model = HintedModel()
    pieces = Pieces(week, model, given(week, start or ()))
    constrain_clinic(week, model, pieces)
    constrain_patients(week, model, pieces)
    keep_pins(week, model, pieces)
    model.finish(hinted=start is not None)
    return model, pieces


def _solver(seconds: float, seed: int) -> Any:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = THREADS
    solver.parameters.random_seed = seed
    solver.parameters.catch_sigint_signal = False
    return solver


def _sessions(week: Week, pieces: Pieces, solver: Any) -> tuple[PlannedSession, ...]:
    held = sorted(
        (p for p in pieces.all if solver.value(p.held)), key=lambda p: (solver.value(p.start), p.kind)
    )
    rooms = _coloured(week, pieces, held, solver)
    return tuple(_session(week, solver, p, rooms[i], f"s{i + 1}") for i, p in enumerate(held))


def _session(week: Week, solver: Any, piece: Piece, room: str | None, name: str) -> PlannedSession:
    problem = week.problem
    begin = int(solver.value(piece.start)) * week.arrays.slot
    return PlannedSession(
        id=name,
        session_type=problem.session_types[piece.kind].id,
        start=week.calendar.moment_of(begin),
        end=week.calendar.moment_of(begin + problem.session_types[piece.kind].minutes),
        clinicians=tuple(
            next(problem.clinicians[c].id for c, lit in leads.items() if solver.value(lit))
            for leads in piece.leads
        ),
        room=room,
        patients=tuple(problem.patients[p].id for p, seat in piece.seats.items() if solver.value(seat)),
    )


def _coloured(week: Week, pieces: Pieces, held: list[Piece], solver: Any) -> list[str | None]:
    """A room of its class for each session, in order of start the first that is free."""
    free_from: dict[int, int] = defaultdict(int)
    found: list[str | None] = []
    for piece in held:
        chosen = next((i for i, lit in piece.rooms.items() if solver.value(lit)), None)
        if chosen is None:
            found.append(None)
            continue
        start = int(solver.value(piece.start))
        room = next(r for r in pieces.classes[chosen] if free_from[r] <= start)
        free_from[room] = start + int(week.arrays.length[piece.kind] + week.arrays.turnover[room])
        found.append(week.problem.rooms[room].id)
    return found
