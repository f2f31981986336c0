"""A worker node with the planner of the tests, as a process of its own."""

from __future__ import annotations

import sys

from api.jobs.worker import WorkerNode
from api.settings import Settings
from api.store import open_database
from tests.api import planner


def main(url: str) -> None:
    planner.use()
    sessions = open_database(url)
    WorkerNode(Settings(database_url=url), sessions).run()
    sessions.close()


if __name__ == "__main__":
    main(sys.argv[1])
