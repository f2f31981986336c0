"""A person at a terminal: the live line, Ctrl-C once, Ctrl-C twice."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.conftest import RIVERSIDE, ROOT

CTRL_C = b"\x03"


class Terminal:
    """A program that has a terminal for its standard error and its keyboard."""

    def __init__(self, *command: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_own_terminal,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
        )
        os.close(theirs)
        self.seen = ""

    def wait_for(self, text: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            assert time.monotonic() < deadline, f"{text!r} was not seen in {self.seen[-2000:]!r}"
            self._read()

    def type(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def end(self, seconds: float = 60, keys: bytes = b"") -> int:
        """The exit code; `keys` are pressed every second, as a person would whose first press was lost."""
        deadline, pressed = time.monotonic() + seconds, 0.0
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"still running after {self.seen[-2000:]!r}"
            if keys and time.monotonic() - pressed > 1:
                pressed = time.monotonic()
                self.type(keys)
            self._read()
        while self._read():
            pass
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], 0.1)[0]:
            return False
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # the other side is closed
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)


def _own_terminal() -> None:
    """Make standard input the controlling terminal, so that its Ctrl-C becomes a signal, which a shell that
    runs the tests in the background would have ignored.
    """
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def terminal(*command: str) -> Iterator[Terminal]:
    opened = Terminal(sys.executable, *command)
    try:
        yield opened
    finally:
        opened.close()


def test_the_live_line_tells_best_bound_gap_time_and_who_is_short(tmp_path: Path) -> None:
    out = str(tmp_path / "out.json")
    with terminal("-m", "scheduler", "solve", str(RIVERSIDE), "-o", out, "--time-limit", "6") as opened:
        opened.wait_for("short")
        assert opened.end() == 0
        line = next(part for part in opened.seen.split("\r") if "short" in part)
        assert [word for word in ("best ", "bound ", "gap ", " s ", "short") if word not in line] == []
        assert "Objective" in opened.seen


def test_the_first_ctrl_c_stops_the_search_and_keeps_the_best_timetable(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    with terminal(
        "-m", "scheduler", "solve", str(RIVERSIDE), "-o", str(out), "--gap", "0", "--time-limit", "600"
    ) as opened:
        opened.wait_for("best ")
        opened.type(CTRL_C)
        assert opened.end() == 0
        assert "Stopping; the best timetable so far is kept." in opened.seen
        assert "stopped on request" in opened.seen
    timetable = json.loads(out.read_text())
    assert timetable["solver"]["stop_reason"] == "cancelled"
    assert timetable["sessions"] != []
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]


ENDLESS = """
import sys, time
from threading import Event
from scheduler.cli.interrupt import in_background, stopping_on_interrupt
stop = Event()
def waiting():
    if stop.is_set():
        print("stopping", file=sys.stderr, flush=True)
with stopping_on_interrupt(stop):
    print("searching", file=sys.stderr, flush=True)
    in_background(lambda: time.sleep(600), waiting)
"""


def test_a_second_ctrl_c_ends_at_once_even_a_search_that_does_not_stop() -> None:
    with terminal("-c", ENDLESS) as opened:
        opened.wait_for("searching")
        opened.type(CTRL_C)
        opened.wait_for("stopping")
        began = time.monotonic()
        opened.type(CTRL_C)
        assert opened.end() == 130
        assert time.monotonic() - began < 5
        assert "Traceback" not in opened.seen


def test_ctrl_c_outside_a_search_ends_with_130() -> None:
    with terminal("-m", "scheduler", "show", "-") as opened:
        time.sleep(1.5)
        assert opened.end(keys=CTRL_C) == 130
        assert "Traceback" not in opened.seen
