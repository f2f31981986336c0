"""Real databases: a SQLite file and a PostgreSQL server, migrated as in use."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from api.store import Sessions, open_database
from api.store.migrate import upgrade
from tests.api.jobs import trials


@pytest.fixture(autouse=True)
def _trial_tasks() -> Iterator[None]:
    with trials.registered():
        yield


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'service.db'}"


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A database of its own for one test."""
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Sessions]:
    sessions = open_database(sqlite_url)
    upgrade(sessions)
    yield sessions
    sessions.close()


@pytest.fixture
def pg(postgres_url: str) -> Iterator[Sessions]:
    sessions = open_database(postgres_url)
    upgrade(sessions)
    yield sessions
    sessions.close()


@pytest.fixture(params=["sqlite", "pg"])
def sessions(request: pytest.FixtureRequest) -> Sessions:
    """Each database in turn."""
    found: Sessions = request.getfixturevalue(request.param)
    return found
