"""Webhooks: signed, ids only, tried again, given up, and never a door into the network."""

from __future__ import annotations

import hmac
import json
import socket
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from api.exchange.outbound import NotSent, fault_of, public, send
from api.store.columns import now
from api.store.exchange import Delivery
from tests.api.databases import upgraded
from tests.api.door import WEEK, Door, service_on


class Receiver:
    """A web server that keeps what it gets and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.url = ""

    def answer(self) -> int:
        return self.answers.pop(0) if self.answers else 204


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            status = receiver.answer()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{receiver.url}/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook?token=planted"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A service that may tell addresses of this machine, and is quick to try again."""
    url = upgraded(f"sqlite:///{tmp_path_factory.mktemp('webhooks') / 'a.db'}")
    quick = {"webhook_retry_seconds": 0.1, "webhook_attempts": 3, "webhook_seconds": 2}
    with service_on(url, webhook_private_addresses=True, **quick) as door:
        yield door


def until(done: Callable[[], Any]) -> Any:
    for _ in range(150):
        if found := done():
            return found
        time.sleep(0.1)
    raise AssertionError("not within 15 seconds")


def deliveries(door: Door, hook: str, state: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = door.get(f"{hook}/deliveries?state={state}").json()["deliveries"]
    return listed


def hooked(door: Door, url: str) -> tuple[str, str, str]:
    """A clinic, its webhook, the webhook's secret."""
    clinic = door.clinic()
    answer = door.post(f"{clinic}/webhooks", {"url": url})
    assert answer.status_code == 201, answer.text
    return clinic, f"{clinic}/webhooks/{answer.json()['webhook']}", answer.json()["secret"]


def published(door: Door, clinic: str, **more: Any) -> str:
    path = door.solved(clinic, **more)
    assert door.post(f"{path}/publish").status_code == 200
    return path.rsplit("/", 1)[1]


def test_a_publication_is_told_with_ids_alone_and_signed(near: Door) -> None:
    with receiving() as receiver:
        clinic, hook, secret = hooked(near, receiver.url)
        first = published(near, clinic)
        until(lambda: len(receiver.got) == 1)
        second = published(near, clinic, seed=1)
        until(lambda: len(receiver.got) == 2)
        until(lambda: len(deliveries(near, hook, "delivered")) == 2)
    for headers, body in receiver.got:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        mac = hmac.new(b64decode(secret.removeprefix("whsec_")), signed, sha256).digest()
        assert headers["webhook-signature"] == f"v1,{b64encode(mac).decode()}"
        assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    told = [json.loads(body) for _, body in receiver.got]
    clinic_id = clinic.rsplit("/", 1)[1]
    about = {"clinic": clinic_id, "week_start": WEEK}
    assert [(t["type"], t["data"]) for t in told] == [
        ("timetable.published", {**about, "timetable": first, "replaces": None}),
        ("timetable.changed", {**about, "timetable": second, "replaces": first}),
    ]
    assert all(set(t) == {"type", "timestamp", "data"} for t in told)


def test_a_failure_is_tried_again_and_given_up_at_last(near: Door) -> None:
    with receiving() as receiver:
        receiver.answers = [500, 302, 404]
        clinic, hook, _ = hooked(near, receiver.url)
        published(near, clinic)
        dead = until(lambda: deliveries(near, hook, "dead"))
        assert [(d["attempts"], d["last_error"]) for d in dead] == [(3, "answered 404")]
        assert len(receiver.got) == 3  # the redirect was not followed
        assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
        retry = f"{hook}/deliveries/{dead[0]['delivery']}/retry"
        assert near.post(retry).json()["state"] == "waiting"
        until(lambda: deliveries(near, hook, "delivered"))
        assert len(receiver.got) == 4
        assert near.post(retry).status_code == 409


def test_a_receiver_that_is_gone_or_silent_holds_nothing_up(near: Door) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        clinic, hook, _ = hooked(near, f"http://127.0.0.1:{silent.getsockname()[1]}/")
        began = time.monotonic()
        published(near, clinic)
        assert time.monotonic() - began < 10
        waiting = until(lambda: [d for d in deliveries(near, hook, "waiting") if d["last_error"]])
        assert waiting[0]["last_error"].startswith("no answer")
    assert near.delete(hook).status_code == 204
    assert near.get(f"{hook}/deliveries").status_code == 404


def test_what_a_lost_process_had_claimed_is_delivered_by_another(near: Door) -> None:
    with receiving() as receiver:
        _, hook, _ = hooked(near, receiver.url)
        given = {"webhook_id": hook.rsplit("/", 1)[1], "event": "x", "payload": {}, "attempts": 1}
        with near.service.sessions.write() as session:
            session.add(Delivery(id=f"lost-{hook[-8:]}", claimed_at=now() - timedelta(minutes=10), **given))
            session.add(Delivery(id=f"held-{hook[-8:]}", claimed_at=now(), **given))
        until(lambda: deliveries(near, hook, "delivered"))
        assert [headers["webhook-id"][:4] for headers, _ in receiver.got] == ["lost"]


def test_an_answer_that_never_ends_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            connection.recv(10_000)
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            try:
                for number in range(1000):
                    connection.sendall(f"X-{number}: x\r\n".encode())
                    time.sleep(0.1)
            except OSError:
                pass

        Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(NotSent):
            send(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, private=True, seconds=1)
        assert time.monotonic() - began < 5


# -- where it may go ----------------------------------------------------------------------------------------

NOT_PUBLIC = [
    "127.0.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_of_a_network_is_not_public(address: str) -> None:
    assert not public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://user:password@example.org/",
        "https:///nowhere",
        "https://example.org:99999/",
        "ftp://example.org/",
        "https://exa mple.org/",
        "https://example.org/\r\nHost: x",
        "file:///etc/passwd",
        "",
        "x",
    ],
)
def test_an_address_that_must_not_be_told_is_refused_when_it_is_given(door: Door, url: str) -> None:
    assert fault_of(url, private=False) is not None
    answer = door.post(f"{door.clinic(patients=0)}/webhooks", {"url": url})
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/url"]


