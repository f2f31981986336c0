"""The cheapest changes that are proved to help, one of a kind, or the statement that none does."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from scheduler.explain.answer import Change, Tried
from scheduler.explain.changes import commitments, groups, overtime, priority, rules, seats
from scheduler.explain.changes.candidate import Candidate, Candidates, Inquiry
from scheduler.explain.changes.proof import proved
from scheduler.problem import Problem
from scheduler.timetable import PlannedSession

MOST: Final = 3
PROOFS: Final = 16  # candidates of a kind whose proof is tried
ALL_PROOFS: Final = 200  # where nothing else rules candidates out, which is rare
SOURCES: Final[tuple[Callable[[Inquiry], Candidates], ...]] = (
    seats.candidates,
    commitments.candidates,
    rules.candidates,
    overtime.sessions,
    overtime.loads,
    groups.candidates,
    overtime.hours,
    priority.candidates,
)
NONE_HELPS: Final = "No single change of the listed kinds helps ({kinds} looked at)."
NONE_FOUND: Final = "No single change that helps was found; not all of them could be looked at."
NAMES: Final = {
    "seat": "more seats",
    "commitment": "commitments shortened or moved",
    "rule": "rules and limits relaxed",
    "session": "more sessions",
    "opening_hours": "longer opening hours",
    "priority": "priorities",
}


def least_changes(
    inquiry: Inquiry, problem: Problem, sessions: Sequence[PlannedSession], stopped: Callable[[], bool]
) -> tuple[tuple[Change, ...], Tried, str]:
    """At most three changes, the least effort first; what was looked at; a statement where there is none."""
    found: dict[str, Change] = {}
    at_the_top = inquiry.dearer and inquiry.world.patient.priority == priority.HIGHEST
    whatever_it_takes = at_the_top or inquiry.jointly
    for candidate in _by_effort(inquiry, stopped):
        if len(found) == MOST:
            break
        if candidate.kind in found:
            continue
        proofs = ALL_PROOFS if whatever_it_takes and not found else PROOFS
        if inquiry.proofs.get(candidate.kind, 0) >= proofs:
            inquiry.complete = False
            continue
        inquiry.proofs[candidate.kind] = inquiry.proofs.get(candidate.kind, 0) + 1
        change = proved(problem, sessions, inquiry.world.patient.id, inquiry.unmet, candidate)
        if change is not None:
            found[candidate.kind] = change
    complete = inquiry.complete and inquiry.exact and not stopped()
    tried = Tried(kinds={kind: inquiry.asked.get(kind, 0) for kind in NAMES}, complete=complete)
    return tuple(found.values()), tried, "" if found else _statement(tried)


def _by_effort(inquiry: Inquiry, stopped: Callable[[], bool]) -> Iterator[Candidate]:
    """The candidates of all kinds together, the least effort first."""
    sources = [source(inquiry) for source in SOURCES]
    heap: list[tuple[int, int, Candidate]] = []
    for i, source in enumerate(sources):
        heap += [(c.effort, i, c) for c in _next(source)]
    heapq.heapify(heap)
    while heap and not stopped():
        _, i, candidate = heapq.heappop(heap)
        yield candidate
        for following in _next(sources[i]):
            heapq.heappush(heap, (following.effort, i, following))


def _next(source: Candidates) -> list[Candidate]:
    following = next(source, None)
    return [] if following is None else [following]


def _statement(tried: Tried) -> str:
    counts = ", ".join(f"{tried.kinds[kind]} {name}" for kind, name in NAMES.items() if kind != "priority")
    return NONE_HELPS.format(kinds=counts) if tried.complete else NONE_FOUND
