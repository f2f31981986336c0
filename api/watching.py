"""Waiting for timetables to change: one question to the database for all who wait, five times a second."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from api.store.database import Sessions
from api.store.models import Timetable

INTERVAL = 0.2

log = structlog.get_logger("api.watching")


class Watcher:
    """Knows the last event of every timetable that somebody waits for; asks only while somebody does."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._watched: Counter[str] = Counter()
        self._last: dict[str, int] = {}
        self._news = asyncio.Condition()
        self._somebody = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.stopping = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        self.stopping = True
        async with self._news:
            self._news.notify_all()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @contextmanager
    def watching(self, timetable_id: str) -> Iterator[None]:
        """Within this block the timetable is asked for."""
        self._watched[timetable_id] += 1
        self._somebody.set()
        try:
            yield
        finally:
            self._watched[timetable_id] -= 1
            if not self._watched[timetable_id]:
                del self._watched[timetable_id]
                self._last.pop(timetable_id, None)

    async def event_after(self, timetable_id: str, seq: int, timeout: float) -> bool:
        """Wait until an event later than `seq` is there (or the timetable gone); False at the time limit."""

        def told() -> bool:
            return (
                self.stopping or self._last.get(timetable_id, 0) > seq or self._last.get(timetable_id) == -1
            )

        try:
            async with asyncio.timeout(timeout), self._news:
                await self._news.wait_for(told)
        except TimeoutError:
            return False
        return not self.stopping

    async def _work(self) -> None:
        while True:
            if not self._watched:
                self._somebody.clear()
                await self._somebody.wait()
            await self._ask()
            await asyncio.sleep(INTERVAL)

    async def _ask(self) -> None:
        ids = list(self._watched)
        try:
            found = await asyncio.to_thread(self._numbers, ids)
        except SQLAlchemyError as failure:  # the database is away for a while: those who wait go on waiting
            log.warning("not_watching", error=type(failure).__name__)
            return
        self._last.update({i: found.get(i, -1) for i in ids if i in self._watched})
        async with self._news:
            self._news.notify_all()

    def _numbers(self, ids: list[str]) -> dict[str, int]:
        with self._sessions.read() as session:
            rows = session.execute(select(Timetable.id, Timetable.event_seq).where(Timetable.id.in_(ids)))
            return {row.id: row.event_seq for row in rows}
