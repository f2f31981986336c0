"""What opening the grid would gain: the week on the standing places and free, searched with equal effort."""

from __future__ import annotations

import threading
from typing import Any

from scheduler.grid import Grid
from scheduler.problem import Problem, format_start
from scheduler.solver import solve
from scheduler.timetable import Part, PlannedSession, Timetable
from scheduler.week import compile_week


class GridFigures(Part):
    """One of the two weeks; `bound` is proved for free weeks in both."""

    objective: int
    unmet_minutes: int
    patients_short: int
    group_sessions: int
    clinician_minutes: int


class GridGain(Part):
    """`gain` is what the free week costs less; `elsewhere` are its groups away from the standing places."""

    standing: GridFigures
    free: GridFigures
    bound: int
    gain: int
    unmet_minutes_gained: int
    elsewhere: tuple[PlannedSession, ...]
    not_held: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


def grid_gain(
    problem: Problem,
    *,
    seconds: float = 30.0,
    seed: int = 0,
    deterministic: float | None = None,
    stop: threading.Event | None = None,
) -> GridGain:
    """Solves twice, each within `seconds`; whatever is found on the grid is a free week as well."""

    def planned(groups: Any) -> Timetable:
        return solve(
            problem,
            time_limit=seconds,
            gap=0.0,
            seed=seed,
            deterministic=deterministic,
            stop=stop,
            groups=groups,
        )

    grid, free = planned("standing"), planned("free")
    if free.objective.value > grid.objective.value:
        free = grid
    week = compile_week(problem)
    return GridGain(
        standing=_figures(problem, grid),
        free=_figures(problem, free),
        bound=free.objective.bound,
        gain=grid.objective.value - free.objective.value,
        unmet_minutes_gained=_unmet(grid) - _unmet(free),
        elsewhere=tuple(Grid(week).elsewhere(free.sessions)),
        not_held=tuple(_not_held(problem, grid)),
    )


def _figures(problem: Problem, timetable: Timetable) -> GridFigures:
    groups = {t.id for t in problem.session_types if t.mode == "group"}
    return GridFigures(
        objective=timetable.objective.value,
        unmet_minutes=_unmet(timetable),
        patients_short=sum(p.unmet_minutes > 0 for p in timetable.patients),
        group_sessions=sum(s.session_type in groups for s in timetable.sessions),
        clinician_minutes=sum(c.minutes for c in timetable.clinicians),
    )


def _unmet(timetable: Timetable) -> int:
    return sum(p.unmet_minutes for p in timetable.patients)


def _not_held(problem: Problem, timetable: Timetable) -> list[str]:
    """Standing sessions in force that too few patients attend, or that lapse."""
    from scheduler.setting import setting_of
    from scheduler.standing import places

    calendar = setting_of(problem).calendar
    held = {(s.session_type, format_start(s.start)) for s in timetable.sessions}
    return [
        p.given.id
        for p in places(problem)
        if (p.given.session_type, format_start(calendar.moment_of(p.interval[0]))) not in held
    ]
