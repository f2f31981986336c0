"""FHIR over HTTP: one patient's appointments, each resource by R4B, nobody else's and no other clinic's."""

from __future__ import annotations

from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from api import examples
from tests.api.door import WEEK, Door


def published(door: Door, clinic: str, week: str = WEEK) -> None:
    assert door.post(f"{door.solved(clinic, week)}/publish").status_code == 200


def search(door: Door, clinic: str, patient: str = "p1", more: str = "") -> dict[str, Any]:
    name = clinic.rsplit("/", 1)[1]
    answer = door.get(f"/v1/fhir/Appointment?patient=urn:iop-scheduler:{name}:patient%7C{patient}{more}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    Bundle.model_validate_json(answer.text)
    found: dict[str, Any] = answer.json()
    assert all(code["code"] in ("R", "42CFRPart2") for code in found["meta"]["security"])
    return found


def matches(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [e["resource"] for e in bundle.get("entry", ()) if e["search"]["mode"] == "match"]


def starts(bundle: dict[str, Any]) -> list[str]:
    return [r["start"] for r in matches(bundle) if r["status"] != "waitlist"]


def test_a_patients_published_appointments_are_found_with_what_they_refer_to(either_door: Door) -> None:
    clinic = either_door.clinic()
    assert search(either_door, clinic)["total"] == 0
    either_door.solved(clinic)
    assert search(either_door, clinic)["total"] == 0
    published(either_door, clinic)
    published(either_door, clinic, "2026-12-07")
    bundle = search(either_door, clinic)
    assert bundle["total"] == len(matches(bundle)) > 1
    assert {r["status"] for r in matches(bundle)} <= {"booked", "waitlist"}
    assert {"2026-11-30T16:00:00-05:00", "2026-12-07T16:00:00-05:00"} <= set(starts(bundle))
    urls = [e["fullUrl"] for e in bundle["entry"]]
    assert len(urls) == len(set(urls))
    for resource in matches(bundle):
        referred = [p["actor"].get("reference") for p in resource["participant"]]
        referred += [s["reference"] for s in resource.get("slot", ())]
        assert set(filter(None, referred)) <= set(urls)
        people = [
            p["actor"]["identifier"]["value"] for p in resource["participant"] if "identifier" in p["actor"]
        ]
        assert people == ["p1"]
        assert not {"description", "comment", "reasonCode", "supportingInformation"} & resource.keys()
    assert '"p2"' not in str(bundle)


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("&date=2026-12-01", {"2026-12-01"}),
        ("&date=ge2026-12-01", {"2026-12-01", "2026-12-02"}),
        ("&date=gt2026-12-01", {"2026-12-02"}),
        ("&date=le2026-12-01", {"2026-11-30", "2026-12-01"}),
        ("&date=lt2026-12-01&date=ne2026-11-30", set()),
        ("&date=2026-11-30T16:00:00-05:00", {"2026-11-30"}),
        ("&date=gt2026-11-30T21:00:00Z&date=lt2026-12-02", {"2026-12-01"}),
        ("&date=eq1999-01-01", set()),
    ],
)
def test_dates_are_compared_by_the_clinics_clock(door: Door, query: str, days: set[str]) -> None:
    clinic = door.clinic()
    published(door, clinic)
    assert {start[:10] for start in starts(search(door, clinic, more=query))} == days


def test_who_waits_is_found_with_the_reasons(door: Door) -> None:
    clinic = door.clinic()
    people = [{"id": f"p{n}", "program": "evening-iop", "care_minutes": {"min": 3000}} for n in (1, 2, 3)]
    assert door.put(f"{clinic}/patients", {"patients": people}, If_Match="*").status_code == 200
    published(door, clinic)
    bundle = search(door, clinic)
    places = [i for i, e in enumerate(bundle["entry"]) if e["resource"].get("status") == "waitlist"]
    outcomes = [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "OperationOutcome"]
    assert [o["issue"][0]["expression"] for o in outcomes] == [
        [f"Bundle.entry[{i}].resource"] for i in places
    ]
    assert len(places) == 1


def test_another_clinics_patient_looks_like_nobody(door: Door) -> None:
    theirs, mine = door.clinic(), door.clinic()
    published(door, theirs)
    stranger = door.as_("admin", mine.rsplit("/", 1)[1])
    assert search(stranger, theirs)["total"] == 0
    assert search(stranger, "/nowhere")["total"] == 0
    assert stranger.get("/v1/fhir/Appointment?patient=p1").json()["total"] == 0


def test_an_id_that_two_clinics_know_has_to_be_given_with_its_system(door: Door) -> None:
    one, other = door.clinic(), door.clinic()
    published(door, one)
    both = door.as_("viewer", *(c.rsplit("/", 1)[1] for c in (one, other)))
    answer = both.get("/v1/fhir/Appointment?patient=Patient/p1")
    assert [e["code"] for e in answer.json()["errors"]] == ["ambiguous"]
    assert search(both, one)["total"] > 0
    assert door.put(f"{one}/patients/only-here", examples.PATIENT).status_code == 201
    assert both.get("/v1/fhir/Appointment?patient=only-here").json()["total"] == 0


@pytest.mark.parametrize(
    "query", ["", "?patient=", "?patient=a%20b", "?patient=p1&date=soon", "?patient=p1&date=2026-13-01"]
)
def test_a_search_without_a_patient_or_with_no_date_is_refused(door: Door, query: str) -> None:
    answer = door.get(f"/v1/fhir/Appointment{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_search_is_in_the_audit_log(door: Door) -> None:
    from api.store.models import AuditEntry

    clinic = door.clinic()
    published(door, clinic)
    search(door, clinic, "p2")
    door.service.audit.flush()
    with door.service.sessions.read() as session:
        entries = [e for e in session.query(AuditEntry) if e.action == "fhir.appointments"]
        assert (entries[-1].clinic_id, entries[-1].patients) == (clinic.rsplit("/", 1)[1], ["p2"])
