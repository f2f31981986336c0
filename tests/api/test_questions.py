"""Questions about a timetable: moved, placed, repaired, compared, exported."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from icalendar import Calendar

import scheduler
from api import examples
from api.store.models import Timetable
from tests.api.door import WEEK, Door

pytestmark = pytest.mark.usefixtures("kernels")
LATER = [{"session": "s1", "set": {"start": "2026-11-30T17:00"}}]
COURT = {"id": "court", "kind": "legal", "date": "2026-12-01", "start": "15:00", "end": "17:00"}


@pytest.fixture
def clinic(either_door: Door) -> str:
    return either_door.clinic()


@pytest.fixture
def week(either_door: Door, clinic: str) -> str:
    return either_door.solved(clinic)


def moved(door: Door, week: str, moves: Any) -> str:
    """The draft with the moves made; its path."""
    answer = door.post(f"{week}/moves", moves, If_Match=door.get(week).headers["etag"])
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def session(document: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for s in document["sessions"] if s["id"] == key)
    return found


# -- moves --------------------------------------------------------------------------------------------------


def test_a_move_is_tried_without_being_made(either_door: Door, week: str) -> None:
    before = either_door.get(week).json()
    answer = either_door.post(f"{week}/check", LATER).json()
    assert (answer["legal"], answer["new"]) == (True, [])
    assert answer["objective"] == before["objective"]["value"] + answer["cost"]
    assert [t["term"] for t in answer["terms"]] == [t["term"] for t in before["objective"]["terms"]]
    assert either_door.get(week).json() == before


def test_a_move_makes_a_draft_and_leaves_the_timetable_as_it_is(either_door: Door, week: str) -> None:
    before = either_door.get(week).json()
    draft = either_door.get(moved(either_door, week, {"moves": LATER})).json()
    assert (draft["status"], session(draft, "s1")["start"]) == ("solved", "2026-11-30T17:00")
    scheduler.Timetable.model_validate(draft)
    assert either_door.get(week).json() == before
    listed = either_door.get(f"/v1/clinics/{draft['clinic']}/timetables").json()["timetables"]
    assert [(t["id"], t["parent"]) for t in listed] == [(draft["id"], before["id"]), (before["id"], None)]


def test_what_was_proved_still_holds_after_a_move_until_something_stored_changes(door: Door) -> None:
    clinic = door.clinic()
    week = door.solved(clinic)
    with door.service.sessions.write() as stored:
        row = stored.get_one(Timetable, week.rsplit("/", 1)[1])
        assert row.result is not None
        row.result = {**row.result, "objective": {**row.result["objective"], "bound": 1}}
    first = moved(door, week, LATER)
    assert door.get(first).json()["objective"]["bound"] == 1
    door.put(f"{clinic}/patients/p2/commitments", {"commitments": [COURT]})
    second = moved(door, first, [{"delete": "s3"}])
    assert door.get(second).json()["objective"]["bound"] == 0


def test_a_draft_is_published_like_any_timetable(either_door: Door, week: str) -> None:
    draft = moved(either_door, week, LATER)
    assert either_door.post(f"{draft}/publish").json()["status"] == "published"


def test_a_move_that_breaks_a_rule_is_refused_with_it_and_stores_nothing(door: Door) -> None:
    clinic = door.clinic()
    week = door.solved(clinic)
    early = [{"session": "s1", "set": {"start": "2026-11-30T08:00"}}]
    dry = door.post(f"{week}/check", early).json()
    assert (dry["legal"], [f["rule"] for f in dry["new"]]) == (False, ["clinician_availability"])
    answer = door.post(f"{week}/moves", early, If_Match="*")
    assert answer.status_code == 409
    assert answer.json()["findings"] == dry["new"]
    assert len(door.get(f"{clinic}/timetables").json()["timetables"]) == 1


def test_moves_are_judged_by_what_is_stored_now(door: Door) -> None:
    clinic = door.clinic()
    week = door.solved(clinic)
    to_tuesday = [{"session": "s1", "set": {"start": "2026-12-01T14:00"}}]
    assert door.post(f"{week}/check", to_tuesday).json()["new"] == [
        f for f in door.post(f"{week}/check", to_tuesday).json()["new"] if f["rule"] == "max_per_day"
    ]
    door.put(f"{clinic}/patients/p2/commitments", {"commitments": [COURT]})
    assert "commitment" in {f["rule"] for f in door.post(f"{week}/check", to_tuesday).json()["new"]}
    mended = [{"session": "s2", "set": {"start": "2026-12-01T17:30"}}]
    assert [f["rule"] for f in door.post(f"{week}/check", mended).json()["mended"]] == ["commitment"]


def test_whoever_moves_by_an_old_etag_is_told_of_the_drafts_made_since(either_door: Door, week: str) -> None:
    etag = either_door.get(week).headers["etag"]
    assert either_door.post(f"{week}/moves", LATER).status_code == 428
    first = either_door.post(f"{week}/moves", LATER, If_Match=etag)
    second = either_door.post(f"{week}/moves", LATER, If_Match=etag)
    assert (first.status_code, second.status_code) == (201, 412)
    assert second.json()["drafts"] == [first.json()["id"]]
    again = either_door.post(f"{week}/moves", LATER, If_Match=second.headers["etag"])
    assert again.status_code == 201


def test_what_is_moved_is_pinned_and_can_be_moved_again(door: Door) -> None:
    week = door.solved(door.clinic())
    first = moved(door, week, [{"session": "s1", "set": {"start": "2026-11-30T17:00", "remove": ["p1"]}}])
    pin = {"id": "s1", "session_type": "process", "start": "2026-11-30T17:00", "patients": ["p2", "p3"]}
    assert door.get(f"{first}/pins").json() == {"pins": [{"session": pin, "frozen": True}]}
    again = [{"session": "s1", "set": {"start": "2026-11-30T17:30", "add": ["p1"]}}]
    second = moved(door, first, again)
    pins = door.get(f"{second}/pins").json()["pins"]
    later = {**pin, "start": "2026-11-30T17:30", "patients": ["p2", "p3", "p1"]}
    seat = {"patient": "p1", "session_type": "process", "start": "2026-11-30T17:30"}
    assert pins == [{"session": later, "frozen": True}, seat]


def test_pins_asked_for_with_the_week_hold_against_moves_until_they_are_taken_away(door: Door) -> None:
    pin = {"session": {"session_type": "process", "start": "2026-11-30T16:00"}}
    week = door.solved(door.clinic(), pins=[pin])
    refused = door.post(f"{week}/moves", LATER, If_Match="*")
    assert [f["rule"] for f in refused.json()["findings"]] == ["pin"]
    free = moved(door, week, {"moves": LATER, "pins": []})
    assert [p["session"]["start"] for p in door.get(f"{free}/pins").json()["pins"]] == ["2026-11-30T17:00"]
    pinned = moved(door, free, {"pins": [*door.get(f"{free}/pins").json()["pins"], *_attends("p2")]})
    assert len(door.get(f"{pinned}/pins").json()["pins"]) == 2
    wrong = {"pins": [{"patient": "p2", "session_type": "process", "start": "2026-12-03T16:00"}]}
    assert door.post(f"{week}/moves", wrong, If_Match="*").status_code == 409


def test_pins_of_somebody_who_is_gone_do_not_keep_the_others_from_holding(door: Door) -> None:
    clinic = door.clinic(patients=4)
    seats = [{"patient": p, "session_type": "process", "start": "2026-11-30T16:00"} for p in ("p4", "p2")]
    week = door.solved(clinic, pins=seats)
    door.delete(f"{clinic}/patients/p4", If_Match="*")
    assert door.get(f"{week}/pins").json()["pins"] == seats[1:]
    out = door.post(f"{week}/check", [{"session": "s1", "set": {"remove": ["p2"]}}]).json()
    assert "pin" in {finding["rule"] for finding in out["new"]}


def _attends(patient: str) -> list[dict[str, Any]]:
    return [{"patient": patient, "session_type": "process", "start": "2026-12-01T16:00"}]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ([{"session": "s99", "set": {}}, {"delete": "s1", "create": None, "x": 1}], {"/0/session", "/1/x"}),
        ({"moves": [{"session": "s1", "set": {"add": ["nobody"]}}]}, {"/moves/0/set/add/0"}),
        ({"moves": "s1"}, {"/moves"}),
        ({"pins": [{"session": {"session_type": "none", "start": "soon"}}]}, {"/pins/0/session/start"}),
        ({"moves": [], "colour": 1}, {"/colour"}),
        ({}, {""}),
        (7, {""}),
    ],
)
def test_every_fault_of_a_list_of_moves_has_its_pointer(door: Door, body: Any, pointers: set[str]) -> None:
    week = door.solved(door.clinic())
    answer = door.post(f"{week}/moves", body, If_Match="*")
    assert answer.status_code == 422
    assert pointers <= {error["pointer"] for error in answer.json()["errors"]}


def test_a_session_of_somebody_who_is_gone_can_be_mended_by_a_move(door: Door) -> None:
    clinic = door.clinic(patients=4)
    week = door.solved(clinic)
    door.delete(f"{clinic}/patients/p4", If_Match="*")
    assert door.get(f"{week}/targets/s1").json()["type"].endswith("outdated")
    without = [{"session": s, "set": {"remove": ["p4"]}} for s in ("s1", "s2", "s3")]
    draft = moved(door, week, without)
    assert door.post(f"{draft}/publish").status_code == 200


def test_targets_say_what_a_check_of_the_move_says(door: Door) -> None:
    week = door.solved(door.clinic())
    places = {t["start"]: t for t in door.get(f"{week}/targets/s1").json()["targets"]}
    for start in ("2026-11-30T08:00", "2026-11-30T17:00", "2026-12-03T16:00"):
        checked = door.post(f"{week}/check", [{"session": "s1", "set": {"start": start}}]).json()
        assert (places[start]["verdict"] == "hard") == (not checked["legal"])
        if checked["legal"]:
            assert places[start]["cost"] == checked["cost"]
    assert door.get(f"{week}/targets/s99").status_code == 404


# -- placements and repairs ---------------------------------------------------------------------------------


def test_a_new_patient_is_placed_by_the_moves_of_a_plan(either_door: Door, clinic: str, week: str) -> None:
    document = {"id": "new", "program": "evening-iop", "primary_clinician": "c1", "display_name": "N. N."}
    asked = either_door.post(f"{week}/placements", {"patient": document, "options": 2}).json()
    assert asked["patient"] == "new"
    best = asked["plans"][0]
    either_door.put(f"{clinic}/patients/new", {k: v for k, v in document.items() if k != "id"})
    stored = either_door.post(f"{week}/placements", {"patient": "new", "options": 2}).json()
    assert [p["moves"] for p in stored["plans"]] == [p["moves"] for p in asked["plans"]]
    draft = either_door.get(moved(either_door, week, best["moves"])).json()
    own = sorted((s["start"], s["session_type"]) for s in draft["sessions"] if "new" in s["patients"])
    assert own == sorted((a["start"], a["session_type"]) for a in best["attendances"])


def test_a_known_admission_starts_on_its_date_or_it_is_said_why_not(either_door: Door, week: str) -> None:
    document = {"id": "new", "program": "evening-iop", "primary_clinician": "c1"}
    asked = either_door.post(f"{week}/placements", {"patient": document, "from": "2026-12-02"}).json()
    admission = asked["admission"]
    assert admission["from"] == "2026-12-02"
    starts = [a["start"][:10] for p in (*asked["plans"], admission["plan"]) for a in p["attendances"]]
    assert min(starts) >= "2026-12-02"
    waited = [r["date"] for r in admission["reasons"]]
    assert len(waited) == admission["open_days_waited"]
    assert waited == sorted(d for d in set(waited) if "2026-12-02" <= d < admission["first_session"])
    assert admission["first_session"] == admission["plan"]["days"][0]
    assert admission["plan"]["moves"]
    draft = either_door.put(f"/v1/clinics/{either_door.get(week).json()['clinic']}/patients/new", document)
    assert draft.status_code in (200, 201)
    moved(either_door, week, admission["plan"]["moves"])
    plain = either_door.post(f"{week}/placements", {"patient": "p1"}).json()
    assert plain.get("admission") is None


def test_a_what_if_changes_nothing(door: Door) -> None:
    clinic = door.clinic()
    week = door.solved(clinic)
    before = door.get(f"{clinic}/patients/p1").json()
    busy = {
        **before,
        "commitments": [{"id": "w", "kind": "work", "days": ["mon"], "start": "09:00", "end": "20:00"}],
    }
    plans = door.post(f"{week}/placements", {"patient": busy}).json()["plans"]
    assert all(not a["start"].startswith("2026-11-30") for p in plans for a in p["attendances"])
    assert door.get(f"{clinic}/patients/p1").json() == before
    assert len(door.get(f"{clinic}/timetables").json()["timetables"]) == 1


def test_a_faulty_placement_is_refused_with_pointers(door: Door) -> None:
    week = door.solved(door.clinic())
    for body, pointer in (
        ({"patient": "nobody"}, "/patient"),
        ({"patient": {"id": "x", "program": "none"}}, "/patient/program"),
        ({"patient": "p1", "options": 0}, "/options"),
        ({"options": 3}, "/patient"),
        ({"patient": 7}, "/patient"),
        ({"patient": "p1", "from": "tomorrow"}, "/from"),
    ):
        answer = door.post(f"{week}/placements", body)
        assert answer.status_code == 422, body
        assert pointer in {error["pointer"] for error in answer.json()["errors"]}, body


def test_a_repair_is_a_draft_in_which_what_has_happened_stays(either_door: Door, week: str) -> None:
    answer = either_door.post(f"{week}/repairs", examples.EVENT)
    assert answer.status_code == 201, answer.text
    repaired = answer.json()
    draft = either_door.get(answer.headers["Location"]).json()
    assert draft == repaired["timetable"]
    assert draft["id"] != week.rsplit("/", 1)[1]
    assert session(draft, "s1") == session(either_door.get(week).json(), "s1")
    wednesday = [s for s in draft["sessions"] if s["start"].startswith("2026-12-02") and s["clinicians"]]
    assert wednesday == []
    assert repaired["changed"]["lost"] == 3
    shown = either_door.get(f"{week}/diff/{draft['id']}").json()
    assert shown == repaired["difference"]
    assert {p["id"] for p in shown["patients"]} == {"p1", "p2", "p3"}


def test_a_repair_knows_what_was_stored_since(door: Door) -> None:
    clinic = door.clinic()
    week = door.solved(clinic)
    door.put(f"{clinic}/patients/p2/commitments", {"commitments": [COURT]})
    assert door.post(f"{week}/publish").status_code == 409
    answer = door.post(f"{week}/repairs", {"from": "2026-11-30T00:00"})
    assert door.post(f"{answer.headers['Location']}/publish").status_code == 200
    assert {p["id"] for p in answer.json()["difference"]["patients"]} >= {"p2"}


def test_every_fault_of_an_event_has_its_pointer(door: Door) -> None:
    week = door.solved(door.clinic())
    event = {"from": "soon", "leavers": ["nobody"], "absences": [{"clinician": "c9", "date": "2026-12-02"}]}
    answer = door.post(f"{week}/repairs", event)
    assert answer.status_code == 422
    found = {error["pointer"] for error in answer.json()["errors"]}
    assert found == {"/from", "/leavers/0", "/absences/0/clinician"}


# -- explanations -------------------------------------------------------------------------------------------


@pytest.fixture
def short_week(door: Door) -> tuple[str, str]:
    """A clinic whose patient p2 is authorised for an hour less than the program asks for; its week."""
    clinic = door.clinic()
    limited = {"program": "evening-iop", "primary_clinician": "c1", "authorized": {"minutes": 270}}
    door.put(f"{clinic}/patients/p2", limited, If_Match="*")
    return clinic, door.solved(clinic)


def test_a_short_patient_is_explained_and_the_proved_change_can_be_written(
    door: Door, short_week: tuple[str, str]
) -> None:
    clinic, week = short_week
    told = door.get(f"{week}/explanations/p2?time_limit=5").json()
    [patient] = told["patients"]
    assert (patient["id"], patient["unmet_minutes"]) == ("p2", 60)
    assert {reason["code"] for reason in patient["reasons"]} >= {"short", "authorization"}
    change = next(c for c in patient["changes"] if c["patch"] and c["result"]["unmet_minutes"] == 0)
    [operation] = change["patch"]
    assert operation["resource"] == f"{clinic}/patients/p2"
    stored = door.get(operation["resource"])
    written = {**stored.json(), operation["path"].removeprefix("/"): operation["value"]}
    assert door.put(operation["resource"], written, If_Match=stored.headers["etag"]).status_code == 200
    plan = door.post(f"{week}/placements", {"patient": "p2"}).json()["plans"][0]
    assert plan["unmet_minutes"] == 0
    draft = door.get(moved(door, week, plan["moves"])).json()
    assert next(p for p in draft["patients"] if p["id"] == "p2")["unmet_minutes"] == 0


def test_a_week_is_explained_for_all_who_are_short_and_for_the_clinic(
    door: Door, short_week: tuple[str, str]
) -> None:
    _, week = short_week
    told = door.get(f"{week}/explanations?time_limit=3").json()
    assert {p["id"] for p in told["patients"]} == {"p1", "p2", "p3"}
    assert told["unmet_minutes"] == sum(p["unmet_minutes"] for p in told["patients"])
    assert door.get(f"{week}/explanations/nobody").status_code == 404


# -- differences and files ----------------------------------------------------------------------------------


def test_timetables_of_two_weeks_or_clinics(door: Door) -> None:
    clinic = door.clinic()
    first, second = door.solved(clinic), door.solved(clinic, "2026-12-07")
    assert door.get(f"{first}/diff/{second.rsplit('/', 1)[1]}").json()["same"]
    other = door.solved(door.clinic()).rsplit("/", 1)[1]
    assert door.get(f"{first}/diff/{other}").status_code == 409
    assert door.get(f"{first}/diff/tt-none").status_code == 404


def test_a_timetable_is_exported_in_every_format(either_door: Door, week: str) -> None:
    def export(query: str) -> bytes:
        answer = either_door.get(f"{week}/export?{query}")
        assert answer.status_code == 200, answer.text
        assert WEEK in answer.headers["content-disposition"]
        return answer.content

    rows = list(csv.DictReader(io.StringIO(export("format=csv&rows=attendances").decode("utf-8-sig"))))
    assert {row["patient"] for row in rows} == {"p1", "p2", "p3"}
    [calendar] = Calendar.from_ical(export("format=ics&patient=p1"), multiple=True)
    assert {str(event["summary"]) for event in calendar.walk("VEVENT")} == {"Appointment"}
    assert zipfile.is_zipfile(io.BytesIO(export("format=xlsx")))
    assert json.loads(export("format=fhir&patient=p2"))["resourceType"] == "Bundle"
    assert export("format=html&wording=full").startswith(b"<!DOCTYPE html>")


def test_a_patients_own_file_names_nobody_else(door: Door) -> None:
    week = door.solved(door.clinic())
    for form in ("csv", "ics", "fhir", "html"):
        text = door.get(f"{week}/export?format={form}&patient=p2").text
        assert "p1" not in text
        assert "p3" not in text


def test_a_republished_week_replaces_its_calendar_events(door: Door) -> None:
    clinic = door.clinic()
    first, second = door.solved(clinic), door.solved(clinic)
    for number, week in enumerate((first, second, first)):
        door.post(f"{week}/publish")
        text = door.get(f"{week}/export?format=ics&patient=p1").text
        assert f"SEQUENCE:{number}" in text
    refused = door.get(f"{second}/export?format=ics&patient=p1")
    assert (refused.status_code, refused.json()["type"].rsplit(":", 1)[1]) == (409, "cannot_export")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "format=pdf",
        "format=ics",
        "format=csv&patient=p9",
        "format=csv&wording=full",
        "format=csv&colour=1",
    ],
)
def test_what_cannot_be_exported_is_refused(door: Door, query: str) -> None:
    week = door.solved(door.clinic())
    answer = door.get(f"{week}/export?{query}")
    assert answer.status_code == 422
    assert "p9" not in answer.text


# -- who, and whose -----------------------------------------------------------------------------------------


def test_a_timetable_without_sessions_or_without_a_clinic_cannot_be_asked(door: Door) -> None:
    searching = door.searching(door.clinic())
    assert refused(door, f"{searching}/check") == (409, "no_sessions")
    door.post(f"{searching}/cancel")
    sent = door.post("/v1/timetables", examples.PROBLEM, Prefer="wait=20").headers["Location"]
    assert refused(door, f"{sent}/check") == (409, "no_clinic")
    assert door.get(f"{sent}/export?format=csv").status_code == 200


def refused(door: Door, path: str) -> tuple[int, str]:
    answer = door.post(path, LATER)
    return answer.status_code, answer.json()["type"].rsplit(":", 1)[1]


def test_a_viewer_asks_and_does_not_change(door: Door) -> None:
    week = door.solved(door.clinic())
    viewer = door.as_("viewer")
    assert viewer.post(f"{week}/check", LATER).status_code == 200
    assert viewer.post(f"{week}/placements", examples.PLACEMENT).status_code == 200
    assert viewer.get(f"{week}/targets/s1").status_code == 200
    assert viewer.get(f"{week}/explanations/p1?time_limit=1").status_code == 200
    assert viewer.get(f"{week}/export?format=csv").status_code == 200
    assert viewer.post(f"{week}/moves", LATER, If_Match="*").status_code == 403
    assert viewer.post(f"{week}/repairs", examples.EVENT).status_code == 403


def test_questions_and_changes_are_in_the_audit_log_with_their_patients(door: Door) -> None:
    from api.store import audit

    clinic = door.clinic()
    week = door.solved(clinic)
    draft = moved(door, week, [{"session": "s1", "set": {"remove": ["p1"]}}])
    door.post(f"{week}/check", LATER)
    door.get(f"{week}/targets/s2")
    door.post(f"{week}/placements", {"patient": "p1"})
    door.get(f"{draft}/pins")
    door.get(f"{week}/diff/{draft.rsplit('/', 1)[1]}")
    door.get(f"{week}/export?format=csv&patient=p3")
    door.get(f"{week}/explanations/p2?time_limit=1")
    door.post(f"{week}/repairs", examples.EVENT)
    door.service.audit.flush()
    with door.service.sessions.read() as stored:
        entries = audit.entries(stored, clinic.rsplit("/", 1)[1], limit=10_000)
    told = {e.action: set(e.patients) for e in entries}
    everybody = {"p1", "p2", "p3"}
    expected = {
        "timetable.check": everybody,
        "timetable.targets": everybody,
        "timetable.move": everybody,
        "timetable.repair": everybody,
        "timetable.place": {"p1"},
        "timetable.pins": {"p2", "p3"},
        "timetable.diff": {"p1"},
        "timetable.export": {"p3"},
        "timetable.explain": {"p2"},
    }
    assert {action: told[action] for action in expected} == expected
