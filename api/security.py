"""What surrounds every request: an id, a log line, security headers, and no way out for an exception."""

from __future__ import annotations

import secrets
from time import perf_counter
from typing import Any

import structlog
from fastapi.responses import JSONResponse
from opentelemetry import trace
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import MEDIA_TYPE
from api.telling import RequestFigures, where

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
TRANSPORT_SECURITY = "max-age=31536000; includeSubDomains"
_METHODS = frozenset(("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"))

log = structlog.get_logger("api.request")


class Surroundings:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp, figures: RequestFigures, https: bool, spans: bool) -> None:
        self._app = app
        self._figures = figures
        self._tracer = trace.get_tracer("iop_scheduler") if spans else trace.NoOpTracer()
        self._headers = HEADERS | ({"Strict-Transport-Security": TRANSPORT_SECURITY} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Always our own: a client's id could hold anything, and it goes into logs and the audit log.
        scope["iop_request_id"] = secrets.token_hex(8)
        exchange = _Exchange(scope, send, self._headers)
        with self._tracer.start_as_current_span(scope["method"], kind=trace.SpanKind.SERVER) as span:
            try:
                await self._app(scope, receive, exchange.send)
            except Exception as failure:
                await self._failed(exchange, scope, receive, failure)
            finally:
                self._note(scope, exchange)
                span.update_name(f"{scope['method']} {template(scope)}")
                span.set_attributes(
                    {"http.route": template(scope), "http.response.status_code": exchange.status}
                )

    async def _failed(self, exchange: _Exchange, scope: Scope, receive: Receive, failure: Exception) -> None:
        self._figures.failures.labels(template(scope)).inc()
        log.error(
            "request_failed",
            request_id=scope["iop_request_id"],
            route=template(scope),
            error=type(failure).__name__,
            where=where(failure),
        )
        if not exchange.status:
            await _defect(scope["iop_request_id"])(scope, receive, exchange.send)

    def _note(self, scope: Scope, exchange: _Exchange) -> None:
        route, took = template(scope), perf_counter() - exchange.began
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._figures.seconds.labels(method, route, str(exchange.status)).observe(took)
        # A probe every few seconds would drown the rest.
        tell = log.debug if route in ("/healthz", "/readyz", "/metrics") else log.info
        tell(
            "request",
            request_id=scope["iop_request_id"],
            method=method,
            route=route,
            status=exchange.status,
            actor=scope.get("iop_actor"),
            milliseconds=round(took * 1000, 1),
        )


class _Exchange:
    """One answer on its way out."""

    def __init__(self, scope: Scope, send: Send, headers: dict[str, str]) -> None:
        self._scope = scope
        self._send = send
        self._headers = headers
        self.began = perf_counter()
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
            headers["X-Request-ID"] = self._scope["iop_request_id"]
            if not self._scope["path"].startswith("/static/"):
                headers.setdefault("Cache-Control", "no-store")
        await self._send(message)


def template(scope: Scope) -> str:
    """The route's path with its gaps; paths that match no route are all one, whatever they hold."""
    route: Any = scope.get("route")
    path = getattr(route, "path_format", None) or getattr(route, "path", None)
    return str(path) if path else "unmatched"


def _defect(request_id: str) -> JSONResponse:
    document = {
        "type": "urn:iop-scheduler:problem:internal",
        "title": "The service failed",
        "status": 500,
        "detail": "A defect of the service; its log has the details under this request id.",
        "request_id": request_id,
    }
    return JSONResponse(document, 500, media_type=MEDIA_TYPE)
