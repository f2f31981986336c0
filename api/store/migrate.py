"""Bringing a database to this program's version, and refusing one that a later program has changed."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from api.store.database import Sessions

FOLDER = Path(__file__).with_name("migrations")


class DatabaseRefused(Exception):
    """The database cannot be used by this program as it is; the text says what to do."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def newest() -> str:
    """The revision that this program's tables have."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def current(sessions: Sessions) -> str | None:
    """The revision the database is at; None for an empty one."""
    with sessions.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(sessions: Sessions) -> str:
    """Run the missing migrations in one transaction and return the revision reached."""
    refuse_from_the_future(sessions)
    config = _config()
    with sessions.engine.connect().execution_options(iop_write=True) as connection:
        if sessions.sqlite:
            # A batch ALTER copies and drops the table: with foreign keys on, that deletes the children.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.rollback()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        finally:
            if sessions.sqlite:
                connection.rollback()
                connection.detach()
    return newest()


def refuse_from_the_future(sessions: Sessions) -> None:
    at = current(sessions)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if at is not None and at not in known:
        raise DatabaseRefused(
            f"The database is at revision {at}, which this version does not know: a later version of the "
            "program has upgraded it. Install that version, or restore a backup made before the upgrade."
        )


def require_newest(sessions: Sessions) -> None:
    """What start-up asks of a shared database: never silently upgrade it under other nodes."""
    refuse_from_the_future(sessions)
    at = current(sessions)
    if at != newest():
        raise DatabaseRefused(
            f"The database is at revision {at or 'none'}, this program needs {newest()}: "
            "run `iop-scheduler db upgrade`."
        )
