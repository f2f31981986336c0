"""The steps of a row: whose turn it is, the fence, and the end of hopeless rows; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from api.jobs import ledger
from api.jobs.ledger import Claim, Patience, Standing
from api.jobs.outcome import Failed
from api.store import Sessions, Timetable
from api.store.columns import now
from tests.api.jobs.rows import add_row, get_row, kinds, status_of
from tests.api.jobs.waiting import until

PATIENCE = Patience(stalled_seconds=3, attempts_max=3)
RESULT: dict[str, Any] = {
    "objective": {"value": 10, "bound": 8, "gap": 0.2},
    "solver": {"seconds": 1.5, "stop_reason": "gap"},
    "patients": [{"unmet_minutes": 0}, {"unmet_minutes": 90}],
}
PROGRESS = {"best": 20, "bound": 8, "gap": 0.6, "seconds": 1.0, "patients_short": 2, "phase": "search"}


def take(sessions: Sessions, worker: str = "w1") -> Claim:
    claim = ledger.take_next(sessions, worker, PATIENCE)
    assert claim is not None
    return claim


def lose(sessions: Sessions, row: str) -> None:
    """As if the row's worker had not been heard of for long, by a server that has been up for longer."""
    if not sessions.sqlite:
        with sessions.read() as session:
            age = text("SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())")
            until(lambda: session.scalar(age) > PATIENCE.stalled_seconds)
    with sessions.write() as session:
        past = now() - timedelta(seconds=60)
        session.execute(update(Timetable).where(Timetable.id == row).values(heartbeat_at=past))


def add(sessions: Sessions, row: str, lane: str = "clinic-a", age: float = 0, stored: bool = False) -> str:
    add_row(sessions, row, lane, stored, age)
    with sessions.write() as session:
        ledger.queue(session, row)
    return row


def test_a_row_goes_from_queued_to_solved_and_tells_every_step(sessions: Sessions) -> None:
    add(sessions, "t1")
    claim = take(sessions)
    with sessions.write() as session:
        assert ledger.beat(session, claim, PROGRESS) is Standing.MINE
    with sessions.write() as session:
        assert ledger.complete(session, claim, RESULT, cancelled=False)
    row = get_row(sessions, "t1")
    assert (row.status, row.best, row.bound, row.gap, row.seconds, row.patients_short) == (
        ("solved", 10, 8, 0.2, 1.5, 1)
    )
    assert (row.worker, row.heartbeat_at, row.result) == (None, None, RESULT)
    assert kinds(sessions, "t1") == ["queued", "started", "progress", "solved"]


def test_a_problem_from_outside_is_not_kept_after_the_end_and_a_stored_one_is(sessions: Sessions) -> None:
    for row, stored in (("t1", False), ("t2", True)):
        add(sessions, row, stored=stored)
        claim = take(sessions)
        with sessions.write() as session:
            ledger.complete(session, claim, RESULT, cancelled=False)
    assert get_row(sessions, "t1").problem is None
    assert get_row(sessions, "t2").problem is not None


def test_nothing_is_taken_when_nothing_waits(sessions: Sessions) -> None:
    assert ledger.take_next(sessions, "w1", PATIENCE) is None


def test_a_row_in_work_is_nobody_elses(sessions: Sessions) -> None:
    add(sessions, "t1")
    take(sessions)
    assert ledger.take_next(sessions, "w2", PATIENCE) is None


def test_clinics_take_turns_however_many_rows_one_of_them_has(sessions: Sessions) -> None:
    for n in range(4):
        add(sessions, f"a{n}", "clinic-a", age=100 - n)
    add(sessions, "b0", "clinic-b", age=50)
    add(sessions, "c0", "clinic-c", age=40)
    add(sessions, "b1", "clinic-b", age=30)
    order = []
    while claim := ledger.take_next(sessions, "w1", PATIENCE):
        order.append(claim.id)
        with sessions.write() as session:
            ledger.complete(session, claim, RESULT, cancelled=False)
    assert order == ["a0", "b0", "c0", "a1", "b1", "a2", "a3"]


def test_a_clinic_with_solves_running_waits_behind_one_with_none(sessions: Sessions) -> None:
    add(sessions, "b0", "clinic-b", age=200)
    claim = take(sessions)
    with sessions.write() as session:
        ledger.complete(session, claim, RESULT, cancelled=False)
    for n in range(3):
        add(sessions, f"a{n}", "clinic-a", age=100 - n)
    add(sessions, "b1", "clinic-b", age=10)
    assert [take(sessions).id for _ in range(4)] == ["a0", "b1", "a1", "a2"]


def test_a_row_whose_worker_is_gone_is_taken_over_before_any_other(sessions: Sessions) -> None:
    add(sessions, "t1", age=10)
    add(sessions, "t0", age=100)
    first = take(sessions)
    assert first.id == "t0"
    lose(sessions, "t0")
    second = take(sessions, "w2")
    assert (second.id, second.attempt) == ("t0", 2)


