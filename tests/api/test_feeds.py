"""Calendar feeds: none until one is made, the published weeks and no more, gone when revoked."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar

from api.store.columns import now
from api.store.exchange import Feed
from tests.api.door import Door

SOON = (now().date() + timedelta(days=7 - now().weekday())).isoformat()  # next Monday
LATER = (now().date() + timedelta(days=14 - now().weekday())).isoformat()


def made(door: Door, clinic: str, kind: str = "patient", key: str = "p1", **more: Any) -> dict[str, Any]:
    answer = door.post(f"{clinic}/feeds", {"kind": kind, "id": key, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def path_of(feed: dict[str, Any]) -> str:
    return str(urlsplit(feed["url"]).path)


def events(door: Door, feed: dict[str, Any]) -> list[Any]:
    answer = door.nobody().get(path_of(feed))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    return list(Calendar.from_ical(answer.text).walk("VEVENT"))


def publish(door: Door, clinic: str, week: str, **more: Any) -> str:
    timetable = door.solved(clinic, week, **more)
    assert door.post(f"{timetable}/publish").status_code == 200
    return timetable


def test_a_feed_has_the_published_weeks_and_nothing_that_tells_of_care(either_door: Door) -> None:
    clinic = either_door.clinic()
    assert either_door.get(f"{clinic}/feeds").json() == {"feeds": []}
    feed = made(either_door, clinic)
    assert events(either_door, feed) == []
    either_door.solved(clinic, SOON)
    assert events(either_door, feed) == []
    publish(either_door, clinic, SOON)
    one = events(either_door, feed)
    publish(either_door, clinic, LATER)
    both = events(either_door, feed)
    assert 0 < len(one) < len(both)
    assert {str(e["SUMMARY"]) for e in both} == {"Appointment"}
    assert all(str(e["CLASS"]) == "PRIVATE" and "ATTENDEE" not in e and "LOCATION" not in e for e in both)
    text = either_door.nobody().get(path_of(feed)).text
    assert "p2" not in text
    assert clinic.rsplit("/", 1)[1] not in text


def test_a_week_published_again_raises_the_sequence_and_keeps_the_identifiers(either_door: Door) -> None:
    clinic = either_door.clinic()
    feed = made(either_door, clinic)
    publish(either_door, clinic, SOON)
    first = {str(e["UID"]): e["SEQUENCE"] for e in events(either_door, feed)}
    publish(either_door, clinic, SOON, seed=1)
    second = {str(e["UID"]): e["SEQUENCE"] for e in events(either_door, feed)}
    assert first.keys() == second.keys()
    assert set(first.values()) == {0}
    assert set(second.values()) == {1}


def test_clinicians_and_rooms_have_feeds_too_and_nobody_else(door: Door) -> None:
    clinic = door.clinic()
    publish(door, clinic, SOON)
    document = door.get(clinic).json()
    for kind, key in (("clinician", document["clinicians"][0]["id"]), ("room", document["rooms"][0]["id"])):
        assert events(door, made(door, clinic, kind, key))
    assert door.post(f"{clinic}/feeds", {"kind": "patient", "id": "p99"}).status_code == 422
    assert door.post(f"{clinic}/feeds", {"kind": "everybody", "id": "p1"}).status_code == 422
    bad = {"kind": "patient", "id": "p1", "expires_at": "tomorrow"}
    assert door.post(f"{clinic}/feeds", bad).status_code == 422


def test_a_feed_ends_when_it_is_revoked_expires_or_its_patient_is_gone(either_door: Door) -> None:
    clinic = either_door.clinic()
    revoked, short, gone = (
        made(either_door, clinic),
        made(either_door, clinic, expires_at=(now() - timedelta(seconds=1)).isoformat()),
        made(either_door, clinic, key="p3"),
    )
    assert either_door.nobody().get(path_of(gone)).status_code == 200
    asked = either_door.nobody().call("HEAD", path_of(gone))
    assert (asked.status_code, asked.content) == (200, b"")
    assert either_door.delete(f"{clinic}/feeds/{revoked['feed']}").status_code == 204
    assert either_door.delete(f"{clinic}/patients/p3", If_Match="*").status_code == 204
    unknown = either_door.nobody().get("/v1/feeds/nobody-knows-it.ics")
    for feed in (revoked, short, gone):
        answer = either_door.nobody().get(path_of(feed))
        assert (answer.status_code, answer.text) == (404, unknown.text)
    listed = either_door.get(f"{clinic}/feeds").json()["feeds"]
    assert [f["revoked_at"] is not None for f in listed] == [True, False, False]
    assert all("url" not in f for f in listed)


def test_another_clinics_feed_cannot_be_revoked(door: Door) -> None:
    theirs, mine = door.clinic(), door.clinic()
    feed = made(door, theirs)
    stranger = door.as_("admin", mine.rsplit("/", 1)[1])
    assert stranger.delete(f"{mine}/feeds/{feed['feed']}").status_code == 404
    assert stranger.delete(f"{theirs}/feeds/{feed['feed']}").status_code == 404
    assert door.nobody().get(path_of(feed)).status_code == 200


def test_the_secret_is_hashed_and_neither_logged_nor_audited(door: Door) -> None:
    clinic = door.clinic()
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith(("httpx", "httpcore")):  # the client knows where it goes
                lines.append(str(record.__dict__))

    handler = Kept(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    feed = made(door, clinic)
    assert door.nobody().get(path_of(feed)).status_code == 200
    for _ in range(100):  # a request is logged after it is answered
        if any("/v1/feeds/{secret}.ics" in line for line in lines):
            break
        time.sleep(0.05)
    logging.getLogger().removeHandler(handler)
    secret = path_of(feed).removeprefix("/v1/feeds/").removesuffix(".ics")
    assert len(secret) >= 43
    assert any("/v1/feeds/{secret}.ics" in line for line in lines)
    assert not any(secret in line for line in lines)
    with door.service.sessions.read() as session:
        row = session.get_one(Feed, feed["feed"])
        assert secret not in str(vars(row))
    door.service.audit.flush()
    from api.store.models import AuditEntry

    with door.service.sessions.read() as session:
        entries = [e for e in session.query(AuditEntry) if e.actor == f"feed:{feed['feed']}"]
        assert [(e.action, e.patients) for e in entries] == [("feed.read", ["p1"])]
        assert not any(secret in str(vars(e)) for e in session.query(AuditEntry))
