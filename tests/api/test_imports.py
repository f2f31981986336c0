"""Calendars and spreadsheets in: what is stored is times and fields, and nothing of a refused file."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import make_url

from api import examples
from tests.api.door import WEEK, Door
from tests.imports.test_sheets import book_of, zip_bomb

ICS = Path(__file__).parents[1] / "imports" / "ics"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send(door: Door, method: str, path: str, content: bytes, media: str, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    sent |= {"Authorization": f"Bearer {door.key}", "Content-Type": media}
    return door.client.request(method, path, content=content, headers=sent)


def calendar(name: str) -> bytes:
    return next(ICS.glob(f"{name}*.ics")).read_bytes()


# -- calendars ----------------------------------------------------------------------------------------------


def test_a_patients_calendar_becomes_commitments_without_a_word_of_it(either_door: Door) -> None:
    path = f"{either_door.clinic()}/patients/p1/commitments"
    by_hand = {"id": "court", "kind": "legal", "date": "2026-12-04", "start": "10:00", "end": "12:00"}
    assert either_door.put(path, {"commitments": [by_hand]}, If_Match="*").status_code == 200
    query = f"?week_start={WEEK}"
    answer = send(either_door, "PUT", path + query, calendar("01"), "text/calendar", If_Match="*")
    assert answer.status_code == 200, answer.text
    expected = [by_hand, {"id": "ics-20261130-1200", "date": "2026-11-30", "start": "12:00", "end": "13:00"}]
    assert either_door.get(path).json() == {"commitments": expected} == answer.json()
    etag = answer.headers["etag"]
    again = send(
        either_door, "PUT", path + query, calendar("02"), "text/calendar; charset=utf-8", If_Match=etag
    )
    assert [c["id"] for c in again.json()["commitments"]] == ["court", "ics-20261201-0900"]
    assert send(either_door, "PUT", path, calendar("02"), "text/calendar").status_code == 428


def test_without_a_week_a_calendar_is_read_from_today_on(door: Door) -> None:
    path = f"{door.clinic()}/patients/p1/commitments"
    body = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20200101T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\n"
    answer = send(door, "PUT", path, body + b"END:VEVENT\nEND:VCALENDAR\n", "text/calendar")
    assert len(answer.json()["commitments"]) in (90, 91, 92)


def test_a_clinicians_calendar_becomes_hours_and_time_off(door: Door) -> None:
    path = f"{door.clinic()}/clinicians/c1/availability"
    answer = send(door, "PUT", f"{path}?week_start={WEEK}", calendar("21"), "text/calendar", If_Match="*")
    assert answer.status_code == 200, answer.text
    assert door.get(path).json() == {
        "availability": [
            {"days": ["mon", "tue", "wed"], "start": "09:00", "end": "13:00"},
            {"days": ["thu"], "start": "12:00", "end": "18:00"},
        ],
        "time_off": [{"date": "2026-12-01", "start": "10:00", "end": "10:30"}],
    }


def test_a_broken_calendar_is_refused_by_line_and_changes_nothing(door: Door) -> None:
    path = f"{door.clinic()}/patients/p1/commitments"
    answer = send(door, "PUT", f"{path}?week_start={WEEK}", calendar("26"), "text/calendar")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/line/6", "not_a_time"),
        ("/line/9", "no_start"),
        ("/line/14", "end_before_start"),
        ("/line/21", "time_zone"),
    ]
    assert door.get(path).json() == {"commitments": []}
    assert send(door, "PUT", path, b"x", "text/plain").status_code == 415
    assert send(door, "PUT", f"{path}?week_start=2026-13-01", b"x", "text/calendar").status_code == 422


def test_no_word_of_any_calendar_is_in_the_database(door: Door) -> None:
    path = f"{door.clinic()}/patients/p1/commitments"
    taken = 0
    for file in sorted(ICS.glob("*.ics")):
        query = f"?week_start={WEEK}"
        answer = send(door, "PUT", path + query, file.read_bytes(), "text/calendar", If_Match="*")
        assert answer.status_code in (200, 422), file
        assert "zanzibar" not in answer.text.lower(), file
        taken += answer.status_code == 200
    assert taken > 20
    door.service.audit.flush()
    url = make_url(door.service.settings.database_url)
    assert url.database is not None
    dump = "\n".join(sqlite3.connect(url.database).iterdump()).lower()
    assert "ics-20261201-0900" in dump
    assert "zanzibar" not in dump
    for file in Path(url.database).parent.glob("service.db*"):
        assert b"zanzibar" not in file.read_bytes().lower()


# -- sheets -------------------------------------------------------------------------------------------------


def people(door: Door, clinic: str) -> list[Any]:
    listed: list[Any] = door.get(f"{clinic}/patients").json()["patients"]
    return listed


def test_what_the_service_hands_out_changes_nothing_when_it_comes_back(either_door: Door) -> None:
    clinic = either_door.clinic()
    named = {**examples.PATIENT, "display_name": "=Zebulon Quixote; Jr."}
    assert either_door.put(f"{clinic}/patients/p1", named, If_Match="*").status_code == 200
    before, etag = people(either_door, clinic), either_door.get(clinic).headers["etag"]
    book = either_door.get(f"{clinic}/sheets?filled=true")
    assert book.headers["content-type"] == XLSX
    sheets: dict[str | None, tuple[bytes, str]] = {None: (book.content, XLSX)}
    for name in ("patients", "commitments", "clinicians", "rooms"):
        sheets[name] = (either_door.get(f"{clinic}/sheets?filled=true&sheet={name}").content, "text/csv")
    for kind, (content, media) in sheets.items():
        query = f"?sheet={kind}" if kind else "?missing=delete"
        answer = send(either_door, "POST", f"{clinic}/imports{query}", content, media)
        assert answer.status_code == 200, answer.text
        for collection in ("clinicians", "rooms", "patients"):
            found = answer.json()[collection]
            assert (found["added"], found["changed"], found["removed"]) == ([], [], []), kind
    assert people(either_door, clinic) == before
    assert either_door.get(clinic).headers["etag"] == etag


def test_an_import_is_shown_before_it_is_made(either_door: Door) -> None:
    clinic = either_door.clinic()
    content = book_of(
        patients=[
            ["id", "name", "program", "priority"],
            ["p1", "Ada", "evening-iop", 2],
            ["new", None, "evening-iop", None],
        ],
        commitments=[["patient", "days", "start", "end"], ["new", "mon tue", "09:00", "17:00"]],
        rooms=[["id", "capacity"], ["attic", 5]],
    )
    shown = send(either_door, "POST", f"{clinic}/imports?dry_run=true", content, XLSX).json()
    assert shown["applied"] is False
    assert [p["id"] for p in people(either_door, clinic)] == ["p1", "p2", "p3"]
    made = send(either_door, "POST", f"{clinic}/imports", content, XLSX)
    assert made.json() == {**shown, "applied": True}
    assert made.json()["patients"]["added"] == ["new"]
    assert made.json()["patients"]["changed"] == [{"id": "p1", "fields": ["name", "priority"]}]
    assert made.json()["rooms"]["added"] == ["attic"]
    first, *_ = people(either_door, clinic)
    assert (first["id"], first["commitments"][0]["days"]) == ("new", ["mon", "tue"])
    assert either_door.get(f"{clinic}/patients/p1").json()["display_name"] == "Ada"
    assert "attic" in [room["id"] for room in either_door.get(clinic).json()["rooms"]]


def test_of_a_file_with_a_fault_nothing_is_imported(door: Door) -> None:
    clinic = door.clinic()
    content = book_of(
        rooms=[["id", "capacity"], ["attic", 5]],
        patients=[["id", "program", "priority"], ["p1", "nowhere", 1], ["p2", "evening-iop", 9]],
    )
    answer = send(door, "POST", f"{clinic}/imports", content, XLSX)
    assert answer.status_code == 422
    places = [(e["sheet"], e["row"], e["column"], e["pointer"]) for e in answer.json()["errors"]]
    assert ("patients", 2, "program", "/patients/2/program") in places
    assert ("patients", 3, "priority", "/patients/3/priority") in places
    assert "attic" not in [room["id"] for room in door.get(clinic).json()["rooms"]]


def test_rooms_and_clinicians_need_a_key_that_may_write_the_clinic(door: Door) -> None:
    clinic = door.clinic()
    scheduler = door.as_("scheduler")
    assert (
        send(scheduler, "POST", f"{clinic}/imports", b"id,capacity\nattic,5\n", "text/csv").status_code == 403
    )
    content = b"id,program\nnew,evening-iop\n"
    assert send(scheduler, "POST", f"{clinic}/imports", content, "text/csv").status_code == 200
    assert send(door.as_("viewer"), "POST", f"{clinic}/imports", content, "text/csv").status_code == 403


def test_who_is_still_referred_to_cannot_be_imported_away(door: Door) -> None:
    clinic = door.clinic()
    assert door.put(f"{clinic}/apart", {"apart": [["p1", "p2"]]}).status_code == 200
    content = b"id,program\np1,evening-iop\n"
    answer = send(door, "POST", f"{clinic}/imports?missing=delete", content, "text/csv")
    assert answer.status_code == 422
    assert len(people(door, clinic)) == 3


def test_bombs_and_fifty_megabytes_are_refused_and_the_service_goes_on(door: Door) -> None:
    clinic = door.clinic()
    for path, media in (
        (f"{clinic}/imports", "text/csv"),
        (f"{clinic}/patients/p1/commitments", "text/calendar"),
    ):
        method = "POST" if media == "text/csv" else "PUT"
        answer = send(door, method, path, b"x" * 50_000_000, media)
        assert answer.status_code == 413, path
    assert send(door, "POST", f"{clinic}/imports", zip_bomb(), XLSX).status_code == 422
    rule = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20200101T000000Z\nRRULE:FREQ=SECONDLY;COUNT=1000000000\n"
    path = f"{clinic}/patients/p1/commitments"
    answer = send(door, "PUT", path, rule + b"END:VEVENT\nEND:VCALENDAR\n", "text/calendar")
    assert [e["code"] for e in answer.json()["errors"]] == ["rrule"]
    assert door.get(clinic).status_code == 200


# -- the current week ---------------------------------------------------------------------------------------


def test_the_current_week_is_published_with_its_broken_rules_listed(either_door: Door) -> None:
    clinic = either_door.clinic()
    exported = either_door.get(f"{either_door.solved(clinic)}/export?format=csv").content
    path = f"{clinic}/imports/week?week_start={WEEK}"
    shown = send(either_door, "POST", f"{path}&dry_run=true", exported, "text/csv").json()
    assert (shown["timetable"], shown["applied"], shown["patients"]) == (None, False, 3)
    odd = exported.replace(b"16:00", b"03:10").replace(b",18:00,", b",,")
    answer = send(either_door, "POST", path, odd, "text/csv")
    assert answer.status_code == 200, answer.text
    assert "grid" in {finding["rule"] for finding in answer.json()["findings"]}
    stored = either_door.get(f"/v1/timetables/{answer.json()['timetable']}").json()
    assert stored["status"] == "published"
    assert stored["week_start"] == WEEK
    assert {s["start"][11:] for s in stored["sessions"]} == {"03:10"}
    following = either_door.solved(clinic, "2026-12-07")
    assert all(p["kept"] is not None for p in either_door.get(following).json()["patients"])


def test_a_week_with_unknown_people_is_refused_by_row_and_column(door: Door) -> None:
    clinic = door.clinic()
    rows = b"weekday,start,session_type,patients\nmon,16:00,Zanzibar,p1 p9\n"
    answer = send(door, "POST", f"{clinic}/imports/week?week_start={WEEK}", rows, "text/csv")
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [
        "/sessions/2/session_type",
        "/sessions/2/patients",
    ]
    assert "Zanzibar" not in answer.text
    assert door.get(f"{clinic}/timetables").json()["timetables"] == []
    integrator = door.as_("integrator")
    assert (
        send(integrator, "POST", f"{clinic}/imports/week?week_start={WEEK}", rows, "text/csv").status_code
        == 403
    )
