"""The tables and their migrations on both databases, and that no change is lost."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api import examples
from api.store import migrate
from api.store.database import Sessions, open_database
from api.store.models import Clinic, Table
from tests import processes
from tests.api.databases import upgraded
from tests.api.door import Door


@pytest.fixture(params=["sqlite", "postgres"])
def sessions(request: pytest.FixtureRequest, tmp_path: Path) -> Sessions:
    if request.param == "sqlite":
        return open_database(upgraded(f"sqlite:///{tmp_path / 'a.db'}"))
    return open_database(request.getfixturevalue("fresh_postgres_database"))


def test_the_migrations_make_the_tables_that_the_program_knows(sessions: Sessions) -> None:
    with sessions.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []
    assert migrate.current(sessions) == migrate.newest()
    assert migrate.upgrade(sessions) == migrate.newest()


def test_the_database_itself_allows_one_published_timetable_a_week(sessions: Sessions) -> None:
    columns = "id, clinic_id, lane, owner, week_start, status, attempt, cancel_requested, options"
    columns += ", event_seq, version"
    row = "'c', 'c', 'o', '2026-11-30', 'published', 1, false, '{}', 0, 1"
    with sessions.write() as session:
        session.add(Clinic(id="c", document={}))
    insert = f"INSERT INTO timetable ({columns}, created_at) VALUES (:id, {row}, CURRENT_TIMESTAMP)"
    with sessions.write() as session:
        session.execute(text(insert), {"id": "a"})
    with pytest.raises(IntegrityError), sessions.write() as session:
        session.execute(text(insert), {"id": "b"})


def test_a_thousand_read_then_write_changes_of_four_processes_are_all_kept(tmp_path: Path) -> None:
    url = upgraded(f"sqlite:///{tmp_path / 'a.db'}")
    sessions = open_database(url)
    with sessions.write() as session:
        session.add(Clinic(id="c", document={"count": 0}))
    script = (
        "import sys\n"
        "from api.store import clinics\n"
        "from api.store.database import open_database\n"
        "sessions = open_database(sys.argv[1])\n"
        "for _ in range(250):\n"
        "    with sessions.write() as session:\n"
        "        row = clinics.clinic(session, 'c', lock=True)\n"
        "        row.document = {'count': row.document['count'] + 1}\n"
        "        clinics.touch(row)\n"
    )
    with_four = [processes.start([sys.executable, "-c", script, url]) for _ in range(4)]
    assert [process.wait(120) for process in with_four] == [0, 0, 0, 0]
    with sessions.read() as session:
        row = session.get_one(Clinic, "c")
    assert (row.document, row.revision) == ({"count": 1000}, 1001)


def test_of_two_writers_with_one_etag_one_is_told_to_read_again(either_door: Door) -> None:
    path = f"{either_door.clinic(patients=1)}/patients/p1"
    read = either_door.get(path).headers["etag"]

    def write(priority: int) -> httpx.Response:
        return either_door.put(path, {**examples.PATIENT, "priority": priority}, If_Match=read)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(write, (2, 3)))
    assert sorted(a.status_code for a in answers) == [200, 412]
    winner = next(a for a in answers if a.status_code == 200)
    assert either_door.get(path).json() == winner.json()


def test_of_many_who_make_the_same_clinic_one_does(either_door: Door) -> None:
    path = f"{either_door.clinic(patients=0)}-again"
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: either_door.put(path, examples.CLINIC), range(6)))
    assert [a.status_code for a in answers].count(201) == 1
    assert {a.status_code for a in answers} <= {201, 412, 428}


def test_a_change_and_its_audit_entry_happen_together_or_not_at_all(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = door.clinic(patients=0)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(door.service.audit, "change", broken)
    assert door.put(f"{clinic}/patients/p1", examples.PATIENT).status_code == 500
    monkeypatch.undo()
    assert door.get(f"{clinic}/patients/p1").status_code == 404
