"""The service's jobs under rough treatment: workers killed, the database gone, many jobs at once.

All of it on real servers: PostgreSQL and worker nodes as processes. Where the queue is judged and not the
search, a search only waits for as long as it is told to.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from api.store import Timetable, TimetableEvent
from tests.api.jobs.rows import add_row, get_row, kinds, status_of
from tests.api.jobs.test_embedded import worked_on
from tests.api.jobs.waiting import running, until
from tests.proof.circumstances import ROOT
from tests.proof.nodes import Cluster, cluster, seconds_since
from tests.proof.report import Report

TITLE = "Jobs survive killed workers and a lost database, and share out well"
ROUNDS = 20
OUTAGE_SECONDS = 10.0
SHARE = 0.9  # of the sum of single workers
REAL_SECONDS = 10.0


def run(report: Report) -> None:
    for part in (killed_workers, lost_database, throughput, real_searches):
        with cluster() as servers, tempfile.TemporaryDirectory() as folder:
            part(report, servers, Path(folder))


# -- workers killed in mid-solve ----------------------------------------------------------------------------


def killed_workers(report: Report, servers: Cluster, folder: Path) -> None:
    """Twenty times, one of three workers is killed while it solves; the others take its job over."""
    runs, sessions, chance = folder / "runs", servers.sessions, random.Random(1)
    nodes = [servers.work() for _ in range(3)]
    servers.up(3)
    rows = [f"t{n}" for n in range(ROUNDS)]
    taken_over: list[float] = []
    for n, row in enumerate(rows):
        add_row(sessions, row, f"clinic-{n % 4}", engine=servers.engine, seconds=2, runs=str(runs))
        until(lambda row=row: get_row(sessions, row).best is not None, 60)  # type: ignore[misc]
        time.sleep(chance.random())
        worker = get_row(sessions, row).worker or "solved a moment ago"
        for victim in [node for node in nodes if worker.endswith(f":{node.pid}")]:
            victim.kill()
            victim.wait()
            killed = time.monotonic()
            nodes[nodes.index(victim)] = servers.work()
            until(lambda row=row: _moved_on(servers, row), 60)  # type: ignore[misc]
            if get_row(sessions, row).attempt == 2:
                taken_over.append(seconds_since(killed))
    until(lambda: servers.in_state("t", "solved") == ROUNDS, 120)
    once = all(Counter(kinds(sessions, row))["solved"] == 1 for row in rows)
    report.require(once, "killed workers: every job is completed exactly once")
    report.require(len(taken_over) >= ROUNDS * 3 // 4, "killed workers: most kills hit a search")
    report.require(max(taken_over) <= 15, "killed workers: every job goes on within 15 s")
    time.sleep(3)
    orphans = sum(running(pid) for _, pid in worked_on(runs))
    report.require(orphans == 0, "killed workers: no search outlives its worker")
    report.say(
        f"`kill -9` of the solving one of three workers, {ROUNDS} rounds: {len(taken_over)} jobs taken over, "
        f"after {sum(taken_over) / len(taken_over):.1f} s on average and {max(taken_over):.1f} s at most; "
        f"every job completed exactly once, {orphans} processes left behind."
    )


def _moved_on(servers: Cluster, row: str) -> bool:
    """Taken over, or solved just before the kill."""
    found = get_row(servers.sessions, row)
    return found.attempt == 2 or found.status == "solved"


# -- the database gone --------------------------------------------------------------------------------------


def lost_database(report: Report, servers: Cluster, folder: Path) -> None:
    """PostgreSQL stopped without a word in mid-solve: the search goes on, its answer is stored afterwards."""
    runs, sessions = folder / "runs", servers.sessions
    servers.work()
    servers.up(1)
    add_row(sessions, "t1", engine=servers.engine, seconds=OUTAGE_SECONDS + 2, runs=str(runs))
    add_row(sessions, "t2", engine=servers.engine, seconds=0.5, runs=str(runs))
    until(lambda: get_row(sessions, "t1").best is not None, 60)
    servers.stop_database()
    time.sleep(OUTAGE_SECONDS)
    servers.start_database()
    back = time.monotonic()
    until(lambda: servers.in_state("t", "solved") == 2, 60)
    report.require(kinds(sessions, "t1") == ["queued", "started", "progress", "solved"], "outage: told once")
    report.require(len(worked_on(runs)) == 2, "outage: nothing is searched twice")
    report.say(
        f"PostgreSQL stopped for {OUTAGE_SECONDS:.0f} s in mid-solve: the running job and the one waiting "
        f"are both done {seconds_since(back):.1f} s after its return, each in one attempt."
    )


# -- many jobs ----------------------------------------------------------------------------------------------


def throughput(report: Report, servers: Cluster, folder: Path) -> None:
    """200 jobs that only wait, so that the figure tells of the queue and not of the machine's CPUs."""

    def seconds_for(rows: int, first: str) -> float:
        began = time.monotonic()
        for n in range(rows):
            add_row(servers.sessions, f"{first}{n}", f"c{n % 7}", engine=servers.engine, seconds=2)
        until(lambda: servers.in_state(first, "solved") == rows, 900, 0.2)
        return seconds_since(began)

    servers.work()
    servers.up(1)
    alone = seconds_for(20, "alone") / 20
    for _ in range(3):
        servers.work()
    servers.up(4)
    together = seconds_for(200, "many") / 200
    share = alone / (4 * together)
    report.require(share >= SHARE, f"throughput: four workers reach {SHARE:.0%} of four single ones")
    report.say(
        f"200 queued jobs of 2 s each over 4 workers: {together:.2f} s a job, against {alone:.2f} s with one "
        f"worker: {share:.0%} of the sum of single workers."
    )