def test_the_older_attempt_changes_nothing_any_more(sessions: Sessions) -> None:
    add(sessions, "t1")
    old = take(sessions)
    lose(sessions, "t1")
    new = take(sessions, "w2")
    with sessions.write() as session:
        assert not ledger.complete(session, old, RESULT, cancelled=False)
        assert not ledger.fail(session, old, Failed("crashed", "x"), cancelled=False)
        assert not ledger.hand_back(session, old)
        assert not ledger.let_go(session, old)
    with sessions.write() as session:
        assert ledger.beat(session, old, PROGRESS) is Standing.LOST
    with sessions.read() as session:
        assert (ledger.look(session, old), ledger.look(session, new)) == (Standing.LOST, Standing.MINE)
    with sessions.write() as session:
        assert ledger.complete(session, new, RESULT, False)
    with sessions.write() as session:
        assert not ledger.complete(session, new, RESULT, False)
    assert kinds(sessions, "t1") == ["queued", "started", "started", "solved"]


def test_a_row_that_loses_three_workers_is_not_tried_a_fourth_time(sessions: Sessions) -> None:
    add(sessions, "t1")
    for attempt in (1, 2, 3):
        assert take(sessions).attempt == attempt
        lose(sessions, "t1")
    assert ledger.take_next(sessions, "w1", PATIENCE) is None
    row = get_row(sessions, "t1")
    assert row.status == "failed"
    assert row.error is not None
    assert row.error["code"] == "poison"


def test_attempts_that_were_handed_back_do_not_count_against_a_row(sessions: Sessions) -> None:
    add(sessions, "t1")
    for attempt in range(1, 7):
        claim = take(sessions)
        assert claim.attempt == attempt
        with sessions.write() as session:
            assert ledger.hand_back(session, claim)
    assert status_of(sessions, "t1") == "queued"


def test_a_waiting_row_is_cancelled_at_once(sessions: Sessions) -> None:
    add(sessions, "t1")
    with sessions.write() as session:
        ledger.cancel(session, "t1")
    assert kinds(sessions, "t1") == ["queued", "cancelled"]
    assert ledger.take_next(sessions, "w1", PATIENCE) is None


def test_the_worker_of_a_cancelled_row_hears_of_it(sessions: Sessions) -> None:
    add(sessions, "t1")
    claim = take(sessions)
    with sessions.write() as session:
        ledger.cancel(session, "t1")
    with sessions.read() as session:
        assert ledger.look(session, claim) is Standing.CANCEL
    with sessions.write() as session:
        assert ledger.beat(session, claim) is Standing.CANCEL
        assert ledger.complete(session, claim, RESULT, cancelled=True)
    row = get_row(sessions, "t1")
    assert (row.status, row.result) == ("cancelled", RESULT)


def test_a_row_cancelled_while_its_worker_was_gone_is_not_solved_again(sessions: Sessions) -> None:
    add(sessions, "t1")
    take(sessions)
    with sessions.write() as session:
        ledger.cancel(session, "t1")
    lose(sessions, "t1")
    assert ledger.take_next(sessions, "w2", PATIENCE) is None
    assert status_of(sessions, "t1") == "cancelled"


def test_cancelling_what_has_ended_changes_nothing(sessions: Sessions) -> None:
    add(sessions, "t1")
    claim = take(sessions)
    with sessions.write() as session:
        ledger.complete(session, claim, RESULT, cancelled=False)
    with sessions.write() as session:
        ledger.cancel(session, "t1")
    assert (status_of(sessions, "t1"), get_row(sessions, "t1").cancel_requested) == ("solved", False)


def test_eight_workers_at_once_take_every_row_exactly_once(sessions: Sessions) -> None:
    for n in range(40):
        add(sessions, f"t{n}", f"clinic-{n % 3}")

    def work(name: int) -> list[str]:
        mine = []
        while claim := ledger.take_next(sessions, f"w{name}", PATIENCE):
            mine.append(claim.id)
        return mine

    with ThreadPoolExecutor(8) as pool:
        taken = [row for rows in pool.map(work, range(8)) for row in rows]
    assert sorted(taken) == sorted(f"t{n}" for n in range(40))


@pytest.mark.parametrize("code", ["crashed", "out_of_memory", "no_timetable_found"])
def test_a_failure_is_stored_with_its_code_and_sentence(sessions: Sessions, code: str) -> None:
    add(sessions, "t1")
    claim = take(sessions)
    with sessions.write() as session:
        ledger.fail(session, claim, Failed(code, "Why it failed."), cancelled=False)
    row = get_row(sessions, "t1")
    assert (row.status, row.error) == ("failed", {"code": code, "detail": "Why it failed."})
    assert kinds(sessions, "t1")[-1] == "failed"
