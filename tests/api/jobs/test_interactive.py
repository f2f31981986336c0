"""Questions with a time limit: answered by warm processes, never by the service's own."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.jobs.interactive import Interactive, NoAnswer
from api.jobs.tasks import UnknownTask
from api.settings import Settings
from tests import processes


@pytest.fixture
def interactive() -> Iterator[Interactive]:
    pool = Interactive(Settings(), size=2)
    pool.start()
    yield pool
    pool.stop()


def test_answers_come_from_processes_that_stay_warm(interactive: Interactive) -> None:
    first = interactive.run("echo", {"n": 1}, 30)
    began = time.monotonic()
    second = interactive.run("echo", {"n": 2}, 10)
    assert time.monotonic() - began < 0.2
    assert (first["n"], second["n"], first["pid"]) == (1, 2, second["pid"])


def test_a_question_past_its_time_has_no_answer_and_the_next_one_has(interactive: Interactive) -> None:
    with pytest.raises(NoAnswer) as refused:
        interactive.run("stubborn", {}, 0.5)
    assert refused.value.failure.code == "timed_out"
    assert interactive.run("echo", {"n": 1}, 10)["n"] == 1


def test_a_crash_has_no_answer_and_the_next_question_has(interactive: Interactive) -> None:
    with pytest.raises(NoAnswer) as refused:
        interactive.run("signal_self", {"signal": "SIGSEGV"}, 10)
    assert refused.value.failure.code == "crashed"
    assert interactive.run("echo", {"n": 1}, 10)["n"] == 1


def test_faults_come_with_their_pointers(interactive: Interactive) -> None:
    with pytest.raises(NoAnswer) as refused:
        interactive.run("refuse", {}, 10)
    assert [error["pointer"] for error in refused.value.failure.errors] == ["/clinic/id"]


def test_more_questions_than_processes_wait_and_are_all_answered(interactive: Interactive) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: interactive.run("echo", {"n": n}, 20)["n"], range(40)))
    assert answers == list(range(40))


def test_a_question_that_finds_no_free_process_says_so(interactive: Interactive) -> None:
    with ThreadPoolExecutor(2) as pool:
        busy = [pool.submit(interactive.run, "spin", {"seconds": 1.5}, 10) for _ in range(2)]
        time.sleep(0.3)
        with pytest.raises(NoAnswer) as refused:
            interactive.run("echo", {}, 0.1)
        assert [not one.result()["stopped"] for one in busy] == [True, True]
    assert refused.value.failure.code == "busy"


def test_an_unknown_question_is_a_mistake_of_the_caller(interactive: Interactive) -> None:
    with pytest.raises(UnknownTask, match="Maybe one of"):
        interactive.run("verfy", {}, 1)


def test_the_service_loads_no_solver_and_its_children_nothing_of_the_service() -> None:
    code = """
import json, sys
from tests.api.jobs import trials
from api.jobs.interactive import Interactive
from api.jobs import build_engine, embedded, distributed, worker
from api.settings import Settings
if __name__ == "__main__":
    trials.register_all()
    of = ["ortools", "numba", "numpy", "sqlalchemy", "fastapi"]
    pool = Interactive(Settings(), size=1)
    child = pool.run("loaded", {"of": of}, 60)["modules"]
    pool.stop()
    print(json.dumps([[name for name in of[:3] if name in sys.modules], child]))
"""
    done = processes.finish([sys.executable, "-c", code], timeout=90, check=True)
    service, child = json.loads(done.stdout)
    assert service == []
    assert "sqlalchemy" not in child
    assert "fastapi" not in child
