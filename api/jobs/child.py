"""The solver process from the inside: takes tasks from its pipe, answers, and never outlives the service.

Messages are JSON, one object each. In: `task`, `stop`, `quit`. Out: `ready`, `progress`, `answer`, `failure`.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Condition, Event, Lock, Thread
from typing import Any

from api.jobs.tasks import load
from scheduler.errors import InternalFault, NoTimetableFound, PinsClash, ProblemRefused

MIB = 1 << 20
# Python itself ignores these, so that a closed pipe is an error and not a death.
_LEFT_ALONE = {getattr(signal, name) for name in ("SIGPIPE", "SIGXFSZ") if hasattr(signal, name)}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one solver process may use; `memory_mb` (0: no limit) comes on top of what it starts with."""

    memory_mb: int = 0
    nice: int = 0
    progress_every: float = 0.25


def main(control: Connection, life: Connection, stderr: Connection, limits: Limits) -> None:
    """Answers tasks until told to quit; the target of every solver process."""
    _settle(limits)
    os.dup2(stderr.fileno(), 2)
    stderr.close()
    _end_with(life)
    line = _Line(control, limits.progress_every)
    line.say({"kind": "ready"})
    while (request := line.next_task()) is not None:
        line.answer(_run(request, line))
    # Not a normal exit: the solver's C++ teardown has been seen to crash, and the answer is out already.
    os._exit(0)


def _settle(limits: Limits) -> None:
    """Own process group, default signals, limits: nothing of the service's set-up is left."""
    faulthandler.enable()
    if sys.platform == "win32":  # no signals, groups or limits to set there; the pipes' ends do the rest
        return
    os.setsid()
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        if number in _LEFT_ALONE or signal.getsignal(number) in (signal.SIG_DFL, None):
            continue
        signal.signal(number, signal.SIG_DFL)
    if limits.nice:
        os.nice(limits.nice)
    with suppress(OSError):  # should the machine run out of memory, this process goes before the service does
        Path("/proc/self/oom_score_adj").write_text("500")
    _limit_memory(limits.memory_mb)


def _limit_memory(memory_mb: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold patients' data
    if memory_mb:
        most = _mapped_bytes() + memory_mb * MIB
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _mapped_bytes() -> int:
    """Address space in use; libraries loaded beforehand should not eat up the limit."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _end_with(life: Connection) -> None:
    """Let the kernel end this process group when the service's end of `life` closes.

    The thread that waits for the end of the control pipe cannot run while native code holds the interpreter;
    a pipe in signal-driven mode sends SIGIO at its end, and the default action of SIGIO is to terminate.
    """
    if sys.platform == "win32":
        return
    import fcntl

    with suppress(OSError):
        fcntl.fcntl(life.fileno(), fcntl.F_SETOWN, -os.getpgrp())
        flags = fcntl.fcntl(life.fileno(), fcntl.F_GETFL)
        fcntl.fcntl(life.fileno(), fcntl.F_SETFL, flags | os.O_ASYNC)
    if life.poll(0):  # the service was gone before the mode was set
        _end_group()


def _end_group() -> None:
    if sys.platform == "win32":
        os._exit(1)
    os.killpg(os.getpgrp(), signal.SIGKILL)


class _Line:
    """The child's end of the pipe: one thread listens, one sends progress, the main thread works."""

    def __init__(self, control: Connection, progress_every: float) -> None:
        self._control = control
        self._sending = Lock()
        self._tasks: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._stops: dict[int, Event] = {}
        self._latest: dict[str, Any] | None = None
        self._news = Condition()
        self._progress_every = progress_every
        Thread(target=self._listen, daemon=True, name="listen").start()
        Thread(target=self._tell, daemon=True, name="tell").start()

    def next_task(self) -> dict[str, Any] | None:
        return self._tasks.get()

    def stop_event(self, number: int) -> Event:
        return self._stops[number]

    def say(self, message: dict[str, Any]) -> None:
        self._send(_encoded(message))

    def _send(self, encoded: bytes) -> None:
        with self._sending:
            self._control.send_bytes(encoded)

    def report(self, number: int, progress: dict[str, Any]) -> None:
        """Keeps the latest figures for the sending thread: a search callback must not wait for a pipe."""
        with self._news:
            self._latest = {"kind": "progress", "number": number, "progress": progress}
            self._news.notify()

    def answer(self, message: dict[str, Any]) -> None:
        with self._news:
            self._latest = None
        self._stops.pop(message["number"], None)
        try:
            encoded = _encoded(message)
        except (TypeError, ValueError) as unfit:  # an answer that is no JSON
            encoded = _encoded({"kind": "failure", "number": message["number"], **_explained(unfit)})
        self._send(encoded)

    def _listen(self) -> None:
        while True:
            try:
                message = json.loads(self._control.recv_bytes())
            except (EOFError, OSError):
                _end_group()
                return
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        match message["kind"]:
            case "task":
                self._stops[message["number"]] = Event()
                self._tasks.put(message)
            case "stop":
                if stop := self._stops.get(message["number"]):
                    stop.set()
            case "quit":
                self._tasks.put(None)

    def _tell(self) -> None:
        pause = Event()
        while True:
            with self._news:
                self._news.wait_for(lambda: self._latest is not None)
                news, self._latest = self._latest, None
            with suppress(OSError, ValueError):
                self.say(news or {})
            pause.wait(self._progress_every)


def _encoded(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":"), allow_nan=False).encode()


