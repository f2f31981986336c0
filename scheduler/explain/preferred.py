"""What it would cost to put one short patient first, and whom, in numbers: the cheapest way found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from scheduler.evaluation import evaluate
from scheduler.explain.answer import Preferred
from scheduler.explain.rearranged import preferring, searched_on
from scheduler.timetable import PlannedSession
from scheduler.week import Week

WORTH: Final = (2, 4)  # times the care of the patient counts more, until that is enough
ROUNDS: Final = 300

Attendances = dict[str, frozenset[tuple[str, str]]]


def put_first(
    week: Week, sessions: Sequence[PlannedSession], patient: str, stopped: Callable[[], bool]
) -> Preferred | None:
    """None where no timetable with more care for the patient was found."""
    about = week.patient_index[patient]
    before = evaluate(week.problem, sessions)
    had = {f.id: f.unmet_minutes for f in before.patients}
    for factor in WORTH:
        first = preferring(week, about, factor)
        found = searched_on(first, sessions, ROUNDS, stopped, about)
        if found != tuple(sessions):
            found = searched_on(first, found, ROUNDS, stopped)
        after = evaluate(week.problem, found)
        has = {f.id: f.unmet_minutes for f in after.patients}
        if has[patient] < had[patient]:
            break
    else:
        return None
    others = [p for p in had if p != patient]
    old, new = _attendances(sessions), _attendances(found)
    nothing: frozenset[tuple[str, str]] = frozenset()
    return Preferred(
        restored_minutes=had[patient] - has[patient],
        objective_change=after.value - before.value,
        losing_care=sum(has[p] > had[p] for p in others),
        lost_minutes=sum(max(0, has[p] - had[p]) for p in others),
        gaining_care=sum(has[p] < had[p] for p in others),
        with_other_times=sum(old.get(p, nothing) != new.get(p, nothing) for p in others),
    )


def _attendances(sessions: Sequence[PlannedSession]) -> Attendances:
    """Per patient what they attend and when."""
    found: dict[str, set[tuple[str, str]]] = {}
    for session in sessions:
        for patient in session.patients:
            found.setdefault(patient, set()).add((session.session_type, session.start.isoformat()))
    return {patient: frozenset(own) for patient, own in found.items()}
