"""A service reduced to its embedded engine, run as a process of its own so that it can be killed."""

from __future__ import annotations

import signal
import sys
from threading import Event

from api.jobs import build_engine
from api.settings import Settings
from api.store import open_database
from tests.api.jobs import trials


def main(url: str, at_once: str = "1") -> None:
    trials.register_all()
    ended = Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    sessions = open_database(url)
    engine = build_engine(Settings(database_url=url, solves_at_once=int(at_once)), sessions)
    engine.start()
    ended.wait()
    engine.stop()
    sessions.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
