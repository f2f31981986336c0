"""Real databases: a SQLite file and a PostgreSQL server, migrated as in use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.store import Sessions, open_database
from tests.api.databases import upgraded
from tests.api.jobs import trials


@pytest.fixture(autouse=True)
def _trial_tasks() -> Iterator[None]:
    with trials.registered():
        yield


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'service.db'}"


@pytest.fixture
def postgres_url(fresh_postgres_database: str) -> str:
    return fresh_postgres_database


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Sessions]:
    sessions = open_database(upgraded(sqlite_url))
    yield sessions
    sessions.close()


@pytest.fixture
def pg(postgres_url: str) -> Iterator[Sessions]:
    sessions = open_database(postgres_url)
    yield sessions
    sessions.close()


@pytest.fixture(params=["sqlite", "pg"])
def sessions(request: pytest.FixtureRequest) -> Sessions:
    """Each database in turn."""
    found: Sessions = request.getfixturevalue(request.param)
    return found
