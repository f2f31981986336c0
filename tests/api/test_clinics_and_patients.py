"""What is stored: clinics, patients, commitments, availability, cohorts and pairs."""

from __future__ import annotations

import copy
from typing import Any

import httpx

from api import examples
from tests.api.door import Door


def pointers(answer: httpx.Response) -> list[str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return [error["pointer"] for error in answer.json()["errors"]]


def changed(document: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(document), **fields}


# -- clinics ------------------------------------------------------------------------------------------------


def test_a_clinic_is_read_as_it_was_written(either_door: Door) -> None:
    path = either_door.clinic(patients=0)
    answer = either_door.get(path)
    assert answer.status_code == 200
    expected = changed(examples.CLINIC, clinic={"id": path.rsplit("/", 1)[1], **examples.CLINIC["clinic"]})
    assert answer.json() == expected
    assert answer.headers["etag"] == '"1"'


def test_writing_over_a_clinic_needs_the_etag_that_was_read(either_door: Door) -> None:
    path = either_door.clinic(patients=0)
    assert either_door.put(path, examples.CLINIC).status_code == 428
    assert either_door.put(path, examples.CLINIC, If_Match='"7"').status_code == 412
    answer = either_door.put(path, examples.CLINIC, If_Match='"1"')
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert either_door.put(path, examples.CLINIC, If_Match='"1"').status_code == 412


def test_a_reader_who_has_the_newest_clinic_is_told_so(door: Door) -> None:
    path = door.clinic(patients=0)
    assert door.get(path, If_None_Match='"1"').status_code == 304
    assert door.get(path, If_None_Match='"0"').status_code == 200


def test_every_fault_of_a_clinic_is_told_at_once_with_its_pointer(door: Door) -> None:
    bad = changed(examples.CLINIC, patients=[], colour="red")
    bad["clinic"] = {**bad["clinic"], "timezone": "Mars/Olympus", "week_start": "2026-11-30"}
    bad["programs"][0]["requirements"][0]["any_of"] = ["no-such-type"]
    answer = door.put("/v1/clinics/faulty", bad)
    assert answer.status_code == 422
    assert {
        "/patients",
        "/colour",
        "/clinic/timezone",
        "/clinic/week_start",
        "/programs/0/requirements/0/any_of/0",
    } <= set(pointers(answer))
    assert door.get("/v1/clinics/faulty").status_code == 404


def test_what_is_not_json_is_told_with_line_and_column(door: Door) -> None:
    headers = {"Authorization": f"Bearer {door.key}", "Content-Type": "application/json"}
    answer = door.client.put("/v1/clinics/x", content=b'{"clinic":\n  nonsense}', headers=headers)
    assert answer.status_code == 422
    assert "line 2, column 3" in answer.json()["errors"][0]["message"]


def test_deleting_a_program_that_patients_are_in_answers_the_references(either_door: Door) -> None:
    path = either_door.clinic(patients=2)
    answer = either_door.put(path, changed(examples.CLINIC, programs=[]), If_Match="*")
    assert answer.status_code == 409
    references = [(r["resource"], r["pointer"]) for r in answer.json()["references"]]
    assert references == [("patients/p1", "/program"), ("patients/p2", "/program")]
    assert either_door.get(path).json()["programs"] == examples.CLINIC["programs"]


def test_a_clinic_with_patients_is_not_deleted(door: Door) -> None:
    path = door.clinic(patients=1)
    assert door.delete(path).status_code == 428
    answer = door.delete(path, If_Match="*")
    assert answer.status_code == 409
    assert answer.json()["references"] == [{"resource": "patients", "count": 1}]
    assert door.put(f"{path}/patients", {"patients": []}, If_Match="*").status_code == 200
    assert door.delete(path, If_Match="*").status_code == 204
    assert door.get(path).status_code == 404


# -- patients -----------------------------------------------------------------------------------------------


def test_a_patient_is_made_read_changed_and_deleted(either_door: Door) -> None:
    path = f"{either_door.clinic(patients=0)}/patients/p1"
    made = either_door.put(path, examples.PATIENT)
    assert (made.status_code, made.headers["location"]) == (201, path)
    assert made.json() == {"id": "p1", **examples.PATIENT}
    assert either_door.put(path, examples.PATIENT).status_code == 428
    moved = changed(examples.PATIENT, priority=3)
    assert either_door.put(path, moved, If_Match=made.headers["etag"]).json()["priority"] == 3
    assert either_door.delete(path, If_Match=made.headers["etag"]).status_code == 412
    assert either_door.delete(path, If_Match='"2"').status_code == 204
    assert either_door.get(path).status_code == 404


def test_a_patients_faults_are_pointed_at_from_the_patients_own_root(door: Door) -> None:
    bad = changed(examples.PATIENT, program="nowhere", note="x", name="Jane")
    bad["commitments"][0]["start"] = "25:00"
    answer = door.put(f"{door.clinic(patients=0)}/patients/p1", bad)
    assert answer.status_code == 422
    assert {"/program", "/note", "/name", "/commitments/0/start"} <= set(pointers(answer))


def test_a_display_name_is_never_part_of_a_problem_document(door: Door) -> None:
    clinic = door.clinic(patients=0)
    for number in (1, 2, 3):
        door.put(f"{clinic}/patients/p{number}", changed(examples.PATIENT, display_name="Planted Name"))
    timetable = door.solved(clinic).rsplit("/", 1)[1]
    from api.store.models import Timetable

    with door.service.sessions.read() as session:
        row = session.get_one(Timetable, timetable)
    assert row.problem is not None
    assert len(row.problem["patients"]) == 3
    assert "Planted" not in str(row.problem) + str(row.result)


def test_all_patients_are_replaced_in_one_transaction_after_a_dry_run(either_door: Door) -> None:
    path = f"{either_door.clinic(patients=3)}/patients"
    people = either_door.get(path).json()["patients"]
    wanted = {"patients": [people[0], {**people[1], "priority": 2}, {**people[1], "id": "p9"}]}
    for person in wanted["patients"]:
        person.pop("display_name")
    expected = {
        "added": ["p9"],
        "changed": [{"id": "p2", "fields": ["priority"]}],
        "removed": ["p3"],
        "unchanged": 1,
    }
    dry = either_door.put(f"{path}?dry_run=true", wanted)
    assert dry.json() == {**expected, "applied": False}
    assert [p["id"] for p in either_door.get(path).json()["patients"]] == ["p1", "p2", "p3"]
    assert either_door.put(path, wanted).status_code == 428
    done = either_door.put(path, wanted, If_Match=dry.headers["etag"])
    assert done.json() == {**expected, "applied": True}
    assert [p["id"] for p in either_door.get(path).json()["patients"]] == ["p1", "p2", "p9"]
    assert either_door.put(path, wanted, If_Match=dry.headers["etag"]).status_code == 412


def test_one_faulty_patient_of_many_changes_nothing(door: Door) -> None:
    path = f"{door.clinic(patients=2)}/patients"
    wanted = {"patients": [{"id": "p1", "program": "evening-iop"}, {"id": "p1", "program": "nowhere"}]}
    answer = door.put(path, wanted, If_Match="*")
    assert answer.status_code == 422
    assert "/patients/1/program" in pointers(answer)
    assert len(door.get(path).json()["patients"]) == 2


def test_patients_are_listed_a_page_at_a_time_and_the_cursor_names_nobody(either_door: Door) -> None:
    path = f"{either_door.clinic(patients=5)}/patients"
    seen, cursor = [], ""
    for _ in range(3):
        page = either_door.get(f"{path}?limit=2{cursor}").json()
        seen += [p["id"] for p in page["patients"]]
        assert "p" not in (page["next"] or "")
        cursor = f"&cursor={page['next']}"
    assert seen == ["p1", "p2", "p3", "p4", "p5"]
    assert page["next"] is None
    assert either_door.get(f"{path}?cursor=0123456789abcdef").status_code == 400


# -- commitments and availability ---------------------------------------------------------------------------


def test_commitments_are_replaced_as_a_whole(either_door: Door) -> None:
    path = f"{either_door.clinic(patients=1)}/patients/p1/commitments"
    assert either_door.get(path).json() == {"commitments": []}
    first = either_door.put(path, examples.COMMITMENTS)
    assert (first.status_code, first.json()) == (200, examples.COMMITMENTS)
    assert either_door.put(path, {"commitments": []}).status_code == 428
    second = either_door.put(path, {"commitments": []}, If_Match=first.headers["etag"])
    assert second.json() == {"commitments": []}
    assert either_door.put(path, examples.COMMITMENTS, If_Match=first.headers["etag"]).status_code == 412


def test_faulty_commitments_are_refused_with_pointers(door: Door) -> None:
    path = f"{door.clinic(patients=1)}/patients/p1/commitments"
    bad = {"commitments": [{"id": "job", "start": "08:00", "end": "16:00"}, 7], "more": 1}
    assert door.put(path, bad).status_code == 422
    bad.pop("more")
    found = pointers(door.put(path, bad))
    assert {"/commitments/0", "/commitments/1"} <= set(found)


def test_a_clinicians_hours_are_a_part_of_the_clinic(door: Door) -> None:
    clinic = door.clinic(patients=0)
    path = f"{clinic}/clinicians/c1/availability"
    before = door.get(path)
    assert before.json()["availability"] == examples.CLINIC["clinicians"][0]["availability"]
    after = door.put(path, examples.AVAILABILITY, If_Match=before.headers["etag"])
    assert (after.status_code, after.json()) == (200, examples.AVAILABILITY)
    assert door.get(clinic).json()["clinicians"][0]["time_off"] == examples.AVAILABILITY["time_off"]
    kept = door.put(path, {"availability": []}, If_Match="*")
    assert kept.json() == {"availability": [], "time_off": examples.AVAILABILITY["time_off"]}
    assert door.get(f"{clinic}/clinicians/nobody/availability").status_code == 404
    bad = door.put(
        path, {"availability": [{"days": ["mon"], "start": "12:00", "end": "09:00"}]}, If_Match="*"
    )
    assert [p.split("/")[1:3] for p in pointers(bad)] == [["availability", "0"]]


# -- cohorts and pairs --------------------------------------------------------------------------------------


def test_cohorts_and_pairs_are_checked_when_written(door: Door) -> None:
    clinic = door.clinic(patients=3)
    assert door.get(f"{clinic}/cohorts").json() == {"cohorts": []}
    cohort = {"id": "a", "session_types": ["process"], "patients": ["p1", "p2"]}
    assert door.put(f"{clinic}/cohorts", {"cohorts": [cohort]}).status_code == 200
    stranger = {**cohort, "patients": ["p1", "nobody"]}
    answer = door.put(f"{clinic}/cohorts", {"cohorts": [stranger]}, If_Match="*")
    assert (answer.status_code, pointers(answer)) == (422, ["/cohorts/0/patients/1"])
    assert door.put(f"{clinic}/apart", {"apart": [["p1", "p3"]]}).status_code == 200
    within_cohort = door.put(f"{clinic}/apart", {"apart": [["p1", "p2"]]}, If_Match="*")
    assert within_cohort.status_code == 422
    assert door.get(f"{clinic}/apart").json() == {"apart": [["p1", "p3"]]}


def test_a_patient_whom_a_cohort_or_a_pair_names_is_not_deleted(either_door: Door) -> None:
    clinic = either_door.clinic(patients=3)
    cohort = {"id": "a", "session_types": ["process"], "patients": ["p1", "p2"]}
    either_door.put(f"{clinic}/cohorts", {"cohorts": [cohort]})
    either_door.put(f"{clinic}/apart", {"apart": [["p1", "p3"]]})
    answer = either_door.delete(f"{clinic}/patients/p1", If_Match="*")
    assert answer.status_code == 409
    assert {r["resource"] for r in answer.json()["references"]} == {"cohorts", "apart"}
    bulk = either_door.put(f"{clinic}/patients", {"patients": []}, If_Match="*")
    assert bulk.status_code == 409
    assert {r["resource"] for r in bulk.json()["references"]} == {"cohorts", "apart"}


def test_a_misspelt_query_parameter_changes_nothing(door: Door) -> None:
    path = f"{door.clinic(patients=2)}/patients"
    answer = door.put(f"{path}?dryrun=true", {"patients": []}, If_Match="*")
    assert answer.status_code == 422
    assert "dry_run" in answer.json()["errors"][0]["message"]
    assert len(door.get(path).json()["patients"]) == 2


def test_a_clinic_of_two_thousand_patients_is_stored_and_listed(door: Door) -> None:
    path = f"{door.clinic(patients=0)}/patients"
    people = [{"id": f"p{n:04}", "program": "evening-iop", "primary_clinician": "c1"} for n in range(2001)]
    too_many = door.put(path, {"patients": people})
    assert too_many.status_code == 422
    assert door.put(path, {"patients": people[:2000]}).status_code == 200
    assert len(door.get(f"{path}?limit=1000").json()["patients"]) == 1000
    one_more = door.put(f"{path}/another", examples.PATIENT)
    assert one_more.status_code == 409
