"""From the arrays of a search back to sessions with ids, times and names."""

from __future__ import annotations

from scheduler.solver.kernels.memory import Search
from scheduler.timetable import PlannedSession
from scheduler.week import Week


def sessions_of(week: Week, best: Search) -> tuple[PlannedSession, ...]:
    """The best timetable of a search, in order of start; ids are s1, s2 …"""
    rows = sorted(
        (int(best.start[s]), int(best.kind[s]), s) for s in range(best.kind.shape[0]) if best.kind[s] >= 0
    )
    return tuple(session_of(week, best, s, f"s{i}") for i, (_, _, s) in enumerate(rows, 1))


def session_of(week: Week, best: Search, s: int, name: str) -> PlannedSession:
    problem, a = week.problem, week.arrays
    kind = problem.session_types[int(best.kind[s])]
    begin = int(best.start[s]) * a.slot
    room = int(best.room[s])
    members = sorted(int(p) for p in best.members[s, : int(best.present[s])])
    return PlannedSession(
        id=name,
        session_type=kind.id,
        start=week.calendar.moment_of(begin),
        end=week.calendar.moment_of(begin + kind.minutes),
        clinicians=tuple(problem.clinicians[int(c)].id for c in best.crew[s, : len(kind.facilitators)]),
        room=problem.rooms[room].id if room >= 0 else None,
        patients=tuple(problem.patients[p].id for p in members),
    )