def _run(request: dict[str, Any], line: _Line) -> dict[str, Any]:
    number = request["number"]
    try:
        answer = load(request["target"])(
            request["payload"], line.stop_event(number), partial(line.report, number)
        )
    except BaseException as failure:  # whatever ends the task ends only the task
        return {"kind": "failure", "number": number, **_explained(failure)}
    return {"kind": "answer", "number": number, "answer": answer}


def _explained(failure: BaseException) -> dict[str, Any]:
    for kind, explain in _EXPLAINED.items():
        if isinstance(failure, kind):
            return {"where": _where(failure), **explain(failure)}
    return {
        "code": "internal",
        "detail": f"The task ended with an internal error ({type(failure).__name__}).",
        "where": _where(failure),
    }


def _refused(failure: Any) -> dict[str, Any]:
    faults = [fault.as_dict() for fault in failure.faults]
    message = f"The {failure.kind} document has {len(faults)} fault(s)."
    return {"code": f"{failure.kind}_refused", "detail": message, "errors": faults}


def _clash(failure: Any) -> dict[str, Any]:
    faults = [fault.as_dict() for fault in failure.faults()]
    return {"code": "pins_clash", "detail": str(failure), "errors": faults}


def _not_found(failure: Any) -> dict[str, Any]:
    return {
        "code": "no_timetable_found",
        "detail": "No timetable that keeps the pins was found in the time given.",
    }


def _wrong(failure: Any) -> dict[str, Any]:
    return {"code": "internal", "detail": "The solver's answer failed its own verification."}


def _memory(failure: Any) -> dict[str, Any]:
    return {"code": "out_of_memory", "detail": ""}


_EXPLAINED: dict[type[BaseException], Callable[[Any], dict[str, Any]]] = {
    ProblemRefused: _refused,
    PinsClash: _clash,
    NoTimetableFound: _not_found,
    InternalFault: _wrong,
    MemoryError: _memory,
}


def _where(failure: BaseException) -> str:
    """Type and lines of code of a failure, without any value."""
    frames = traceback.extract_tb(failure.__traceback__)[-8:] if failure.__traceback__ else []
    lines = [f"{os.path.relpath(f.filename, sys.prefix)}:{f.lineno} {f.name}" for f in frames]
    return " < ".join([type(failure).__name__, *reversed(lines)])
