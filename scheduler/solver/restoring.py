"""More changes for more care: what a repair leaves short, planned anew patient by patient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from scheduler.solver.clock import Clock
from scheduler.solver.least_change import Disturbed
from scheduler.solver.mending import Mending
from scheduler.timetable import PlannedSession

TRIED: Final = 8  # short patients at most
SECONDS: Final = 0.05

Sessions = tuple[PlannedSession, ...]


def restored(
    now: Disturbed, sessions: Sessions, short: Mapping[int, int], clock: Clock
) -> Iterator[Sessions]:
    """First where one patient's moves restore most at the fewest losses, then all that help together.

    `short` are unmet minutes by patient; asked are those whom the event cost an attendance.
    """
    lost = {p for p, _ in set(now.attendances(now.sessions)) - set(now.attendances(sessions))}
    asked = sorted(((-n, p) for p, n in short.items() if p in lost | now.changed))[:TRIED]
    single: list[tuple[int, int, Sessions]] = []
    together: Sessions = sessions
    for _, p in asked:
        if clock.left <= -SECONDS:
            break
        if (one := _released(now, sessions, p)) is not None:
            single.append((_losses(now, one), -p, one))
            together = _released(now, together, p) or together
    if single:
        yield min(single)[2]
    if len(single) > 1 and _losses(now, together) > min(single)[0]:
        yield together


def _released(now: Disturbed, sessions: Sessions, p: int) -> Sessions | None:
    """The patient planned anew, everybody else and every session as they are; None unless care is gained."""
    past = {s.id for s in now.past}
    fixed = {place for s in sessions if s.id in past for place in now.attendances([s])}
    stays = [place for place in now.attendances(sessions) if place[0] != p or place in fixed]
    held = frozenset(s.id for s in sessions if len(s.patients) > 1 or s.id in past)
    own = now.week.problem.patients[p].id
    made = Mending(now.week, sessions, stays, now.tied, held).run([p], SECONDS)
    if made is None or _minutes(now, made, own) <= _minutes(now, sessions, own):
        return None
    return made


def _minutes(now: Disturbed, sessions: Iterable[PlannedSession], patient: str) -> int:
    a, types = now.week.arrays, now.week.type_index
    return sum(int(a.minutes[types[s.session_type]]) for s in sessions if patient in s.patients)


def _losses(now: Disturbed, sessions: Sessions) -> int:
    return len(set(now.attendances(now.sessions)) - set(now.attendances(sessions)))
