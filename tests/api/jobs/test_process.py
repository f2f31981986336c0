"""Solver processes: answers, failures that stay failures, and certain ends."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.jobs.child import Limits
from api.jobs.outcome import Answered, Failed
from api.jobs.process import Order, SolverProcess
from tests import processes
from tests.api.jobs.waiting import number_in, running, until


@pytest.fixture
def process() -> Iterator[SolverProcess]:
    one = SolverProcess(Limits(memory_mb=512), grace=0.5)
    yield one
    one.close()


def test_a_process_answers_one_task_after_another(process: SolverProcess) -> None:
    first = process.ask("echo", {"n": 1}, 10)
    second = process.ask("echo", {"n": 2}, 10)
    assert (first, second) == (
        Answered({"n": 1, "pid": process.pid}),
        Answered({"n": 2, "pid": process.pid}),
    )


def test_progress_reaches_the_asker_while_the_task_runs(process: SolverProcess) -> None:
    heard: list[dict[str, Any]] = []

    def attend(progress: dict[str, Any] | None) -> Order:
        if progress:
            heard.append(progress)
        return Order.STOP if len(heard) >= 3 else Order.GO_ON

    outcome = process.ask("spin", {}, 30, attend)
    assert isinstance(outcome, Answered)
    assert outcome.answer["stopped"]
    assert outcome.answer["seconds"] < 3
    assert [p["seconds"] for p in heard] == sorted(p["seconds"] for p in heard)


def test_a_task_past_its_time_is_asked_to_stop_and_may_still_answer(process: SolverProcess) -> None:
    outcome = process.ask("spin", {}, 0.3)
    assert isinstance(outcome, Answered)
    assert outcome.answer["stopped"]


def test_a_task_that_ignores_the_stop_is_killed_after_the_grace(process: SolverProcess) -> None:
    began = time.monotonic()
    outcome = process.ask("stubborn", {}, 0.2)
    assert isinstance(outcome, Failed)
    assert outcome.code == "timed_out"
    assert time.monotonic() - began < 3
    assert not process.alive


def test_a_task_that_ignores_an_ordered_stop_says_that_its_answer_is_lost(process: SolverProcess) -> None:
    outcome = process.ask("stubborn", {}, 30, lambda progress: Order.STOP)
    assert isinstance(outcome, Failed)
    assert outcome.code == "stopped"


def test_a_kill_order_ends_even_native_code_at_once(process: SolverProcess, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"

    def attend(progress: dict[str, Any] | None) -> Order:
        return Order.KILL if pid_file.exists() else Order.GO_ON

    outcome = process.ask("hold_interpreter", {"pid_file": str(pid_file)}, 30, attend)
    assert isinstance(outcome, Failed)
    assert outcome.code == "killed"
    assert not running(number_in(pid_file))


def test_memory_beyond_the_limit_is_a_clear_failure(process: SolverProcess) -> None:
    outcome = process.ask("allocate", {}, 30)
    assert isinstance(outcome, Failed)
    assert outcome.document() == {
        "code": "out_of_memory",
        "detail": "The solver process ran out of memory (512 MiB allowed).",
    }


def test_a_process_answers_again_after_it_ran_out_of_memory_or_raised(process: SolverProcess) -> None:
    process.ask("allocate", {}, 30)
    process.ask("fail", {"secret": "x"}, 30)
    assert isinstance(process.ask("echo", {}, 10), Answered)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("SIGSEGV", "crashed"),
        ("SIGABRT", "crashed"),
        ("SIGKILL", "crashed"),
        ("SIGTERM", "interrupted"),
        ("SIGINT", "crashed"),
    ],
)
def test_a_process_that_dies_of_a_signal_is_a_failure_with_its_cause(
    process: SolverProcess, name: str, code: str
) -> None:
    outcome = process.ask("signal_self", {"signal": name}, 10)
    assert isinstance(outcome, Failed)
    assert outcome.code == code


def test_a_crash_names_the_lines_of_code_it_happened_in(process: SolverProcess) -> None:
    outcome = process.ask("signal_self", {"signal": "SIGSEGV"}, 10)
    assert isinstance(outcome, Failed)
    assert "trials.py" in outcome.where


def test_a_process_that_just_leaves_is_a_failure(process: SolverProcess) -> None:
    assert process.ask("leave", {}, 10) == Failed(
        "crashed", "The solver process ended without an answer (exit status 3)."
    )


def test_an_error_tells_where_but_never_what(process: SolverProcess) -> None:
    outcome = process.ask("fail", {"secret": "Ann Example"}, 10)
    assert isinstance(outcome, Failed)
    assert outcome.code == "internal"
    assert "trials.py" in outcome.where
    assert "Ann" not in repr(outcome)


def test_an_answer_that_is_no_json_is_a_failure(process: SolverProcess) -> None:
    outcome = process.ask("answer_nonsense", {}, 10)
    assert isinstance(outcome, Failed)
    assert outcome.code == "internal"
    assert isinstance(process.ask("echo", {}, 10), Answered)


def test_faults_of_a_document_come_back_with_their_pointers(process: SolverProcess) -> None:
    outcome = process.ask("refuse", {}, 10)
    assert isinstance(outcome, Failed)
    assert outcome.document() == {
        "code": "problem_refused",
        "detail": "The problem document has 1 fault(s).",
        "errors": [{"pointer": "/clinic/id", "message": "is missing", "code": "missing"}],
    }


def test_clashing_pins_come_back_with_their_pointers(process: SolverProcess) -> None:
    outcome = process.ask("clash", {}, 10)
    assert isinstance(outcome, Failed)
    assert outcome.code == "pins_clash"
    assert [error["pointer"] for error in outcome.errors] == ["/pins/1"]


def test_a_talkative_error_stream_blocks_nothing(process: SolverProcess) -> None:
    assert process.ask("talk", {}, 20) == Answered({"said": 2_000_000})


def test_a_document_of_twenty_megabytes_passes_both_ways(process: SolverProcess) -> None:
    text = "x" * 20_000_000
    outcome = process.ask("echo", {"text": text}, 30)
    assert isinstance(outcome, Answered)
    assert outcome.answer["text"] == text


def test_asking_a_dead_process_is_a_failure_too(process: SolverProcess) -> None:
    process.kill()
    assert isinstance(process.ask("echo", {}, 10), Failed)


@pytest.mark.parametrize("then", ["crash", "stay"])
def test_what_a_task_started_ends_with_it(process: SolverProcess, tmp_path: Path, then: str) -> None:
    helper = tmp_path / "helper"
    process.ask("with_helper", {"helper": str(helper), "then": then}, 1.0)
    pid = number_in(helper)
    until(lambda: not running(pid), 3)


SERVICE = """
import sys
from api.jobs.process import SolverProcess
from tests.api.jobs import trials
if __name__ == "__main__":
    trials.register_all()
    SolverProcess().ask(sys.argv[1], {"pid_file": sys.argv[2], "helper": sys.argv[3], "then": "stay"}, 600)
