"""Rules about one patient: where they can be, and what their program and payer allow."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.small_week import DATES, broken_in, findings_of, session, week, words_of

Doc = dict[str, Any]


def days_of_care(*days: str, kind: str = "family", clock: str = "09:00") -> list[Doc]:
    return [session(kind, f"{day} {clock}", id=f"s{i}") for i, day in enumerate(days, 1)]


def program(**rules: Any) -> Doc:
    return week({"id": "iop", **rules})


def committed(**fields: Any) -> Doc:
    job = {"id": "job", "days": ["mon"], "start": "10:00", "end": "12:00"}
    return week({"id": "p1", "commitments": [job | fields]})


# -- where a patient can be -----------------------------------------------------------------------------


def test_a_patient_is_in_one_place_at_a_time() -> None:
    first, second = session("family", "mon 09:00"), session("talk", "mon 10:00", id="s2")
    assert broken_in(week(), first, second) == set()
    assert broken_in(week(), first, second | {"start": "2026-11-30T09:45"}) == {("patient_overlap", "p1")}


def test_a_hard_commitment_is_not_overlapped() -> None:
    assert broken_in(committed(), session("family", "mon 09:00")) == set()
    assert broken_in(committed(), session("family", "mon 12:00")) == set()
    assert broken_in(committed(), session("family", "mon 09:15")) == {("commitment", "p1")}
    assert broken_in(committed(strength="soft"), session("family", "mon 10:00")) == set()


def test_travel_widens_a_commitment_for_sessions_in_person_only() -> None:
    document = committed(travel_minutes=30)
    assert broken_in(document, session("tele", "mon 12:00")) == set()
    assert broken_in(document, session("family", "mon 12:30")) == set()
    assert broken_in(document, session("family", "mon 12:15")) == {("commitment", "p1")}
    (said,) = words_of(document, session("family", "mon 12:15"))
    assert said.startswith("Session s1 (family, 2026-11-30 12:15–13:15): patient p1 is on the way to or from")


def test_a_night_shift_ends_the_next_day_also_from_the_evening_before_the_week() -> None:
    document = committed(days=["sun"], start="22:00", end="06:00")
    assert broken_in(document, session("family", "mon 05:45")) == {("commitment", "p1")}
    assert broken_in(document, session("family", "mon 06:00")) == set()
    assert broken_in(document, session("family", "sun 21:15")) == {("commitment", "p1")}


def test_a_commitment_of_equal_start_and_end_lasts_a_whole_day() -> None:
    document = committed(start="10:00", end="10:00")
    assert broken_in(document, session("family", "tue 09:00")) == {("commitment", "p1")}
    assert broken_in(document, session("family", "tue 10:00")) == set()


def test_a_weekly_commitment_holds_between_its_dates() -> None:
    document = committed(days=["mon", "tue", "wed"], **{"from": DATES["tue"], "until": DATES["tue"]})
    assert broken_in(document, *days_of_care("mon", "wed", clock="10:00")) == set()
    assert broken_in(document, *days_of_care("tue", clock="10:00")) == {("commitment", "p1")}


def test_a_dated_commitment_holds_on_each_of_its_dates() -> None:
    document = committed(days=None, date=DATES["tue"], until_date=DATES["wed"])
    assert broken_in(document, *days_of_care("mon", "thu", clock="10:00")) == set()
    assert broken_in(document, *days_of_care("wed", clock="10:00")) == {("commitment", "p1")}


def test_a_patient_attends_nothing_outside_the_active_dates() -> None:
    document = week({"id": "p1", "active": {"from": DATES["tue"], "until": DATES["thu"]}})
    assert broken_in(document, *days_of_care("tue", "thu")) == set()
    assert broken_in(document, *days_of_care("mon")) == {("active", "p1")}
    assert broken_in(document, *days_of_care("fri")) == {("active", "p1")}


# -- counts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "kept"), [({}, False), ({"max_per_day": 2}, True), ({"max_per_day": None}, True)]
)
def test_a_type_is_attended_once_a_day_unless_it_says_otherwise(limit: Doc, kept: bool) -> None:
    document = week({"id": "family", **limit})
    twice = [session("family", "mon 09:00"), session("family", "mon 11:00", id="s2")]
    assert broken_in(document, *twice, session("talk", "mon 15:00", id="s3")) == (
        set() if kept else {("max_per_day", "p1")}
    )


def test_a_finding_names_the_sessions_it_is_about() -> None:
    day = [
        session("talk", "mon 08:00", id="s0"),
        *(session("family", f"mon {h}:00", id=f"s{h}") for h in (10, 12)),
    ]
    (finding,) = findings_of(week(), *day)
    assert (finding.sessions, finding.params["date"]) == (("s10", "s12"), DATES["mon"])


def test_a_requirement_is_not_exceeded_by_its_types_together() -> None:
    needs = [
        {"id": "one", "any_of": ["family", "talk"], "sessions": {"max": 2}},
        {"id": "two", "any_of": ["screen"]},
    ]
    document = program(requirements=needs)
    sessions = [session("family", "mon 09:00"), session("talk", "tue 09:00", id="s2")]
    assert broken_in(document, *sessions, session("screen", "wed 09:00", id="s3")) == set()
    third, other = session("talk", "wed 09:00", id="s3"), session("screen", "thu 09:00", id="s4")
    (finding,) = findings_of(document, *sessions, third, other)
    assert (finding.key, finding.sessions) == (("requirement_max", "p1"), ("s1", "s2", "s3"))


def test_a_type_in_none_of_the_requirements_is_never_attended() -> None:
    document = program(requirements=[{"id": "one", "any_of": ["family"]}])
    assert broken_in(document, session("family", "mon 09:00")) == set()
    assert broken_in(document, session("screen", "mon 09:00")) == {("requirement_max", "p1")}


def test_a_patients_own_requirements_replace_the_programs_and_lifted_ones_allow_nothing() -> None:
    own = week({"id": "p1", "requirements": [{"id": "mine", "any_of": ["screen"]}]})
    assert broken_in(own, session("screen", "mon 09:00")) == set()
    assert broken_in(own, session("family", "mon 09:00")) == {("requirement_max", "p1")}
    lifted = week({"id": "p1", "lift": ["requirements"]})
    assert broken_in(lifted, session("family", "mon 09:00")) == {("requirement_max", "p1")}


def test_care_minutes_of_the_week_have_a_maximum() -> None:
    document = program(care_minutes={"max": 120})
    assert broken_in(document, *days_of_care("mon", "tue"), session("screen", "wed 09:00", id="s9")) == set()
    assert broken_in(document, *days_of_care("mon", "tue", "wed")) == {("care_max", "p1")}


def test_care_minutes_of_a_day_have_a_maximum() -> None:
    document = program(day_care_minutes={"max": 60})
    assert broken_in(document, *days_of_care("mon", "tue"), session("screen", "mon 10:00", id="s9")) == set()
    both = [session("family", "mon 09:00"), session("talk", "mon 10:00", id="s2")]
    assert broken_in(document, *both) == {("day_care_max", "p1")}


def test_care_days_have_a_maximum_and_a_screen_makes_none() -> None:
    document = program(days={"max": 2})
    assert broken_in(document, *days_of_care("mon", "tue"), session("screen", "wed 09:00", id="s9")) == set()
    assert broken_in(document, *days_of_care("mon", "tue", "wed")) == {("days_max", "p1")}


def test_a_limit_is_lifted_or_replaced_for_a_patient() -> None:
    sessions = days_of_care("mon", "tue", "wed")
    limits: Doc = {"id": "iop", "days": {"max": 2}}
    assert broken_in(week(limits, {"id": "p1", "lift": ["days"]}), *sessions) == set()
    assert broken_in(week(limits, {"id": "p1", "days": {"max": 3}}), *sessions) == set()
    assert broken_in(week(limits, {"id": "p1", "days": {"max": 1}}), *sessions[:2]) == {("days_max", "p1")}


def test_waiting_between_sessions_has_a_maximum() -> None:
    document = program(max_idle_minutes=60)
    first = session("family", "mon 09:00")
    assert broken_in(document, first, session("talk", "mon 11:00", id="s2")) == set()
    assert broken_in(document, first, session("talk", "mon 11:15", id="s2")) == {("idle_max", "p1")}


def test_telehealth_fills_the_wait_but_makes_none() -> None:
    document = program(max_idle_minutes=0)
    first = session("family", "mon 09:00")
    tele = session("tele", "mon 10:00", id="s3")
    assert broken_in(document, first, session("tele", "mon 12:00", id="s3")) == set()
    assert broken_in(document, first, session("talk", "mon 11:00", id="s2"), tele) == set()
    assert broken_in(document, first, session("talk", "mon 11:00", id="s2")) == {("idle_max", "p1")}


@pytest.mark.parametrize(
    ("authorized", "kept"),
    [
        ({"days": 2}, True),
        ({"days": 1}, False),
        ({"minutes": 120}, True),
        ({"minutes": 119}, False),
        ({"from": DATES["mon"], "until": DATES["tue"]}, True),
        ({"until": DATES["mon"]}, False),
        ({"from": DATES["tue"]}, False),
    ],
)
def test_a_patient_uses_no_more_than_authorised(authorized: Doc, kept: bool) -> None:
    document = week({"id": "p1", "authorized": authorized})
    found = broken_in(document, *days_of_care("mon", "tue"))
    assert found == (set() if kept else {("authorization", "p1")})


def test_outside_the_authorised_dates_not_even_a_screen_is_attended() -> None:
    document = week({"id": "p1", "authorized": {"until": DATES["mon"], "days": 0}})
    assert broken_in(document, session("screen", "mon 09:00")) == set()
    assert broken_in(document, session("screen", "tue 09:00")) == {("authorization", "p1")}
