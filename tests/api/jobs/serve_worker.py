"""A worker node as a process of its own, so that it can be killed."""

from __future__ import annotations

import logging
import sys

from api.jobs.worker import WorkerNode
from api.settings import Settings
from api.store import open_database
from tests.api.jobs import trials


def main(url: str, at_once: str = "1", stalled: str = "2") -> None:
    logging.basicConfig(level=logging.WARNING)
    trials.register_all()
    settings = Settings(
        database_url=url, solves_at_once=int(at_once), stalled_seconds=float(stalled), heartbeat_seconds=0.5
    )
    sessions = open_database(url)
    WorkerNode(settings, sessions).run()
    sessions.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
