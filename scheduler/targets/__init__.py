"""Where a picked-up session could go: a verdict for every other start, clinician and room, in one call.

What a place means is the sum of what it means to each: the session's type, every patient in it, every
clinician, every room. Each is asked once, alone, by the same rules that judge a timetable, so that a week of
places costs hardly more than one check. What is broken already where the session stands bars nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.problem import Problem
from scheduler.rules.facts import Facts
from scheduler.targets.answer import Target, Targets, Verdict
from scheduler.targets.picked import Picked
from scheduler.timetable import PlannedSession

__all__ = ["Target", "Targets", "Verdict", "targets"]


def targets(problem: Problem, sessions: Sequence[PlannedSession], session: str) -> Targets:
    """Verdicts of every place for the session of that id; KeyError where the timetable has none."""
    facts = Facts(problem, sessions)
    held = next((s for s in facts.sessions if s.id == session), None)
    if held is None:
        raise KeyError(session)
    pick = Picked(facts, held)
    return Targets(session, tuple(pick.target(start) for start in pick.starts()))
