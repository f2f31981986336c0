"""serve, db, keys and audit from the command line."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import stat
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from api import examples
from api.jobs import build_engine
from api.settings import Settings
from api.store import open_database
from tests.api.as_started import PROJECT, Served, run, run_alone, serving


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home of somebody who has set nothing."""
    return tmp_path


# -- serve --------------------------------------------------------------------------------------------------


def test_serve_without_settings_makes_a_private_database_prints_one_key_and_loads_no_solver(
    home: Path,
) -> None:
    file = home / "data" / "iop-scheduler" / "iop-scheduler.db"
    with serving(home) as served:
        assert served.key is not None
        headers = {"Authorization": f"Bearer {served.key}"}
        made = httpx.put(f"{served.url}/v1/clinics/a", json=examples.CLINIC, headers=headers)
        assert made.status_code == 201
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        key = served.key
        loaded = loaded_after_a_question(served, headers)
        code, seconds = served.told_to_end()
        assert (code, seconds < 5) == (0, True)
    for package in ("/ortools/", "/numba/", "/llvmlite/"):
        assert package not in loaded
    with serving(home) as again:
        assert again.key is None
        assert (
            httpx.get(f"{again.url}/v1/clinics/a", headers={"Authorization": f"Bearer {key}"}).status_code
            == 200
        )


def loaded_after_a_question(served: Served, headers: dict[str, str]) -> str:
    """What the served process has mapped once it has planned and been asked."""
    httpx.put(f"{served.url}/v1/clinics/a/patients", json=examples.PATIENTS, headers=headers)
    body = {**examples.PLAN, "time_limit": 1}
    wait = {**headers, "Prefer": "wait=60"}
    made = httpx.post(f"{served.url}/v1/clinics/a/timetables", json=body, headers=wait, timeout=90)
    assert made.status_code == 201
    for path in ("export?format=xlsx", "targets/s1"):
        assert httpx.get(f"{served.url}{made.headers['location']}/{path}", headers=headers).status_code == 200
    return Path(f"/proc/{served.process.pid}/maps").read_text()


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_a_served_process_with_open_streams_ends_within_five_seconds(home: Path, sig: int) -> None:
    with serving(home) as served:
        headers = {"Authorization": f"Bearer {served.key}"}
        httpx.put(f"{served.url}/v1/clinics/a", json=examples.CLINIC, headers=headers)
        httpx.put(f"{served.url}/v1/clinics/a/patients", json=examples.PATIENTS, headers=headers)
        body = {**examples.PLAN, "time_limit": 600, "gap": 0}
        made = httpx.post(f"{served.url}/v1/clinics/a/timetables", json=body, headers=headers)
        path = made.headers["location"]
        with httpx.stream("GET", f"{served.url}{path}/events", headers=headers, timeout=30) as stream:
            next(stream.iter_lines())
            _, seconds = served.told_to_end(sig)
        assert seconds < 5
    file = home / "data" / "iop-scheduler" / "iop-scheduler.db"
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        row = connection.execute("SELECT status, worker, heartbeat_at, result, finished_at FROM timetable")
        assert row.fetchall() == [("queued", None, None, None, None)]  # handed back, whole


def test_two_services_on_one_sqlite_file_are_refused(home: Path) -> None:
    run(home, "db", "upgrade")
    url = f"sqlite:///{home / 'data' / 'iop-scheduler' / 'iop-scheduler.db'}"
    sessions = open_database(url)
    first = build_engine(Settings(database_url=url), sessions)
    first.start()
    second = run_alone(home, "serve", "--port", "0")
    first.stop()
    sessions.close()
    assert second.returncode != 0
    assert "Another process already serves this database" in second.stdout + second.stderr


