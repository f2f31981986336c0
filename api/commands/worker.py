"""`worker`: one node that solves for every API node on the same PostgreSQL database."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from api.commands import opened, settings_of_this_process
from scheduler.cli.failure import CommandFailed


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--concurrency", type=int, metavar="N", help="weeks solved at once here (one for every two CPUs)"
    )


def run(arguments: Namespace) -> int:
    """Solve until told to stop; what is unfinished then goes back into the queue."""
    settings = settings_of_this_process(solves_at_once=arguments.concurrency)
    if settings.sqlite:
        raise CommandFailed(
            "A worker node needs PostgreSQL: set IOP_SCHEDULER_DATABASE_URL. "
            "On SQLite, `serve` does the solving itself."
        )
    import logging

    from api.jobs.worker import WorkerNode
    from api.telling import set_up_logs

    set_up_logs(settings.log_level, settings.log_format)
    logging.getLogger("procrastinate").setLevel("WARNING")  # a line for every beat of its upkeep otherwise
    with opened(settings) as sessions:
        WorkerNode(settings, sessions).run()
    return 0
