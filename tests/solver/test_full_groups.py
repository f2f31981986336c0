"""A baseline whose groups are all full, and somebody new who needs a seat in two of them."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler import read_problem, solve
from scheduler.solver.kernels.enlarging import enlarge
from scheduler.solver.kernels.memory import total
from scheduler.solver.kernels.state import LOGGED, ZERO, undo
from scheduler.solver.worker import Worker
from scheduler.week import compile_week

Doc = dict[str, Any]
DAYS = ("mon", "tue", "wed", "thu", "fri")
AFTERNOONS = [{"days": list(DAYS), "start": "15:00", "end": "20:00"}]
HELD = ("2026-11-24T17:00", "2026-11-25T17:00", "2026-11-26T17:00")  # skills groups of last week
TALKS = ("a", "a", "b", "b", "c", "c", "c", "c", "c", "c", "d", "d")  # who talked to whom
NEW = len(TALKS)  # the patient who was not there


def full_clinic() -> Doc:
    """Twelve patients fill three groups; of four clinicians only d has room in the week for one more."""
    people = [f"p{i}" for i in range(len(TALKS))]
    return {
        "clinic": {
            "id": "full", "timezone": "UTC", "week_start": "2026-11-30", "slot_minutes": 30,
            "opening_hours": AFTERNOONS,
        },
        "session_types": [
            {"id": "skills", "mode": "group", "minutes": 90, "facilitators": [{}, {}],
             "size": {"min": 3, "max": 8}},
            {"id": "talk", "mode": "individual", "minutes": 60, "facilitators": [{}]},
        ],
        "programs": [{"id": "iop", "requirements": [
            {"id": "skills", "any_of": ["skills"], "sessions": {"min": 2, "max": 2}},
            {"id": "talk", "any_of": ["talk"], "sessions": {"min": 1, "max": 1}},
        ]}],
        "clinicians": [
            {"id": c, "availability": AFTERNOONS, "max_week_minutes": 390} for c in ("a", "b", "c", "d")
        ],
        "patients": [{"id": p, "program": "iop"} for p in (*people, "new")],
        "baseline": {"sessions": [*_groups(people), *_talks(people)]},
    }  # fmt: skip


def _groups(people: list[str]) -> list[Doc]:
    """Everybody in two of the three, eight in each."""
    seated = [[p for i, p in enumerate(people) if i % 3 != k] for k in range(len(HELD))]
    return [
        {"session_type": "skills", "start": start, "clinicians": ["a", "b"], "patients": group}
        for start, group in zip(HELD, seated, strict=True)
    ]


def _talks(people: list[str]) -> list[Doc]:
    counted = dict.fromkeys(TALKS, 0)
    held = []
    for patient, clinician in zip(people, TALKS, strict=True):
        day, second = divmod(counted[clinician], 2)
        counted[clinician] += 1
        start = f"2026-11-{23 + 2 * day}T{15 + second}:00"
        held.append(
            {"session_type": "talk", "start": start, "clinicians": [clinician], "patients": [patient]}
        )
    return held


def resumed(document: Doc, seed: int) -> Worker:
    worker = Worker(compile_week(read_problem(document).problem), seed)
    assert worker.resume()
    return worker


def groups_held(worker: Worker) -> int:
    return int((worker.state.kind == 0).sum())


def one_more(worker: Worker) -> bool:
    return bool(enlarge(worker.arrays, worker.boxed[0], worker.boxed[2]))


@pytest.mark.parametrize("seed", range(6))
def test_one_more_group_is_opened_led_by_who_had_no_time_and_some_choose_anew(seed: int) -> None:
    worker = resumed(full_clinic(), seed)
    assert groups_held(worker) == len(HELD)
    worker.state.z[LOGGED] = 0
    before = worker.value
    assert one_more(worker)
    assert groups_held(worker) == len(HELD) + 1
    queued = set(worker.best.queue[: worker.best.n[0]].tolist())
    assert NEW in queued
    assert len(queued) >= 3, "the new group is of no use without others"
    assert (worker.state.week_load <= 390).all()
    undo(worker.arrays, worker.boxed[0], ZERO)
    assert groups_held(worker) == len(HELD)
    assert total(worker.arrays, worker.boxed[0]) == before


def test_where_nobody_lacks_a_group_none_is_opened() -> None:
    document = full_clinic()
    document["patients"] = document["patients"][:-1]
    worker = resumed(document, 0)
    assert not one_more(worker)
    assert groups_held(worker) == len(HELD)


def test_the_newcomer_gets_a_seat_and_few_others_are_moved_for_it() -> None:
    found = solve(read_problem(full_clinic()).problem, deterministic=3, gap=0.0)
    units = {term.term: term.units for term in found.objective.terms}
    assert units["unmet_care"] == 0
    assert units["moved"] <= 3