"""


@pytest.mark.parametrize("task", ["spin", "hold_interpreter", "with_helper"])
def test_no_process_outlives_a_service_that_is_killed(tmp_path: Path, task: str) -> None:
    pid_file, helper = tmp_path / "pid", tmp_path / "helper"
    service = processes.start([sys.executable, "-c", SERVICE, task, str(pid_file), str(helper)])
    pids = [number_in(pid_file, 60)]
    if task == "with_helper":
        pids.append(number_in(helper))
    service.send_signal(signal.SIGKILL)
    service.wait()
    until(lambda: not any(running(pid) for pid in pids), 3)


def test_a_service_that_ends_normally_leaves_no_process_and_does_not_hang(tmp_path: Path) -> None:
    code = (
        "from api.jobs.process import SolverProcess\n"
        "if __name__ == '__main__':\n"
        "    from tests.api.jobs import trials; trials.register_all()\n"
        "    p = SolverProcess(); print(p.ask('echo', {}, 60).answer['pid'])\n"
    )
    done = processes.finish([sys.executable, "-c", code], timeout=60, check=True)
    until(lambda: not running(int(done.stdout)), 3)


def test_signals_for_the_service_do_not_reach_its_processes(process: SolverProcess) -> None:
    process.ask("echo", {}, 10)
    assert os.getpgid(process.pid) == process.pid