def test_settings_that_do_not_exist_or_fit_end_the_command_with_a_sentence(home: Path) -> None:
    unknown = run_alone(home, "serve", IOP_SCHEDULER_PROT="8000")
    assert (unknown.returncode, "IOP_SCHEDULER_PROT: no such setting" in unknown.stderr) == (2, True)
    unreachable = run(
        home, "keys", "list", IOP_SCHEDULER_DATABASE_URL="postgresql://nobody:secret@127.0.0.1:1/x"
    )
    assert unreachable.returncode == 2
    assert "secret" not in unreachable.stdout + unreachable.stderr
    assert "Traceback" not in unreachable.stderr


# -- db -----------------------------------------------------------------------------------------------------


def test_a_shared_database_is_upgraded_on_purpose_only(home: Path, fresh_postgres: str) -> None:
    settings = {"IOP_SCHEDULER_DATABASE_URL": fresh_postgres}
    refused = run_alone(home, "serve", "--port", "0", **settings)
    assert (refused.returncode, "iop-scheduler db upgrade" in refused.stderr) == (2, True)
    assert run(home, "db", "upgrade", **settings).returncode == 0
    assert run(home, "keys", "create", "--role", "viewer", "--all-clinics", **settings).returncode == 0


def test_a_database_from_the_future_is_refused(home: Path) -> None:
    assert run(home, "db", "upgrade").returncode == 0
    file = home / "data" / "iop-scheduler" / "iop-scheduler.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'z999'")
        connection.commit()
    for refused in (run_alone(home, "serve"), run(home, "db", "upgrade"), run(home, "keys", "list")):
        assert refused.returncode == 2
        assert "a later version of the program" in refused.stderr


