"""Whatever a service of the tests writes comes before the witness; none can be started past it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import processes
from tests.processes import Unwatched, runs_the_service
from tests.witness import PLANTED_ID, WITNESS, Witness

ROOT = Path(__file__).parents[1]
KEY = "iop0123456789ab." + "k" * 43


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-m", "scheduler", "serve", "--port", "0"],
        [sys.executable, "-m", "scheduler", "--traceback", "worker"],
        ["/usr/local/bin/iop-scheduler", "plan-all", "--week", "2026-11-30"],
        ["sh", "-c", "sleep 1; iop-scheduler serve"],
        [sys.executable, "-m", "tests.api.worker_node", "postgresql://x"],
        [sys.executable, "-m", "uvicorn", "somewhere:app"],
        [sys.executable, "-c", "import sys\nfrom api.jobs.worker import WorkerNode"],
    ],
)
def test_a_service_started_past_the_witness_is_refused(command: list[str]) -> None:
    with pytest.raises(Unwatched):
        subprocess.run(command)
    with pytest.raises(Unwatched):
        subprocess.Popen(command)
    with pytest.raises(Unwatched):
        os.posix_spawn(command[0], command, os.environ)


def test_other_programs_are_started_as_ever() -> None:
    assert not runs_the_service([sys.executable, "-m", "scheduler", "solve", "week.json"])
    assert not runs_the_service([sys.executable, "-c", "import scheduler"])
    assert not runs_the_service("make serve-nothing")
    assert subprocess.run([sys.executable, "-c", "pass"]).returncode == 0


@pytest.mark.parametrize(
    "line",
    [
        "GET /v1/clinics/a/patients?cursor=Zebulon",
        f"signed in with {KEY}",
        f"read {PLANTED_ID}",
        '{"route": "/v1/clinics/a/patients/{patient_id}"}',
    ],
)
def test_what_a_process_of_the_service_writes_is_judged(line: str) -> None:
    witness = Witness()
    code = f"import api, sys; print('fine\\n   {KEY}'); print({line!r}, file=sys.stderr)"
    process = processes.start([sys.executable, "-c", code], witness)
    assert process.wait(20) == 0
    process.all_read()
    assert [found.rstrip("\n") for found in witness.found()] == [line]


LEAK = """
import logging

def test_what_leaks():
    logging.getLogger("api.request").warning("Zebulon was here")
"""


@pytest.mark.parametrize("spread", [[], ["-n", "1"]], ids=["alone", "spread over processes"])
def test_tests_that_make_a_service_tell_a_name_fail(tmp_path: Path, spread: list[str]) -> None:
    leak = tmp_path / "test_leak.py"
    leak.write_text(LEAK)
    pytest_here = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*pytest_here, "--rootdir", str(tmp_path), *spread, str(leak)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert "nothing_was_told" in done.stdout
    assert "1 passed, 1 error" in done.stdout


def test_records_of_this_process_are_the_witnesss_whatever_handlers_there_are() -> None:
    import logging

    logger = logging.getLogger("api.somewhere")
    logger.propagate = False
    logger.warning("heard of")
    logger.propagate = True
    assert any("heard of" in line for line in WITNESS.logs)
