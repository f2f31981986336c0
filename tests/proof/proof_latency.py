"""How soon the service answers while searches keep every core busy.

The week is the largest of up to 60 patients in the folder that WEEKS names; without it the example week.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests import processes
from tests.api.jobs.waiting import until
from tests.proof.circumstances import ROOT, cores
from tests.proof.report import Report

TITLE = "The service answers at once while searches run"
CALLS = 1000
SEARCH_SECONDS = 900
LIMITS = {"GET timetable": 100.0, "GET /healthz": 50.0}  # milliseconds, of 99 calls in 100
MOVE = [{"session": "s1", "set": {"room": None}}]


def run(report: Report) -> None:
    week = _week()
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder)) as (url, key):
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=url, headers=headers, timeout=120) as http:
            stored = _stored(http, week)
            _measure(report, http, stored, searches=0)
            searches = [_search(http, week, seed) for seed in (1, 2)]
            until(lambda: _solving(http, searches), 120, 0.2)
            _measure(report, http, stored, searches=2)
            report.require(_solving(http, searches), "both searches ran all the time")


def _week() -> dict[str, Any]:
    folder = os.environ.get("WEEKS")
    found = [json.loads(f.read_text()) for f in sorted(Path(folder).glob("*.json"))] if folder else []
    small = [week for week in found if len(week.get("patients", ())) <= 60]
    example: dict[str, Any] = json.loads((ROOT / "examples" / "riverside.json").read_text())
    return max(small, key=lambda week: len(week["patients"]), default=example)


@contextmanager
def _served(home: Path) -> Iterator[tuple[str, str]]:
    """A service as anybody starts it, but for two searches at once; its address and first key."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("IOP_SCHEDULER_")}
    environment |= {"XDG_DATA_HOME": str(home), "PYTHONPATH": str(ROOT)}
    environment |= {"IOP_SCHEDULER_SOLVES_AT_ONCE": "2", "IOP_SCHEDULER_REQUESTS_PER_MINUTE": "1000000"}
    command = [sys.executable, "-m", "scheduler", "serve", "--port", str(port)]
    process = processes.start(command, env=environment)
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: _ready(url), 120, 0.2)
        key = next(
            word for line in process.lines for word in line.split() if word.startswith("iop") and "." in word
        )
        yield url, key
    finally:
        process.terminate()
        process.wait(30)


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def _stored(http: httpx.Client, week: dict[str, Any]) -> str:
    """A finished timetable of a stored clinic; its path."""
    outside = ("patients", "cohorts", "apart", "baseline", "pins")
    clinic = {name: value for name, value in week.items() if name not in outside}
    site = dict(clinic["clinic"])
    week_start = site.pop("week_start")
    path = f"/v1/clinics/{site['id']}"
    people = [{k: v for k, v in p.items() if k != "name"} for p in week["patients"]]
    for place, document in (
        (path, {**clinic, "clinic": site}),
        (f"{path}/patients", {"patients": people}),
        (f"{path}/cohorts", {"cohorts": week.get("cohorts") or []}),
        (f"{path}/apart", {"apart": week.get("apart") or []}),
    ):
        http.put(place, json=document).raise_for_status()
    wish = {"week_start": week_start, "time_limit": 5}
    location: str = http.post(f"{path}/timetables", json=wish).raise_for_status().headers["Location"]
    until(lambda: http.get(location).json()["status"] == "solved", 600, 0.5)
    return location


def _search(http: httpx.Client, week: dict[str, Any], seed: int) -> str:
    query = f"/v1/timetables?time_limit={SEARCH_SECONDS}&gap=0&seed={seed}"
    location: str = http.post(query, json=week).raise_for_status().headers["Location"]
    return location


def _solving(http: httpx.Client, searches: list[str]) -> bool:
    states = [http.get(path).json() for path in searches]
    return all(state["status"] == "solving" and state["progress"] for state in states)


def _measure(report: Report, http: httpx.Client, stored: str, searches: int) -> None:
    size = len(http.get(stored).content)
    asked: dict[str, tuple[int, Callable[[], httpx.Response]]] = {
        "GET timetable": (CALLS, lambda: http.get(stored)),
        "GET /healthz": (CALLS, lambda: http.get("/healthz")),
        "GET targets of a session": (CALLS // 10, lambda: http.get(f"{stored}/targets/s1")),
        "POST check of a move": (CALLS // 10, lambda: http.post(f"{stored}/check", json=MOVE)),
    }
    rows = []
    for name, (calls, ask) in asked.items():
        taken = sorted(_milliseconds(ask) for _ in range(calls))
        p99 = taken[int(len(taken) * 0.99) - 1]
        rows.append((name, calls, f"{taken[len(taken) // 2]:.1f}", f"{p99:.1f}", f"{taken[-1]:.1f}"))
        if searches and name in LIMITS:
            report.require(p99 <= LIMITS[name], f"{name}: 99 of 100 within {LIMITS[name]:.0f} ms ({p99:.1f})")
    report.say(f"{searches} searches running on {cores()} cores; a timetable of {size // 1024} kB:")
    report.table(["call", "calls", "median ms", "p99 ms", "longest ms"], rows)


def _milliseconds(ask: Callable[[], httpx.Response]) -> float:
    began = time.monotonic()
    ask().raise_for_status()
    return (time.monotonic() - began) * 1000
