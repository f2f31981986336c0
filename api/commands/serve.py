"""`serve`: the API and the page on this machine, or one API node of many."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from signal import SIGINT
from types import FrameType
from typing import Any

from api.commands import opened, settings_of_this_process
from api.settings import Settings
from api.store.database import Sessions
from scheduler.cli.failure import CommandFailed


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on (127.0.0.1: this machine alone)")
    parser.add_argument("--port", type=int, help="port to listen on (8000)")


def run(arguments: Namespace) -> int:
    """Serve until told to stop. Settings come from the environment (`IOP_SCHEDULER_…`)."""
    from api.jobs.engine import EngineRefused
    from api.settings import SettingsRefused

    settings = settings_of_this_process(host=arguments.host, port=arguments.port)
    _make_ready(settings)
    try:
        return _serve(settings)
    except (EngineRefused, SettingsRefused) as refused:
        raise CommandFailed(str(refused)) from None


def _make_ready(settings: Settings) -> None:
    """A database of one's own is made and upgraded here; a shared one only by `db upgrade`."""
    from api.store.migrate import upgrade

    with opened(settings, upgraded=not settings.sqlite) as sessions:
        if settings.sqlite:
            upgrade(sessions)
            _protect(sessions)
            _print_first_key(sessions)


def _protect(sessions: Sessions) -> None:
    """Patients' data is for the user who serves it."""
    from pathlib import Path

    if sessions.engine.url.database:
        Path(sessions.engine.url.database).chmod(0o600)


def _print_first_key(sessions: Sessions) -> None:
    from api.audit import local_entry
    from api.store import keys

    with sessions.read() as session:
        if keys.all_keys(session):
            return
    with sessions.write() as session:
        session.add(local_entry("key.create", role="admin"))
        _, text = keys.make_key(session, "admin", None, "first key")
    print(f"First key (role admin, every clinic); it is shown this once:\n\n    {text}\n", flush=True)


def _serve(settings: Settings) -> int:
    import uvicorn

    from api.app import create_app

    app = create_app(settings)
    watcher = app.state.service.watcher

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            # Open event streams end now; the server would wait for their clients until its patience is over.
            # Its own way also raises the signal again at the end: a stop on purpose would look like a crash.
            watcher.stopping = True
            self.force_exit = self.should_exit and sig == SIGINT
            self.should_exit = True

    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "log_config": None,
        "access_log": False,  # its lines hold paths, so patients' ids; `api.security` writes route templates
        "server_header": False,
        "timeout_graceful_shutdown": max(1, round(settings.shutdown_seconds)),
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies or None,
        # Longer than clients keep an idle connection (most 5 s, proxies a minute): else one is closed just as
        # it is used again, and the caller is told that the connection was reset.
        "timeout_keep_alive": 75,
    }
    server = Server(uvicorn.Config(app, **options))
    print(
        f"Serving on http://{settings.host}:{settings.port}, the API's page is at /docs. Ctrl-C stops.",
        flush=True,
    )
    server.run()
    return 0 if server.started else 1
