"""Who came: marks that are kept, changed and taken back, and sheets of them."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api import examples
from api.store.models import AuditEntry
from tests.api.door import WEEK, Door
from tests.api.test_imports import send


def published(door: Door, patients: int = 3, clinic: str | None = None, week_start: str = WEEK) -> str:
    """A published week: process groups at 16:00 on Monday, Tuesday and Wednesday with everybody."""
    week = door.solved(clinic or door.clinic(patients), week_start)
    assert door.post(f"{week}/publish").status_code == 200
    return week


def mark(session: str, patient: str, word: str | None, **more: Any) -> dict[str, Any]:
    return {"session": session, "patient": patient, "mark": word, **more}


def marked(door: Door, week: str) -> list[tuple[Any, ...]]:
    listed = door.get(f"{week}/attendance").json()["marks"]
    return [(m["session"], m["patient"], m["mark"], m["minutes"]) for m in listed]


def test_marks_are_kept_with_who_made_them_and_when(either_door: Door) -> None:
    week = published(either_door)
    assert either_door.get(f"{week}/attendance").json() == {
        "timetable": week.rsplit("/", 1)[1],
        "week_start": WEEK,
        "planned": 9,
        "unmarked": 9,
        "marks": [],
    }
    front_desk = either_door.as_("scheduler")
    answer = front_desk.put(f"{week}/attendance", examples.ATTENDANCE)
    assert answer.status_code == 200, answer.text
    assert answer.json()["unmarked"] == 6
    assert marked(either_door, week) == [
        ("s1", "p1", "attended", None),
        ("s1", "p2", "late", 60),
        ("s2", "p1", "missed", None),
    ]
    first = answer.json()["marks"][0]
    assert front_desk.key is not None
    assert first["by"] == f"key:{front_desk.key.partition('.')[0]}"
    assert (first["session_type"], first["start"]) == ("process", f"{WEEK}T16:00")
    assert first["at"].endswith("Z")


def test_a_first_mark_needs_no_etag_and_a_change_does(either_door: Door) -> None:
    path = f"{published(either_door)}/attendance"
    first = either_door.put(path, {"marks": [mark("s1", "p1", "missed")]})
    other = either_door.put(path, {"marks": [mark("s1", "p2", "attended")]})
    assert (first.status_code, other.status_code) == (200, 200)
    change = {"marks": [mark("s1", "p1", "excused")]}
    assert either_door.put(path, change).status_code == 428
    assert either_door.put(path, change, If_Match=first.headers["etag"]).status_code == 412
    done = either_door.put(path, change, If_Match=other.headers["etag"])
    assert done.status_code == 200
    assert either_door.put(path, change).headers["etag"] == done.headers["etag"]
    back = either_door.put(path, {"marks": [mark("s1", "p1", None)]}, If_Match="*").json()
    assert [(m["patient"], m["mark"]) for m in back["marks"]] == [("p2", "attended")]
    assert back["unmarked"] == 8


def test_every_fault_of_a_list_is_told_at_once_and_nothing_is_kept(door: Door) -> None:
    week = published(door)
    listed = [
        mark("s1", "p1", "attended"),
        mark("s1", "p1", "missed"),
        mark("s9", "p1", "attended"),
        mark("s1", "p9", "attended"),
        mark("s1", "p2", "late"),
        mark("s1", "p3", "late", minutes=90),
        mark("s2", "p3", "missed", minutes=10),
        mark("s2", "p2", "asleep"),
        {"session": "s2"},
    ]
    answer = door.put(f"{week}/attendance", {"marks": listed, "who": "me"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {e["pointer"] for e in answer.json()["errors"]} == {
        "/who",
        "/marks/1",
        "/marks/2/session",
        "/marks/3/patient",
        "/marks/4/minutes",
        "/marks/5/minutes",
        "/marks/6/minutes",
        "/marks/7/mark",
        "/marks/8/patient",
        "/marks/8/mark",
    }
    assert marked(door, week) == []


def test_only_the_published_timetable_of_a_week_is_marked(door: Door) -> None:
    clinic = door.clinic()
    draft = door.solved(clinic)
    answer = door.put(f"{draft}/attendance", examples.ATTENDANCE)
    assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[1]) == (409, "not_published")
    assert door.as_("viewer").put(f"{draft}/attendance", examples.ATTENDANCE).status_code == 403


def test_what_was_marked_still_holds_in_a_week_that_was_planned_again(door: Door) -> None:
    clinic = door.clinic()
    first = published(door, clinic=clinic)
    door.put(f"{first}/attendance", examples.ATTENDANCE)
    moved = door.post(f"{first}/moves", {"moves": [{"delete": "s3"}]}, If_Match="*")
    second = moved.headers["Location"]
    assert door.post(f"{second}/publish").status_code == 200
    assert marked(door, second) == marked(door, first)
    assert door.put(f"{first}/attendance", {"marks": [mark("s3", "p1", "missed")]}).status_code == 409


def test_marks_are_added_to_and_never_changed_by_anybody(either_door: Door) -> None:
    week = published(either_door)
    either_door.put(f"{week}/attendance", examples.ATTENDANCE)
    with pytest.raises(SQLAlchemyError), either_door.service.sessions.write() as session:
        session.execute(text("UPDATE attendance_mark SET mark = 'attended'"))
    assert ("s2", "p1", "missed", None) in marked(either_door, week)


def test_a_mark_and_its_audit_entry_happen_together_or_not_at_all(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    week = published(door)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(door.service.audit, "change", broken)
    assert door.put(f"{week}/attendance", examples.ATTENDANCE).status_code == 500
    monkeypatch.undo()
    assert marked(door, week) == []
    door.put(f"{week}/attendance", examples.ATTENDANCE)
    with door.service.sessions.read() as session:
        entries = session.query(AuditEntry).filter_by(action="attendance.write").order_by(AuditEntry.id)
        entry = entries.all()[-1]
    assert (entry.patients, entry.timetable_id) == (["p1", "p2"], week.rsplit("/", 1)[1])
    assert entry.details == {"counts": {"attended": 1, "late": 1, "missed": 1}}


def test_a_patients_marks_and_authorisations_are_deleted_with_the_patient(either_door: Door) -> None:
    clinic = either_door.clinic()
    week = published(either_door, clinic=clinic)
    either_door.put(f"{week}/attendance", examples.ATTENDANCE)
    either_door.put(f"{clinic}/patients/p1/authorizations", examples.AUTHORIZATIONS)
    assert either_door.delete(f"{clinic}/patients/p1", If_Match="*").status_code == 204
    assert marked(either_door, week) == [("s1", "p2", "late", 60)]
    refused = either_door.put(f"{week}/attendance", {"marks": [mark("s1", "p1", "attended")]})
    assert [e["pointer"] for e in refused.json()["errors"]] == ["/marks/0/patient"]
    people = {"patients": [{"id": "p1", "program": "evening-iop", "primary_clinician": "c1"}]}
    assert either_door.put(f"{clinic}/patients", people, If_Match="*").status_code == 200
    assert marked(either_door, week) == []
    assert either_door.get(f"{clinic}/patients/p1/authorizations").json() == {"authorizations": []}


# -- sheets -------------------------------------------------------------------------------------------------


def sheet(door: Door, week: str) -> list[dict[str, str]]:
    content = door.get(f"{week}/attendance?format=csv").content.decode("utf-8-sig")
    return list(csv.DictReader(StringIO(content)))


def csv_of(*rows: str) -> bytes:
    return "\n".join(rows).encode()


def test_the_sheet_handed_out_is_filled_in_and_sent_back(either_door: Door) -> None:
    clinic = either_door.clinic()
    either_door.put(f"{clinic}/patients/p1", examples.PATIENT, If_Match="*")
    week = published(either_door, clinic=clinic)
    rows = sheet(either_door, week)
    assert (len(rows), rows[0]["patient_name"], rows[0]["mark"]) == (9, "A. Example", "")
    rows[0]["mark"], rows[1]["mark"], rows[1]["minutes"] = "Missed", "late", "45"
    text_ = StringIO(newline="")
    writer = csv.DictWriter(text_, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    answer = send(either_door, "PUT", f"{week}/attendance", text_.getvalue().encode("utf-8-sig"), "text/csv")
    assert answer.status_code == 200, answer.text
    assert marked(either_door, week) == [("s1", "p1", "missed", None), ("s1", "p2", "late", 45)]
    again = send(
        either_door,
        "PUT",
        f"{week}/attendance",
        either_door.get(f"{week}/attendance?format=csv").content,
        "text/csv",
    )
    assert again.headers["etag"] == answer.headers["etag"]


def test_a_sheet_may_name_a_session_by_its_date_and_start(door: Door) -> None:
    week = published(door)
    content = csv_of("Date,Start,Patient,Mark", "12/1/2026,4:00 PM,p2,excused")
    assert send(door, "PUT", f"{week}/attendance", content, "text/csv").status_code == 200
    assert marked(door, week) == [("s2", "p2", "excused", None)]


def test_every_fault_of_a_sheet_is_told_by_row_and_column_and_nothing_is_kept(door: Door) -> None:
    week = published(door)
    content = csv_of(
        "session,patient,mark,minutes",
        "s1,p1,attended,",
        "s1,p1,missed,",
        "s1,p2,asleep,",
        "s1,,attended,",
        "s1,p3,late,soon",
        ",p3,late,30",
    )
    answer = send(door, "PUT", f"{week}/attendance", content, "text/csv")
    assert answer.status_code == 422
    found = {(e["row"], e["column"], e["code"]) for e in answer.json()["errors"]}
    assert found == {
        (3, "patient", "duplicate"),
        (4, "mark", "unknown_value"),
        (5, "patient", "missing"),
        (6, "minutes", "number"),
        (7, "session", "missing"),
    }
    content = csv_of("session,patient,mark,minutes", "s9,p1,attended,", "s1,p9,missed,", "s1,p3,late,200")
    answer = send(door, "PUT", f"{week}/attendance", content, "text/csv")
    found = {(e["row"], e["column"], e["code"]) for e in answer.json()["errors"]}
    assert found == {(2, "session", "unknown_id"), (3, "patient", "unknown_id"), (4, "minutes", "minutes")}
    unknown = send(door, "PUT", f"{week}/attendance", csv_of("patient,came", "p1,x"), "text/csv")
    assert {e["code"] for e in unknown.json()["errors"]} == {"unknown_column", "missing_column"}
    assert send(door, "PUT", f"{week}/attendance", b"x", "text/plain").status_code == 415
    assert marked(door, week) == []


# -- authorisations -----------------------------------------------------------------------------------------


def test_authorisations_are_stored_with_an_etag_of_their_own(either_door: Door) -> None:
    path = f"{either_door.clinic()}/patients/p1/authorizations"
    assert either_door.get(path).json() == {"authorizations": []}
    first = either_door.put(path, examples.AUTHORIZATIONS)
    assert (first.status_code, first.json()) == (200, examples.AUTHORIZATIONS)
    assert either_door.put(path, {"authorizations": []}).status_code == 428
    done = either_door.put(path, {"authorizations": []}, If_Match=first.headers["etag"])
    assert done.json() == either_door.get(path).json() == {"authorizations": []}
    assert either_door.get(path.replace("p1", "p99")).status_code == 404


def test_every_fault_of_authorisations_is_told_at_once(door: Door) -> None:
    path = f"{door.clinic()}/patients/p1/authorizations"
    good = examples.AUTHORIZATIONS["authorizations"][0]
    listed = [
        good,
        good,
        {**good, "id": "b", "from": "2027-01-04"},
        {**good, "id": "c", "until": "2027-02-30"},
        {"id": "d", "days": -1, "visits": 3, "from": "2026-11-30"},
        "all of it",
    ]
    answer = door.put(path, {"authorizations": listed})
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == {
        "/authorizations/1/id",
        "/authorizations/2/until",
        "/authorizations/3/until",
        "/authorizations/4/days",
        "/authorizations/4/visits",
        "/authorizations/4/until",
        "/authorizations/5",
    }
    assert door.get(path).json() == {"authorizations": []}
