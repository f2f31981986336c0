"""`db`: make, upgrade, back up, restore and thin out the service's database."""

from __future__ import annotations

import sqlite3
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from api.commands import opened, settings_of_this_process
from api.settings import Settings
from scheduler.cli.failure import CommandFailed


def configure(parser: ArgumentParser) -> None:
    calls = parser.add_subparsers(dest="call", required=True, metavar="CALL")
    calls.add_parser("upgrade", help="make the database, or bring it to this program's version")
    backup = calls.add_parser("backup", help="copy the SQLite database to FILE, while it is in use")
    backup.add_argument("file", type=Path, metavar="FILE")
    restore = calls.add_parser(
        "restore", help="put the SQLite database back from FILE; the service must be stopped"
    )
    restore.add_argument("file", type=Path, metavar="FILE")
    retention = calls.add_parser("retention", help="delete what has been kept long enough")
    retention.add_argument("--dry-run", action="store_true", help="only count")


def run(arguments: Namespace) -> int:
    settings = settings_of_this_process()
    match arguments.call:
        case "upgrade":
            return _upgrade(settings)
        case "backup":
            return _backup(settings, arguments.file)
        case "restore":
            return _restore(settings, arguments.file)
        case _:
            return _retention(settings, arguments.dry_run)


def _upgrade(settings: Settings) -> int:
    from api.store.migrate import current, upgrade

    with opened(settings, upgraded=False) as sessions:
        before = current(sessions)
        after = upgrade(sessions)
        if not settings.sqlite:
            from api.jobs.distributed import install_queue

            install_queue(sessions)
    print(
        f"The database is at revision {after}." if before == after else f"Upgraded from {before} to {after}."
    )
    return 0


def _file_of(settings: Settings) -> Path:
    from sqlalchemy.engine import make_url

    file = make_url(settings.database_url).database
    if not settings.sqlite or file is None:
        raise CommandFailed("This is for SQLite. On PostgreSQL use pg_dump and pg_restore.")
    return Path(file)


def _backup(settings: Settings, target: Path) -> int:
    source = _file_of(settings)
    if not source.is_file():
        raise CommandFailed("There is no database yet to back up.")
    if target.exists():
        raise CommandFailed(f"{target} is there already; a backup is never written over a file.")
    _copy(source, target)
    print(f"Backed up to {target}.")
    return 0


def _copy(source: Path, target: Path) -> None:
    """A consistent copy, even of a database in use; it appears under its name once it is whole."""
    half = target.with_name(f"{target.name}.part")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    try:
        with closing(_read_only(source)) as old, closing(sqlite3.connect(half)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        half.replace(target)
    except sqlite3.Error as failure:
        half.unlink(missing_ok=True)
        raise CommandFailed(f"The copy failed ({type(failure).__name__}); nothing was changed.") from None


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro", uri=True)


def _restore(settings: Settings, source: Path) -> int:
    target = _file_of(settings)
    _require_sound(source)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(target):
        kept = _set_aside(target)
        _copy(source, target)
    print(f"Restored from {source}." + (f" The database before it is kept as {kept}." if kept else ""))
    return _upgrade(settings)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Nobody serves the database meanwhile: the embedded engine holds the same lock."""
    try:
        import fcntl
    except ImportError:  # Windows does not replace a file that is open elsewhere
        yield
        return
    with target.with_name(f"{target.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CommandFailed("The database is in use: stop the service first.") from None
        yield


def _require_sound(source: Path) -> None:
    if not source.is_file():
        raise CommandFailed(f"{source}: no such file.")
    try:
        with closing(_read_only(source)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            tables = {
                row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }
    except sqlite3.DatabaseError:
        sound, tables = False, set()
    if not sound or not {"clinic", "timetable", "alembic_version"} <= tables:
        raise CommandFailed(f"{source} is no sound backup of this program's database; nothing was changed.")


def _set_aside(target: Path) -> Path | None:
    """The present database under another name, whole; None when there is none."""
    from api.store.columns import now

    if not target.is_file():
        return None
    kept = target.with_name(f"{target.name}.before-{now():%Y%m%dT%H%M%S}")
    _copy(target, kept)
    for name in (target.name, f"{target.name}-wal", f"{target.name}-shm"):
        target.with_name(name).unlink(missing_ok=True)
    return kept


def _retention(settings: Settings, dry_run: bool) -> int:
    from api.audit import local_entry
    from api.store import audit, retention
    from api.store.columns import now

    years = timedelta(days=366 * settings.audit_years)
    since = retention.Since(
        moved_on=now() - timedelta(days=settings.draft_days),
        unpublished=now() - timedelta(days=settings.retention_days),
        published=now() - years,
    )
    with opened(settings) as sessions:
        with sessions.read() as session:
            counts = retention.count(session, since)
        for what, count in counts.items():
            print(f"{count:>8}  {what}")
        if dry_run:
            return 0
        with sessions.write() as session:
            retention.delete_timetables(session, since)
            retention.delete_marks(session, since)
            retention.delete_expired(session, timedelta(hours=settings.idempotency_hours))
        with sessions.write() as session:
            audit.seal(session)
        with sessions.write() as session:
            through = audit.retire(session, now() - years)
            session.add(local_entry(audit.RETAINED, through=through, counts=counts))
    print("Deleted.")
    return 0
