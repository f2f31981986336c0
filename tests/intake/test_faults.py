"""Every fault at once, each at its place, in the order of the document."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler.intake import MAX_LISTED
from tests.intake.documents import (
    GONE,
    Edits,
    Places,
    check_refusal,
    faults_of,
    ids_of,
    places,
    warnings_of,
    week,
)

T = "/session_types"
JOB = "/patients/0/commitments/0"
COURT = "/patients/0/commitments/1"
PINNED = "/pins/0/session"

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


@pytest.mark.parametrize(("edits", "expected"), [case[1:] for case in SEVERAL], ids=ids_of(SEVERAL))
def test_one_fault_hides_no_other(edits: Edits, expected: Places) -> None:
    check_refusal(edits, expected)


def test_the_week_itself_has_no_fault_and_no_warning() -> None:
    assert faults_of(week()) == ()
    assert warnings_of(week()) == ()


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
