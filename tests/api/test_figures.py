"""What operators see: figures of all jobs whoever solved them, and spans by route template."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.figures import job_figures
from api.jobs import ledger
from api.store import Sessions, Timetable, open_database
from api.store.columns import now
from tests.api.databases import upgraded
from tests.api.door import service_on
from tests.api.jobs.test_ledger import lose, take
from tests.api.jobs.waiting import until


@pytest.fixture(params=["sqlite", "postgres"])
def sessions(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sessions]:
    if request.param == "sqlite":
        url = upgraded(f"sqlite:///{tmp_path / 'a.db'}")
    else:
        url = request.getfixturevalue("fresh_postgres_database")
    found = open_database(url)
    yield found
    found.close()


def add(sessions: Sessions, name: str, status: str, waited: float | None = None, **more: Any) -> None:
    """A row made a minute ago; one that `waited` so long has been taken up, and ended if it says how."""
    made = now() - timedelta(seconds=60)
    more |= {} if waited is None else {"started_at": made + timedelta(seconds=waited)}
    about = {"lane": "a", "owner": "key:x", "week_start": "2026-11-30", "problem": {}, "options": {}}
    with sessions.write() as session:
        session.add(Timetable(id=name, status=status, created_at=made, **about, **more))


def test_jobs_are_counted_by_what_became_of_them_and_how_long_it_took(sessions: Sessions) -> None:
    add(sessions, "waits", "queued")
    add(sessions, "runs", "solving", waited=1, attempt=1)
    add(sessions, "done", "solved", waited=2, attempt=1, seconds=10.0, gap=0.25, finished_at=now())
    add(sessions, "older", "published", waited=3, attempt=1, seconds=20.0, gap=0.5, finished_at=now())
    add(sessions, "broken", "failed", waited=4, attempt=1, finished_at=now())
    told = figures(sessions)
    assert (told["iop_queue_depth",], told["iop_solving",]) == (1, 1)
    assert 60 <= told["iop_queue_oldest_seconds",] < 120
    outcomes = {
        status: told["iop_timetables", status] for status in ("solved", "published", "failed", "cancelled")
    }
    assert outcomes == {"solved": 1, "published": 1, "failed": 1, "cancelled": 0}
    assert told["iop_finished",] == 3
    assert told["iop_wait_seconds_sum",] == pytest.approx(2 + 3 + 4, abs=0.01)
    assert (told["iop_solve_seconds_sum",], told["iop_gap_sum",], told["iop_recovered",]) == (30, 0.75, 0)


def test_searches_of_lost_workers_are_counted_once_begun_again_and_those_handed_back_are_not(
    sessions: Sessions,
) -> None:
    def recovered() -> float:
        return figures(sessions)["iop_recovered",]

    add(sessions, "t1", "queued")
    with sessions.write() as session:
        ledger.queue(session, "t1")
    for _ in range(3):
        claim = take(sessions)
        with sessions.write() as session:
            assert ledger.hand_back(session, claim)
    assert recovered() == 0
    take(sessions)
    lose(sessions, "t1")
    assert recovered() == 0
    last = take(sessions)
    assert recovered() == 1
    with sessions.write() as session:
        assert ledger.hand_back(session, last)
    assert recovered() == 1
    with sessions.write() as session:
        ledger.cancel(session, "t1")
    assert recovered() == 1


def figures(sessions: Sessions) -> dict[tuple[str, ...], float]:
    """Every sample by its name and labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(job_figures(sessions).decode())
        for sample in family.samples
    }


class Tracer:
    """Stands in for an SDK's: keeps what each span ended with."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, dict[str, Any]]] = []
        self._name, self._attributes = "", dict[str, Any]()

    @contextmanager
    def start_as_current_span(self, name: str, **_: Any) -> Iterator[Tracer]:
        self._name = name
        yield self
        self.spans.append((self._name, self._attributes))

    def update_name(self, name: str) -> None:
        self._name = name

    def set_attributes(self, attributes: dict[str, Any]) -> None:
        self._attributes = dict(attributes)


@pytest.mark.parametrize("wanted", [True, False])
def test_spans_carry_the_route_and_no_id_and_are_off_until_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    tracer = Tracer()
    monkeypatch.setattr("api.security.trace.get_tracer", lambda name: tracer)
    url = upgraded(f"sqlite:///{tmp_path / 'a.db'}")
    with service_on(url, telemetry=wanted) as door:
        assert door.nobody().get("/v1/clinics/riverside/patients/p-4711").status_code == 401
        until(lambda: tracer.spans or not wanted)  # a span ends after its answer is out
        spans = list(tracer.spans)
    route = "/v1/clinics/{clinic_id}/patients/{patient_id}"
    span = (f"GET {route}", {"http.route": route, "http.response.status_code": 401})
    assert spans == ([span] if wanted else [])
