"""Who gets in, what their role allows, and that nobody learns of what they may not see."""

from __future__ import annotations

import itertools
from datetime import timedelta
from functools import cache
from typing import Any

import httpx
import pytest

from api import examples
from api.store import keys
from api.store.columns import now
from tests.api.door import Door

OPEN = {"/healthz", "/readyz", "/metrics", "/v1/session", "/v1/feeds/{secret}.ics"}
WRITES = {"/v1/clinics/{clinic_id}": examples.CLINIC}
_NUMBERS = itertools.count(1)


@cache
def paths(url: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{url}/openapi.json").json()["paths"]
    return found


def operation_of(door: Door, method: str, path: str) -> Any:
    return paths(str(door.client.base_url))[path][method.lower()]


def calls(door: Door) -> list[tuple[str, str]]:
    """Every call of the OpenAPI document."""
    known = paths(str(door.client.base_url))
    return [(method.upper(), path) for path, methods in known.items() for method in methods]


def example_of(door: Door, method: str, path: str) -> Any:
    operation = operation_of(door, method, path)
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return content.get("example", {} if content else None)


class Filled(dict[str, str]):
    """Values for the gaps of a path; a gap nobody thought of fails the test that walks all routes."""

    def __init__(self, clinic: str, timetable: str) -> None:
        of_clinic = {"clinic_id": clinic, "patient_id": "p1", "clinician_id": "c1"}
        of_clinic |= {"feed_id": "feed-1", "webhook_id": "wh-1", "delivery_id": "wd-1", "secret": "s" * 43}
        super().__init__(of_clinic, timetable_id=timetable, other_id=timetable, session_id="s1")


def filled(path: str, clinic: str, timetable: str) -> str:
    return path.format_map(Filled(clinic, timetable))


def needed_query(door: Door, method: str, path: str) -> str:
    """The query that a call cannot do without, by the examples of the OpenAPI document."""
    operation = operation_of(door, method, path)
    needed = [p for p in operation.get("parameters", ()) if p["in"] == "query" and p["required"]]
    return "?" + "&".join(f"{p['name']}={p['schema']['examples'][0]}" for p in needed)


def without_id(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.text


# -- keys ---------------------------------------------------------------------------------------------------


def test_every_call_but_the_open_ones_asks_for_a_key(door: Door) -> None:
    for method, path in calls(door):
        if path not in OPEN:
            answer = door.nobody().call(method, filled(path, "x", "y"), example_of(door, method, path))
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("wrong", ["nonsense", "iop000000000000.x", "{prefix}.wrong", "{prefix}", "{key}x"])
def test_a_wrong_key_is_a_wrong_key_whatever_is_wrong_with_it(door: Door, wrong: str) -> None:
    assert door.key is not None
    text = wrong.format(prefix=door.key.partition(".")[0], key=door.key)
    answer = Door(door.client, door.service, text).get("/v1/clinics")
    assert answer.status_code == 401
    assert answer.json()["detail"] == "Send `Authorization: Bearer` with a valid key or token."


def test_an_expired_or_revoked_key_is_no_key(either_door: Door) -> None:
    expired = either_door.as_("admin", expires_at=now() - timedelta(seconds=1))
    assert expired.get("/v1/clinics").status_code == 401
    ended = either_door.as_("admin")
    assert ended.get("/v1/clinics").status_code == 200
    assert ended.key is not None
    with either_door.service.sessions.write() as session:
        keys.revoke(session, ended.key.partition(".")[0])
    assert ended.get("/v1/clinics").status_code == 401


def test_a_database_holds_no_key_that_could_be_used(door: Door) -> None:
    from api.store.models import ApiKey

    assert door.key is not None
    prefix, _, secret = door.key.partition(".")
    with door.service.sessions.read() as session:
        row = session.get_one(ApiKey, prefix)
        stored = [str(value) for value in vars(row).values()]
    assert not any(secret in value for value in stored)
    assert len(secret) >= 43


# -- roles --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("viewer", {"read": 200, "clinic": 403, "patient": 403, "plan": 403, "publish": 403, "delete": 403}),
        (
            "scheduler",
            {"read": 200, "clinic": 403, "patient": 428, "plan": 202, "publish": 200, "delete": 403},
        ),
        (
            "integrator",
            {"read": 200, "clinic": 428, "patient": 428, "plan": 202, "publish": 403, "delete": 403},
        ),
        ("admin", {"read": 200, "clinic": 428, "patient": 428, "plan": 202, "publish": 200, "delete": 428}),
    ],
)
def test_a_role_allows_what_it_is_for(door: Door, role: str, statuses: dict[str, int]) -> None:
    clinic = door.clinic()
    timetable = door.solved(clinic)
    person = door.as_(role)
    found = {
        "read": person.get(f"{clinic}/patients/p1").status_code,
        "clinic": person.put(clinic, examples.CLINIC).status_code,
        "patient": person.put(f"{clinic}/patients/p1", examples.PATIENT).status_code,
        "plan": person.post(f"{clinic}/timetables", examples.PLAN).status_code,
        "publish": person.post(f"{timetable}/publish").status_code,
        "delete": person.delete(clinic).status_code,
    }
    assert found == statuses


