"""What lasts beyond a week, resolved for one: phases, cover, standing groups; faults and warnings of each."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from scheduler import read_problem
from scheduler.phases import in_week
from scheduler.setting import setting_of
from scheduler.standing import places
from tests.intake.documents import check_refusal
from tests.rules.small_week import broken_in, session, week

Doc = dict[str, Any]
MONDAY = date(2026, 11, 30)
TWO: list[Doc] = [
    {"id": "iop", "requirements": [{"id": "all", "any_of": ["talk"], "sessions": {"min": 6, "max": 6}}]},
    {"id": "down", "requirements": [{"id": "all", "any_of": ["talk"], "sessions": {"min": 2, "max": 2}}]},
]


def phased(*phases: tuple[str, str | None], **fields: Any) -> Any:
    given = [{"from": day, "program": program} for day, program in phases]
    document = week({"id": "p1", "phases": given, **fields}, programs=TWO)
    return read_problem(document)


@pytest.mark.parametrize(
    ("phases", "program", "days"),
    [
        ([("2026-12-07", "down")], "iop", {0, 1, 2, 3, 4, 5, 6}),
        ([("2026-11-20", "down")], "down", {0, 1, 2, 3, 4, 5, 6}),
        ([("2026-11-01", None), ("2026-12-02", "iop")], "iop", {2, 3, 4, 5, 6}),
        ([("2026-12-02", None)], "iop", {0, 1}),
        ([("2026-11-01", None)], "iop", set()),
        ([("2026-12-02", "down")], "down", {0, 1, 2, 3, 4, 5, 6}),
        ([("2026-12-04", "down")], "iop", {0, 1, 2, 3, 4, 5, 6}),
        ([("2026-12-01", None), ("2026-12-04", "down")], "down", {4, 5, 6}),
    ],
)
def test_a_week_has_the_program_that_holds_on_most_dates_and_the_dates_in_care(
    phases: list[tuple[str, str | None]], program: str, days: set[int]
) -> None:
    problem = phased(*phases).problem
    assert (problem.patients[0].program, set(setting_of(problem).calendar.active_days["p1"])) == (
        program,
        days,
    )


def test_a_start_in_the_middle_of_a_week_scales_its_minima() -> None:
    problem = phased(("2026-11-01", None), ("2026-12-03", "iop")).problem
    assert setting_of(problem).entitlements["p1"].requirements[0].minimum == 3  # 6 × 4 of 7 dates, to whole


def test_a_second_run_of_dates_in_care_is_left_out_with_a_warning() -> None:
    warnings = phased(("2026-12-01", None), ("2026-12-04", "down")).warnings
    found = [(w.pointer, w.code) for w in warnings if w.code == "phase_split"]
    assert found == [("/patients/0/phases", "phase_split")]


def test_a_patients_own_dates_hold_within_the_phases() -> None:
    problem = phased(("2026-12-01", "down"), active={"until": "2026-12-03"}).problem
    assert set(setting_of(problem).calendar.active_days["p1"]) == {0, 1, 2, 3}


def test_a_patient_document_is_resolved_for_any_week() -> None:
    patient = {"id": "p", "program": "iop", "phases": [{"from": "2026-12-09", "program": "down"}]}
    now, then = in_week(patient, MONDAY), in_week(patient, date(2026, 12, 14))
    assert [(p["program"], "phases" in p) for p in (now, then)] == [("iop", False), ("down", False)]


@pytest.mark.parametrize(
    ("begins", "weight"),
    [
        ("2026-12-07", 2),  # not yet begun
        ("2026-12-04", 2),  # begun, and the week still has the program before
        ("2026-12-02", 9),
        ("2026-11-24", 9),  # the week before may have been planned as the program before's
        ("2026-11-23", 2),
    ],
)
def test_new_times_weigh_more_while_a_phase_begins(begins: str, weight: int) -> None:
    phase = {"from": begins, "program": "down", "new_time_weight": 9}
    patient = {"id": "p1", "program": "iop", "new_time_weight": 2, "phases": [phase]}
    document = week(patient, programs=TWO)
    assert read_problem(document).problem.patients[0].new_time_weight == weight
    assert in_week(patient, MONDAY)["new_time_weight"] == weight


# -- cover --------------------------------------------------------------------------------------------------


def covered(**c1: Any) -> Doc:
    talk = {"id": "talk", "facilitators": [{"primary": True}]}
    return week(talk, {"id": "c1", **c1}, {"id": "p1", "primary_clinician": "c1"})


AWAY = {"time_off": [{"date": "2026-12-01"}]}


@pytest.mark.parametrize(
    ("c1", "when", "kept"),
    [
        (AWAY | {"covered_by": ["c2"]}, "tue 09:00", True),
        (AWAY | {"covered_by": ["c2"]}, "wed 09:00", False),
        (AWAY, "tue 09:00", False),
        ({"covered_by": ["c2"]}, "tue 09:00", False),
    ],
)
def test_who_covers_counts_as_the_primary_during_time_off_alone(c1: Doc, when: str, kept: bool) -> None:
    talk = session("talk", when, "p1", clinicians=["c2"])
    assert broken_in(covered(**c1), talk) == (set() if kept else {("facilitators", "s1")})


# -- standing groups ----------------------------------------------------------------------------------------


def standing(**fields: Any) -> Doc:
    given = {"id": "g1", "session_type": "group", "day": "tue", "start": "09:00"} | fields
    return week({"id": "k", "standing": [given]})


def closed(document: Doc) -> Doc:
    document["clinic"]["closures"] = [{"date": "2026-12-01"}]
    return document


@pytest.mark.parametrize(
    ("document", "lapsed"),
    [
        (standing(), [None]),
        (standing(until="2026-11-30"), []),
        (
            standing() | {"clinic": standing()["clinic"] | {"closures": [{"date": "2026-12-01"}]}},
            ["the clinic is closed"],
        ),
        (standing(clinicians=["c1"]), [None]),
        (standing(room="r1"), [None]),
    ],
)
def test_a_standing_group_is_in_force_on_its_dates_and_lapses_on_a_closure(
    document: Doc, lapsed: list[str | None]
) -> None:
    assert [p.lapsed for p in places(read_problem(document).problem)] == lapsed


def test_a_lapse_is_a_warning_that_says_why() -> None:
    document = standing(clinicians=["c1"])
    document["clinicians"][0]["time_off"] = [{"date": "2026-12-01"}]
    found = [(w.pointer, w.message) for w in read_problem(document).warnings if w.code == "standing_lapsed"]
    message = 'the standing group "g1" lapses on 2026-12-01 09:00: clinician c1 is away'
    assert found == [("/clinic/standing/0", message)]


G = {"id": "g", "session_type": "process", "day": "mon", "start": "09:00"}
S = "/clinic/standing/0"


@pytest.mark.parametrize(
    ("edits", "places"),
    [
        ({"/clinic/standing": [G | {"session_type": "yoga"}]}, [(f"{S}/session_type", "unknown_id")]),
        ({"/clinic/standing": [G | {"clinicians": ["c9"]}]}, [(f"{S}/clinicians/0", "unknown_id")]),
        ({"/clinic/standing": [G | {"room": "r9"}]}, [(f"{S}/room", "unknown_id")]),
        ({"/clinic/standing": [G | {"start": "09:15"}]}, [(f"{S}/start", "off_the_grid")]),
        ({"/clinic/standing": [G | {"start": "23:00"}]}, [(f"{S}/start", "standing_past_midnight")]),
        ({"/clinic/standing": [G | {"clinicians": []}]}, [(f"{S}/clinicians", "clinician_count")]),
        ({"/clinic/standing": [G, G]}, [("/clinic/standing/1/id", "duplicate_id")]),
        (
            {"/clinic/standing": [G | {"from": "2026-12-02", "until": "2026-12-01"}]},
            [(f"{S}/until", "last_date_before_first")],
        ),
        ({"/clinic/standing": [G | {"session_type": "talk"}]}, [(f"{S}/session_type", "standing_not_group")]),
        ({"/clinicians/0/covered_by": ["c1"]}, [("/clinicians/0/covered_by/0", "covers_oneself")]),
        ({"/clinicians/0/covered_by": ["c9"]}, [("/clinicians/0/covered_by/0", "unknown_id")]),
        (
            {"/patients/0/phases": [{"from": "2026-12-02", "program": "php"}]},
            [("/patients/0/phases/0/program", "unknown_id")],
        ),
        (
            {"/patients/0/phases": [{"from": "2026-12-02"}, {"from": "2026-12-01"}]},
            [("/patients/0/phases/1/from", "phases_out_of_order")],
        ),
        (
            {"/patients/0/phases": [{"from": "2026-12-02"}, {"from": "2026-12-02"}]},
            [("/patients/0/phases/1/from", "duplicate_entry")],
        ),
    ],
)
def test_what_does_not_add_up_is_refused_where_it_stands(edits: Doc, places: list[tuple[str, str]]) -> None:
    check_refusal(edits, places)
