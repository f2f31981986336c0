"""Logs and metrics: what the service tells its operators, without a word about any patient.

Requests go by their route template (`/v1/clinics/{clinic_id}/patients/{patient_id}`), failures by their type
and lines of code: messages of exceptions can hold values, so they are never logged.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


def set_up_logs(level: str, form: str) -> None:
    """One line an event on stderr, by structlog; what libraries log passes without its exception texts."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_exceptions,
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # its lines hold paths, so ids
    for name in ("httpx", "httpcore", "alembic", "sqlalchemy"):
        logging.getLogger(name).setLevel("WARNING")


def _without_exceptions(logger: Any, method: str, event: Any) -> Any:
    """An exception becomes its type and place."""
    event.pop("color_message", None)
    failure = event.pop("exc_info", None)
    if failure is True:
        failure = sys.exc_info()
    if isinstance(failure, tuple):
        failure = failure[1]
    if isinstance(failure, BaseException):
        event["error"], event["where"] = type(failure).__name__, where(failure)
    record = event.get("_record")
    if record is not None:
        record.exc_info = record.exc_text = None
    return event


def where(failure: BaseException) -> str:
    """The lines of code that a failure came through, innermost first, without any value."""
    frames = traceback.extract_tb(failure.__traceback__)[-8:]
    return " < ".join(f"{'/'.join(f.filename.split('/')[-2:])}:{f.lineno} {f.name}" for f in reversed(frames))


class RequestFigures:
    """Counters of one app; another app in the same process counts for itself."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.seconds = Histogram(
            "iop_http_request_seconds",
            "Time to the end of the answer",
            labels,
            registry=self.registry,
            buckets=BUCKETS,
        )
        self.failures = Counter(
            "iop_http_failures",
            "Requests that ended in a defect of the service",
            ("route",),
            registry=self.registry,
        )
