"""Processes that run the service: started here alone, and all that they write goes to the witness.

`guard` makes every other way of starting one an error, so that no test can leave its service unwatched.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from scheduler.cli import COMMANDS
from tests.witness import WITNESS, Witness

SERVICE_COMMANDS: Final = frozenset(c.name for c in COMMANDS if c.module.startswith("api."))
_PROGRAM: Final = re.compile(r"(?:^|/)(?:iop-scheduler|scheduler)$")
_MODULE: Final = re.compile(r"(?:tests\.)?api(?:\.|$)|uvicorn(?:\.|$)")
_CODE: Final = re.compile(r"\b(?:from|import) (?:tests\.)?api\b")
# Of each way to start a program, where its words are.
_STARTS: Final = {"subprocess.Popen": 1, "os.system": 0, "os.posix_spawn": 1, "os.exec": 1}
_HERE = threading.local()


class Unwatched(RuntimeError):
    """A test has started a process of the service by a way of its own."""


class Process(subprocess.Popen[str]):
    """A process of the service; `lines` is what it has written so far, on both streams."""

    def __init__(self, command: Sequence[str | Path], witness: Witness, **options: Any) -> None:
        self.lines: list[str] = []
        self._witness = witness
        with _starting():
            super().__init__(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                **options,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        _STARTED.append(self)

    def _read(self) -> None:
        assert self.stdout is not None
        for line in self.stdout:
            self.lines.append(line)
            self._witness.written([line])
            if "PYTEST_CURRENT_TEST" in os.environ:
                with suppress(ValueError):  # the test that captured it is over
                    sys.stderr.write(line)  # shown where a test fails

    def all_read(self) -> None:
        """Wait for the last lines of a process that has ended."""
        self._reader.join(5)


_STARTED: Final[list[Process]] = []


def start(command: Sequence[str | Path], witness: Witness = WITNESS, **options: Any) -> Process:
    """Start a process of the service."""
    return Process(command, witness, **options)


def finish(
    command: Sequence[str | Path], env: Mapping[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run one to its end."""
    with _starting():
        done = subprocess.run(command, env=env, capture_output=True, text=True, **options)
    WITNESS.printed([*done.stdout.splitlines(), *done.stderr.splitlines()])
    return done


def all_read() -> None:
    """Wait for the last lines of every process that has ended."""
    for process in _STARTED:
        if process.poll() is not None:
            process.all_read()


@contextmanager
def _starting() -> Iterator[None]:
    _HERE.starting = True
    try:
        yield
    finally:
        _HERE.starting = False


# -- no other way -------------------------------------------------------------------------------------------


def guard() -> None:
    """Refuse any process of the service that is not started by `start` or `finish`."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    place = _STARTS.get(event)
    if place is not None and not getattr(_HERE, "starting", False) and runs_the_service(arguments[place]):
        raise Unwatched("start it by tests.processes, which shows the witness what it writes")


def runs_the_service(command: Any) -> bool:
    """Whether a command is one of the program's service commands, or Python with the service in it."""
    words = [os.fsdecode(w) for w in ([command] if isinstance(command, str | bytes) else command)]
    means = {"-m": _MODULE.match, "-c": _CODE.search}
    if any(option in means and means[option](value) for option, value in pairwise(words)):
        return True
    told = " ".join(words).split()
    programs = (n for n, word in enumerate(told, 1) if _PROGRAM.search(word))
    return any(SERVICE_COMMANDS & {w for w in told[n:] if w[0] != "-"} for n in programs)
