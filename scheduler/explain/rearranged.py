"""A timetable searched on from where it is, for a given amount of work: never worse than it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

import numpy as np

from scheduler.problem import AttendancePin, SessionPin
from scheduler.rules import pin
from scheduler.rules.facts import Facts
from scheduler.solver.assembly import session_of
from scheduler.solver.kernels.attendance import BIG
from scheduler.solver.kernels.search import improve, remember, total
from scheduler.solver.mending import BEAM, SHARE, Key, Mending
from scheduler.timetable import PlannedSession
from scheduler.week import Week

STEP = 20  # rounds between two looks at whether to stop
COOL = 30.0  # a little above nothing, so that a search leaves where it stands


def searched_on(
    week: Week,
    sessions: Sequence[PlannedSession],
    rounds: int,
    stopped: Callable[[], bool],
    about: int | None = None,
) -> tuple[PlannedSession, ...]:
    """The best timetable found by so many rounds; closed groups and pinned sessions stay as they are.

    `about`: what is taken out and rebuilt is chosen around this patient, as if nobody else were short, until
    they have more care.
    """
    mending = _loaded(week, sessions)
    arrays, (state, plan, search) = mending.loaded.arrays, mending.loaded.boxed
    first = int(total(arrays, state))
    if first >= BIG // 2:
        return tuple(sessions)
    remember(state, search, np.int64(first))
    unmet = mending.loaded.state.unmet
    had = 0 if about is None else int(unmet[about])
    for _ in range(0, rounds, STEP):
        if stopped() or (about is not None and unmet[about] < had):
            break
        if about is not None:
            unmet[np.arange(len(unmet)) != about] = 0  # only the choice of what to rebuild looks at these
        improve(arrays, state, plan, search, STEP, COOL, SHARE, BEAM)
    return _best(mending) if int(mending.loaded.search.best[0]) < first else tuple(sessions)


def _best(mending: Mending) -> tuple[PlannedSession, ...]:
    """The best timetable of the search; sessions that stay where they were keep their ids."""
    best, opened = mending.loaded.search, mending.loaded.opened
    taken = {s.id for s in opened.values()}
    names = (name for n in count(1) if (name := f"m{n}") not in taken)
    made = []
    for s in map(int, np.flatnonzero(best.kind >= 0)):
        session = session_of(mending.week, best, s, "")
        known = opened.get(s)
        stays = known is not None and (known.session_type, known.start) == (
            session.session_type,
            session.start,
        )
        made.append(session.model_copy(update={"id": known.id if known and stays else next(names)}))
    return tuple(sorted(made, key=lambda session: (session.start, session.id)))


def preferring(week: Week, p: int, factor: int) -> Week:
    """The week as if the care of one patient were worth so many times more."""
    prices = week.arrays.unmet_price.copy()
    prices[p] *= factor
    return replace(week, arrays=week.arrays._replace(unmet_price=prices))


def _loaded(week: Week, sessions: Sequence[PlannedSession]) -> Mending:
    facts = Facts(week.problem, sessions)
    pins = week.problem.pins
    own = pin.matched(facts) if pins else {}
    held = frozenset(s.id for s in own.values())
    exact = {
        s.id
        for i, s in own.items()
        if isinstance(given := pins[i], SessionPin) and (given.frozen or given.happened)
    }
    cohorts = facts.setting.cohorts_of
    tied = frozenset(exact | {s.id for s in facts.sessions if s.type.id in cohorts})
    staying: list[tuple[int, Key]] = [
        (
            week.patient_index[given.patient],
            (week.type_index[given.session_type], week.calendar.minute_of(given.start) // week.arrays.slot),
        )
        for given in pins
        if isinstance(given, AttendancePin)
    ]
    return Mending(week, sessions, staying, tied, held)
