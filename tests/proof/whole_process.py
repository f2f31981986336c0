"""One `solve` as a user runs it: a process from document to answer, its clock, its memory, its judge."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

from tests.oracle import judge, wrong_claims
from tests.proof.circumstances import ROOT

Doc = dict[str, Any]
PATIENCE = 120.0  # seconds past its limit after which a process is given up


@dataclass(frozen=True)
class Answer:
    """What one process gave: the objective by the oracle's count, and what the oracle found wrong."""

    seconds: float
    code: int
    faults: list[str]
    timetable: Doc
    objective: int
    unmet: int
    peak_mb: int

    @property
    def bound(self) -> int:
        return int(self.timetable["objective"]["bound"])

    @property
    def gap(self) -> float:
        return (self.objective - self.bound) / max(1, self.objective)


class Planning:
    """`python -m scheduler solve` under way, watched."""

    def __init__(self, week: Path, time_limit: float, seed: int = 0) -> None:
        self.week, self.began = week, time.monotonic()
        self._folder = tempfile.TemporaryDirectory(prefix="proof-")
        self.output = Path(self._folder.name) / "out.json"
        self.errors = Path(self._folder.name) / "errors"
        words = ["--time-limit", f"{time_limit:.2f}", "--gap", "0", "--seed", str(seed), "--quiet"]
        with self.errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scheduler", "solve", str(week), "-o", str(self.output), *words],
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        self._over = Event()
        self._peak = 0
        self._watch = Thread(target=self._measure, daemon=True)
        self._watch.start()
        self._limit = time_limit

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    @property
    def children(self) -> list[tuple[int, str]]:
        """Process numbers and command lines of what it has started."""
        return list(_descendants(self._process.pid))

    def answer(self) -> Answer:
        try:
            code = self._process.wait(self._limit + PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        seconds = time.monotonic() - self.began
        self._over.set()
        self._watch.join()
        try:
            return self._judged(seconds, code)
        finally:
            self._folder.cleanup()

    def _judged(self, seconds: float, code: int) -> Answer:
        if code != 0 or not self.output.exists():
            said = self.errors.read_text(errors="replace").strip().splitlines()
            return Answer(seconds, code, [(said or ["no answer"])[-1]], {}, 0, 0, self._peak)
        document, timetable = json.loads(self.week.read_text()), json.loads(self.output.read_text())
        verdict = judge(document, timetable)
        faults = [f"broken: {b}" for b in verdict.broken]
        faults += [f"wrong claim: {c}" for c in wrong_claims(document, timetable)]
        unmet = sum(row["unmet_minutes"] for row in verdict.patients.values())
        return Answer(seconds, code, faults, timetable, verdict.objective, unmet, self._peak)

    def _measure(self) -> None:
        """Memory of the process and of all that it started, together, five times a second."""
        while not self._over.wait(0.2):
            family = [self._process.pid, *(pid for pid, _ in _descendants(self._process.pid))]
            self._peak = max(self._peak, sum(map(_resident_kb, family)) // 1024)


def until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _descendants(pid: int) -> Iterator[tuple[int, str]]:
    """From /proc; nothing on a system without it."""
    parents = dict(_everybody())
    for child in parents:
        ancestor: int | None = parents[child]
        while ancestor and ancestor != pid:
            ancestor = parents.get(ancestor)
        if ancestor == pid:
            with suppress(OSError):  # it may have ended meanwhile
                yield child, Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def _everybody() -> Iterator[tuple[int, int]]:
    """Every process with its parent."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            yield int(folder.name), int((folder / "stat").read_text().rpartition(")")[2].split()[1])


def _resident_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)


def load_now() -> float:
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0
