"""What names what: ids that are unique, exist, and do not contradict one another."""

from __future__ import annotations

import pytest

from tests.intake.documents import GONE, Edits, Places, check_refusal, ids_of

T = "/session_types"
JOB = "/patients/0/commitments/0"
COURT = "/patients/0/commitments/1"
PINNED = "/pins/0/session"

CASES: list[tuple[str, Edits, Places]] = [
    ("a room's id taken twice", {"/rooms/1/id": "r1"}, [("/rooms/1/id", "duplicate_id")]),
    (
        "a patient's id taken twice",
        {"/patients/-": {"id": "p3", "program": "iop"}},
        [("/patients/4/id", "duplicate_id")],
    ),
    ("a commitment's id taken twice", {f"{COURT}/id": "job"}, [(f"{COURT}/id", "duplicate_id")]),
    (
        "a program's requirement id taken twice",
        {"/programs/0/requirements/2/id": "group"},
        [("/programs/0/requirements/2/id", "duplicate_id")],
    ),
    (
        "a patient's requirement id taken twice",
        {"/patients/0/requirements/1/id": "group"},
        [("/patients/0/requirements/1/id", "duplicate_id")],
    ),
    (
        "two pinned sessions with one id",
        {"/pins/-": {"session": {"id": "s1", "session_type": "talk", "start": "2026-12-01T11:00"}}},
        [("/pins/2/session/id", "duplicate_id")],
    ),
    (
        "a requirement for an unknown type",
        {"/programs/1/requirements/0/any_of/-": "yoga"},
        [("/programs/1/requirements/0/any_of/1", "unknown_id")],
    ),
    (
        "a patient's own requirement for an unknown type",
        {"/patients/0/requirements/1/any_of": ["screen", "yoga"]},
        [("/patients/0/requirements/1/any_of/1", "unknown_id")],
    ),
    ("an unknown program", {"/patients/2/program": "php"}, [("/patients/2/program", "unknown_id")]),
    (
        "an unknown primary clinician",
        {"/patients/2/primary_clinician": "c9"},
        [("/patients/2/primary_clinician", "unknown_id")],
    ),
    ("an unknown member", {"/cohorts/0/patients/1": "p9"}, [("/cohorts/0/patients/1", "unknown_id")]),
    (
        "an unknown type of a cohort",
        {"/cohorts/0/session_types/-": "yoga"},
        [("/cohorts/0/session_types/1", "unknown_id")],
    ),
    ("a stranger kept apart", {"/apart/0/1": "p9"}, [("/apart/0/1", "unknown_id")]),
    (
        "an unknown type pinned",
        {f"{PINNED}/session_type": "yoga"},
        [(f"{PINNED}/session_type", "unknown_id")],
    ),
    (
        "an unknown clinician pinned",
        {f"{PINNED}/clinicians": ["c9"]},
        [(f"{PINNED}/clinicians/0", "unknown_id")],
    ),
    ("an unknown room pinned", {f"{PINNED}/room": "r9"}, [(f"{PINNED}/room", "unknown_id")]),
    ("an unknown patient pinned", {f"{PINNED}/patients/0": "p9"}, [(f"{PINNED}/patients/0", "unknown_id")]),
    ("an unknown attendant", {"/pins/1/patient": "p9"}, [("/pins/1/patient", "unknown_id")]),
    ("an unknown type attended", {"/pins/1/session_type": "yoga"}, [("/pins/1/session_type", "unknown_id")]),
    ("a weekday twice", {f"{JOB}/days": ["mon", "tue", "mon"]}, [(f"{JOB}/days/2", "duplicate_entry")]),
    (
        "an opening day twice",
        {"/clinic/opening_hours/0/days": ["mon", "mon"]},
        [("/clinic/opening_hours/0/days/1", "duplicate_entry")],
    ),
    (
        "a clinician's credential twice",
        {"/clinicians/1/credentials": ["LMFT", "LCSW", "LMFT"]},
        [("/clinicians/1/credentials/2", "duplicate_entry")],
    ),
    (
        "a facilitator's credential twice",
        {f"{T}/0/facilitators/0/credentials": ["LADC", "LADC"]},
        [(f"{T}/0/facilitators/0/credentials/1", "duplicate_entry")],
    ),
    ("a tag twice", {"/patients/2/tags": ["adult", "adult"]}, [("/patients/2/tags/1", "duplicate_entry")]),
    (
        "a tag asked for twice",
        {f"{T}/0/audience/requires": ["adult", "adult"]},
        [(f"{T}/0/audience/requires/1", "duplicate_entry")],
    ),
    ("a feature twice", {"/rooms/0/features": ["group"] * 2}, [("/rooms/0/features/1", "duplicate_entry")]),
    (
        "a type twice in one requirement",
        {"/programs/1/requirements/0/any_of": ["process", "process"]},
        [("/programs/1/requirements/0/any_of/1", "duplicate_entry")],
    ),
    (
        "a rule lifted twice",
        {"/patients/0/lift": ["days", "days"]},
        [("/patients/0/lift/1", "duplicate_entry")],
    ),
    (
        "a rule enforced twice",
        {"/programs/0/enforce": ["gap", "gap"]},
        [("/programs/0/enforce/1", "duplicate_entry")],
    ),
    (
        "a member twice",
        {"/cohorts/0/patients": ["p2", "p4", "p2"]},
        [("/cohorts/0/patients/2", "duplicate_entry")],
    ),
    (
        "a pinned patient twice",
        {f"{PINNED}/patients": ["p2", "p2"]},
        [(f"{PINNED}/patients/1", "duplicate_entry")],
    ),
    (
        "a pinned clinician twice",
        {f"{PINNED}/session_type": "circle", f"{PINNED}/end": GONE, f"{PINNED}/clinicians": ["c1", "c1"]},
        [(f"{PINNED}/clinicians/1", "duplicate_entry")],
    ),
    ("a patient apart from themselves", {"/apart/0": ["p1", "p1"]}, [("/apart/0/1", "duplicate_entry")]),
    ("a pair twice", {"/apart/-": ["p1", "p4"]}, [("/apart/2", "duplicate_entry")]),
    (
        "a requirement naming no session type",
        {"/programs/1/requirements/0/any_of": []},
        [("/programs/1/requirements/0/any_of", "empty_requirement")],
    ),
    (
        "a type that counts twice in a program",
        {"/programs/0/requirements/2/any_of": ["talk", "process"]},
        [("/programs/0/requirements/2/any_of/1", "type_in_two_requirements")],
    ),
    (
        "a type that counts twice for a patient",
        {"/patients/0/requirements/1/any_of": ["process"]},
        [("/patients/0/requirements/1/any_of/0", "type_in_two_requirements")],
    ),
    ("a pair apart in one cohort", {"/apart/0": ["p4", "p2"]}, [("/apart/0", "apart_in_cohort")]),
    (
        "a member of two cohorts of one type",
        {"/cohorts/-": {"id": "second", "session_types": ["circle"], "patients": ["p3", "p2"]}, "/apart": []},
        [("/cohorts/1/patients/1", "overlapping_cohorts")],
    ),
    (
        "a zone that is none",
        {"/clinic/timezone": "America/Riverside"},
        [("/clinic/timezone", "unknown_timezone")],
    ),
    ("a zone that is a folder", {"/clinic/timezone": "America"}, [("/clinic/timezone", "unknown_timezone")]),
    ("a zone that is a way out", {"/clinic/timezone": "../UTC"}, [("/clinic/timezone", "unknown_timezone")]),
]


@pytest.mark.parametrize(("edits", "expected"), [case[1:] for case in CASES], ids=ids_of(CASES))
def test_a_document_is_refused_for_its_references(edits: Edits, expected: Places) -> None:
    check_refusal(edits, expected)