def real_searches(report: Report, servers: Cluster, folder: Path) -> None:
    """Twenty searches of the example week over two workers, started as anybody starts them."""
    week = {**json.loads((ROOT / "examples" / "riverside.json").read_text()), "pins": []}
    rows = [f"t{n:02}" for n in range(20)]
    for _ in range(2):
        servers.work_for_real()
    servers.up(2)
    began = time.monotonic()
    for n, row in enumerate(rows):
        with servers.sessions.write() as session:
            options = {"time_limit": REAL_SECONDS, "gap": 0.0, "seed": n}
            about = {"lane": f"clinic-{n % 3}", "owner": "key:proof", "week_start": "2026-11-30"}
            session.add(Timetable(id=row, problem=week, options=options, **about))
            servers.engine.enqueue(session, row)
    until(lambda: servers.in_state("t", "solved", "failed") == len(rows), 900, 0.5)
    took = seconds_since(began)
    for row in rows:
        told, found = Counter(kinds(servers.sessions, row)), get_row(servers.sessions, row)
        once = (told["started"], told["solved"], found.attempt, found.error) == (1, 1, 1, None)
        report.require(once, f"real searches: {row} is done in one attempt; {_life(servers, row)}")
    gaps = [get_row(servers.sessions, row).gap or 0.0 for row in rows]
    report.require(status_of(servers.sessions, rows[0]) == "solved", "real searches: solved")
    report.say(
        f"20 searches of {REAL_SECONDS:.0f} s of the example week over 2 workers: all done exactly once, in "
        f"{took:.0f} s (gap {min(gaps):.0%} to {max(gaps):.0%})."
    )


def _life(servers: Cluster, row: str) -> str:
    """What happened to a row, with its times, for a reader who has to find out why."""
    with servers.sessions.read() as session:
        told = session.scalars(
            select(TimetableEvent)
            .where(TimetableEvent.timetable_id == row, TimetableEvent.kind != "progress")
            .order_by(TimetableEvent.seq)
        )
        return ", ".join(f"{e.kind} {e.at:%H:%M:%S} {e.payload}" for e in told)
