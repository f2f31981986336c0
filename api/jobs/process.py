"""Solver processes from the service's side: started warm, asked one thing at a time, ended for certain.

Whatever happens in a process (crash, lack of memory, an endless loop) ends as a `Failed` value, never as an
exception: the service answers on. A solve belongs to the thread that asked for it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from multiprocessing import connection, forkserver, util
from multiprocessing.process import BaseProcess
from threading import Lock
from time import monotonic
from types import ModuleType
from typing import Any, Final
from weakref import WeakSet

from api.jobs.child import Limits, main
from api.jobs.outcome import Answered, Failed, Outcome
from api.jobs.tasks import target_of

TICK: Final = 0.25
KEPT_STDERR: Final = 16_384
WARM_LIMIT: Final = 600.0

_METHOD: Final = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_CONTEXT: Final[Any] = multiprocessing.get_context(_METHOD)  # the common parent type has no Process
# multiprocessing keeps its children in one unguarded set and reads an exit status only once: one at a time.
_BOOKS = Lock()


class Order(Enum):
    """What the asker wants next: let it go on, end it with what it has, or end it at once."""

    GO_ON = "go_on"
    STOP = "stop"
    KILL = "kill"


Attend = Callable[[dict[str, Any] | None], Order]


def _let_it(progress: dict[str, Any] | None) -> Order:
    return Order.GO_ON


def warm_up() -> None:
    """Start the fork server now; it loads the solver's modules while the service goes on starting."""
    if _METHOD == "forkserver":
        _CONTEXT.set_forkserver_preload(["api.jobs.preload"])
        forkserver.ensure_running()


@contextmanager
def _nameless_main() -> Iterator[None]:
    """Keep a starting child from importing the program's main module, that is the whole service, once more.

    multiprocessing tells every child to, for targets that live there; ours does not (0.7 s a child saved).
    """
    main_module = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main_module


def warm() -> None:
    """Wait until solver processes start at once and find the search kernels translated.

    Before a row is taken: while a process starts there is no sign of life, and a translation on a new machine
    could take longer than the search is given.
    """
    process = SolverProcess()
    process.ask("warm", {}, WARM_LIMIT)
    process.close()


class SolverProcess:
    """One child process; ask it, one task after another, then close it."""

    def __init__(self, limits: Limits = Limits(), grace: float = 10.0) -> None:  # noqa: B008 (frozen)
        self._limits = limits
        self._grace = grace
        self._number = 0
        self._stderr = b""
        warm_up()
        self._control, control = _CONTEXT.Pipe()
        life, self._life = _CONTEXT.Pipe(duplex=False)
        self._errors, errors = _CONTEXT.Pipe(duplex=False)
        # Not a daemon: a search may start processes of its own, which daemons may not.
        self._process: BaseProcess = _CONTEXT.Process(
            target=main, args=(control, life, errors, limits), name="solver", daemon=False
        )
        with _BOOKS, _nameless_main():
            self._process.start()
        _ALIVE.add(self)
        for end in (control, life, errors):
            end.close()
        self.pid = self._process.pid or 0

    @property
    def alive(self) -> bool:
        """Whether it can take another task.

        Asked of the exit status and not of the sentinel: once the status is read from that pipe, the pipe
        looks quiet until the fork server closes its end.
        """
        if not self.pid:
            return False
        with _BOOKS:
            return self._process.exitcode is None

    def ask(self, task: str, payload: dict[str, Any], time_limit: float, attend: Attend = _let_it) -> Outcome:
        """Run one task; `attend` hears of progress (or None every quarter second) and gives the next order.

        At the time limit, or when ordered to stop, the task is asked to end with the best it has; if it
        does not within the grace, the process is killed.
        """
        self._number += 1
        request = {"kind": "task", "number": self._number, "target": target_of(task), "payload": payload}
        if not self._say(request):
            return self._obituary()
        return _Hearing(self, self._number, time_limit, attend).outcome()

    def close(self) -> None:
        """End it if it still runs, and give back what it held."""
        if self.pid:
            self._say({"kind": "quit"}) and connection.wait([self._process.sentinel], 0.5)
            self.kill()
            for end in (self._control, self._life, self._errors):
                end.close()
            with _BOOKS:
                self._process.close()
            self.pid = 0
            _ALIVE.discard(self)

    def kill(self) -> None:
        """End the process and all it started, now."""
        if self.alive:
            _kill_group(self.pid)
            with suppress(ProcessLookupError), _BOOKS:
                self._process.kill()
            connection.wait([self._process.sentinel], 10)
        with _BOOKS:
            self._process.join(0)

    def _say(self, message: dict[str, Any]) -> bool:
        try:
            self._control.send_bytes(json.dumps(message, separators=(",", ":")).encode())
        except (OSError, ValueError):
            return False
        return True

    def _next(self, timeout: float) -> dict[str, Any] | None:
        """The next message; {"kind": "end"} once the process is gone; None when nothing was said in time."""
        ready = connection.wait([self._control, self._errors, self._process.sentinel], timeout)
        if self._errors in ready:
            self._keep_stderr()
        if self._control in ready:
            try:
                message: dict[str, Any] = json.loads(self._control.recv_bytes())
            except (EOFError, OSError):
                return {"kind": "end"}
            return message
        return {"kind": "end"} if self._process.sentinel in ready else None

    def _keep_stderr(self) -> None:
        with suppress(OSError):
            self._stderr = (self._stderr + os.read(self._errors.fileno(), 65_536))[-KEPT_STDERR:]

    def _obituary(self) -> Failed:
        """Why the process is gone, as far as its exit status and its last words tell."""
        connection.wait([self._process.sentinel], 10)
        while self._errors.poll(0) and self._read_more():
            pass
        with _BOOKS:
            self._process.join(0)
            code = self._process.exitcode
        _kill_group(self.pid)  # what it started and left behind
        return _cause_of_death(code, self._stderr.decode(errors="replace"), self._limits)

    def _read_more(self) -> bool:
        before = self._stderr
        self._keep_stderr()
        return self._stderr != before


