"""What can be planned but hardly as meant: a warning with its place, and the document is read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.intake.documents import GONE, Edits, Places, ids_of, places, warnings_of, week

T = "/session_types"
WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]


def busy(start: str, end: str, **more: Any) -> dict[str, Any]:
    return {"id": "busy", "days": WORKDAYS, "start": start, "end": end, **more}


SESSION_TYPES: list[tuple[str, Edits, Places]] = [
    (
        "a credential that nobody holds",
        {f"{T}/0/facilitators/0/credentials": ["PhD", "MD"]},
        [(f"{T}/0/facilitators/0", "nobody_to_lead")],
    ),
    (
        "one credential of two that nobody holds",
        {f"{T}/0/facilitators/0/credentials": ["PhD", "LADC"]},
        [],
    ),
    (
        "an entry for primary clinicians of patients who have none",
        {"/patients/1/primary_clinician": None, "/patients/3/primary_clinician": None},
        [(f"{T}/1/facilitators/0", "nobody_to_lead")],
    ),
    (
        "a primary clinician on leave, and nobody holds the credential",
        {
            f"{T}/4/facilitators/0/credentials": ["PhD"],
            "/clinicians/1/time_off/0": {"date": "2026-11-01", "until_date": "9999-12-31"},
            f"{T}/3/facilitators": [],
        },
        [(f"{T}/4/facilitators/0", "nobody_to_lead")],
    ),
    (
        "a clinician who is never there when the group could be",
        {f"{T}/0/windows/0": {"days": ["mon"], "start": "18:30", "end": "20:00"}},
        [(f"{T}/0/facilitators/0", "nobody_to_lead")],
    ),
    (
        "a clinician who may not work that long",
        {"/clinicians/0/max_day_minutes": 60},
        [(f"{T}/0/facilitators/0", "nobody_to_lead")],
    ),
    (
        "two entries and one clinician who may fill them",
        {f"{T}/3/facilitators/1/credentials": ["LADC"]},
        [(f"{T}/3/facilitators", "nobody_to_lead"), ("/cohorts/0", "cohort_never_meets")],
    ),
    (
        "two clinicians who are never there together",
        {
            "/clinicians/0/availability/0/end": "12:00",
            "/clinicians/1/availability/0/start": "12:00",
        },
        [(f"{T}/3/facilitators", "nobody_to_lead"), ("/cohorts/0", "cohort_never_meets")],
    ),
    ("a feature that no room has", {f"{T}/0/room/features": ["pool"]}, [(f"{T}/0/room", "no_room")]),
    (
        "a room that is needed where there is none",
        {"/rooms": [], f"{T}/0/room": None, f"{T}/3/room": None, "/pins": []},
        [(f"{T}/2/room", "no_room"), ("/baseline/sessions/0/room", "ignored_id")],
    ),
    (
        "a room that is closed whenever the group could be",
        {"/rooms/0/closures/0": {"date": "2026-11-30", "until_date": "2026-12-01"}},
        [(f"{T}/0/room", "no_room")],
    ),
    (
        "more patients at least than a room holds",
        {"/rooms/0/capacity": 1},
        [
            (f"{T}/0/size/min", "size_above_rooms"),
            (f"{T}/3/size/min", "size_above_rooms"),
            ("/cohorts/0", "cohort_never_meets"),
        ],
    ),
    (
        "a large room without the feature does not help",
        {"/rooms/0/capacity": 1, "/rooms/1/capacity": 50, f"{T}/3/room": {}},
        [(f"{T}/0/size/min", "size_above_rooms")],
    ),
    ("a window outside opening hours", {f"{T}/0/windows/0/days": ["sun"]}, [(f"{T}/0", "no_start")]),
    (
        "a session longer than a day is open",
        {f"{T}/0/minutes": 735, "/pins/0/session/end": None},
        [(f"{T}/0", "no_start")],
    ),
    (
        "starts that no opening hour meets",
        {f"{T}/2/start_every_minutes": 1440},
        [(f"{T}/2", "no_start")],
    ),
    (
        "a closure for the whole week leaves telehealth alone",
        {"/clinic/closures/0": {"date": "2026-11-30", "until_date": "2026-12-06", "applies_to": "in_person"}},
        [
            *((f"{T}/{n}", "no_start") for n in range(4)),
            ("/patients/2", "no_free_hour"),
            ("/patients/3", "no_free_hour"),
            ("/cohorts/0", "cohort_never_meets"),
        ],
    ),
    (
        "a type that nobody needs",
        {f"{T}/-": {"id": "yoga", "mode": "individual", "minutes": 30, "facilitators": []}},
        [(f"{T}/5", "type_not_required")],
    ),
    (
        "a type whose requirement is lifted for everyone",
        {
            "/patients/1/lift": ["requirements"],
            "/patients/3/program": "step-down",
            "/cohorts": [],
            "/pins/1": GONE,
        },
        [(f"{T}/{n}", "type_not_required") for n in (1, 3, 4)],
    ),
    ("an audience of nobody", {f"{T}/1/audience": {"requires": ["teen"]}}, [(f"{T}/1", "no_patient")]),
    ("telehealth that nobody takes", {"/patients/1/telehealth": False}, [(f"{T}/4", "no_patient")]),
    (
        "a closed group whose members do not need it",
        {"/cohorts/0/patients": ["p1", "p3"]},
        [(f"{T}/3", "no_patient"), ("/cohorts/0", "cohort_never_meets")],
    ),
    (
        "fewer patients than a group needs",
        {f"{T}/0/size/min": 5},
        [(f"{T}/0/size/min", "too_few_patients")],
    ),
]

PATIENTS: list[tuple[str, Edits, Places]] = [
    (
        "work whenever the clinic is open",
        {"/patients/2/commitments": [busy("08:00", "20:00")]},
        [("/patients/2", "no_free_hour")],
    ),
    ("an hour after work", {"/patients/2/commitments": [busy("08:00", "19:00")]}, []),
    (
        "an hour after work, half of it on the way",
        {"/patients/2/commitments": [busy("08:00", "19:00", travel_minutes=30)]},
        [("/patients/2", "no_free_hour")],
    ),
    (
        "an hour after work at home, by telehealth",
        {
            "/patients/2/commitments": [busy("08:00", "19:00", travel_minutes=30)],
            "/patients/2/telehealth": True,
        },
        [],
    ),
    ("work that may be missed", {"/patients/2/commitments": [busy("08:00", "20:00", strength="soft")]}, []),
    (
        "nights that reach into the day",
        {"/patients/2/commitments": [busy("20:00", "19:30", days=["sun", *WORKDAYS])]},
        [("/patients/2", "no_free_hour")],
    ),
    (
        "an admission after the week",
        {"/patients/2/active": {"from": "2026-12-07"}},
        [("/patients/2", "no_free_hour")],
    ),
    (
        "an authorization of the past",
        {"/patients/2/authorized": {"until": "2026-11-29"}},
        [("/patients/2", "no_free_hour")],
    ),
    ("only a Sunday left", {"/patients/2/active": {"from": "2026-12-06"}}, [("/patients/2", "no_free_hour")]),
    (
        "fewer minutes than the least",
        {"/patients/1/authorized": {"minutes": 179}},
        [("/patients/1/authorized/minutes", "authorized_below_minimum")],
    ),
    ("just the least minutes", {"/patients/1/authorized": {"minutes": 180}}, []),
    (
        "fewer days than the least",
        {"/patients/1/authorized": {"days": 1}},
        [("/patients/1/authorized/days", "authorized_below_minimum")],
    ),
    (
        "fewer dates than the least days",
        {"/patients/1/authorized": {"until": "2026-11-30"}},
        [("/patients/1/authorized", "authorized_below_minimum")],
    ),
    (
        "a least scaled to the days that are left",
        {"/patients/1/authorized": {"days": 1}, "/patients/1/active": {"from": "2026-12-03"}},
        [],
    ),
    (
        "a least that is lifted",
        {"/patients/1/authorized": {"days": 1, "minutes": 60}, "/patients/1/lift": ["days", "care_minutes"]},
        [],
    ),
]

COHORTS: list[tuple[str, Edits, Places]] = [
    (
        "a member who works whenever it could be",
        {"/patients/1/commitments": [busy("08:00", "18:00")]},
        [("/cohorts/0", "cohort_never_meets")],
    ),
    (
        "members who are free at different times",
        {
            "/patients/1/commitments": [busy("08:00", "13:00")],
            "/patients/3/commitments": [busy("13:00", "18:00")],
        },
        [("/cohorts/0", "cohort_never_meets")],
    ),
    (
        "members who are free at the same time",
        {
            "/patients/1/commitments": [busy("08:00", "12:00")],
            "/patients/3/commitments": [busy("13:00", "18:00")],
        },
        [],
    ),
    (
        "an excuse that leaves too few",
        {
            "/patients/1/commitments": [
                {
                    "id": "trip",
                    "date": "2026-11-30",
                    "until_date": "2026-12-04",
                    "start": "00:00",
                    "end": "24:00",
                }
            ]
        },
        [("/patients/1", "no_free_hour"), ("/cohorts/0", "cohort_never_meets")],
    ),
    (
        "an excuse that leaves enough",
        {
            "/patients/1/commitments": [
                {
                    "id": "trip",
                    "date": "2026-11-30",
                    "until_date": "2026-12-04",
                    "start": "00:00",
                    "end": "24:00",
                }
            ],
            f"{T}/3/size/min": 1,
            "/patients/1/active": None,
        },
        [("/patients/1", "no_free_hour")],
    ),
    (
        "more members than may be",
        {f"{T}/3/size": {"min": 1, "max": 1}},
        [("/cohorts/0", "cohort_never_meets")],
    ),
    (
        "more members than may be, on days when all are there",
        {f"{T}/3/size": {"min": 1, "max": 1}, "/patients/1/active": {"from": "2026-12-02"}},
        [],
    ),
    (
        "a member whose authorization is over",
        {"/patients/1/authorized": {"until": "2026-11-29"}},
        [
            ("/patients/1", "no_free_hour"),
            ("/patients/1/authorized", "authorized_below_minimum"),
            ("/cohorts/0", "cohort_never_meets"),
        ],
    ),
    (
        "no member",
        {"/cohorts/0/patients": []},
        [(f"{T}/3", "no_patient"), ("/cohorts/0", "cohort_never_meets")],
    ),
    ("no session type", {"/cohorts/0/session_types": []}, [("/cohorts/0", "cohort_never_meets")]),
    (
        "one type of two that it can meet for",
        {"/cohorts/0/session_types": ["circle", "talk"]},
        [("/cohorts/0/session_types/1", "cohort_never_meets")],
    ),
]

IGNORED: list[tuple[str, Edits, Places]] = [
    (
        "a closure of another week",
        {"/clinic/closures/0/date": "2026-12-07"},
        [("/clinic/closures/0/date", "ignored_date")],
    ),
    (
        "time off that is over",
        {"/clinicians/1/time_off/0": {"date": "2026-11-20", "until_date": "2026-11-29"}},
        [("/clinicians/1/time_off/0/date", "ignored_date")],
    ),
    (
        "time off that lasts into the week",
        {"/clinicians/1/time_off/0": {"date": "2026-11-20", "until_date": "2026-11-30"}},
        [],
    ),
    (
        "a room closed some other day",
        {"/rooms/0/closures/0/date": "2027-01-01"},
        [("/rooms/0/closures/0/date", "ignored_date")],
    ),
    (
        "a court date of another week",
        {"/patients/0/commitments/1/date": "2026-12-09"},
        [("/patients/0/commitments/1/date", "ignored_date")],
    ),
    (
        "a night shift from the evening before",
        {
            "/patients/0/commitments/1": {
                "id": "shift",
                "date": "2026-11-29",
                "start": "22:00",
                "end": "06:00",
            }
        },
        [],
    ),
    (
        "an evening before that ends by midnight",
        {
            "/patients/0/commitments/1": {
                "id": "shift",
                "date": "2026-11-29",
                "start": "20:00",
                "end": "24:00",
            }
        },
        [("/patients/0/commitments/1/date", "ignored_date")],
    ),
    (
        "an evening before with a way home past midnight",
        {
            "/patients/0/commitments/1": {
                "id": "shift",
                "date": "2026-11-29",
                "start": "20:00",
                "end": "24:00",
                "travel_minutes": 15,
            }
        },
        [],
    ),
    ("a semester that is over", {"/patients/0/commitments/0/until": "2026-11-01"}, []),
    (
        "a type that is no longer offered",
        {"/baseline/sessions/1/session_type": "yoga"},
        [("/baseline/sessions/1/session_type", "ignored_id")],
    ),
    (
        "people who left",
        {"/baseline/sessions/0/clinicians": ["c8"], "/baseline/sessions/0/patients": ["p2", "p9"]},
        [
            ("/baseline/sessions/0/clinicians/0", "ignored_id"),
            ("/baseline/sessions/0/patients/1", "ignored_id"),
        ],
    ),
    (
        "someone who left, told once",
        {"/baseline/sessions/0/patients": ["p9"], "/baseline/sessions/1/patients": ["p9"]},
        [("/baseline/sessions/0/patients/0", "ignored_id")],
    ),
    (
        "a room that is no more",
        {"/baseline/sessions/0/room": "r9"},
        [("/baseline/sessions/0/room", "ignored_id")],
    ),
]

ALL = SESSION_TYPES + PATIENTS + COHORTS + IGNORED


@pytest.mark.parametrize(("edits", "expected"), [case[1:] for case in ALL], ids=ids_of(ALL))
def test_a_document_is_read_with_exactly_these_warnings(edits: Edits, expected: Places) -> None:
    assert places(warnings_of(week(edits))) == expected


def test_a_clinic_without_patients_is_not_warned_of_types_nobody_needs() -> None:
    document = week({"/patients": [], "/apart": [], "/cohorts": [], "/pins": [], "/baseline": None})
    assert warnings_of(document) == ()


def test_the_message_says_what_is_missing() -> None:
    (warning,) = warnings_of(week({f"{T}/0/facilitators/0/credentials": ["PhD", "MD"]}))
    assert warning.message == 'nobody can fill this entry: no clinician holds one of "PhD", "MD"'
