"""Ctrl-C, SIGTERM and `kill -9` in the midst of writing: what was acknowledged is there, and all of it."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from api import examples
from tests.api.as_started import Served, serving
from tests.proof.report import Report

TITLE = "An interrupted service leaves no half-written row"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
ROUNDS = 10  # with each signal
WRITERS = 3
DATABASE = Path("data") / "iop-scheduler" / "iop-scheduler.db"


@dataclass
class Writer:
    """One scheduler: writes a patient's commitments and asks for weeks, as fast as they are taken."""

    patient: str
    acknowledged: int = 0
    weeks: list[str] = field(default_factory=list)

    def write(self, served: Served, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "If-Match": "*"}
        path = f"/v1/clinics/a/patients/{self.patient}/commitments"
        try:
            with httpx.Client(base_url=served.url, headers=headers, timeout=30) as http:
                while True:
                    http.put(path, json=commitments(self.acknowledged + 1)).raise_for_status()
                    self.acknowledged += 1
                    if self.acknowledged % 10 == 0:
                        wish = {**examples.PLAN, "time_limit": 1}
                        made = http.post("/v1/clinics/a/timetables", json=wish)
                        self.weeks += [made.headers["Location"].rsplit("/", 1)[1]] if made.is_success else []
        except httpx.HTTPError:
            return  # the service is gone, as it should be


def commitments(count: int) -> dict[str, Any]:
    """A document that says by two of its parts how often it was written: half of it would show."""
    span = {"kind": "work", "days": ["mon"], "start": "09:00", "end": "10:00"}
    return {"commitments": [{"id": f"first-{count}", **span}, {"id": f"last-{count}", **span}]}


def run(report: Report) -> None:
    chance = random.Random(1)
    for sig in SIGNALS:
        with tempfile.TemporaryDirectory() as folder:
            home, key = Path(folder), None
            writers = [Writer(f"p{n + 1}") for n in range(WRITERS)]
            slowest = 0.0
            for _ in range(ROUNDS):
                with serving(home, IOP_SCHEDULER_CLINIC_QUOTA="1000") as served:
                    key = key or first_key(served)
                    seconds = interrupted(served, key, writers, sig, chance.uniform(0.2, 1.2))
                slowest = max(slowest, seconds)
                whole(report, home / DATABASE, writers, sig.name)
            report.require(slowest <= 5, f"{sig.name}: the service ends within 5 s (it took {slowest:.1f} s)")
            writes, weeks = sum(w.acknowledged for w in writers), sum(len(w.weeks) for w in writers)
            report.say(
                f"{sig.name}, {ROUNDS} times in the midst of {writes:,} writes and {weeks} wishes for weeks "
                f"by {WRITERS} writers: ends within {slowest:.1f} s; each acknowledged write is there, whole "
                "and with its audit entry."
            )


def first_key(served: Served) -> str:
    assert served.key is not None
    headers = {"Authorization": f"Bearer {served.key}"}
    never = {**examples.PATIENT, **commitments(0)}
    people = {"patients": [{**never, "id": f"p{n + 1}"} for n in range(WRITERS)]}
    httpx.put(f"{served.url}/v1/clinics/a", json=examples.CLINIC, headers=headers).raise_for_status()
    httpx.put(f"{served.url}/v1/clinics/a/patients", json=people, headers=headers).raise_for_status()
    return served.key


def interrupted(served: Served, key: str, writers: list[Writer], sig: signal.Signals, after: float) -> float:
    threads = [Thread(target=writer.write, args=(served, key)) for writer in writers]
    for thread in threads:
        thread.start()
    time.sleep(after)
    _, seconds = served.told_to_end(sig)
    for thread in threads:
        thread.join()
    return seconds


def whole(report: Report, file: Path, writers: list[Writer], name: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        [(verdict,)] = connection.execute("PRAGMA integrity_check")
        report.require(verdict == "ok", f"{name}: the database is whole ({verdict})")
        for writer in writers:
            patient_is_whole(report, connection, writer, name)
        rows = connection.execute("SELECT id, status, worker, result, finished_at, event_seq FROM timetable")
        found = {row[0]: row[1:] for row in rows}
        for week in (week for writer in writers for week in writer.weeks):
            report.require(week in found, f"{name}: an acknowledged week is there")
        for row, (status, worker, result, finished, events) in found.items():
            told = connection.execute("SELECT max(seq) FROM timetable_event WHERE timetable_id = ?", (row,))
            report.require(told.fetchone() == (events,), f"{name}: every event of a week is there")
            ended = (result is not None and finished is not None) if status == "solved" else finished is None
            report.require(
                ended or status == "failed", f"{name}: a week that is {status} is so in every column"
            )
            handed_back = name == "SIGKILL" or status != "solving"
            report.require(handed_back, f"{name}: no week is left with a worker that is gone ({worker})")


def patient_is_whole(report: Report, connection: sqlite3.Connection, writer: Writer, name: str) -> None:
    """Stored is the last write that was acknowledged, or the one that was on its way; told of as often."""
    [(text, version)] = connection.execute(
        "SELECT document, version FROM patient WHERE id = ?", (writer.patient,)
    )
    [(entries,)] = connection.execute(
        "SELECT count(*) FROM audit_entry WHERE action = 'patient.write' AND patients LIKE ?",
        (f'%"{writer.patient}"%',),
    )
    first, last = (noted["id"].split("-")[1] for noted in json.loads(text)["commitments"])
    report.require(first == last, f"{name}: both parts of a document are of one write")
    on_its_way = int(last) - writer.acknowledged
    report.require(on_its_way in (0, 1), f"{name}: {writer.patient} is as acknowledged ({on_its_way})")
    report.require(entries == version - 1, f"{name}: {version - 1} changes have {entries} audit entries")
    writer.acknowledged = int(last)
