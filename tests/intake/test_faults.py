"""Every fault at once, each at its place, in the order of the document."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scheduler.intake import MAX_LISTED
from tests.intake.documents import GONE, faults_of, places, warnings_of, week

T = "/session_types"
JOB = "/patients/0/commitments/0"
COURT = "/patients/0/commitments/1"
PINNED = "/pins/0/session"
WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]

Edits = dict[str, Any]
Places = list[tuple[str, str]]

FORM: list[tuple[str, Edits, Places]] = [
    ("an unknown field", {"/clinic/opening": []}, [("/clinic/opening", "unknown_field")]),
    ("an unknown top-level field", {"/patient": []}, [("/patient", "unknown_field")]),
    ("an unknown field that is null", {"/rooms/0/size": None}, [("/rooms/0/size", "unknown_field")]),
    ("an unknown name to be escaped", {"/rooms/0/a~1b~0c": 1}, [("/rooms/0/a~1b~0c", "unknown_field")]),
    ("an unknown field of a pin", {"/pins/1/session_id": "x"}, [("/pins/1/session_id", "unknown_field")]),
    ("a missing field", {f"{T}/0/minutes": GONE}, [(f"{T}/0/minutes", "missing")]),
    ("a required field that is null", {"/patients/1/program": None}, [("/patients/1/program", "missing")]),
    ("a missing clinic", {"/clinic": GONE}, [("/clinic", "missing")]),
    ("a missing field of a pinned session", {f"{PINNED}/start": GONE}, [(f"{PINNED}/start", "missing")]),
    ("a missing field of a pinned attendance", {"/pins/1/start": GONE}, [("/pins/1/start", "missing")]),
    ("a number where an id is due", {"/rooms/1/id": 7}, [("/rooms/1/id", "wrong_type")]),
    ("a text where a number is due", {f"{T}/0/minutes": "90"}, [(f"{T}/0/minutes", "wrong_type")]),
    ("half a minute", {f"{T}/0/minutes": 7.5}, [(f"{T}/0/minutes", "wrong_type")]),
    ("a yes where a number is due", {"/patients/0/priority": True}, [("/patients/0/priority", "wrong_type")]),
    ("a number where a yes is due", {"/pins/0/frozen": 1}, [("/pins/0/frozen", "wrong_type")]),
    ("a list where an object is due", {"/clinic": []}, [("/clinic", "wrong_type")]),
    ("an object where a list is due", {"/rooms/0/closures": {}}, [("/rooms/0/closures", "wrong_type")]),
    ("a text where a list is due", {"/patients/0/tags": "adult"}, [("/patients/0/tags", "wrong_type")]),
    (
        "a patient that is a text",
        {"/patients/2": "p3"},
        [("/patients/2", "wrong_type"), ("/apart/1/1", "unknown_id")],
    ),
    ("a null in a list", {"/patients/0/tags/1": None}, [("/patients/0/tags/1", "wrong_type")]),
    ("a mode nobody knows", {f"{T}/0/mode": "grp"}, [(f"{T}/0/mode", "unknown_value")]),
    (
        "a weekday nobody knows",
        {"/clinic/opening_hours/0/days/1": "monday"},
        [("/clinic/opening_hours/0/days/1", "unknown_value")],
    ),
    ("a slot that is no grid", {"/clinic/slot_minutes": 7}, [("/clinic/slot_minutes", "unknown_value")]),
    ("another schema version", {"/schema_version": "2"}, [("/schema_version", "unknown_value")]),
    ("a priority too high", {"/patients/0/priority": 6}, [("/patients/0/priority", "out_of_range")]),
    ("a capacity of none", {"/rooms/1/capacity": 0}, [("/rooms/1/capacity", "out_of_range")]),
    ("a group of none", {f"{T}/0/size/min": 0}, [(f"{T}/0/size/min", "out_of_range")]),
    ("a weight too large", {"/weights/idle": 10_001}, [("/weights/idle", "out_of_range")]),
    ("a weight below nothing", {"/weights/moved": -1}, [("/weights/moved", "out_of_range")]),
    ("a number beyond all", {"/weights/idle": 10**300}, [("/weights/idle", "out_of_range")]),
    ("a ninth facilitator", {f"{T}/3/facilitators": [{}] * 9}, [(f"{T}/3/facilitators", "entry_count")]),
    ("three kept apart as a pair", {"/apart/0": ["p1", "p2", "p3"]}, [("/apart/0", "entry_count")]),
    ("an id with a space", {"/rooms/1/id": "room 2"}, [("/rooms/1/id", "not_an_id")]),
    ("an id that ends its line", {"/rooms/1/id": "r2\n"}, [("/rooms/1/id", "not_an_id")]),
    ("an id too long", {"/rooms/1/id": "r" * 65}, [("/rooms/1/id", "not_an_id")]),
    ("a name too long", {"/clinic/name": "n" * 501}, [("/clinic/name", "too_long")]),
    ("an hour too late", {f"{JOB}/start": "25:00"}, [(f"{JOB}/start", "not_a_time")]),
    ("an hour of one digit", {f"{JOB}/end": "6:00"}, [(f"{JOB}/end", "not_a_time")]),
    ("a day that never comes", {"/clinic/week_start": "2026-02-30"}, [("/clinic/week_start", "not_a_date")]),
    (
        "a start with an offset",
        {"/pins/1/start": "2026-12-02T15:15Z"},
        [("/pins/1/start", "not_a_local_time")],
    ),
]

REFERENCES: list[tuple[str, Edits, Places]] = [
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

ARITHMETIC: list[tuple[str, Edits, Places]] = [
    (
        "opening hours that close first",
        {"/clinic/opening_hours/0/end": "07:00"},
        [("/clinic/opening_hours/0/end", "end_not_after_start")],
    ),
    (
        "a window of no length",
        {f"{T}/0/windows/0/end": "09:00"},
        [(f"{T}/0/windows/0/end", "end_not_after_start")],
    ),
    (
        "availability over midnight",
        {"/clinicians/0/availability/0/start": "22:00"},
        [("/clinicians/0/availability/0/end", "end_not_after_start")],
    ),
    (
        "a closure that ends first",
        {"/clinic/closures/0/end": "11:00"},
        [("/clinic/closures/0/end", "end_not_after_start")],
    ),
    (
        "a room's closure that ends at its default start",
        {"/rooms/0/closures/0/start": None, "/rooms/0/closures/0/end": "00:00"},
        [("/rooms/0/closures/0/end", "end_not_after_start")],
    ),
    (
        "a preference that starts at 24:00",
        {"/patients/0/preferred/0/start": "24:00"},
        [("/patients/0/preferred/0/start", "start_at_midnight")],
    ),
    ("a commitment that starts at 24:00", {f"{JOB}/start": "24:00"}, [(f"{JOB}/start", "start_at_midnight")]),
    (
        "time off that returns before it begins",
        {"/clinicians/1/time_off/0/until_date": "2026-12-03"},
        [("/clinicians/1/time_off/0/until_date", "last_date_before_first")],
    ),
    (
        "a discharge before admission",
        {"/patients/0/active/until": "2026-11-30"},
        [("/patients/0/active/until", "last_date_before_first")],
    ),
    (
        "an authorization that is over before it begins",
        {"/patients/0/authorized/until": "2026-10-31"},
        [("/patients/0/authorized/until", "last_date_before_first")],
    ),
    (
        "a semester that ends first",
        {f"{JOB}/until": "2026-08-31"},
        [(f"{JOB}/until", "last_date_before_first")],
    ),
    (
        "a dated commitment that ends first",
        {f"{COURT}/until_date": "2026-12-01"},
        [(f"{COURT}/until_date", "last_date_before_first")],
    ),
    ("minutes off the grid", {f"{T}/1/minutes": 50}, [(f"{T}/1/minutes", "off_the_grid")]),
    (
        "minutes off the default grid",
        {"/clinic/slot_minutes": None, f"{T}/1/minutes": 50},
        [(f"{T}/1/minutes", "off_the_grid")],
    ),
    (
        "starts off the grid",
        {f"{T}/1/start_every_minutes": 20},
        [(f"{T}/1/start_every_minutes", "off_the_grid")],
    ),
    (
        "a pinned session off the slots",
        {f"{PINNED}/start": "2026-12-01T09:10", f"{PINNED}/end": None},
        [(f"{PINNED}/start", "off_the_grid")],
    ),
    (
        "a pinned session off the starts of its type",
        {f"{PINNED}/start": "2026-12-01T09:15", f"{PINNED}/end": None},
        [(f"{PINNED}/start", "off_the_grid")],
    ),
    (
        "a pinned attendance off the grid",
        {"/pins/1/start": "2026-12-02T15:20"},
        [("/pins/1/start", "off_the_grid")],
    ),
    (
        "more at least than at most in a group",
        {f"{T}/0/size/min": 13},
        [(f"{T}/0/size/min", "min_above_max")],
    ),
    (
        "more sessions at least than at most",
        {"/programs/0/requirements/0/sessions/min": 4},
        [("/programs/0/requirements/0/sessions/min", "min_above_max")],
    ),
    (
        "more minutes at least than at most",
        {"/programs/0/care_minutes/max": 100},
        [("/programs/0/care_minutes/min", "min_above_max")],
    ),
    (
        "more days at least than at most",
        {"/programs/0/days/min": 6},
        [("/programs/0/days/min", "min_above_max")],
    ),
    (
        "a patient's longer least day",
        {"/patients/0/day_care_minutes": {"min": 200, "max": 100}},
        [("/patients/0/day_care_minutes/min", "min_above_max")],
    ),
    ("a group without a size", {f"{T}/0/size": GONE}, [(f"{T}/0/size", "missing")]),
    ("a group with half a size", {f"{T}/0/size/max": GONE}, [(f"{T}/0/size/max", "missing")]),
    ("a family of two", {f"{T}/4/size/max": 2}, [(f"{T}/4/size", "size_of_one_patient")]),
    ("a commitment weekly and dated", {f"{JOB}/date": "2026-12-02"}, [(f"{JOB}/date", "days_and_date")]),
    ("a commitment neither weekly nor dated", {f"{COURT}/date": None}, [(COURT, "days_or_date_missing")]),
    (
        "a dated commitment with a first date",
        {f"{COURT}/from": "2026-12-01"},
        [(f"{COURT}/from", "weekly_only")],
    ),
    (
        "a dated commitment with a last date",
        {f"{COURT}/until": "2026-12-05"},
        [(f"{COURT}/until", "weekly_only")],
    ),
    (
        "a weekly commitment until a date",
        {f"{JOB}/until_date": "2026-12-05"},
        [(f"{JOB}/until_date", "dated_only")],
    ),
    (
        "a session pinned to another week",
        {f"{PINNED}/start": "2026-12-07T09:00", f"{PINNED}/end": None},
        [(f"{PINNED}/start", "outside_week")],
    ),
    (
        "an attendance pinned to the evening before",
        {"/pins/1/start": "2026-11-29T15:15"},
        [("/pins/1/start", "outside_week")],
    ),
    ("a pinned end too late", {f"{PINNED}/end": "2026-12-01T10:45"}, [(f"{PINNED}/end", "wrong_end")]),
    ("a pinned end on another day", {f"{PINNED}/end": "2026-12-02T10:30"}, [(f"{PINNED}/end", "wrong_end")]),
    (
        "a pinned end before its start",
        {f"{PINNED}/end": "2026-12-01T08:00"},
        [(f"{PINNED}/end", "end_not_after_start")],
    ),
    (
        "a clinician too many",
        {f"{PINNED}/clinicians": ["c1", "c2"]},
        [(f"{PINNED}/clinicians", "clinician_count")],
    ),
    ("a clinician too few", {f"{PINNED}/clinicians": []}, [(f"{PINNED}/clinicians", "clinician_count")]),
    (
        "a baseline of eight dates",
        {"/baseline/sessions/1/start": "2026-12-01T10:00"},
        [("/baseline/sessions", "baseline_too_long")],
    ),
    (
        "a baseline session that ends first",
        {"/baseline/sessions/0/end": "2026-11-24T09:00"},
        [("/baseline/sessions/0/end", "end_not_after_start")],
    ),
    (
        "a week beyond the calendar",
        {"/clinic/week_start": "9999-12-29", "/pins": []},
        [("/clinic/week_start", "week_out_of_range")],
    ),
    (
        "a week before all records",
        {"/clinic/week_start": "0001-01-01", "/pins": []},
        [("/clinic/week_start", "week_out_of_range")],
    ),
]

SEVERAL: list[tuple[str, Edits, Places]] = [
    (
        "one of each layer",
        {"/clinic/nmae": "x", "/patients/2/program": "php", f"{JOB}/until": "2026-01-01"},
        [
            ("/clinic/nmae", "unknown_field"),
            (f"{JOB}/until", "last_date_before_first"),
            ("/patients/2/program", "unknown_id"),
        ],
    ),
    (
        "three in one session type",
        {f"{T}/0/mode": 3, f"{T}/0/minutes": 50, f"{T}/0/windows/0/days/-": "mon"},
        [
            (f"{T}/0/mode", "unknown_value"),
            (f"{T}/0/minutes", "off_the_grid"),
            (f"{T}/0/windows/0/days/2", "duplicate_entry"),
        ],
    ),
    (
        "three in one pin",
        {f"{PINNED}/room": 7, f"{PINNED}/patients/0": "p9", f"{PINNED}/end": "2026-12-01T10:31"},
        [
            (f"{PINNED}/end", "wrong_end"),
            (f"{PINNED}/room", "wrong_type"),
            (f"{PINNED}/patients/0", "unknown_id"),
        ],
    ),
    (
        "a clinic that is no object hides nothing else",
        {"/clinic": "Riverside", "/rooms/1/id": "r1", "/programs/0/days/min": 6},
        [
            ("/clinic", "wrong_type"),
            ("/programs/0/days/min", "min_above_max"),
            ("/rooms/1/id", "duplicate_id"),
        ],
    ),
    (
        "session types that are no list leave their ids unjudged",
        {"/session_types": {}, "/apart/0/0": "p9", "/clinic/opening_hours/0/end": "08:00"},
        [
            ("/clinic/opening_hours/0/end", "end_not_after_start"),
            ("/session_types", "wrong_type"),
            ("/apart/0/0", "unknown_id"),
        ],
    ),
    (
        "a broken patient beside a broken patient",
        {
            "/patients/0/commitments": 5,
            "/patients/1/id": [],
            "/patients/3/authorized": {"from": "2026-12-02", "until": "2026-12-01"},
        },
        [
            ("/patients/0/commitments", "wrong_type"),
            ("/patients/1/id", "wrong_type"),
            ("/patients/3/authorized/until", "last_date_before_first"),
            ("/apart/1/0", "unknown_id"),
            ("/cohorts/0/patients/0", "unknown_id"),
            ("/pins/0/session/patients/0", "unknown_id"),
        ],
    ),
    (
        "two at one place",
        {f"{T}/1/minutes": 1450, f"{T}/1/start_every_minutes": 20},
        [
            (f"{T}/1/minutes", "out_of_range"),
            (f"{T}/1/minutes", "off_the_grid"),
            (f"{T}/1/start_every_minutes", "off_the_grid"),
        ],
    ),
]

ALL = FORM + REFERENCES + ARITHMETIC + SEVERAL


def test_the_week_itself_has_no_fault_and_no_warning() -> None:
    assert faults_of(week()) == ()
    assert warnings_of(week()) == ()


@pytest.mark.parametrize(("edits", "expected"), [case[1:] for case in ALL], ids=[case[0] for case in ALL])
def test_a_document_is_refused_for_exactly(edits: Edits, expected: Places) -> None:
    assert places(faults_of(week(edits))) == expected


@pytest.mark.parametrize(("edits", "expected"), [case[1:] for case in ALL], ids=[case[0] for case in ALL])
def test_it_is_refused_alike_as_text(edits: Edits, expected: Places) -> None:
    assert places(faults_of(json.dumps(week(edits)))) == expected


@pytest.mark.parametrize("edits", [case[1] for case in ALL], ids=[case[0] for case in ALL])
def test_a_fault_is_told_in_words_of_our_own(edits: Edits) -> None:
    for fault in faults_of(week(edits)):
        assert not any(word in fault.message for word in ("Input", "pydantic", "http", "tuple", "NoneType"))
        assert len(fault.message) < 200


LEGAL: list[tuple[str, Edits]] = [
    ("a limit without a maximum", {"/programs/0/care_minutes": {"min": 5}}),
    ("an end at midnight", {"/clinic/opening_hours/0/end": "24:00"}),
    (
        "a pinned end at the next midnight",
        {
            "/clinic/opening_hours/0/end": "24:00",
            f"{PINNED}/start": "2026-12-01T22:30",
            f"{PINNED}/end": "2026-12-02T00:00",
        },
    ),
    ("a commitment around the clock", {f"{JOB}/start": "08:00", f"{JOB}/end": "08:00"}),
    ("an absence for ever", {"/clinicians/1/time_off/0/until_date": "9999-12-31"}),
    ("the last weeks of the calendar", {"/clinic/week_start": "9999-11-29", "/pins": [], "/baseline": None}),
    ("windows at any minute", {"/clinic/opening_hours/0/start": "08:01"}),
    (
        "equal windows and equal facilitators",
        {
            f"{T}/3/facilitators": [{}, {}],
            "/patients/0/preferred": [
                {"days": ["mon"], "start": "09:00", "end": "12:00"},
                {"days": ["mon"], "start": "09:00", "end": "12:00"},
            ],
        },
    ),
    (
        "a baseline of strangers",
        {"/baseline/sessions/0/session_type": "yoga", "/baseline/sessions/0/patients/0": "p9"},
    ),
    ("two baseline sessions with one id", {"/baseline/sessions/1/id": "s1"}),
    (
        "two cohorts of one type without a common member",
        {"/cohorts/-": {"id": "b", "session_types": ["circle"], "patients": ["p1"]}},
    ),
    (
        "a member of two cohorts of different types",
        {"/cohorts/-": {"id": "b", "session_types": ["process"], "patients": ["p2"]}},
    ),
    ("requirement ids alike in two programs", {"/programs/1/requirements/0/id": "circle"}),
    ("Sunday to Saturday", {"/clinic/week_start": "2026-11-29"}),
    ("a document with no one in it", {"/patients": [], "/apart": [], "/cohorts": [], "/pins": []}),
]


@pytest.mark.parametrize("edits", [case[1] for case in LEGAL], ids=[case[0] for case in LEGAL])
def test_a_document_is_read_with(edits: Edits) -> None:
    assert places(faults_of(week(edits))) == []


@pytest.mark.parametrize(
    "name",
    [
        "session_types",
        "programs",
        "clinicians",
        "rooms",
        "patients",
        "apart",
        "cohorts",
        "baseline",
        "pins",
        "weights",
        "schema_version",
    ],
)
def test_a_null_is_read_as_if_the_field_were_absent(name: str) -> None:
    assert places(faults_of(week({f"/{name}": None}))) == places(faults_of(week({f"/{name}": GONE})))


class TestMessages:
    def message(self, edits: Edits) -> str:
        (fault,) = faults_of(week(edits))
        return fault.message

    def test_an_unknown_field_is_answered_with_the_one_that_may_be_meant(self) -> None:
        message = self.message({f"{T}/0/start_every": 30})
        assert message == 'there is no field "start_every" here; maybe `start_every_minutes`'

    def test_a_wrong_choice_is_answered_with_the_choices(self) -> None:
        message = self.message({f"{T}/0/mode": "grp"})
        assert message == 'expected one of "group", "individual" or "family", got "grp"'

    def test_the_value_is_shown(self) -> None:
        assert self.message({f"{T}/1/minutes": 50}) == (
            "50 minutes is not a multiple of the clinic's slot of 15 minutes"
        )

    def test_a_long_value_is_shortened(self) -> None:
        assert len(self.message({"/rooms/1/id": "x" * 5000})) < 200

    def test_a_name_is_never_repeated(self) -> None:
        assert "Jane" not in self.message({"/patients/0/name": ["Jane Doe"]})
        assert "Jane" not in self.message({"/patients/0/name": "Jane Doe" * 100})

    def test_the_value_of_an_unknown_field_is_never_repeated(self) -> None:
        assert "meeting" not in self.message({f"{JOB}/title": "recovery meeting"})


class TestSize:
    def test_2000_patients_are_read(self) -> None:
        assert faults_of(self.of_patients(2000)) == ()

    def test_2001_are_too_many(self) -> None:
        assert places(faults_of(self.of_patients(2001))) == [("/patients", "too_many_patients")]

    def of_patients(self, count: int) -> dict[str, Any]:
        patients = [{"id": f"p{n}", "program": "iop"} for n in range(1, count + 1)]
        return week({"/patients": patients})

    def test_of_very_many_faults_the_first_are_listed_and_the_rest_counted(self) -> None:
        faults = faults_of(week({"/patients/0/tags": list(range(MAX_LISTED + 234))}))
        assert len(faults) == MAX_LISTED + 1
        assert faults[MAX_LISTED - 1].pointer == f"/patients/0/tags/{MAX_LISTED - 1}"
        assert (faults[-1].code, faults[-1].message) == ("more_faults", "234 more faults are not listed")

    def test_the_rest_of_countless_faults_is_no_longer_counted(self) -> None:
        faults = faults_of(week({"/patients/0/tags": [0] * 150_000}))
        assert faults[-1].message.startswith("at least ")

    def test_an_enormous_document_is_looked_at_in_parts(self) -> None:
        patients = [
            {"id": f"p{n}", "program": "iop", "tags": [f"t{k}" for k in range(250)]} for n in range(1, 1901)
        ]
        document = week({"/patients": patients, "/patients/1700/priority": 9, "/clinic/nmae": 1})
        assert places(faults_of(document)) == [
            ("/clinic/nmae", "unknown_field"),
            ("/patients/1700/priority", "out_of_range"),
        ]

    def test_an_enormous_document_without_fault_is_read(self) -> None:
        patients = [
            {"id": f"p{n}", "program": "iop", "tags": [f"t{k}" for k in range(250)]} for n in range(1, 1901)
        ]
        assert faults_of(week({"/patients": patients})) == ()

    def test_a_part_of_absurd_size_is_left_unread(self) -> None:
        document = week({"/patients/1/tags": [0] * 500_000, "/rooms/0/capacity": 0})
        assert places(faults_of(document)) == [
            ("/rooms/0/capacity", "out_of_range"),
            ("/patients/1", "too_large"),
        ]


def test_the_faults_come_in_the_order_of_the_document() -> None:
    document = {"pins": [{}], "rooms": [{"id": "r1"}], "clinic": {"week_start": "x", "id": 1}}
    assert places(faults_of(document)) == [
        ("/pins/0/session", "missing"),
        ("/rooms/0/capacity", "missing"),
        ("/clinic/week_start", "not_a_date"),
        ("/clinic/id", "wrong_type"),
        ("/clinic/timezone", "missing"),
    ]