def test_a_backup_is_taken_while_serving_and_restored_when_stopped(home: Path) -> None:
    backup = home / "backup.db"
    with serving(home) as served:
        key = served.key
        headers = {"Authorization": f"Bearer {key}"}
        httpx.put(f"{served.url}/v1/clinics/kept", json=examples.CLINIC, headers=headers)
        assert run(home, "db", "backup", str(backup)).returncode == 0
        assert run(home, "db", "backup", str(backup)).returncode == 2
        httpx.put(f"{served.url}/v1/clinics/lost", json=examples.CLINIC, headers=headers)
        in_use = run(home, "db", "restore", str(backup))
        assert (in_use.returncode, "stop the service" in in_use.stderr) == (2, True)
        served.told_to_end()
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert run(home, "db", "restore", str(PROJECT / "pyproject.toml")).returncode == 2
    restored = run(home, "db", "restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    with serving(home) as served:
        clinics = httpx.get(f"{served.url}/v1/clinics", headers={"Authorization": f"Bearer {key}"}).json()
    assert [c["id"] for c in clinics["clinics"]] == ["kept"]
    assert list((home / "data" / "iop-scheduler").glob("*.before-*"))


def test_retention_counts_first_and_deletes_what_is_old(home: Path) -> None:
    assert run(home, "db", "upgrade").returncode == 0
    file = home / "data" / "iop-scheduler" / "iop-scheduler.db"
    columns = "id, lane, owner, week_start, status, attempt, cancel_requested, options, event_seq, version"
    with closing(sqlite3.connect(file)) as connection:
        month_ago = f"{datetime.now(UTC) - timedelta(days=30):%Y-%m-%d}"
        for name, status, finished, made_from in (
            ("a", "failed", "2020-01-01", None),
            ("b", "solved", "2020-01-01", None),
            ("c", "solved", month_ago, None),
            ("draft moved on from", "solved", month_ago, "c"),
            ("last draft", "solved", month_ago, "draft moved on from"),
        ):
            connection.execute(
                f"INSERT INTO timetable ({columns}, created_at, finished_at, parent_id) VALUES (?, 'l', 'o', "
                "'2020-01-01', ?, 1, 0, '{}', 0, 1, '2020-01-01', ?, ?)",
                (name, status, finished, made_from),
            )
        connection.execute(
            "INSERT INTO audit_entry (at, actor, action, patients, source, request_id, details) "
            "VALUES ('2019-01-01 00:00:00.000000', 'k', 'patient.read', '[]', '', '', '{}')"
        )
        marks = "clinic_id, patient_id, week_start, timetable_id, session_type, start, mark, actor, at"
        for day in ("2019-01-01", month_ago):
            connection.execute(
                f"INSERT INTO attendance_mark ({marks}) "
                f"VALUES ('c', 'p', ?, 't', 'process', ?, 'missed', 'k', ?)",
                (day, f"{day}T16:00", f"{day} 17:00:00.000000"),
            )
        connection.commit()
    dry = run(home, "db", "retention", "--dry-run")
    assert "1  attendance marks" in dry.stdout
    assert "3  timetables" in dry.stdout
    assert "1  audit entries" in dry.stdout
    assert run(home, "db", "retention").returncode == 0
    with closing(sqlite3.connect(file)) as connection:
        kept = connection.execute("SELECT id FROM timetable ORDER BY id").fetchall()
        assert kept == [("c",), ("last draft",)]
        assert connection.execute("SELECT week_start FROM attendance_mark").fetchall() == [(month_ago,)]
        assert connection.execute("SELECT action FROM audit_entry").fetchall() == [("audit.retention",)]
    assert run(home, "audit", "verify").returncode == 0


# -- keys and audit -----------------------------------------------------------------------------------------


def test_keys_are_made_listed_and_revoked_and_all_of_it_is_audited(home: Path) -> None:
    run(home, "db", "upgrade")
    words = (
        "--role",
        "scheduler",
        "--clinic",
        "a",
        "--clinic",
        "b",
        "--label",
        "front desk",
        "--expires-days",
        "9",
    )
    key = run(home, "keys", "create", *words).stdout.strip()
    prefix, _, secret = key.partition(".")
    listed = run(home, "keys", "list").stdout
    for word in (prefix, "scheduler", "a, b", "front desk", "until "):
        assert word in listed
    assert secret not in listed
    assert run(home, "keys", "revoke", prefix).returncode == 0
    assert "revoked" in run(home, "keys", "list").stdout
    assert run(home, "keys", "revoke", "iop000000000000").returncode == 2
    assert run(home, "keys", "create", "--role", "viewer", "--clinic", "no such id").returncode == 2
    shown = [json.loads(line) for line in run(home, "audit", "show").stdout.splitlines()]
    assert [(e["action"], e["actor"]) for e in shown] == [
        ("key.create", "local:command-line"),
        ("key.revoke", "local:command-line"),
    ]
    assert secret not in json.dumps(shown)


def test_audit_verify_finds_tampering(home: Path) -> None:
    with serving(home, IOP_SCHEDULER_AUDIT_SEAL_SECONDS="0.2") as served:
        headers = {"Authorization": f"Bearer {served.key}"}
        httpx.put(f"{served.url}/v1/clinics/a", json=examples.CLINIC, headers=headers)
        httpx.put(f"{served.url}/v1/clinics/a/patients/p1", json=examples.PATIENT, headers=headers)
        time.sleep(1.5)
        served.told_to_end()
    clean = run(home, "audit", "verify")
    assert clean.returncode == 0
    found = re.search(r"a: 2 sealed, 0 not sealed yet, head (\w+)", clean.stdout)
    assert found is not None
    assert run(home, "audit", "verify", "--head", found[1]).returncode == 0
    assert run(home, "audit", "verify", "--head", "f" * 64).returncode == 1
    with closing(sqlite3.connect(home / "data" / "iop-scheduler" / "iop-scheduler.db")) as connection:
        connection.execute("DROP TRIGGER audit_entry_update")
        connection.execute(
            "UPDATE audit_entry SET actor = 'key:somebody-else' WHERE action = 'patient.write'"
        )
        connection.commit()
    broken = run(home, "audit", "verify")
    assert (broken.returncode, "a: BROKEN at link 2" in broken.stdout) == (1, True)
