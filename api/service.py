"""What one API process holds: settings, database, engine, logs and limits; everything a route asks for."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import Depends, Request

from api.asking import no_answer
from api.audit import AuditLog
from api.exchange.sending import Sender
from api.jobs import build_engine
from api.jobs.engine import Engine
from api.jobs.interactive import Interactive, NoAnswer
from api.limits import Rate
from api.oidc import issuer_of
from api.settings import Settings
from api.store.database import Sessions
from api.telling import RequestFigures
from api.watching import Watcher


class Service:
    """Made once for an app; `start` and `stop` bracket its life."""

    def __init__(self, settings: Settings, sessions: Sessions) -> None:
        self.settings = settings
        self.sessions = sessions
        self.engine: Engine = build_engine(settings, sessions)
        self.interactive = Interactive(settings)
        self.audit = AuditLog(sessions, settings.audit_flush_seconds, settings.audit_seal_seconds)
        self.figures = RequestFigures()
        self.watcher = Watcher(sessions)
        self.sender = Sender(sessions, settings)
        self.requests = Rate(settings.requests_per_minute)
        self.failed_sign_ins = Rate(settings.failed_sign_ins_per_minute)
        self.oidc = issuer_of(settings)

    async def start(self) -> None:
        self.audit.start()
        self.watcher.start()
        self.sender.start()
        await asyncio.to_thread(self.engine.start)
        await asyncio.to_thread(self.interactive.start)

    async def stop(self) -> None:
        await self.watcher.stop()
        await asyncio.gather(asyncio.to_thread(self.engine.stop), asyncio.to_thread(self.interactive.stop))
        await asyncio.to_thread(self.sender.stop)
        await asyncio.to_thread(self.audit.stop)
        self.sessions.close()

    def ask(self, task: str, payload: dict[str, Any], thinks: float | None = None) -> dict[str, Any]:
        """A question to the library, answered in a solver process; `thinks` seconds when it searches."""
        limit = self.settings.interactive_seconds
        try:
            if thinks is not None:
                return self.interactive.run_long(task, payload, thinks + limit)
            return self.interactive.run(task, payload, limit)
        except NoAnswer as reason:
            raise no_answer(reason.failure) from None


def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


TheService = Annotated[Service, Depends(_service)]
