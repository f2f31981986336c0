"""Figures of all jobs, read from the database: the same on every node, whoever solved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import extract, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased

from api.store.columns import now
from api.store.database import Sessions
from api.store.models import Status, Timetable, TimetableEvent


class _Jobs:
    """A Prometheus collector over the timetable rows."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def collect(self) -> Iterable[Metric]:
        by_status = GaugeMetricFamily("iop_timetables", "Timetables kept, by status", labels=["status"])
        counts = dict(
            self._session.execute(select(Timetable.status, func.count()).group_by(Timetable.status)).all()
        )
        for status in Status:
            by_status.add_metric([status], counts.get(status, 0))
        yield by_status
        yield GaugeMetricFamily("iop_queue_depth", "Timetables that wait", value=counts.get(Status.QUEUED, 0))
        yield GaugeMetricFamily("iop_solving", "Timetables in work", value=counts.get(Status.SOLVING, 0))
        yield GaugeMetricFamily(
            "iop_queue_oldest_seconds", "Age of the longest waiting", value=self._oldest()
        )
        yield GaugeMetricFamily(
            "iop_recovered", "Searches begun again after a lost worker", value=self._recovered()
        )
        yield from self._of_finished()

    def _oldest(self) -> float:
        first = self._session.scalar(
            select(func.min(Timetable.created_at)).where(Timetable.status == Status.QUEUED)
        )
        return (now() - first).total_seconds() if first else 0.0

    def _recovered(self) -> int:
        """Starts that no `queued` led to: what a worker hands back when told to end is queued again."""
        later = aliased(TimetableEvent)
        started = later.timetable_id == TimetableEvent.timetable_id, later.kind == "started"
        led_to_a_start = select(later.seq).where(*started, later.seq > TimetableEvent.seq).exists()
        often = (
            select(func.count())
            .select_from(TimetableEvent)
            .join(Timetable, Timetable.id == TimetableEvent.timetable_id)
            .where(Timetable.attempt > 1)
        )
        starts = self._session.scalar(often.where(TimetableEvent.kind == "started")) or 0
        queued = self._session.scalar(often.where(TimetableEvent.kind == "queued", led_to_a_start)) or 0
        return starts - queued

    def _of_finished(self) -> Iterable[Metric]:
        row = self._session.execute(
            select(
                func.count(),
                func.coalesce(func.sum(_seconds(Timetable.started_at) - _seconds(Timetable.created_at)), 0),
                func.coalesce(func.sum(Timetable.seconds), 0),
                func.coalesce(func.sum(Timetable.gap), 0),
            ).where(Timetable.finished_at.is_not(None), Timetable.started_at.is_not(None))
        ).one()
        names = (
            ("iop_finished", "Timetables kept whose search has ended"),
            ("iop_wait_seconds_sum", "Seconds they waited for a worker, together"),
            ("iop_solve_seconds_sum", "Seconds they were searched, together"),
            ("iop_gap_sum", "Their gaps, together"),
        )
        for (name, words), value in zip(names, row, strict=True):
            yield GaugeMetricFamily(name, words, value=float(value))


def _seconds(column: Any) -> Any:
    return extract("epoch", column)


def job_figures(sessions: Sessions) -> bytes:
    """Prometheus text; empty while the database is away, which `/readyz` tells."""
    registry = CollectorRegistry()
    try:
        with sessions.read() as session:
            registry.register(_Jobs(session))
            return generate_latest(registry)
    except SQLAlchemyError:
        return b""
