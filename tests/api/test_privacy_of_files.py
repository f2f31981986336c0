"""Planted words that come in by files, and the calls around an attended week: none of it is told onwards."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api import examples
from tests.api.door import WEEK, Door
from tests.api.test_attendance import mark
from tests.api.test_imports import XLSX, send
from tests.imports.test_sheets import book_of
from tests.witness import PLANTED_ID, WITNESS

NAME, TEXT = "Zebulon Quixote", "custody hearing about Aloysius"
EVENT = "BEGIN:VEVENT\nSUMMARY:{text}\nDTSTART:{start}\nDURATION:PT1H\nEND:VEVENT\n"
CALENDAR = f"BEGIN:VCALENDAR\n{EVENT}END:VCALENDAR\n"


def read(
    door: Door, method: str, path: str, content: str | bytes, media: str, *expected: int
) -> httpx.Response:
    """Send a file; what the service answers must not have the words of its cells."""
    body = content.encode() if isinstance(content, str) else content
    answer = send(door, method, path, body, media, If_Match="*")
    assert answer.status_code in expected, answer.text
    if answer.status_code >= 400:
        assert "zebulon" not in answer.text.lower()
        assert "custody" not in answer.text.lower()
    return answer


@pytest.fixture
def clinic(door: Door) -> str:
    """A clinic whose people came in by sheets: the planted patient with name and busy times, and two more."""
    path = door.clinic(patients=0)
    rows: list[list[str | None]] = [["id", "name", "program", "primary_clinician"]]
    rows += [[p, NAME if p == PLANTED_ID else None, "evening-iop", "c1"] for p in (PLANTED_ID, "p2", "p3")]
    sheet = "\n".join(",".join(cell or "" for cell in row) for row in rows)
    read(door, "POST", f"{path}/imports", sheet, "text/csv", 200)
    read(door, "POST", f"{path}/imports", book_of(patients=rows), XLSX, 200)
    assert door.get(f"{path}/patients/{PLANTED_ID}").json()["display_name"] == NAME
    return path


def test_sheets_and_calendars_with_and_without_faults_tell_none_of_their_words(
    door: Door, clinic: str
) -> None:
    patient = f"{clinic}/patients/{PLANTED_ID}"
    bad = [
        ["id", "name", "program", "priority"],
        [NAME, NAME, TEXT, NAME],
        [PLANTED_ID, NAME, "nowhere", TEXT],
    ]
    busy = [["patient", "days", "start", "end"], [NAME, TEXT, NAME, TEXT], [PLANTED_ID, "mon", TEXT, "10:00"]]
    sheet = "\n".join(",".join(row) for row in bad)
    read(door, "POST", f"{clinic}/imports", sheet, "text/csv", 422)
    read(door, "POST", f"{clinic}/imports", book_of(patients=bad, commitments=busy), XLSX, 422)
    read(door, "POST", f"{clinic}/imports", book_of(**{"custody hearing": bad}), XLSX, 422)
    read(door, "POST", f"{clinic}/imports?sheet=patients", f"{NAME},{TEXT}\n1,2\n", "text/csv", 422)
    read(door, "POST", f"{clinic}/imports", NAME.encode() * 9, XLSX, 422)
    week = f"{clinic}/imports/week?week_start={WEEK}"
    read(
        door,
        "POST",
        week,
        f"weekday,start,session_type,patients\n{TEXT},{NAME},{TEXT},{NAME}\n",
        "text/csv",
        422,
    )
    calendar = CALENDAR.format(text=TEXT, start="20261130T150000Z")
    read(door, "PUT", f"{patient}/commitments?week_start={WEEK}", calendar, "text/calendar", 200)
    read(
        door, "PUT", f"{clinic}/clinicians/c1/availability?week_start={WEEK}", calendar, "text/calendar", 200
    )
    broken = CALENDAR.format(text=TEXT, start=TEXT)
    read(door, "PUT", f"{patient}/commitments?week_start={WEEK}", broken, "text/calendar", 422)
    assert door.get(f"{clinic}/sheets?filled=true&sheet=patients").status_code == 200
    told = {"/v1/clinics/{clinic_id}/imports", "/v1/clinics/{clinic_id}/imports/week"}
    for route in told | {"/v1/clinics/{clinic_id}/patients/{patient_id}/commitments"}:
        assert any(f'"route": "{route}"' in line for line in WITNESS.logs), route
    assert WITNESS.found() == []


def test_an_attended_week_tells_nobodys_name_and_no_ids(door: Door, clinic: str) -> None:
    patient = f"{clinic}/patients/{PLANTED_ID}"
    assert door.put(f"{patient}/authorizations", examples.AUTHORIZATIONS).status_code == 200
    words = {"authorizations": [{"id": NAME, "from": TEXT, "until": NAME, "days": TEXT, NAME: TEXT}]}
    refused = [door.put(f"{patient}/authorizations", words, If_Match="*")]
    week = door.solved(clinic)
    assert door.post(f"{week}/publish").status_code == 200
    marks = {"marks": [mark("s1", PLANTED_ID, "missed"), mark("s1", "p2", "late", minutes=60)]}
    assert door.put(f"{week}/attendance", marks).status_code == 200
    filled = door.get(f"{week}/attendance?format=csv").text
    assert NAME in filled
    read(door, "PUT", f"{week}/attendance", filled, "text/csv", 200)
    for spoilt in (
        filled.replace("missed", NAME),
        filled.replace(PLANTED_ID, NAME),
        f"{NAME},{TEXT}\n{TEXT},{NAME}\n",
    ):
        read(door, "PUT", f"{week}/attendance", spoilt, "text/csv", 422)
    refused += [
        door.put(f"{week}/attendance", {"marks": [mark(NAME, TEXT, NAME), mark("s1", NAME, TEXT)]}),
        door.post(f"{week}/make-ups", {"at": NAME, "patient": TEXT, NAME: TEXT}),
        door.post(f"{week}/make-ups", {"patient": NAME}),
        door.get(f"{patient}/progress?weeks={NAME}"),
        door.get(f"{patient}/progress?week_start={TEXT}"),
        door.get(f"{clinic}/patients/{NAME}/progress"),
    ]
    assert [a.status_code for a in refused] == [422, 422, 422, 422, 422, 422, 422]
    assert "zebulon" not in " ".join(sentences(a) for a in refused).lower()
    assert (
        door.post(f"{week}/make-ups", {"at": f"{WEEK}T18:00"}).json()["make_ups"][0]["patient"] == PLANTED_ID
    )
    assert door.get(f"{patient}/progress").json()["weeks"][0]["no_shows"] == 1
    routes = ("attendance", "make-ups")
    told = {f"/v1/timetables/{{timetable_id}}/{route}" for route in routes}
    told |= {f"/v1/clinics/{{clinic_id}}/patients/{{patient_id}}/{r}" for r in ("progress", "authorizations")}
    for route in told:
        assert any(f'"route": "{route}"' in line for line in WITNESS.logs), route
    WITNESS.metrics(door.nobody().get("/metrics").text)
    assert WITNESS.found() == []


def sentences(answer: httpx.Response) -> str:
    document: dict[str, Any] = answer.json()
    return " ".join(
        [document["title"], document["detail"], *(e["message"] for e in document.get("errors", ()))]
    )
