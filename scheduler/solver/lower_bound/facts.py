"""What facts excuse: whoever sessions that have happened bring to break a rule is bound by it no more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.problem import SessionPin
from scheduler.solver.lower_bound.linear import Ints
from scheduler.timetable import PlannedSession
from scheduler.verify import broken
from scheduler.week import Arrays, Bools, Week


@dataclass(frozen=True)
class Excused:
    """The arrays widened so that no excused choice is left out, and what to claim nothing for."""

    arrays: Arrays
    patients: Bools
    clinicians: Ints
    rooms: Ints


def excused(week: Week) -> Excused:
    """Facts that break no rule bind like other sessions; beside others, only sure claims are kept."""
    a = week.arrays
    patients = np.zeros(a.primary.size, np.bool_)
    facts = _facts(week)
    findings = broken(week.problem.model_copy(update={"pins": ()}), facts) if facts else ()
    subjects = {f.subject for f in findings}
    clinicians = np.array([i for c, i in week.clinician_index.items() if c in subjects], np.int64)
    rooms = np.array([i for r, i in week.room_index.items() if r in subjects], np.int64)
    if not findings:
        return Excused(a, patients, clinicians, rooms)
    patients[[week.patient_index[p] for fact in facts for p in fact.patients]] = True
    cok = a.cok.copy()
    cok[clinicians] = a.ok
    least = np.ones_like(a.size_min)  # those with facts may fill a group beside the others
    arrays = a._replace(cok=cok, size_min=least)
    return Excused(arrays, patients, clinicians, rooms)


def _facts(week: Week) -> list[PlannedSession]:
    facts = []
    for i, pin in enumerate(week.problem.pins):
        if isinstance(pin, SessionPin) and pin.happened:
            given = pin.session
            minutes = week.problem.session_types[week.type_index[given.session_type]].minutes
            end = week.calendar.moment_of(week.calendar.minute_of(given.start) + minutes)
            facts.append(
                PlannedSession(
                    id=given.id or f"fact-{i}",
                    session_type=given.session_type,
                    start=given.start,
                    end=end,
                    clinicians=given.clinicians or (),
                    room=given.room,
                    patients=given.patients,
                )
            )
    return facts
