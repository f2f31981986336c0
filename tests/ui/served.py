"""The service as it is started by anybody who has just installed it: `serve`, SQLite, a printed first key."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests import processes
from tests.processes import Process
from tests.witness import WITNESS

EXAMPLE = Path(__file__).parents[2] / "examples" / "riverside.json"
WEEK = "2026-11-30"
KEY = re.compile(r"iop\w+\.\S+")
Json = dict[str, Any]


@dataclass(frozen=True)
class Served:
    """A running service and its first key."""

    url: str
    key: str
    database: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {self.key}"} | {n.replace("_", "-"): v for n, v in headers.items()}
        answer = httpx.request(method, self.url + path, json=body, headers=sent, timeout=180)
        WITNESS.answered(answer)
        assert answer.status_code < 400, answer.text
        return answer

    def store(self, problem: Json) -> str:
        """The clinic and people of a problem document; the clinic's path."""
        site = dict(problem["clinic"])
        site.pop("week_start")
        parts = ("schema_version", "session_types", "programs", "clinicians", "rooms", "weights")
        path = f"/v1/clinics/{site['id']}"
        self.ask("PUT", path, {k: v for k, v in problem.items() if k in parts} | {"clinic": site})
        self.ask("PUT", f"{path}/patients", {"patients": problem["patients"]})
        for name in ("cohorts", "apart"):
            if problem.get(name):
                self.ask("PUT", f"{path}/{name}", {name: problem[name]})
        return path

    def solved(self, clinic: str, week_start: str = WEEK, seconds: float = 2) -> str:
        """The id of a finished timetable."""
        body = {"week_start": week_start, "time_limit": seconds}
        made: Json = self.ask("POST", f"{clinic}/timetables", body, Prefer="wait=60").json()
        for _ in range(600):
            if made["status"] not in ("queued", "solving"):
                return str(made["id"])
            time.sleep(0.2)
            made = self.ask("GET", f"/v1/timetables/{made['id']}").json()
        raise AssertionError("the search did not end")


def example() -> Json:
    document: Json = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    return document


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving() -> Iterator[Served]:
    """A service of its own over an empty database."""
    with tempfile.TemporaryDirectory(prefix="page-") as folder:
        port, database = free_port(), f"sqlite:///{folder}/page.db"
        mine = {
            "IOP_SCHEDULER_DATABASE_URL": database,
            "IOP_SCHEDULER_PORT": str(port),
            "IOP_SCHEDULER_INTERACTIVE_SECONDS": "120",  # a machine's first question translates
        }
        program = [sys.executable, "-m", "scheduler", "serve"]
        process = processes.start(program, env=os.environ | mine)
        try:
            yield Served(f"http://127.0.0.1:{port}", _first_key(process, port), database)
        finally:
            try:
                WITNESS.metrics(httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text)
            finally:
                process.terminate()
                process.wait(30)


def _first_key(process: Process, port: int) -> str:
    for _ in range(600):
        key = next((found.group() for line in process.lines if (found := KEY.search(line))), None)
        if key and _answers(port):
            return key
        assert process.poll() is None, "".join(process.lines)
        time.sleep(0.05)
    raise AssertionError("the service does not answer, or has printed no first key")


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").is_success
    except httpx.TransportError:
        return False
