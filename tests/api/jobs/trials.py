"""Tasks that behave well and badly, to be run in solver processes."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from api.jobs.tasks import Report, register
from scheduler.errors import Fault, PinsClash, ProblemRefused

TASKS = (
    *("echo", "spin", "stubborn", "hold_interpreter", "allocate", "fail", "refuse", "clash", "signal_self"),
    *("leave", "talk", "answer_nonsense", "with_helper", "loaded", "solve", "warm"),
)


def register_all() -> dict[str, str | None]:
    """Make every task here known, `solve` among them; what the names meant before is returned."""
    return {name: register(name, f"{__name__}:{name}") for name in TASKS}


@contextmanager
def registered() -> Iterator[None]:
    before = register_all()
    try:
        yield
    finally:
        for name, target in before.items():
            if target is not None:
                register(name, target)


def warm(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    """Nothing to load: the trials need no search kernels."""
    return {}


def echo(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    return {**payload, "pid": os.getpid()}


def spin(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    """Searches for `seconds`, getting better all the time; stops when asked."""
    _note_pid(payload)
    began = time.monotonic()
    seconds = float(payload.get("seconds", 3600))
    while (now := time.monotonic() - began) < seconds and not stop.is_set():
        report(
            {
                "best": int(1000 - now),
                "bound": 10,
                "gap": 0.5,
                "seconds": now,
                "patients_short": 1,
                "phase": "x",
            }
        )
        stop.wait(0.05)
    return {"stopped": stop.is_set(), "seconds": time.monotonic() - began}


def stubborn(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    """Never looks at `stop`."""
    _note_pid(payload)
    time.sleep(3600)
    return {}


def hold_interpreter(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    """Sits in native code that never lets another thread of the process run."""
    _note_pid(payload)
    ctypes.PyDLL(None).sleep(3600)
    return {}


def allocate(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    blocks = []
    while not stop.is_set():
        blocks.append(bytearray(16 << 20))
    return {"blocks": len(blocks)}


def fail(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    raise ValueError(payload["secret"])


def refuse(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    raise ProblemRefused([Fault("/clinic/id", "is missing", "missing")])


def clash(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    raise PinsClash([1], ["room"], "Pin 1 needs a room that is closed.")


def signal_self(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    os.kill(os.getpid(), getattr(signal, payload["signal"]))
    time.sleep(5)
    return {}


def leave(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    os._exit(3)


def answer_nonsense(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    return {"gap": float("nan")}


def talk(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    """Writes far more to its error stream than a pipe holds."""
    for _ in range(2000):
        os.write(2, b"x" * 1000)
    return {"said": 2_000_000}


def with_helper(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    """Starts a process of its own, then ends as `payload` says."""
    helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    Path(payload["helper"]).write_text(str(helper.pid))
    if payload["then"] == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    return stubborn(payload, stop, report)


def loaded(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    return {"modules": [name for name in payload["of"] if name in sys.modules]}


def solve(payload: dict[str, Any], stop: Event, report: Report) -> dict[str, Any]:
    """Stands in for a search of known length: `seconds` long, or ended early by `stop` or a crash.

    Each run leaves a line in the file `runs`, so that a test sees how often a row was worked on.
    """
    trial = payload["problem"].get("trial", {})
    if "runs" in trial:
        with Path(trial["runs"]).open("a") as runs:
            runs.write(f"{trial['name']} {os.getpid()}\n")
    if "crash" in trial:
        os.kill(os.getpid(), getattr(signal, trial["crash"]))
    if trial.get("deaf"):
        return stubborn({}, stop, report)
    seconds = spin({"seconds": trial.get("seconds", 0)}, stop, report)["seconds"]
    reason = "cancelled" if stop.is_set() else "gap"
    return {
        "objective": {"value": 100, "bound": 90, "gap": 0.1, "terms": []},
        "solver": {"seconds": seconds, "stop_reason": reason, "options": payload["options"]},
        "patients": [{"unmet_minutes": 0}],
    }


def _note_pid(payload: dict[str, Any]) -> None:
    if "pid_file" in payload:
        part = Path(payload["pid_file"] + ".part")
        part.write_text(str(os.getpid()))
        part.rename(payload["pid_file"])
