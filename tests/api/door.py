"""The service as a client sees it: keys of every role, and short words for what tests do often."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import httpx
import uvicorn

from api import examples
from api.app import create_app
from api.service import Service
from api.settings import Settings
from api.store import keys
from tests.api import planner
from tests.witness import WITNESS

WEEK = examples.WEEK
_NUMBERS = itertools.count(1)


class Door:
    """One running service and one key; `as_` gives the same service another key."""

    def __init__(self, client: httpx.Client, service: Service, key: str | None) -> None:
        self.client = client
        self.service = service
        self.key = key

    def as_(self, role: str, *clinics: str, **more: Any) -> Door:
        """With a new key; no clinic named means all."""
        with self.service.sessions.write() as session:
            _, key = keys.make_key(session, role, list(clinics) or None, **more)
        WITNESS.secrets.add(key.partition(".")[2])
        return Door(self.client, self.service, key)

    def nobody(self) -> Door:
        return Door(self.client, self.service, None)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key is not None:
            sent["Authorization"] = f"Bearer {self.key}"
        return self.client.request(method, path, json=body, headers=sent)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.call("GET", path, **headers)

    def put(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return self.call("PUT", path, body, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.call("POST", path, body, **headers)

    def delete(self, path: str, **headers: str) -> httpx.Response:
        return self.call("DELETE", path, **headers)

    # -- whole steps ----------------------------------------------------------------------------------------

    def clinic(self, patients: int = 3) -> str:
        """A new clinic with patients p1, p2 …; its path."""
        path = f"/v1/clinics/clinic-{next(_NUMBERS)}"
        assert self.put(path, examples.CLINIC).status_code == 201
        people = [
            {"id": f"p{n}", "program": "evening-iop", "primary_clinician": "c1"}
            for n in range(1, patients + 1)
        ]
        if people:
            assert self.put(f"{path}/patients", {"patients": people}).status_code == 200
        return path

    def solved(self, clinic: str, week_start: str = WEEK, **more: Any) -> str:
        """A finished timetable of the clinic; its path."""
        answer = self.post(f"{clinic}/timetables", {"week_start": week_start, **more}, Prefer="wait=20")
        assert answer.status_code == 201, answer.text
        return str(answer.headers["Location"])

    def searching(self, clinic: str) -> str:
        """A timetable whose search goes on until it is cancelled; its path."""
        answer = self.post(f"{clinic}/timetables", {"week_start": WEEK, "seed": planner.SEARCHES_ON})
        assert answer.status_code == 202
        return str(answer.headers["Location"])

    def until(self, path: str, *statuses: str) -> dict[str, Any]:
        """The timetable once it is in one of these states."""
        for _ in range(200):
            document: dict[str, Any] = self.get(path).json()
            if document["status"] in statuses:
                return document
            time.sleep(0.05)
        raise AssertionError(f"still {document['status']} after ten seconds")


@contextmanager
def service_on(url: str, **settings: Any) -> Iterator[Door]:
    """The service over an upgraded database behind a real server, with a key that may do everything."""
    planner.use()
    app = create_app(Settings(database_url=url, **settings))
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=2, timeout_keep_alive=75)
    )
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    hooks = {"response": [WITNESS.answered]}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, event_hooks=hooks) as client:
        try:
            yield Door(client, app.state.service, None).as_("admin")
            WITNESS.metrics(client.get("/metrics", timeout=60).text)
        finally:
            app.state.service.watcher.stopping = True
            server.should_exit = True
            thread.join(20)
