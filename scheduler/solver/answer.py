"""The timetable document of an answer."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from scheduler.evaluation import Evaluation
from scheduler.intake import problem_digest
from scheduler.progress import gap_between
from scheduler.timetable import Objective, PlannedSession, Timetable
from scheduler.week import Week


def timetable_of(
    week: Week, sessions: tuple[PlannedSession, ...], figures: Evaluation, bound: int, solver: dict[str, Any]
) -> Timetable:
    from scheduler.explain.reasons import with_reasons  # asks the kernels of this package itself

    clinic = week.problem.clinic
    digest = problem_digest(week.problem.document or week.problem.model_dump(mode="json", by_alias=True))
    content = digest + "".join(s.model_dump_json() for s in sessions)
    return Timetable(
        id="t-" + uuid5(NAMESPACE_URL, content).hex[:16],
        status="solved",
        clinic=clinic.id,
        week_start=clinic.week_start.isoformat(),
        timezone=clinic.timezone,
        sessions=sessions,
        patients=with_reasons(week, sessions, figures.patients),
        clinicians=figures.clinicians,
        rooms=figures.rooms,
        objective=Objective(
            value=figures.value, bound=bound, gap=gap_between(figures.value, bound), terms=figures.terms
        ),
        solver={**solver, "versions": _versions()},
        warnings=tuple(w.as_dict() for w in week.problem.warnings),
        problem_digest=digest,
    )


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in ("iop-scheduler", "ortools", "numba", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
