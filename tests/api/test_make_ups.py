"""Missed care made up in the rest of its week, by the moves that a person applies."""

from __future__ import annotations

from typing import Any

from tests.api.door import WEEK, Door
from tests.api.test_attendance import mark
from tests.api.test_progress import authorize, broken, progress

TALK = {"session_type": "individual", "clinicians": ["c1"], "room": None, "patients": ["p1"]}


def with_a_talk(door: Door, clinic: str) -> str:
    """A published week in which p1 has their one individual session on Monday at ten."""
    week = door.solved(clinic)
    made = {"create": {"id": "talk", "start": f"{WEEK}T10:00", **TALK}}
    moved = door.post(f"{week}/moves", {"moves": [made]}, If_Match="*")
    assert moved.status_code == 201, moved.text
    return publish(door, moved.headers["Location"])


def publish(door: Door, week: str) -> str:
    answer = door.post(f"{week}/publish")
    assert answer.status_code == 200, answer.text
    return week


def make_ups(door: Door, week: str, **asked: Any) -> dict[str, Any]:
    answer = door.post(f"{week}/make-ups", {"at": "2026-12-01T12:00", **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_missed_care_is_made_up_by_moves_that_may_be_made_and_published(either_door: Door) -> None:
    clinic = either_door.clinic()
    week = with_a_talk(either_door, clinic)
    assert make_ups(either_door, week)["make_ups"] == []
    either_door.put(f"{week}/attendance", {"marks": [mark("talk", "p1", "missed")]})
    assert progress(either_door, clinic)["weeks"][0]["owed_minutes"] == 60
    found = make_ups(either_door, week)
    (made,) = found["make_ups"]
    assert (made["patient"], made["made_up_minutes"], made["still_owed_minutes"]) == ("p1", 60, 0)
    (talk,) = made["added"]
    assert talk["session_type"] == "individual"
    assert "2026-12-01T12:00" <= talk["start"] < "2026-12-05"
    assert found["findings"] == []
    # The week holds one talk for p1 at most; the one that was missed is not counted.
    moved = either_door.post(f"{week}/moves", {"moves": found["moves"]}, If_Match="*")
    assert moved.status_code == 201, moved.text
    after = publish(either_door, moved.headers["Location"])
    assert progress(either_door, clinic)["weeks"][0]["owed_minutes"] == 0
    assert make_ups(either_door, after)["make_ups"] == []


def test_what_cannot_be_made_up_stays_owed_and_says_why(door: Door) -> None:
    clinic = door.clinic()
    week = with_a_talk(door, clinic)
    marks = [mark("talk", "p1", "missed"), mark("s1", "p2", "excused")]
    door.put(f"{week}/attendance", {"marks": marks})
    found = make_ups(door, week, at="2026-12-04T18:30")
    assert [(m["patient"], m["still_owed_minutes"], m["added"]) for m in found["make_ups"]] == [
        ("p1", 60, []),
        ("p2", 90, []),
    ]
    assert all(m["reasons"] for m in found["make_ups"])
    assert found["moves"] == []
    assert [m["patient"] for m in make_ups(door, week, patient="p2")["make_ups"]] == ["p2"]
    assert door.post(f"{week}/make-ups", {"patient": "nobody"}).status_code == 404
    assert door.post(f"{week}/make-ups", {"at": "noon"}).json()["errors"][0]["pointer"] == "/at"


def test_make_ups_stay_within_what_is_authorised(door: Door) -> None:
    clinic = door.clinic()
    week = with_a_talk(door, clinic)
    authorize(door, clinic, {"minutes": 330})
    door.put(f"{week}/attendance", {"marks": [mark("talk", "p1", "missed")]})
    moved = door.post(f"{week}/moves", {"moves": make_ups(door, week)["moves"]}, If_Match="*")
    assert moved.status_code == 201
    again = {"create": {"id": "one-more", "start": "2026-12-04T16:00", **TALK}}
    refused = door.post(f"{moved.headers['Location']}/moves", {"moves": [again]}, If_Match="*")
    assert "authorization" in {f["rule"] for f in refused.json()["findings"]}
    assert broken(door, moved.headers["Location"]) == []
