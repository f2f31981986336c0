"""When could they start: one patient asked about in published timetables, week after week.

Each week is asked alone: the best plan in it, everybody else as they are. A patient who starts in the middle
of a week says so in their document (`active`); the minima of that week are scaled then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scheduler.intake.asked import read_patient
from scheduler.placement import place
from scheduler.plans import Plan
from scheduler.problem import Problem
from scheduler.timetable import Part, PlannedSession, Reason

Week = tuple[Problem, Sequence[PlannedSession]]


class WeekAhead(Part):
    """The best plan of one week, null when none is legal; `complete` when it leaves no care unmet."""

    week_start: str
    plan: Plan | None
    complete: bool
    exact: bool
    reasons: tuple[Reason, ...] = ()


class Start(Part):
    """Weeks in the order of their dates; `first_date` is the first session of the first complete week.

    `first_session` is the first session of any week, whatever care it leaves unmet.
    """

    patient: str
    weeks: tuple[WeekAhead, ...]
    first_date: str | None
    first_session: str | None

    def document(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


def when(weeks: Iterable[Week], patient: object, *, stop: Callable[[], bool] | None = None) -> Start:
    """Asks every week about the patient document; raises ProblemRefused where a week refuses it.

    Once `stop` says so, the weeks asked so far are the answer.
    """
    found: list[WeekAhead] = []
    name = ""
    for problem, sessions in sorted(weeks, key=lambda week: week[0].clinic.week_start):
        if stop is not None and stop():
            break
        who = read_patient(patient, problem)
        name = who.id
        answer = place(problem, sessions, who, options=1, openings=False)
        plan = answer.plans[0] if answer.plans else None
        found.append(
            WeekAhead(
                week_start=problem.clinic.week_start.isoformat(),
                plan=plan,
                complete=plan is not None and bool(plan.attendances) and plan.unmet_minutes == 0,
                exact=answer.exact,
                reasons=answer.reasons,
            )
        )
    return Start(
        patient=name,
        weeks=tuple(found),
        first_date=next((w.plan.days[0] for w in found if w.complete and w.plan), None),
        first_session=next((w.plan.days[0] for w in found if w.plan and w.plan.days), None),
    )
