"""The bound in a process of its own: one thread beside the search, nothing lost but its work if it dies.

The child gets the problem through its standard input and answers with one bound a line. Its input stays open
as a lifeline: when the parent goes, however it goes, the child reads its end and leaves.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import scheduler
from scheduler.problem import Problem

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class BoundProcess:
    """Proves bounds of a problem until stopped, done, or out of `seconds`."""

    def __init__(self, problem: Problem, seconds: float = 60.0) -> None:
        self._best: int | None = None
        self._unread = b""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scheduler.solver.lower_bound", repr(float(seconds))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a crash costs the bound; its trace is nobody's concern
            env=os.environ | dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONPATH": _search_path()},
            # An interrupt at the terminal is the parent's to answer. Not a session of its own: Linux shares
            # the processor out by sessions first, and the search would get no more than this child.
            process_group=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._answers: IO[bytes] = self._process.stdout
        os.set_blocking(self._answers.fileno(), False)
        feed = threading.Thread(target=_feed, args=(self._process.stdin, problem), daemon=True)
        feed.start()  # the child reads only when it is up: the search does not wait for that

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def poll(self) -> int | None:
        """The best bound proven so far, or None; never waits."""
        with contextlib.suppress(OSError, ValueError):
            self._unread += self._answers.read() or b""
        *lines, self._unread = self._unread.split(b"\n")
        proven = [int(line) for line in lines if line.isdigit()]
        if proven:
            self._best = max([*proven, *([] if self._best is None else [self._best])])
        return self._best

    def stop(self) -> None:
        """End the child at once; the bounds already sent stay."""
        self._process.kill()
        self._process.wait()
        self.poll()
        for stream in (self._process.stdin, self._answers):
            with contextlib.suppress(OSError):
                assert stream is not None
                stream.close()


def _feed(stream: IO[bytes], problem: Problem) -> None:
    with contextlib.suppress(OSError, ValueError):  # the child may be gone already
        body = pickle.dumps(problem)
        stream.write(len(body).to_bytes(8, "big") + body)
        stream.flush()


def _search_path() -> str:
    """The package's own folder first, wherever the parent found it."""
    home = str(Path(scheduler.__file__).parent.parent)
    return os.pathsep.join([home, *filter(None, [os.environ.get("PYTHONPATH")])])
