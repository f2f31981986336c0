"""`fhir`: valid R4 resources that refer to one another and tell no more than they must."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from scheduler.exports import CannotExport, Extract, export
from scheduler.names import Names
from scheduler.timetable import Reason, Timetable
from tests.exports.weeks import figures, session, small, small_problem, timetable_of

Resource = dict[str, Any]
RESTRICTED = {("v3-Confidentiality", "R"), ("v3-ActCode", "42CFRPart2")}


def bundle(timetable: Timetable, namespace: str | None = None, **choices: Any) -> Resource:
    content = export(Extract(timetable, **choices), "fhir", namespace=namespace)
    found: Resource = json.loads(content)
    get_fhir_model_class("Bundle").model_validate(found)
    return found


def resources(found: Resource, kind: str = "") -> list[Resource]:
    every = [entry["resource"] for entry in found.get("entry", [])]
    return [r for r in every if kind in ("", r["resourceType"])]


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["reference"]] if isinstance(value.get("reference"), str) else []
        return own + [r for part in value.values() for r in references(part)]
    return [r for part in value for r in references(part)] if isinstance(value, list) else []


def patients_of(appointment: Resource) -> list[str]:
    actors = [p["actor"] for p in appointment["participant"]]
    return [a["identifier"]["value"] for a in actors if a.get("type") == "Patient"]


def shared_week() -> Timetable:
    """A group with two leaders, a session by video with nobody else, and p3 short of care."""
    return timetable_of(
        session("s1", "2026-11-30T09:00", 90, clinicians=("c1", "c2")),
        session("s2", "2026-12-02T13:00", kind="one", room=None, patients=("p3",)),
        patients=(
            figures("p1"),
            figures("p2"),
            figures(
                "p3", 90, reasons=(Reason(code="busy", text="p3 works: job."), Reason(code="full", text="p1"))
            ),
        ),
    )


def test_every_resource_is_valid_r4() -> None:
    found = resources(bundle(shared_week()))
    for resource in found:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    assert Counter(r["resourceType"] for r in found) == {
        "HealthcareService": 2,
        "Location": 1,
        "PractitionerRole": 2,
        "Schedule": 2,
        "Slot": 2,
        "Appointment": 4,
        "OperationOutcome": 1,
    }


def test_every_reference_leads_to_a_resource_of_the_bundle() -> None:
    found = bundle(shared_week())
    known = [entry["fullUrl"] for entry in found["entry"]]
    assert len(set(known)) == len(known)
    assert set(references(found)) <= set(known)
    assert [e["fullUrl"] for e in found["entry"]] == ["urn:uuid:" + r["id"] for r in resources(found)]


def test_an_appointment_is_one_patients_place() -> None:
    appointments = [a for a in resources(bundle(shared_week()), "Appointment") if a["status"] != "waitlist"]
    assert [patients_of(a) for a in appointments] == [["p1"], ["p2"], ["p3"]]
    first = appointments[0]
    assert (first["start"], first["end"]) == ("2026-11-30T09:00:00-05:00", "2026-11-30T10:30:00-05:00")
    assert first["minutesDuration"] == 90
    assert [p.get("type", [{}])[0].get("coding", [{}])[0].get("code") for p in first["participant"]] == [
        *(None, "PPRF", "SPRF", None, None)
    ]


def test_slots_and_schedules_say_when_and_what_together() -> None:
    found = bundle(shared_week())
    by_url = {e["fullUrl"]: e["resource"] for e in found["entry"]}
    slot = by_url[resources(found, "Appointment")[0]["slot"][0]["reference"]]
    assert (slot["start"], slot["end"]) == ("2026-11-30T09:00:00-05:00", "2026-11-30T10:30:00-05:00")
    schedule = by_url[slot["schedule"]["reference"]]
    actors = [by_url[actor["reference"]] for actor in schedule["actor"]]
    assert [(a["resourceType"], a["identifier"][0]["value"]) for a in actors] == [
        ("HealthcareService", "talk"),
        ("PractitionerRole", "c1"),
        ("PractitionerRole", "c2"),
        ("Location", "r1"),
    ]
    assert schedule["planningHorizon"] == {
        "start": "2026-11-30T00:00:00-05:00",
        "end": "2026-12-07T00:00:00-05:00",
    }


def test_a_draft_is_proposed_and_a_published_week_is_booked() -> None:
    def told(status: str) -> tuple[set[str], set[str], set[str]]:
        found = bundle(timetable_of(session("s1", "2026-11-30T09:00"), status=status))
        appointments = resources(found, "Appointment")
        return (
            {a["status"] for a in appointments},
            {p["status"] for a in appointments for p in a["participant"]},
            {s["status"] for s in resources(found, "Slot")},
        )

    assert told("solved") == ({"proposed"}, {"needs-action"}, {"busy-tentative"})
    assert told("published") == ({"booked"}, {"accepted"}, {"busy"})
    with pytest.raises(CannotExport, match="superseded"):
        told("superseded")


def test_who_is_not_placed_waits_with_an_outcome_that_points_at_the_wait() -> None:
    found = bundle(shared_week())
    [waiting] = [a for a in resources(found, "Appointment") if a["status"] == "waitlist"]
    assert (patients_of(waiting), waiting["minutesDuration"]) == (["p3"], 90)
    assert waiting["requestedPeriod"][0]["start"] == "2026-11-30T00:00:00-05:00"
    assert not {"start", "end", "slot"} & set(waiting)
    [outcome] = resources(found, "OperationOutcome")
    place = found["entry"].index({"fullUrl": "urn:uuid:" + waiting["id"], "resource": waiting})
    assert [(i["details"]["coding"][0]["code"], i["expression"]) for i in outcome["issue"]] == [
        ("busy", [f"Bundle.entry[{place}].resource"]),
        ("full", [f"Bundle.entry[{place}].resource"]),
    ]


def test_everything_is_labelled_as_restricted() -> None:
    found = bundle(shared_week())
    for resource in [found, *resources(found)]:
        labels = {(s["system"].rsplit("/", 1)[1], s["code"]) for s in resource["meta"]["security"]}
        assert labels == RESTRICTED


def test_nothing_tells_why_or_how_things_and_people_are_called() -> None:
    extract = Extract(shared_week(), Names(small_problem()))
    text = export(extract, "fhir").decode()
    words = (
        "description",
        "comment",
        "reasonCode",
        "supportingInformation",
        "display",
        "diagnostics",
        '"text"',
    )
    assert not [word for word in (*words, "works", "Talking", "Ahlberg", "Blue") if word in text]


def test_a_patients_bundle_names_nobody_else() -> None:
    found = bundle(shared_week(), patient="p1")
    assert [patients_of(a) for a in resources(found, "Appointment")] == [["p1"]]
    assert not [p for p in ('"p2"', '"p3"') if p in json.dumps(found)]
    assert len(resources(bundle(shared_week(), patient="p3"), "OperationOutcome")) == 1


def test_a_clinicians_and_a_rooms_bundle_hold_theirs_under_the_same_identifiers() -> None:
    week = timetable_of(
        session("a", "2026-11-30T09:00", clinicians=("c2",), room="r2"),
        session("b", "2026-12-01T09:00", clinicians=("c1",), room="r1"),
        patients=(figures("p1", 60), figures("p2")),
    )
    whole = {a["id"]: a for a in resources(bundle(week), "Appointment")}
    for choice in ({"clinician": "c1"}, {"room": "r1"}):
        part = resources(bundle(week, **choice), "Appointment")
        assert [a["start"][:10] for a in part] == ["2026-12-01"] * 2
        assert [a == whole[a["id"]] for a in part] == [True, True]


def test_identifiers_stay_when_sessions_are_renamed_or_moved() -> None:
    def ids(*sessions: Any) -> list[str]:
        found = resources(bundle(timetable_of(*sessions)), "Appointment")
        return sorted(a["identifier"][0]["value"] for a in found)

    before = ids(session("s1", "2026-11-30T09:00"), session("s2", "2026-12-02T09:00"))
    after = ids(session("s8", "2026-11-30T09:00"), session("s1", "2026-12-03T11:00", clinicians=("c2",)))
    assert before == after
    assert len(set(before)) == 4


def test_sessions_that_are_alike_have_slots_of_their_own() -> None:
    alike = [
        session(key, "2026-11-30T09:00", clinicians=(), room=None, patients=(who,))
        for key, who in (("a", "p1"), ("b", "p2"))
    ]
    found = bundle(timetable_of(*alike))
    assert len({s["id"] for s in resources(found, "Slot")}) == 2
    assert len(resources(found, "Schedule")) == 1


def test_a_clock_change_changes_the_offset() -> None:
    week = timetable_of(
        session("a", "2026-10-31T09:00"), session("b", "2026-11-01T09:00"), week_start="2026-10-26"
    )
    starts = {a["start"] for a in resources(bundle(week), "Appointment")}
    assert starts == {"2026-10-31T09:00:00-04:00", "2026-11-01T09:00:00-05:00"}


def test_the_clinics_own_systems_can_be_used() -> None:
    ours = json.dumps(bundle(small()))
    theirs = json.dumps(bundle(small(), namespace="https://ehr.example.org/id/"))
    assert "urn:iop-scheduler:mill:patient" in ours
    assert "https://ehr.example.org/id/patient" in theirs
    assert "urn:iop-scheduler" not in theirs


def test_an_empty_week_is_a_bundle_without_entries() -> None:
    assert "entry" not in bundle(timetable_of())


def test_the_same_timetable_gives_the_same_bytes() -> None:
    assert export(Extract(shared_week()), "fhir") == export(Extract(shared_week()), "fhir")


def test_an_appointment_has_the_identifier_of_its_patients_calendar() -> None:
    calendar = export(Extract(small(), patient="p1"), "ics").decode().splitlines()
    uids = [line.removeprefix("UID:") for line in calendar if line.startswith("UID:")]
    assert [a["id"] for a in resources(bundle(small(), patient="p1"), "Appointment")] == uids