class _Hearing:
    """One task's hearing: messages, orders and clocks until there is an outcome."""

    def __init__(self, process: SolverProcess, number: int, time_limit: float, attend: Attend) -> None:
        self._process = process
        self._number = number
        self._attend = attend
        self._deadline = monotonic() + time_limit
        self._time_limit = time_limit
        self._kill_at: float | None = None
        self._ordered = False
        self._ready = False

    def outcome(self) -> Outcome:
        while True:
            message = self._process._next(TICK) or {"kind": "silence"}
            match message["kind"]:
                case "answer" if message["number"] == self._number:
                    return Answered(message["answer"])
                case "failure" if message["number"] == self._number:
                    return _failure(message, self._process._limits)
                case "end":
                    return self._process._obituary()
            if ended := self._steer(message.get("progress")):
                return ended

    def _steer(self, progress: dict[str, Any] | None) -> Failed | None:
        order = self._attend(progress)
        now = monotonic()
        if order is Order.KILL:
            self._process.kill()
            return Failed("killed", "The solver process was ended before it had an answer.")
        if self._kill_at is None and (order is Order.STOP or now >= self._deadline):
            self._ordered = order is Order.STOP
            self._kill_at = now + self._process._grace
            self._process._say({"kind": "stop", "number": self._number})
        if self._kill_at is not None and now >= self._kill_at:
            self._process.kill()
            return self._overdue()
        return None

    def _overdue(self) -> Failed:
        if self._ordered:
            return Failed("stopped", "The solver did not stop in time when asked to, so its answer is lost.")
        return Failed("timed_out", f"No answer within {self._time_limit:.0f} seconds.")


def _kill_group(pid: int) -> None:
    """The group is the child's own once it has called setsid; before that there is no such group."""
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _failure(message: dict[str, Any], limits: Limits) -> Failed:
    if message["code"] == "out_of_memory":
        return _out_of_memory(limits, message["where"])
    return Failed(message["code"], message["detail"], message.get("errors", ()), message["where"])


def _out_of_memory(limits: Limits, where: str = "") -> Failed:
    most = f" ({limits.memory_mb} MiB allowed)" if limits.memory_mb else ""
    return Failed("out_of_memory", f"The solver process ran out of memory{most}.", where=where)


def _cause_of_death(code: int | None, last_words: str, limits: Limits) -> Failed:
    where = _native_trace(last_words)
    if any(
        sign in last_words for sign in ("bad_alloc", "MemoryError", "Cannot allocate memory", "out of memory")
    ):
        return _out_of_memory(limits, where)
    if code is not None and code < 0:
        return _ended_by(signal.Signals(-code), where)
    return Failed("crashed", f"The solver process ended without an answer (exit status {code}).", where=where)


def _ended_by(name: signal.Signals, where: str) -> Failed:
    if name is signal.SIGTERM:
        return Failed("interrupted", "The solver process was told to end by the system.", where=where)
    if name is signal.SIGKILL:
        detail = "The solver process was killed by the system, most likely because memory ran out."
        return Failed("crashed", detail, where=where)
    return Failed("crashed", f"The solver process crashed ({name.name}).", where=where)


def _native_trace(last_words: str) -> str:
    """Files and functions of a fatal error's stack; those lines hold no values."""
    start = last_words.find("Fatal Python error")
    lines = last_words[start:].splitlines() if start >= 0 else []
    return " < ".join(line.strip() for line in lines if line.lstrip().startswith(("Fatal", "File")))[:2000]


_ALIVE: WeakSet[SolverProcess] = WeakSet()


def _end_all() -> None:
    """At the service's exit: multiprocessing would wait for children that wait for work."""
    for process in list(_ALIVE):
        with suppress(Exception):
            process.kill()


util.Finalize(None, _end_all, exitpriority=100)
