"""What does not add up."""

from __future__ import annotations

import pytest

from tests.intake.documents import GONE, Edits, Places, check_refusal, ids_of

T = "/session_types"
JOB = "/patients/0/commitments/0"
COURT = "/patients/0/commitments/1"
PINNED = "/pins/0/session"

CASES: list[tuple[str, Edits, Places]] = [
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


@pytest.mark.parametrize(("edits", "expected"), [case[1:] for case in CASES], ids=ids_of(CASES))
def test_a_document_is_refused_for_its_arithmetic(edits: Edits, expected: Places) -> None:
    check_refusal(edits, expected)
