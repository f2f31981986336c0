"""Timetables: asked for, followed, cancelled, published, deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

import scheduler
from api import examples
from tests.api.door import WEEK, Door
from tests.api.planner import CLASHES, SEARCHES_ON

NEXT_WEEK = "2026-12-07"


def told(stream: Iterator[str]) -> list[dict[str, Any]]:
    """The events of a stream, each with id, event and data."""
    events: list[dict[str, Any]] = [{}]
    for line in stream:
        name, _, value = line.partition(": ")
        if not line:
            events.append({})
        elif name in ("id", "event", "data"):
            events[-1][name] = json.loads(value) if name == "data" else value
    return [event for event in events if "event" in event]


def events(door: Door, path: str, **headers: str) -> list[dict[str, Any]]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    sent["Authorization"] = f"Bearer {door.key}"
    with door.client.stream("GET", f"{path}/events", headers=sent) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        return told(answer.iter_lines())


# -- asking -------------------------------------------------------------------------------------------------


def test_a_week_is_planned_from_what_is_stored(either_door: Door) -> None:
    clinic = either_door.clinic()
    answer = either_door.post(f"{clinic}/timetables", examples.PLAN)
    assert answer.status_code == 202
    assert answer.json()["status"] == "queued"
    document = either_door.until(answer.headers["Location"], "solved")
    assert document["id"] == answer.json()["id"]
    assert document["clinic"] == clinic.rsplit("/", 1)[1]
    assert [p["id"] for p in document["patients"]] == ["p1", "p2", "p3"]
    scheduler.Timetable.model_validate(document)  # nothing beyond the contract's fields


def test_a_client_that_waits_gets_the_timetable_itself(either_door: Door) -> None:
    clinic = either_door.clinic()
    answer = either_door.post(f"{clinic}/timetables", examples.PLAN, Prefer="wait=20")
    assert answer.status_code == 201
    assert answer.json()["sessions"]
    assert answer.headers["preference-applied"] == "wait=20"
    again = either_door.get(answer.headers["Location"])
    assert (again.json(), again.headers["etag"]) == (answer.json(), answer.headers["etag"])


def test_a_client_that_waits_too_short_is_told_where_to_look(door: Door) -> None:
    clinic = door.clinic()
    body = {"week_start": WEEK, "seed": SEARCHES_ON}
    answer = door.post(f"{clinic}/timetables", body, Prefer="respond-async, wait=1")
    assert answer.status_code == 202
    door.post(f"{answer.headers['Location']}/cancel")


def test_a_whole_problem_is_planned_and_forgotten(either_door: Door) -> None:
    answer = either_door.post("/v1/timetables?time_limit=5", examples.PROBLEM, Prefer="wait=20")
    assert answer.status_code == 201
    assert answer.json()["clinic"] == "riverside"
    from api.store.models import Timetable

    with either_door.service.sessions.read() as session:
        row = session.get_one(Timetable, answer.json()["id"])
    assert row.problem is None
    assert row.options["time_limit"] == 5


def test_a_faulty_request_is_refused_with_pointers_into_it(door: Door) -> None:
    clinic = door.clinic()
    bad = {
        "week_start": "soon",
        "gap": 2,
        "colour": "red",
        "weights": {"moved": -1},
        "pins": [{"patient": "nobody", "session_type": "process", "start": "2026-12-01T09:00"}],
    }
    answer = door.post(f"{clinic}/timetables", bad)
    assert answer.status_code == 422
    found = {error["pointer"] for error in answer.json()["errors"]}
    assert {"/week_start", "/gap", "/colour", "/weights/moved"} <= found
    unknown = door.post(f"{clinic}/timetables", {"week_start": WEEK, "pins": bad["pins"]})
    assert [error["pointer"] for error in unknown.json()["errors"]] == ["/pins/0/patient"]


def test_a_time_limit_beyond_the_services_own_is_refused(door: Door) -> None:
    answer = door.post(f"{door.clinic()}/timetables", {"week_start": WEEK, "time_limit": 80_000})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/time_limit"]
    assert door.post("/v1/timetables?time_limit=80000", examples.PROBLEM).status_code == 422


def test_pins_whose_clash_is_found_while_searching_are_refused_too(door: Door) -> None:
    body = {"week_start": WEEK, "seed": CLASHES}
    answer = door.post(f"{door.clinic()}/timetables", body, Prefer="wait=20")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "pins_clash"


def test_the_last_published_week_is_the_baseline(either_door: Door) -> None:
    clinic = either_door.clinic()
    first = either_door.solved(clinic)
    assert either_door.post(f"{first}/publish").status_code == 200
    following = either_door.get(either_door.solved(clinic, NEXT_WEEK)).json()
    assert [p["kept"] for p in following["patients"]] == [1.0, 1.0, 1.0]
    afresh = either_door.get(either_door.solved(clinic, NEXT_WEEK, baseline={"sessions": []})).json()
    assert [p["kept"] for p in afresh["patients"]] == [None, None, None]
    named = either_door.solved(clinic, NEXT_WEEK, baseline={"timetable": first.rsplit("/", 1)[1]})
    assert [p["kept"] for p in either_door.get(named).json()["patients"]] == [1.0, 1.0, 1.0]


def test_a_baseline_of_another_clinic_is_as_unknown_as_one_that_never_was(door: Door) -> None:
    foreign = door.solved(door.clinic()).rsplit("/", 1)[1]
    clinic = door.clinic()
    answers = [
        door.post(f"{clinic}/timetables", {"week_start": WEEK, "baseline": {"timetable": i}})
        for i in (foreign, "tt-none")
    ]
    assert [a.status_code for a in answers] == [422, 422]
    assert answers[0].json() == answers[1].json()


# -- once ---------------------------------------------------------------------------------------------------


def test_ten_posts_at_once_with_one_key_make_one_timetable(either_door: Door) -> None:
    clinic = either_door.clinic()

    def post(_: int) -> httpx.Response:
        return either_door.post(f"{clinic}/timetables", examples.PLAN, Idempotency_Key=clinic)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(post, range(10)))
    assert {a.status_code for a in answers} == {202}
    assert len({a.text for a in answers}) == 1
    assert len(either_door.get(f"{clinic}/timetables").json()["timetables"]) == 1
    either_door.until(answers[0].headers["Location"], "solved")
    assert post(0).text == answers[0].text


def test_one_key_with_two_bodies_is_refused(either_door: Door) -> None:
    clinic = either_door.clinic()
    key = f"{clinic}-two"
    assert either_door.post(f"{clinic}/timetables", examples.PLAN, Idempotency_Key=key).status_code == 202
    other = {**examples.PLAN, "seed": 5}
    answer = either_door.post(f"{clinic}/timetables", other, Idempotency_Key=key)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("idempotency_key_reused")
    stranger = either_door.as_("scheduler")
    assert stranger.post(f"{clinic}/timetables", other, Idempotency_Key=key).status_code == 202


def test_a_clinic_over_its_quota_is_asked_to_wait_and_others_are_not(door: Door) -> None:
    clinic = door.clinic()
    paths = [door.searching(clinic) for _ in range(door.service.settings.clinic_quota)]
    answer = door.post(f"{clinic}/timetables", examples.PLAN)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    other = door.post(f"{door.clinic()}/timetables", examples.PLAN)
    assert other.status_code == 202
    for path in paths:
        assert door.post(f"{path}/cancel").status_code == 202
    door.until(other.headers["Location"], "solved")


# -- following ----------------------------------------------------------------------------------------------


def test_events_are_told_from_queued_to_solved(either_door: Door) -> None:
    path = either_door.solved(either_door.clinic())
    found = events(either_door, path)
    assert [e["event"] for e in found] == ["queued", "started", "solved"]
    assert [e["id"] for e in found] == ["1", "2", "3"]


def test_a_broken_stream_goes_on_after_the_last_event_received(door: Door) -> None:
    path = door.solved(door.clinic())
    assert [e["id"] for e in events(door, path, Last_Event_ID="1")] == ["2", "3"]
    assert door.get(f"{path}/events", Last_Event_ID="3").status_code == 204
    assert [e["id"] for e in events(door, path, Last_Event_ID="rubbish")] == ["1", "2", "3"]


def test_a_stream_asked_for_after_the_end_of_the_search_ends_with_what_came_since(door: Door) -> None:
    path = door.solved(door.clinic())
    door.post(f"{path}/publish")
    assert [e["event"] for e in events(door, path, Last_Event_ID="3")] == ["published"]
    assert door.get(f"{path}/events", Last_Event_ID="4").status_code == 204


def test_progress_arrives_while_the_search_goes_on_and_cancelling_keeps_the_best(either_door: Door) -> None:
    path = either_door.searching(either_door.clinic())
    either_door.until(path, "solving")
    headers = {"Authorization": f"Bearer {either_door.key}"}
    lines = []
    with either_door.client.stream("GET", f"{path}/events", headers=headers) as answer:
        for line in answer.iter_lines():
            lines.append(line)
            if line == "event: progress" and lines.count(line) == 2:
                assert either_door.post(f"{path}/cancel").status_code == 202
    found = told(iter(lines))
    assert found[-1]["event"] == "cancelled"
    progress = next(e["data"] for e in found if e["event"] == "progress")
    assert progress.items() >= {"best": 1000, "bound": 10, "gap": 0.99, "patients_short": 1}.items()
    document = either_door.get(path).json()
    assert document["status"] == "cancelled"
    assert document["sessions"]
    assert either_door.post(f"{path}/cancel").status_code == 202


def test_a_finished_search_cannot_be_cancelled(door: Door) -> None:
    answer = door.post(f"{door.solved(door.clinic())}/cancel")
    assert answer.status_code == 409


def test_timetables_are_listed_newest_first_a_page_at_a_time(door: Door) -> None:
    clinic = door.clinic()
    made = [door.solved(clinic, week).rsplit("/", 1)[1] for week in (WEEK, NEXT_WEEK, WEEK)]
    first = door.get(f"{clinic}/timetables?limit=2").json()
    second = door.get(f"{clinic}/timetables?limit=2&cursor={first['next']}").json()
    listed = [t["id"] for t in first["timetables"] + second["timetables"]]
    assert (listed, second["next"]) == (made[::-1], None)
    of_week = door.get(f"{clinic}/timetables?week_start={NEXT_WEEK}").json()["timetables"]
    assert [t["id"] for t in of_week] == [made[1]]
    assert "sessions" not in of_week[0]


# -- publishing ---------------------------------------------------------------------------------------------


def test_publishing_keeps_one_timetable_a_week_and_the_one_before_as_superseded(either_door: Door) -> None:
    clinic = either_door.clinic()
    first, second = either_door.solved(clinic), either_door.solved(clinic)
    assert either_door.post(f"{first}/publish").json()["status"] == "published"
    assert either_door.post(f"{first}/publish").status_code == 200
    assert either_door.post(f"{second}/publish").json()["status"] == "published"
    assert either_door.get(first).json()["status"] == "superseded"
    assert either_door.post(f"{first}/publish").json()["status"] == "published"
    assert either_door.get(second).json()["status"] == "superseded"
    assert [either_door.delete(path).status_code for path in (first, second)] == [409, 409]


def test_publishing_verifies_against_what_is_stored_now(either_door: Door) -> None:
    clinic = either_door.clinic()
    path = either_door.solved(clinic)
    court = {"id": "court", "kind": "legal", "date": "2026-12-01", "start": "15:00", "end": "17:00"}
    either_door.put(f"{clinic}/patients/p2/commitments", {"commitments": [court]})
    dry = either_door.post(f"{path}/publish?dry_run=true").json()
    assert (dry["publishable"], [f["rule"] for f in dry["findings"]]) == (False, ["commitment"])
    refused = either_door.post(f"{path}/publish")
    assert refused.status_code == 409
    assert refused.json()["findings"] == dry["findings"]
    assert either_door.post(f"{path}/publish", {"accept": ["commitment"]}).status_code == 422
    assert either_door.post(f"{path}/publish", {"accept": ["size"], "reason": "x"}).status_code == 409
    accepted = either_door.post(f"{path}/publish", {"accept": ["commitment"], "reason": "agreed by phone"})
    assert accepted.status_code == 200
    from api.store import audit

    with either_door.service.sessions.read() as session:
        entries = audit.entries(session, clinic.rsplit("/", 1)[1], limit=10_000)
    entry = next(e for e in entries if e.action == "timetable.publish")
    assert entry.details == {"accepted": ["commitment"], "reason": "agreed by phone"}


def test_a_timetable_with_a_patient_who_is_gone_is_refused(door: Door) -> None:
    clinic = door.clinic(patients=4)
    pin = {"patient": "p4", "session_type": "process", "start": "2026-11-30T16:00"}
    path = door.solved(clinic, pins=[pin])
    assert door.delete(f"{clinic}/patients/p4", If_Match="*").status_code == 204
    answer = door.post(f"{path}/publish")
    assert answer.status_code == 409
    assert "reference" in {f["rule"] for f in answer.json()["findings"]}


def test_a_page_that_shows_an_old_version_does_not_publish(door: Door) -> None:
    path = door.solved(door.clinic())
    assert door.post(f"{path}/publish", If_Match='"1"').status_code == 412
    assert door.post(f"{path}/publish", If_Match=door.get(path).headers["etag"]).status_code == 200


def test_what_has_no_sessions_or_no_clinic_is_not_published(door: Door) -> None:
    clinic = door.clinic()
    path = door.searching(clinic)
    assert door.post(f"{path}/publish").status_code == 409
    door.post(f"{path}/cancel")
    whole = door.post("/v1/timetables", examples.PROBLEM, Prefer="wait=20").headers["Location"]
    assert door.post(f"{whole}/publish").status_code == 409


def test_two_who_publish_two_timetables_at_once_leave_one_published(either_door: Door) -> None:
    clinic = either_door.clinic()
    paths = [either_door.solved(clinic) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda path: either_door.post(f"{path}/publish"), paths))
    assert {a.status_code for a in answers} == {200}
    assert sorted(either_door.get(path).json()["status"] for path in paths) == ["published", "superseded"]


# -- deleting -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["solved", "cancelled"])
def test_a_timetable_that_was_never_published_is_deleted(door: Door, ending: str) -> None:
    clinic = door.clinic()
    path = door.solved(clinic) if ending == "solved" else door.searching(clinic)
    if ending == "cancelled":
        assert door.delete(path).status_code == 409
        door.post(f"{path}/cancel")
        door.until(path, "cancelled")
    assert door.delete(path).status_code == 204
    assert door.get(path).status_code == 404
