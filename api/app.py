"""The ASGI app: everything of the service put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from api import errors, openapi, routes
from api.security import Surroundings
from api.service import Service
from api.settings import Settings, load_settings
from api.store.database import open_database
from api.store.migrate import require_newest
from api.telling import set_up_logs

DESCRIPTION = """Weekly timetables for intensive outpatient programs.

Store a clinic and its patients, ask for a week, follow its progress, publish it. Or send a whole problem
document and take the timetable away. Times are local wall-clock times of the clinic; durations are minutes.

Every error is `application/problem+json`; `errors` lists all faults of a document, each with a JSON pointer.
Writing over something needs `If-Match` with the `ETag` that was read."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service for one database, which must be at this program's version."""
    settings = settings or load_settings()
    set_up_logs(settings.log_level, settings.log_format)
    sessions = open_database(settings.database_url)
    require_newest(sessions)
    service = Service(settings, sessions)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        await service.start()
        try:
            yield
        finally:
            await service.stop()

    app = FastAPI(
        title="IOP scheduler",
        version=version("iop-scheduler"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=life,
        # The framework's own spans carry paths, its log records exception texts: both can name patients.
        telemetry={"tracing": False, "logs": False, "metrics": settings.telemetry, "auto_configure": False},
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
    )
    app.state.service = service
    https = (settings.public_origin or "").startswith("https:")
    app.add_middleware(Surroundings, figures=service.figures, https=https, spans=settings.telemetry)
    errors.install(app)
    routes.include(app)
    openapi.install(app)
    return app