@pytest.mark.parametrize("name", ["localhost", "rebound.example"])
def test_a_name_that_leads_into_the_network_is_refused_at_the_moment_of_sending(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Also when only one of its addresses is not public, or it was public when it was given."""
    connected: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: connected.append(a))
    if name == "rebound.example":
        public_first = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.5", 443))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: public_first)
    assert fault_of(f"https://{name}/", private=False) is None
    with pytest.raises(NotSent, match="not public"):
        send(f"https://{name}/", b"{}", {}, private=False, seconds=2)
    assert connected == []


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    connected: list[Any] = []

    def look_up(host: str, *_: object, **__: object) -> list[Any]:
        looked.append(host)
        return [(2, 1, 6, "", ("93.184.216.34" if len(looked) == 1 else "127.0.0.1", 443))]

    def connect(address: Any, **_: object) -> Any:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NotSent, match="ConnectionRefused"):
        send("https://rebound.example/", b"{}", {}, private=False, seconds=2)
    assert (looked, connected) == (["rebound.example"], [("93.184.216.34", 443)])


# -- who may ------------------------------------------------------------------------------------------------


def test_webhooks_are_for_those_who_may_write_the_clinic(door: Door) -> None:
    clinic = door.clinic(patients=0)
    body = {"url": "https://hooks.example.org/x"}
    statuses = [door.as_(r).post(f"{clinic}/webhooks", body).status_code for r in ("viewer", "scheduler")]
    statuses += [door.as_(r).post(f"{clinic}/webhooks", body).status_code for r in ("integrator", "admin")]
    assert statuses == [403, 403, 201, 201]
    listed = door.get(f"{clinic}/webhooks").json()["webhooks"]
    assert [w["url"] for w in listed] == [body["url"]] * 2
    assert all("secret" not in w for w in listed)
    other = door.clinic(patients=0)
    assert door.delete(f"{other}/webhooks/{listed[0]['webhook']}").status_code == 404


def test_addresses_and_secrets_are_not_in_logs(near: Door, capfd: pytest.CaptureFixture[str]) -> None:
    with receiving() as receiver:
        clinic, hook, secret = hooked(near, receiver.url)
        published(near, clinic)
        until(lambda: deliveries(near, hook, "delivered"))
    told = "".join(capfd.readouterr())
    assert "planted" not in told
    assert secret not in told


def test_two_processes_deliver_once(tmp_path: Path) -> None:
    url = upgraded(f"sqlite:///{tmp_path / 'a.db'}")
    from api.exchange.sending import Sender
    from api.settings import Settings

    with receiving() as receiver, service_on(url, webhook_private_addresses=True) as door:
        second = Sender(door.service.sessions, Settings(database_url=url, webhook_private_addresses=True))
        second.start()
        clinic, hook, _ = hooked(door, receiver.url)
        for seed in range(4):
            published(door, clinic, seed=seed)
        until(lambda: len(deliveries(door, hook, "delivered")) == 4)
        second.stop()
        assert len(receiver.got) == 4
