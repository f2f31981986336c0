"""Databases as the migrations make them: migrated once a run, then copied, which saves half a second each."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from api.store.database import open_database
from api.store.migrate import upgrade


def upgraded(url: str) -> str:
    """Migrate the database there; a new SQLite file is a copy of one that was."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite" and made.database and not Path(made.database).exists():
        Path(made.database).write_bytes(migrated_file())
        return url
    return migrated(url)


def migrated(url: str) -> str:
    sessions = open_database(url)
    upgrade(sessions)
    sessions.close()
    return url


@cache
def migrated_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "migrated.db"
        migrated(f"sqlite:///{file}")
        assert [left.name for left in Path(folder).iterdir()] == ["migrated.db"]  # no log beside it
        return file.read_bytes()


@contextmanager
def database_on(server: str, template: str = "template1") -> Iterator[str]:
    """A database of its own on a PostgreSQL server; its address."""
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def template_on(server: str) -> str:
    """The name of a migrated database there, to be copied."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    migrated(make_url(server).set(database="migrated").render_as_string(hide_password=False))
    return "migrated"
