"""The peer as a process of its own, from document to answer; the judge is the same as ours."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.oracle import judge
from tests.proof.circumstances import ROOT
from tests.proof.whole_process import Doc, Planning, load_now

SOURCES = ROOT / "tools" / "peer" / "src" / "peer"
# Timefold's compiler plugins, tests and loggers are not needed, and a logger would cost it time.
UNWANTED = ("test", "python", "interpreter", "mockito", "junit", "assertj", "logback")


class Broken(Exception):
    """A process failed, or the oracle found an answer wrong."""


@dataclass(frozen=True)
class Planned:
    objective: int
    unmet: int
    seconds: float  # of the whole process
    cpu: float = 0.0  # seconds of processor that it and what it started were given
    load: float = 0.0  # of the machine as it ended: on two cores, what is above 2 was taken from it by others


@dataclass(frozen=True)
class Peer:
    """Timefold's jars and a folder for the compiled model."""

    jars: Path
    classes: Path

    def build(self) -> None:
        self.classes.mkdir(parents=True, exist_ok=True)
        command = [
            "javac",
            "-d",
            str(self.classes),
            "-cp",
            self._path,
            *map(str, sorted(SOURCES.glob("*.java"))),
        ]
        subprocess.run(command, check=True)

    @property
    def versions(self) -> str:
        java = subprocess.run(
            ["java", "-version"], capture_output=True, text=True, check=True
        ).stderr.splitlines()
        core = next(self.jars.glob("timefold-solver-core-*.jar"))
        return f"Timefold {core.stem.rpartition('-')[2]}, {' '.join(java[0].split()[:3])}"

    @property
    def _path(self) -> str:
        jars = [
            jar for jar in sorted(self.jars.glob("*.jar")) if not any(word in jar.name for word in UNWANTED)
        ]
        return os.pathsep.join(map(str, [self.classes, *jars]))

    def plan(self, week: Path, seconds: float, method: str, seed: int) -> Planned:
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "out.json"
            words = ["peer.Main", str(week), str(output), f"{seconds:g}", method, str(seed)]
            began, given = time.monotonic(), _cpu()
            done = subprocess.run(["java", "-cp", self._path, *words], capture_output=True, text=True)
            taken = time.monotonic() - began
            if done.returncode or not output.exists():
                raise Broken(f"the peer: {done.stderr.strip().splitlines()[-1:]}")
            return _judged(week, json.loads(output.read_text()), taken, _cpu() - given)


def plan_ours(week: Path, seconds: float, seed: int) -> Planned:
    given = _cpu()
    answer = Planning(week, seconds, seed).answer()
    if answer.faults:
        raise Broken(f"solve: {answer.faults[0]} (exit code {answer.code} after {answer.seconds:.1f} s)")
    return Planned(answer.objective, answer.unmet, answer.seconds, _cpu() - given, load_now())


def _judged(week: Path, timetable: Doc, seconds: float, cpu: float) -> Planned:
    verdict = judge(json.loads(week.read_text()), timetable)
    if verdict.broken:
        raise Broken(f"the peer: {verdict.broken[0]}")
    unmet = sum(row["unmet_minutes"] for row in verdict.patients.values())
    return Planned(verdict.objective, unmet, seconds, cpu, load_now())


def _cpu() -> float:
    """Of all processes that ended, with those that they waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