# -- clinics of others --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["viewer", "scheduler", "integrator", "admin"])
def test_another_clinic_looks_exactly_like_no_clinic_on_every_call(door: Door, role: str) -> None:
    theirs, mine = door.clinic(), door.clinic()
    timetable = door.solved(theirs).rsplit("/", 1)[1]
    stranger = door.as_(role, mine.rsplit("/", 1)[1])
    for method, path in calls(door):
        if "{" not in path:
            continue
        body, query = example_of(door, method, path), needed_query(door, method, path)
        real = stranger.call(method, filled(path, theirs.rsplit("/", 1)[1], timetable) + query, body)
        none = stranger.call(method, filled(path, "no-such-clinic", "tt-" + "0" * 32) + query, body)
        assert real.status_code in (403, 404), (method, path)
        assert without_id(real) == without_id(none), (method, path)
    assert [c["id"] for c in stranger.get("/v1/clinics").json()["clinics"]] == [mine.rsplit("/", 1)[1]]


@pytest.mark.parametrize("way", ["{own}/diff/{theirs}", "{theirs}/diff/{own}"])
def test_ones_own_timetable_tells_nothing_of_anothers(door: Door, way: str) -> None:
    theirs, mine = door.clinic(), door.clinic()
    own, other = door.solved(mine).rsplit("/", 1)[1], door.solved(theirs).rsplit("/", 1)[1]
    stranger = door.as_("admin", mine.rsplit("/", 1)[1])
    real = stranger.get(f"/v1/timetables/{way.format(own=own, theirs=other)}")
    none = stranger.get(f"/v1/timetables/{way.format(own=own, theirs='tt-' + '0' * 32)}")
    assert real.status_code == 404
    assert without_id(real) == without_id(none)


def test_a_timetable_without_a_clinic_is_its_owners(either_door: Door) -> None:
    owner, other, scoped = (
        either_door.as_("integrator"),
        either_door.as_("integrator"),
        either_door.as_("admin", "x"),
    )
    path = owner.post("/v1/timetables", examples.PROBLEM, Prefer="wait=20").headers["Location"]
    seen = [person.get(path).status_code for person in (owner, other, scoped, either_door)]
    assert seen == [200, 404, 404, 200]
    assert other.post(f"{path}/cancel").status_code == 404


def test_a_clinic_beyond_a_keys_scope_cannot_be_made(door: Door) -> None:
    key = door.as_("admin", "only-this-one")
    assert key.put("/v1/clinics/another", examples.CLINIC).status_code == 404
    assert key.put("/v1/clinics/only-this-one", examples.CLINIC).status_code == 201


# -- the page's cookie --------------------------------------------------------------------------------------


def signed_in(door: Door, role: str = "scheduler") -> tuple[httpx.Client, httpx.Response]:
    client = httpx.Client(base_url=door.client.base_url)
    return client, client.post("/v1/session", json={"key": door.as_(role).key})


def test_a_key_is_traded_for_a_cookie_that_scripts_and_other_sites_cannot_use(door: Door) -> None:
    client, answer = signed_in(door)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert answer.json()["role"] == "scheduler"
    assert client.get("/v1/session").json() == answer.json()
    assert client.get("/v1/clinics").status_code == 200


def test_a_write_with_the_cookie_must_come_from_the_services_own_pages(door: Door) -> None:
    clinic = door.clinic()
    client, _ = signed_in(door)
    own = str(client.base_url).rstrip("/")
    for origin, expected in ((None, 403), ("https://evil.example", 403), ("null", 403), (own, 201)):
        headers = {"Origin": origin} if origin else {}
        answer = client.put(f"{clinic}/patients/new", json=examples.PATIENT, headers=headers)
        assert answer.status_code == expected, origin


def test_signing_out_and_revoking_the_key_both_end_a_session(either_door: Door) -> None:
    client, _ = signed_in(either_door)
    origin = {"Origin": str(client.base_url).rstrip("/")}
    kept = dict(client.cookies)
    assert client.delete("/v1/session", headers=origin).status_code == 204
    client.cookies.update(kept)
    assert client.get("/v1/session").status_code == 401
    client, answer = signed_in(either_door)
    with either_door.service.sessions.write() as session:
        keys.revoke(session, answer.json()["actor"].removeprefix("key:"))
    assert client.get("/v1/session").status_code == 401


def test_signing_in_with_a_wrong_key_or_from_elsewhere_fails(door: Door) -> None:
    assert door.nobody().post("/v1/session", {"key": "iop000000000000.x"}).status_code == 401
    assert door.nobody().post("/v1/session", {"key": 7}).status_code == 422
    answer = door.nobody().post("/v1/session", {"key": door.key}, Origin="https://evil.example")
    assert answer.status_code == 403


# -- limits -------------------------------------------------------------------------------------------------


def test_bodies_over_the_limit_are_refused_before_they_are_read(door: Door) -> None:
    size = door.service.settings.max_body_bytes + 1
    headers = {"Authorization": f"Bearer {door.key}", "Content-Type": "application/json"}
    announced = door.client.put("/v1/clinics/big", content=b" " * size, headers=headers)
    assert announced.status_code == 413
    assert announced.headers["content-type"] == "application/problem+json"
    chunks = (b" " * 1_000_000 for _ in range(size // 1_000_000 + 1))
    streamed = door.client.put("/v1/clinics/big", content=chunks, headers=headers)
    assert streamed.status_code == 413
    assert streamed.headers["content-type"] == "application/problem+json"


def test_every_answer_carries_the_security_headers(door: Door) -> None:
    for path in ("/healthz", "/docs", "/v1/clinics", "/nowhere"):
        headers = door.nobody().get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
