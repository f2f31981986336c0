"""The program as anybody starts it: commands with an empty home, and a service in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import httpx

from scheduler.cli import main
from tests import processes
from tests.processes import Process
from tests.witness import WITNESS

PROJECT = Path(__file__).parents[2]


def environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("IOP_SCHEDULER_")}
    return {**kept, "HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "PYTHONPATH": str(PROJECT)}


class Ended(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def run(home: Path, *words: str, **settings: str) -> Ended:
    """A command in this process: as a process of its own each would take a second to start."""
    with (
        mock.patch.dict(os.environ, {**environment(home), **settings}, clear=True),
        redirect_stdout(StringIO()) as output,
        redirect_stderr(StringIO()) as errors,
    ):
        code = main(words)
    WITNESS.printed([*output.getvalue().splitlines(), *errors.getvalue().splitlines()])
    return Ended(code, output.getvalue(), errors.getvalue())


def run_alone(home: Path, *words: str, **settings: str) -> Ended:
    """A command that may serve, in a process of its own."""
    program = [sys.executable, "-m", "scheduler", *words]
    done = processes.finish(program, env={**environment(home), **settings}, cwd=home, timeout=60)
    return Ended(done.returncode, done.stdout, done.stderr)


class Served:
    """A served instance: its address, its first key, everything it wrote."""

    def __init__(self, process: Process, url: str) -> None:
        self.process, self.url = process, url

    @property
    def key(self) -> str | None:
        found = re.search(r"iop[0-9a-f]{12}\.\S+", "".join(self.process.lines))
        return found[0] if found else None

    def until_ready(self) -> None:
        for _ in range(300):
            assert self.process.poll() is None, "".join(self.process.lines)
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError("not ready after 30 seconds")

    def told_to_end(self, sig: int = signal.SIGTERM) -> tuple[int, float]:
        began = time.monotonic()
        self.process.send_signal(sig)
        code = self.process.wait(30)
        self.process.all_read()
        return code, time.monotonic() - began


@contextmanager
def serving(home: Path, *words: str, **settings: str) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = [sys.executable, "-m", "scheduler", "serve", "--port", str(port), *words]
    process = processes.start(program, env={**environment(home), **settings}, cwd=home)
    served = Served(process, f"http://127.0.0.1:{port}")
    try:
        served.until_ready()
        yield served
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
