"""The second baseline, and the start of the first: the product's greedy construction and nothing after it."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.solver.assembly import sessions_of
from scheduler.solver.kernels import translated
from scheduler.solver.kernels.pricing import BIG
from scheduler.solver.warm import warm_up
from scheduler.solver.worker import Worker
from scheduler.timetable import PlannedSession
from scheduler.week import Week


@dataclass(frozen=True)
class Given:
    """One session of a timetable in positions and slots, as the arrays have it."""

    kind: int
    start: int
    crew: tuple[int, ...]
    room: int
    patients: frozenset[int]


def constructed(week: Week, seed: int) -> tuple[PlannedSession, ...] | None:
    """The sessions of one construction; None where it does not keep the pins."""
    worker = Worker(week, seed)
    worker.construct(0.0)
    return sessions_of(week, worker.best) if worker.value < BIG // 2 else None


def given(week: Week, sessions: tuple[PlannedSession, ...]) -> list[Given]:
    return [
        Given(
            kind=week.type_index[s.session_type],
            start=week.calendar.minute_of(s.start) // week.arrays.slot,
            crew=tuple(week.clinician_index[c] for c in s.clinicians),
            room=week.room_index[s.room] if s.room is not None else -1,
            patients=frozenset(week.patient_index[p] for p in s.patients),
        )
        for s in sessions
    ]


def translate_first() -> None:
    """Translating the kernels, once a machine, belongs to nobody's time."""
    if not translated():
        warm_up()
