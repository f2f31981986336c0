"""Whether the service lives, whether it can work, and its figures."""

from __future__ import annotations

from hmac import compare_digest
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.errors import NotAuthenticated, described
from api.figures import job_figures
from api.openapi import OPERATIONS
from api.service import TheService

router = APIRouter(tags=[OPERATIONS])
_PROMETHEUS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Prometheus text.", "content": {"text/plain": {"schema": {"type": "string"}}}}
}
_OPEN: dict[str, object] = {"security": []}


def _plain(status: int, description: str) -> dict[int | str, dict[str, Any]]:
    schema: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}}
    shown: dict[str, Any] = {"description": description, "content": {"application/json": {"schema": schema}}}
    return {status: shown}


@router.get("/healthz", openapi_extra=_OPEN, responses=_plain(200, "Alive."), response_class=JSONResponse)
async def healthz() -> Response:
    """The process answers; asks nothing of anybody."""
    return JSONResponse({"status": "ok"})


@router.get(
    "/readyz",
    openapi_extra=_OPEN,
    responses={**_plain(200, "Database and workers are there."), **_plain(503, "Something is missing.")},
    response_class=JSONResponse,
)
def readyz(service: TheService) -> Response:
    """Database and workers can be reached."""
    found = {"database": _database(service), "workers": "ok"}
    if found["database"] == "ok" and not service.engine.ready():
        found["workers"] = "missing"
    ready = all(state == "ok" for state in found.values())
    return JSONResponse(found, 200 if ready else 503)


def _database(service: TheService) -> str:
    try:
        with service.sessions.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return "unreachable"
    return "ok"


@router.get(
    "/metrics",
    openapi_extra=_OPEN,
    responses=described(401) | _PROMETHEUS,
    response_class=Response,
)
def metrics(request: Request, service: TheService) -> Response:
    """Figures for Prometheus; no clinic, no patient, only totals."""
    token = service.settings.metrics_token
    if token is not None:
        sent = request.headers.get("authorization", "")
        if not compare_digest(sent.encode(), f"Bearer {token.get_secret_value()}".encode()):
            raise NotAuthenticated
    found = generate_latest(service.figures.registry) + job_figures(service.sessions)
    return Response(found, media_type=CONTENT_TYPE_LATEST)
