"""Rules about one session: when it may be, who leads it, where it is, and whom it is for."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler.intake import read_problem
from scheduler.rules import grid
from scheduler.setting import setting_of
from tests.rules.small_week import DATES, DAYS, broken_in, findings_of, session, week, words_of

Doc = dict[str, Any]


def window(start: str, end: str, *days: str) -> Doc:
    return {"days": list(days) or DAYS, "start": start, "end": end}


def open_at(*windows: Doc) -> Doc:
    return week({"id": "k", "opening_hours": list(windows)})


def test_everything_is_allowed_in_the_base_week() -> None:
    sessions = [
        session("group", "mon 09:00", "p1", "p2", "p3"),
        session("talk", "tue 23:00", id="s2"),
        session("tele", "wed 00:00", id="s3"),
        session("family", "thu 09:15", id="s4"),
        session("screen", "sun 23:45", id="s5"),
    ]
    assert broken_in(week(), *sessions) == set()


# -- grid -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "kept"), [("09:15", True), ("09:10", False)])
def test_a_session_starts_on_the_slot_grid(start: str, kept: bool) -> None:
    assert (broken_in(week(), session("family", f"mon {start}")) == set()) is kept


@pytest.mark.parametrize(("start", "kept"), [("09:00", True), ("09:45", True), ("09:15", False)])
def test_a_session_starts_at_a_multiple_of_its_own_step_after_midnight(start: str, kept: bool) -> None:
    document = week({"id": "family", "start_every_minutes": 45})
    assert (broken_in(document, session("family", f"mon {start}")) == set()) is kept


def test_a_session_lies_inside_opening_hours() -> None:
    document = open_at(window("08:00", "12:00"))
    assert broken_in(document, session("family", "mon 11:00")) == set()
    assert broken_in(document, session("family", "mon 11:15")) == {("grid", "s1")}


def test_touching_opening_hours_are_one_window_but_never_across_midnight() -> None:
    document = open_at(window("08:00", "12:00"), window("12:00", "24:00"), window("00:00", "08:00"))
    assert broken_in(document, session("family", "mon 11:30")) == set()
    assert broken_in(document, session("family", "mon 23:00")) == set()
    assert words_of(document, session("family", "mon 23:15")) == [
        "Session s1 (family, 2026-11-30 23:15–24:15): a session ends by 24:00 of the date it starts on."
    ]


def test_a_clinic_without_opening_hours_is_never_open() -> None:
    assert broken_in(open_at(), session("family", "mon 11:00")) == {("grid", "s1")}


def test_a_type_with_windows_is_held_inside_one_of_them() -> None:
    document = week({"id": "family", "windows": [window("10:00", "11:00"), window("15:00", "16:00")]})
    assert broken_in(document, session("family", "mon 15:00")) == set()
    assert broken_in(document, session("family", "mon 14:45")) == {("grid", "s1")}


def test_a_snow_day_closes_the_house_but_not_telehealth() -> None:
    closed = {"date": DATES["tue"], "applies_to": "in_person"}
    document = week({"id": "k", "closures": [closed]})
    assert broken_in(document, session("tele", "tue 09:00")) == set()
    assert broken_in(document, session("family", "tue 09:00")) == {("grid", "s1")}


def test_a_closure_ends_with_its_last_minute() -> None:
    closed = {"date": DATES["mon"], "until_date": DATES["tue"], "start": "09:00", "end": "12:00"}
    document = week({"id": "k", "closures": [closed]})
    assert broken_in(document, session("tele", "tue 12:00"), session("tele", "mon 08:00", id="s2")) == set()
    assert broken_in(document, session("tele", "tue 11:45")) == {("grid", "s1")}


def test_the_starts_the_calendar_offers_are_those_the_grid_allows() -> None:
    document = week(
        {"id": "k", "opening_hours": [window("08:20", "13:00"), window("13:00", "18:10")], "slot_minutes": 5},
        {"id": "group", "start_every_minutes": 35, "windows": [window("09:00", "17:00", "mon", "thu")]},
        {"id": "k", "closures": [{"date": DATES["thu"], "end": "12:00", "applies_to": "in_person"}]},
    )
    problem = read_problem(document).problem
    setting = setting_of(problem)
    for kind in problem.session_types:
        places = ((start, start + kind.minutes) for start in range(10080))
        allowed = [place[0] for place in places if grid.bars(setting, kind, place) is None]
        assert allowed == list(setting.calendar.starts(kind))
        assert allowed != []


# -- facilitators ---------------------------------------------------------------------------------------


def led_by(*entries: Doc) -> Doc:
    return week(
        {"id": "talk", "facilitators": list(entries)},
        {"id": "c1", "credentials": ["LADC", "RN"]},
        {"id": "c2", "credentials": ["LCSW"]},
        {"id": "p1", "primary_clinician": "c2"},
    )


@pytest.mark.parametrize(
    ("entries", "clinicians", "kept"),
    [
        ([{}], ["c1"], True),
        ([{}], [], False),
        ([{}], ["c1", "c2"], False),
        ([], ["c1"], False),
        ([], [], True),
        ([{"credentials": ["RN", "LCSW"]}], ["c1"], True),
        ([{"credentials": ["LCSW"]}], ["c1"], False),
        ([{"credentials": ["LCSW"]}, {}], ["c2", "c1"], True),
        ([{"credentials": ["LCSW"]}, {}], ["c1", "c2"], False),
        ([{}, {}], ["c1", "c1"], False),
        ([{"primary": True}], ["c2"], True),
        ([{"primary": True}], ["c1"], False),
        ([{"primary": True, "credentials": []}], ["c1"], False),
        ([{"primary": True, "credentials": ["LADC"]}], ["c1"], True),
        ([{"primary": True, "credentials": ["LADC"]}], ["c2"], True),
        ([{"primary": True, "credentials": ["MD"]}], ["c1"], False),
    ],
)
def test_each_entry_has_its_clinician(entries: list[Doc], clinicians: list[str], kept: bool) -> None:
    found = broken_in(led_by(*entries), session("talk", "mon 09:00", clinicians=clinicians))
    assert ("facilitators", "s1") not in found if kept else ("facilitators", "s1") in found


def test_the_primary_of_a_group_is_the_primary_of_every_patient_in_it() -> None:
    document = week(
        {"id": "group", "facilitators": [{"primary": True}]},
        *({"id": p, "primary_clinician": "c1"} for p in ("p1", "p2")),
    )
    assert broken_in(document, session("group", "mon 09:00", "p1", "p2")) == set()
    assert broken_in(document, session("group", "mon 09:00", "p1", "p3")) == {("facilitators", "s1")}


# -- clinician_availability -----------------------------------------------------------------------------


def test_a_clinician_is_there_for_the_whole_session() -> None:
    document = week({"id": "c1", "availability": [window("09:00", "10:00"), window("10:00", "11:00")]})
    assert broken_in(document, session("talk", "mon 09:30")) == set()
    assert broken_in(document, session("talk", "mon 10:30")) == {("clinician_availability", "s1")}


def test_a_clinician_leads_nothing_in_time_off() -> None:
    document = week({"id": "c1", "time_off": [{"date": DATES["mon"], "start": "12:00"}]})
    assert broken_in(document, session("talk", "mon 11:00")) == set()
    assert broken_in(document, session("talk", "mon 11:15")) == {("clinician_availability", "s1")}


def test_a_co_leader_has_to_be_there_too() -> None:
    document = week({"id": "talk", "facilitators": [{}, {}]}, {"id": "c2", "availability": []})
    both = session("talk", "mon 09:00", clinicians=["c1", "c2"])
    assert broken_in(document, both) == {("clinician_availability", "s1")}


# -- room -----------------------------------------------------------------------------------------------


def test_a_session_has_a_room_if_and_only_if_its_type_asks_for_one() -> None:
    assert broken_in(week(), session("group", "mon 09:00", room=None)) == {("room", "s1")}
    assert broken_in(week(), session("talk", "mon 09:00", room="r1")) == {("room", "s1")}


def test_a_room_has_all_the_features_asked_for() -> None:
    document = week(
        {"id": "group", "room": {"features": ["wide", "quiet"]}},
        {"id": "r1", "features": ["wide"]},
        {"id": "r2", "features": ["quiet", "wide", "blue"]},
    )
    assert broken_in(document, session("group", "mon 09:00", room="r2")) == set()
    assert broken_in(document, session("group", "mon 09:00")) == {("room", "s1")}


def test_a_room_holds_the_patients() -> None:
    document = week({"id": "r1", "capacity": 2})
    assert broken_in(document, session("group", "mon 09:00", "p1", "p2")) == set()
    assert broken_in(document, session("group", "mon 09:00", "p1", "p2", "p3")) == {("room", "s1")}


def test_a_closed_room_takes_no_session() -> None:
    document = week({"id": "r1", "closures": [{"date": DATES["mon"], "start": "08:00", "end": "09:30"}]})
    assert broken_in(document, session("group", "mon 09:30")) == set()
    assert broken_in(document, session("group", "mon 09:15")) == {("room", "s1")}


def test_a_room_takes_one_session_at_a_time_plus_its_turnover() -> None:
    document = week({"id": "r1", "turnover_minutes": 15})
    first = session("group", "mon 09:00")
    later = session("group", "mon 10:15", "p2", id="s2", clinicians=["c2"])
    assert broken_in(document, later, first) == set()
    assert broken_in(document, later | {"start": "2026-11-30T10:00"}, first) == {("room", "r1")}


# -- size, audience, delivery ---------------------------------------------------------------------------


def test_a_group_has_its_size() -> None:
    document = week({"id": "group", "size": {"min": 2, "max": 2}})
    assert broken_in(document, session("group", "mon 09:00", "p1", "p2")) == set()
    for patients, said in (
        (["p1"], "few patients: 1, at least 2"),
        (["p1", "p2", "p3"], "many patients: 3, at most 2"),
    ):
        (finding,) = findings_of(document, session("group", "mon 09:00", *patients))
        assert finding.key == ("size", "s1")
        assert finding.text.endswith(f": it has too {said}.")


@pytest.mark.parametrize("kind", ["talk", "family"])
def test_an_individual_or_family_session_is_for_exactly_one_patient(kind: str) -> None:
    assert broken_in(week(), session(kind, "mon 09:00", "p1")) == set()
    assert broken_in(week(), session(kind, "mon 09:00", "p1", "p2")) == {("size", "s1")}
    assert broken_in(week(), session(kind, "mon 09:00", patients=[])) == {("size", "s1")}


def test_a_type_is_for_patients_with_all_required_tags_and_none_of_the_excluded() -> None:
    document = week(
        {"id": "family", "audience": {"requires": ["adult", "women"], "excludes": ["acute"]}},
        {"id": "p1", "tags": ["women", "adult", "evening"]},
        {"id": "p2", "tags": ["adult"]},
        {"id": "p3", "tags": ["women", "adult", "acute"]},
    )
    assert broken_in(document, session("family", "mon 09:00", "p1")) == set()
    assert broken_in(document, session("family", "mon 09:00", "p2")) == {("audience", "s1")}
    assert broken_in(document, session("family", "mon 09:00", "p3")) == {("audience", "s1")}


def test_telehealth_is_for_patients_who_take_it() -> None:
    document = week({"id": "p2", "telehealth": False})
    assert broken_in(document, session("tele", "mon 09:00", "p1")) == set()
    assert broken_in(document, session("tele", "mon 09:00", "p1", "p2")) == {("delivery", "s1")}


# -- apart, cohort --------------------------------------------------------------------------------------


def test_a_pair_kept_apart_is_never_in_one_session() -> None:
    document = week(apart=[["p1", "p3"]])
    assert broken_in(document, session("group", "mon 09:00", "p1", "p2")) == set()
    assert broken_in(document, session("group", "mon 09:00", "p1", "p2", "p3")) == {("apart", "s1")}


COHORT = [{"id": "h", "session_types": ["group", "tele"], "patients": ["p1", "p2"]}]


def court(patient: str, **fields: Any) -> Doc:
    day = {"id": "court", "kind": "legal", "date": DATES["mon"], "start": "09:00", "end": "10:00"}
    return {"id": patient, "commitments": [day | fields]}


def test_a_closed_group_meets_as_a_whole() -> None:
    document = week(cohorts=COHORT)
    assert broken_in(document, session("group", "mon 09:00", "p1", "p2")) == set()
    assert broken_in(document, session("family", "mon 09:00", "p3")) == set()
    for patients in (["p1"], ["p1", "p2", "p3"], ["p3"]):
        assert broken_in(document, session("group", "mon 09:00", *patients)) == {("cohort", "s1")}


def test_a_dated_commitment_excuses_a_member_and_a_weekly_one_does_not() -> None:
    only_p1 = session("group", "mon 09:00", "p1")
    assert broken_in(week(court("p2"), cohorts=COHORT), only_p1) == set()
    weekly = court("p2", date=None, days=["mon"])
    assert broken_in(week(weekly, cohorts=COHORT), only_p1) == {("cohort", "s1")}


def test_travel_excuses_a_member_from_a_session_in_person_only() -> None:
    document = week(court("p2", travel_minutes=30), cohorts=COHORT)
    assert broken_in(document, session("group", "mon 10:15", "p1")) == set()
    assert broken_in(document, session("tele", "mon 10:15", "p1")) == {("cohort", "s1")}
    assert broken_in(document, session("tele", "mon 10:15", "p1", "p2")) == set()


def test_a_member_who_is_not_active_is_not_expected() -> None:
    document = week({"id": "p2", "active": {"from": DATES["tue"]}}, cohorts=COHORT)
    assert broken_in(document, session("group", "mon 09:00", "p1")) == set()
    assert broken_in(document, session("group", "tue 09:00", "p1")) == {("cohort", "s1")}


def test_a_session_belongs_to_one_cohort_and_not_to_two() -> None:
    second = {"id": "g", "session_types": ["group"], "patients": ["p3"]}
    document = week(cohorts=[*COHORT, second])
    assert broken_in(document, session("group", "mon 09:00", "p3")) == set()
    assert broken_in(document, session("group", "mon 09:00", "p1", "p2", "p3")) == {("cohort", "s1")}


# -- reference ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"session_type": "gone"}, "Session s1 names an unknown session type: gone."),
        ({"clinicians": ["gone"]}, "Session s1 names an unknown clinician: gone."),
        ({"room": "gone"}, "Session s1 names an unknown room: gone."),
        ({"patients": ["p1", "gone"]}, "Session s1 names an unknown patient: gone."),
        ({"patients": ["p1", "p1"]}, "Session s1 names patient p1 2 times."),
        ({"start": "2026-12-07T00:00"}, "Session s1 starts at 2026-12-07T00:00, outside the planning week."),
        ({"start": "2026-11-29T23:00"}, "Session s1 starts at 2026-11-29T23:00, outside the planning week."),
        ({"end": "2026-11-30T10:30"}, "Session s1 ends at 2026-11-30T10:30 instead of 2026-11-30T10:00."),
    ],
)
def test_a_session_speaks_of_known_things_and_of_this_week(fields: Doc, said: str) -> None:
    assert said in words_of(week(), session("group", "mon 09:00", **fields))
    assert words_of(week(), session("group", "mon 09:00", end="2026-11-30T10:00")) == []


def test_a_session_outside_the_week_stands_for_nothing_else() -> None:
    for start in ("2026-12-07T00:00", "2026-11-29T23:45"):
        found = broken_in(week(), session("group", "mon 09:00", start=start, room=None))
        assert found == {("reference", "s1")}


def test_two_sessions_do_not_share_an_id() -> None:
    sessions = [session("family", "mon 09:00"), session("family", "tue 09:00")]
    assert words_of(week(), *sessions) == ["2 sessions have the id s1."]
