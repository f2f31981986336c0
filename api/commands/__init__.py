"""The service's commands; `scheduler.cli` imports each when it is called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.settings import Settings, SettingsRefused, load_settings
from api.store.database import Sessions, open_database
from api.store.migrate import DatabaseRefused, require_newest
from scheduler.cli.failure import CommandFailed


def settings_of_this_process(**given: object) -> Settings:
    try:
        return load_settings(**{name: value for name, value in given.items() if value is not None})
    except SettingsRefused as refused:
        raise CommandFailed(f"Settings: {refused}") from None


@contextmanager
def opened(settings: Settings, upgraded: bool = True) -> Iterator[Sessions]:
    """The database of the settings; what keeps it from being used ends the command with a sentence."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        sessions = open_database(settings.database_url)
    except (SQLAlchemyError, ValueError, OSError) as failure:
        raise CommandFailed(f"The database cannot be opened ({type(failure).__name__}).") from None
    try:
        if upgraded:
            require_newest(sessions)
        yield sessions
    except DatabaseRefused as refused:
        raise CommandFailed(str(refused)) from None
    except SQLAlchemyError as failure:
        raise CommandFailed(
            f"The database does not answer as it should ({type(failure).__name__}). Maybe it is not running, "
            "or its address or password is wrong."
        ) from None
    finally:
        sessions.close()
