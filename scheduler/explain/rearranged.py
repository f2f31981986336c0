"""A timetable searched on from where it is, for a given amount of work: never worse than it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

import numpy as np

from scheduler.problem import SessionPin
from scheduler.rules import pin
from scheduler.rules.facts import Facts
from scheduler.solver.assembly import session_of
from scheduler.solver.kernels.attendance import reprice
from scheduler.solver.kernels.boxes import box
from scheduler.solver.kernels.memory import remember, total
from scheduler.solver.kernels.pricing import BIG
from scheduler.solver.kernels.search import improve
from scheduler.solver.loading import Loaded, load
from scheduler.solver.seeding import pinned_places
from scheduler.solver.worker import BEAM, SHARE
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
    loaded = _loaded(week, sessions)
    arrays, (state, plan, search) = loaded.arrays, loaded.boxed
    first = int(total(arrays, state))
    if first >= BIG // 2:
        return tuple(sessions)
    remember(state, search, np.int64(first))
    unmet = loaded.state.unmet
    had = 0 if about is None else int(unmet[about])
    for _ in range(0, rounds, STEP):
        if stopped() or (about is not None and unmet[about] < had):
            break
        if about is not None:
            unmet[np.arange(len(unmet)) != about] = 0  # only the choice of what to rebuild looks at these
        improve(arrays, state, plan, search, STEP, COOL, SHARE, BEAM)
    return _best(loaded) if int(loaded.search.best[0]) < first else tuple(sessions)


def _best(loaded: Loaded) -> tuple[PlannedSession, ...]:
    """The best timetable of the search; sessions that stay where they were keep their ids."""
    best, opened = loaded.search, loaded.opened
    taken = {s.id for s in opened.values()}
    names = (name for n in count(1) if (name := f"m{n}") not in taken)
    made = []
    for s in map(int, np.flatnonzero(best.kind >= 0)):
        session = session_of(loaded.week, best, s, "")
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


def _loaded(week: Week, sessions: Sequence[PlannedSession]) -> Loaded:
    facts, pins = Facts(week.problem, sessions), week.problem.pins
    own = pin.matched(facts) if pins else {}
    held = {s.id for s in own.values()}
    exact = {
        s.id
        for i, s in own.items()
        if isinstance(given := pins[i], SessionPin) and (given.frozen or given.happened)
    }
    cohorts = facts.setting.cohorts_of
    tied = frozenset(exact | {s.id for s in facts.sessions if s.type.id in cohorts})
    loaded = load(week, sessions, tied)
    state = loaded.state._replace(pinned=pinned_places(week))
    loaded.state, loaded.boxed = state, (box(state), *loaded.boxed[1:])
    for s, session in loaded.opened.items():
        state.fixed[s] = session.id in held
        if session.id in tied:
            state.tied[s], state.seats[s] = True, state.present[s]
    for p in range(len(week.problem.patients)):
        reprice(loaded.arrays, loaded.boxed[0], np.int64(p))
    loaded.forget_journal()
    return loaded
