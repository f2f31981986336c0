"""A worker node: takes turns from the queue and solves, as many at once as it is told to.

Two Procrastinate workers share its event loop: one for solves, one for upkeep, so that upkeep never waits
behind a solve. A database that is away for a while ends neither them nor a running search.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, Final, LiteralString, TypeVar

import psycopg
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from api.jobs import ledger, process
from api.jobs.distributed import QUEUE, TASK, Turns, install_queue
from api.jobs.engine import solves_at_once, terms
from api.jobs.turn import Turn
from api.settings import Settings
from api.store.database import Sessions

LOG = logging.getLogger(__name__)
UPKEEP: Final = "upkeep"
AWAY_SECONDS: Final = 120.0  # how long a statement of the queue waits for a database that is away
POLL_SECONDS: Final = 2.0  # a notification is faster; this is for one that was lost
T = TypeVar("T")


class WorkerNode:
    """Solves for the service until told to stop; then it hands back what it holds."""

    def __init__(self, settings: Settings, sessions: Sessions) -> None:
        self._sessions = sessions
        self._settings = settings
        self._terms = terms(settings)
        self._at_once = solves_at_once(settings)
        self._turns = Turns()
        self._stopping = Event()
        self._told = asyncio.Event()

    def run(self) -> None:
        """Serve until SIGTERM, SIGINT or `stop`."""
        install_queue(self._sessions)
        process.warm_up()
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.stop)
        loop.set_default_executor(ThreadPoolExecutor(self._at_once + 4))
        await asyncio.to_thread(process.warm)
        app = self._app()
        async with app.open_async():
            serving = [asyncio.create_task(self._keep_serving(app, **options)) for options in self._workers()]
            await self._told.wait()
            for task in serving:
                task.cancel()
            await asyncio.gather(*serving, return_exceptions=True)

    def stop(self) -> None:
        self._stopping.set()
        self._told.set()

    async def _keep_serving(self, app: App, **options: Any) -> None:
        """A worker that ends by itself has met something unforeseen; another takes its place."""
        while not self._stopping.is_set():
            try:
                await app.run_worker_async(**options)
            except Exception as failure:
                LOG.warning("worker ended", extra={"queue": options["name"], "error": type(failure).__name__})
            await asyncio.sleep(1)

    def _workers(self) -> Iterable[dict[str, Any]]:
        common: dict[str, Any] = {
            "install_signal_handlers": False,
            "fetch_job_polling_interval": POLL_SECONDS,
            "update_heartbeat_interval": self._terms.heartbeat,
            "stalled_worker_timeout": self._settings.stalled_seconds,
            "delete_jobs": "always",  # what became of a solve stands in its row
        }
        yield {**common, "name": QUEUE, "queues": [QUEUE], "concurrency": self._at_once}
        yield {**common, "name": UPKEEP, "queues": [UPKEEP], "concurrency": 1}

    def _app(self) -> App:
        # SQLAlchemy's address names its driver; libpq's does not.
        address = make_url(self._settings.database_url).set(drivername="postgresql")
        conninfo = address.render_as_string(hide_password=False)
        app = App(connector=_PatientConnector(conninfo=conninfo, min_size=1, max_size=4))
        app.task(name=TASK, queue=QUEUE)(self._turn)
        kept = app.task(name="iop_scheduler.upkeep", queue=UPKEEP, queueing_lock=UPKEEP, pass_context=True)
        every = max(1, min(30, round(self._terms.heartbeat)))
        app.periodic(cron=f"* * * * * */{every}")(kept(self._upkeep))
        return app

    def _turn(self, timetable_id: str) -> None:
        """One job of the queue: the row whose turn it is, which may be another one than was enqueued."""
        if self._stopping.is_set():
            return self._pass_on(timetable_id)
        claim = ledger.take_next(self._sessions, self._terms.worker, self._terms.patience)
        if claim is None:
            return None
        turn = Turn(self._sessions, self._terms, claim, self._stopping.is_set, self._add_turn(claim.id))
        try:
            turn.run()
        except Exception as failure:
            # Without a sign of life the row is free before long, and upkeep adds a turn for it.
            LOG.error("turn failed", extra={"timetable": claim.id, "error": type(failure).__name__})
        return None

    def _pass_on(self, timetable_id: str) -> None:
        with self._sessions.write() as session:
            self._turns.add(session, timetable_id)

    def _add_turn(self, timetable_id: str) -> Callable[[Session], None]:
        return lambda session: self._turns.add(session, timetable_id)

    async def _upkeep(self, context: JobContext, timestamp: int) -> None:
        await self._retry_stalled(context.app)
        await self._add_missing(context.app)

    async def _retry_stalled(self, app: App) -> None:
        """Jobs of workers that are gone go back into the queue."""
        jobs = app.job_manager
        for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=self._settings.stalled_seconds):
            try:
                if job.queue == QUEUE:
                    LOG.warning("stalled job retried", extra={"timetable": job.task_kwargs["timetable_id"]})
                    await jobs.retry_job(job)
                else:
                    await jobs.finish_job(job, status=Status.FAILED, delete_job=True)
            except ConnectorException:
                LOG.info("stalled job was seen to elsewhere")

    async def _add_missing(self, app: App) -> None:
        """As many waiting jobs as waiting rows, whatever was lost on the way."""
        todo = await app.job_manager.list_jobs_async(queue=QUEUE, status=Status.TODO.value)
        missing = await asyncio.to_thread(self._waiting) - len(list(todo))
        for _ in range(missing):
            await app.configure_task(TASK, queue=QUEUE).defer_async(timetable_id="")

    def _waiting(self) -> int:
        with self._sessions.read() as session:
            return ledger.waiting(session, self._terms.patience, self._settings.stalled_seconds)


class _PatientConnector(PsycopgConnector):
    """Waits for a database that is away instead of ending the worker.

    A statement may be carried out twice so: heartbeats, ends and periodic jobs do not mind; a job fetched
    but never heard of is made up for by `_add_missing`.
    """

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        await _patiently(lambda: super(_PatientConnector, self).execute_query_async(query, **arguments))

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        return await _patiently(
            lambda: super(_PatientConnector, self).execute_query_one_async(query, **arguments)
        )

    async def execute_query_all_async(self, query: LiteralString, **arguments: Any) -> list[dict[str, Any]]:
        return await _patiently(
            lambda: super(_PatientConnector, self).execute_query_all_async(query, **arguments)
        )

    async def listen_notify(self, on_notification: Any, channels: Iterable[str]) -> None:
        wanted = list(channels)
        while True:
            await _patiently(
                lambda: super(_PatientConnector, self).listen_notify(on_notification, wanted), for_ever=True
            )


async def _patiently(statement: Callable[[], Awaitable[T]], for_ever: bool = False) -> T:
    loop = asyncio.get_running_loop()
    limit = loop.time() + AWAY_SECONDS
    while True:
        try:
            return await statement()
        except ConnectorException as failure:
            away = isinstance(failure.__cause__, psycopg.OperationalError)
            if not away or (loop.time() > limit and not for_ever):
                raise
        await asyncio.sleep(0.5)
