"""Small weeks worked out by hand from the contract: what the independent judge has to say about each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle import judge, wrong_claims

Doc = dict[str, Any]
Finding = tuple[str, str]

MON, TUE, WED, THU, FRI, SAT, SUN = (
    "2026-11-30",
    "2026-12-01",
    "2026-12-02",
    "2026-12-03",
    "2026-12-04",
    "2026-12-05",
    "2026-12-06",
)
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def window(start: str, end: str, days: list[str] | None = None) -> Doc:
    return {"days": days or DAYS, "start": start, "end": end}


def week() -> Doc:
    """Open all day every day, anyone there always; no minimum asks for anything."""
    return {
        "clinic": {"id": "k", "week_start": MON, "opening_hours": [window("00:00", "24:00")]},
        "session_types": [
            group("process", 90, facilitators=[{"credentials": ["LADC"]}], room={}),
            group("tele", 60, delivery="telehealth", facilitators=[{}]),
            {"id": "talk", "mode": "individual", "minutes": 60, "facilitators": [{"primary": True}]},
            {
                "id": "screen",
                "mode": "individual",
                "minutes": 15,
                "facilitators": [],
                "counts_as_care": False,
            },
        ],
        "programs": [{"id": "iop", "requirements": [requirement("process", "tele", "talk", "screen")]}],
        "clinicians": [clinician("c1", "LADC"), clinician("c2", "LCSW"), clinician("c3", "LADC", "LCSW")],
        "rooms": [{"id": "r1", "capacity": 2}, {"id": "r2", "capacity": 9, "features": ["group"]}],
        "patients": [patient("p1", "c1"), patient("p2", "c2"), patient("p3", "c1")],
    }


def group(name: str, minutes: int, **fields: Any) -> Doc:
    return {"id": name, "mode": "group", "minutes": minutes, "size": {"min": 1, "max": 12}, **fields}


def requirement(*types: str, name: str = "all", **sessions: int) -> Doc:
    return {"id": name, "any_of": list(types), "sessions": sessions}


def clinician(name: str, *credentials: str) -> Doc:
    return {"id": name, "credentials": list(credentials), "availability": [window("00:00", "24:00")]}


def patient(name: str, primary: str) -> Doc:
    return {"id": name, "program": "iop", "primary_clinician": primary, "telehealth": True}


def process(name: str, day: str, time: str, *patients: str, **fields: Any) -> Doc:
    return {**held(name, "process", day, time, "c1", *patients), "room": "r1", **fields}


def tele(name: str, day: str, time: str, *patients: str, **fields: Any) -> Doc:
    return {**held(name, "tele", day, time, "c2", *patients), **fields}


def talk(name: str, day: str, time: str, *patients: str, **fields: Any) -> Doc:
    return {**held(name, "talk", day, time, "c1", *patients), **fields}


def screen(name: str, day: str, time: str, *patients: str) -> Doc:
    return {**held(name, "screen", day, time, "c1", *patients), "clinicians": []}


def held(name: str, kind: str, day: str, time: str, leader: str, *patients: str) -> Doc:
    return {
        "id": name,
        "session_type": kind,
        "start": f"{day}T{time}",
        "clinicians": [leader],
        "room": None,
        "patients": list(patients or ["p1"]),
    }


def broken(problem: Doc, *sessions: Doc) -> list[Finding]:
    return judge(problem, {"sessions": list(sessions)}).broken


def figures(problem: Doc, *sessions: Doc) -> Doc:
    return judge(problem, {"sessions": list(sessions)}).patients["p1"]


def terms(problem: Doc, *sessions: Doc) -> dict[str, int]:
    return judge(problem, {"sessions": list(sessions)}).terms


def test_an_empty_timetable_and_a_plain_one_break_nothing() -> None:
    assert broken(week()) == []
    assert broken(week(), process("s", MON, "09:00", "p1", "p2"), tele("t", MON, "10:30")) == []


# --- sessions -------------------------------------------------------------------------------------------


def test_a_start_lies_on_the_slot_grid_of_fifteen_minutes_by_default() -> None:
    assert broken(week(), process("s", MON, "09:15")) == []
    assert broken(week(), process("s", MON, "09:10")) == [("grid", "s")]


def test_a_type_may_start_only_at_multiples_after_midnight_of_its_own_step() -> None:
    problem = week()
    problem["session_types"][0]["start_every_minutes"] = 60
    assert broken(problem, process("s", MON, "09:00")) == []
    assert broken(problem, process("s", MON, "09:15")) == [("grid", "s")]


def test_touching_opening_hours_merge_and_a_gap_between_them_does_not() -> None:
    problem = week()
    problem["clinic"]["opening_hours"] = [window("12:00", "18:00"), window("08:00", "12:00")]
    assert broken(problem, process("s", MON, "11:00")) == []
    problem["clinic"]["opening_hours"][0]["start"] = "12:15"
    assert broken(problem, process("s", MON, "11:00")) == [("grid", "s")]


def test_windows_never_merge_across_midnight_and_a_session_ends_by_twenty_four() -> None:
    assert broken(week(), process("s", MON, "22:30", end=f"{TUE}T00:00")) == []
    assert broken(week(), process("s", MON, "22:45")) == [("clinician_availability", "s"), ("grid", "s")]


def test_the_windows_of_a_type_hold_unless_the_list_is_empty() -> None:
    problem = week()
    problem["session_types"][0]["windows"] = [window("09:00", "10:30", ["mon"])]
    assert broken(problem, process("s", MON, "09:00")) == []
    assert broken(problem, process("s", TUE, "09:00")) == [("grid", "s")]
    problem["session_types"][0]["windows"] = []
    assert broken(problem, process("s", TUE, "09:00")) == []


def test_a_snow_day_closes_the_clinic_in_person_only_and_for_its_hours_only() -> None:
    problem = week()
    closure = {"date": MON, "until_date": TUE, "start": "08:00", "end": "12:00", "applies_to": "in_person"}
    problem["clinic"]["closures"] = [closure]
    assert broken(problem, tele("t", MON, "09:00"), process("s", TUE, "12:00")) == []
    assert broken(problem, process("s", TUE, "11:45")) == [("grid", "s")]
    assert broken(problem, process("s", WED, "11:45")) == []
    closure["applies_to"] = "all"
    assert broken(problem, tele("t", MON, "09:00")) == [("grid", "t")]


def test_each_facilitator_entry_is_filled_in_order_by_a_clinician_of_its_own() -> None:
    problem = week()
    problem["session_types"][0]["facilitators"] = [{"credentials": ["LADC"]}, {"credentials": ["LCSW"]}]
    assert broken(problem, process("s", MON, "09:00", clinicians=["c1", "c3"])) == []
    for wrong in (["c2", "c1"], ["c1"], ["c3", "c3"], ["c1", "c2", "c3"], []):
        assert broken(problem, process("s", MON, "09:00", clinicians=wrong)) == [("facilitators", "s")]


def test_an_entry_without_credentials_takes_anyone_and_no_entry_takes_nobody() -> None:
    assert broken(week(), tele("t", MON, "09:00", clinicians=["c1"]), screen("d", MON, "12:00")) == []
    led = {**screen("d", MON, "12:00"), "clinicians": ["c1"]}
    assert broken(week(), led) == [("facilitators", "d")]


def test_a_primary_entry_takes_the_primary_of_every_patient_or_a_credential_if_it_names_one() -> None:
    problem = week()
    problem["session_types"][2] = group("talk", 60, facilitators=[{"primary": True}])
    assert broken(problem, talk("s", MON, "09:00", "p1", "p3")) == []
    assert broken(problem, talk("s", MON, "09:00", "p1", "p2")) == [("facilitators", "s")]
    problem["session_types"][2]["facilitators"] = [{"primary": True, "credentials": ["LCSW"]}]
    assert broken(problem, talk("s", MON, "09:00", "p1", "p2", clinicians=["c3"])) == []
    assert broken(problem, talk("s", MON, "09:00", "p1", "p2")) == [("facilitators", "s")]


def test_clinicians_work_inside_one_merged_availability_window_and_outside_time_off() -> None:
    problem = week()
    problem["clinicians"][0]["availability"] = [window("08:00", "10:00"), window("10:00", "12:00")]
    problem["clinicians"][0]["time_off"] = [{"date": TUE, "start": "08:00", "end": "09:00"}]
    assert broken(problem, process("s", MON, "09:00"), process("t", TUE, "09:00")) == []
    assert broken(problem, process("s", MON, "10:45")) == [("clinician_availability", "s")]
    assert broken(problem, process("s", TUE, "08:45")) == [("clinician_availability", "s")]


def test_a_room_is_taken_if_and_only_if_the_type_asks_for_one() -> None:
    assert broken(week(), process("s", MON, "09:00", room=None)) == [("room", "s")]
    assert broken(week(), talk("s", MON, "09:00", room="r1")) == [("room", "s")]


def test_a_room_has_the_features_and_the_capacity_and_is_not_closed() -> None:
    problem = week()
    assert broken(problem, process("s", MON, "09:00", "p1", "p2", "p3")) == [("room", "s")]
    assert broken(problem, process("s", MON, "09:00", "p1", "p2", "p3", room="r2")) == []
    problem["session_types"][0]["room"] = {"features": ["group"]}
    assert broken(problem, process("s", MON, "09:00")) == [("room", "s")]
    problem["rooms"][1]["closures"] = [{"date": MON, "start": "10:30", "end": "24:00"}]
    assert broken(problem, process("s", MON, "09:00", room="r2")) == []
    assert broken(problem, process("s", MON, "09:15", room="r2")) == [("room", "s")]


def test_a_group_keeps_its_size_and_an_individual_session_has_exactly_one_patient() -> None:
    problem = week()
    problem["session_types"][0]["size"] = {"min": 2, "max": 2}
    assert broken(problem, process("s", MON, "09:00", "p1", "p2")) == []
    assert broken(problem, process("s", MON, "09:00", "p1")) == [("size", "s")]
    assert broken(problem, process("s", MON, "09:00", "p1", "p2", "p3", room="r2")) == [("size", "s")]
    assert broken(problem, talk("s", MON, "09:00", "p1", "p3")) == [("size", "s")]


def test_an_audience_requires_all_and_excludes_any_of_its_tags() -> None:
    problem = week()
    problem["session_types"][0]["audience"] = {"requires": ["adult", "sud"], "excludes": ["new"]}
    problem["patients"][0]["tags"] = ["sud", "adult"]
    assert broken(problem, process("s", MON, "09:00")) == []
    problem["patients"][1]["tags"] = ["adult"]
    assert broken(problem, process("s", MON, "09:00", "p1", "p2")) == [("audience", "s")]
    problem["patients"][0]["tags"] = ["sud", "adult", "new"]
    assert broken(problem, process("s", MON, "09:00")) == [("audience", "s")]


def test_a_telehealth_session_is_only_for_patients_with_telehealth() -> None:
    problem = week()
    problem["patients"][1]["telehealth"] = None
    assert broken(problem, process("s", MON, "09:00", "p1", "p2"), tele("t", MON, "12:00", "p1")) == []
    assert broken(problem, tele("t", MON, "12:00", "p1", "p2")) == [("delivery", "t")]


def test_two_patients_kept_apart_never_share_a_session() -> None:
    problem = week()
    problem["apart"] = [["p1", "p3"]]
    assert broken(problem, process("s", MON, "09:00", "p1", "p2"), process("t", MON, "12:00", "p3")) == []
    assert broken(problem, process("s", MON, "09:00", "p3", "p1")) == [("apart", "s")]


def test_a_cohort_meets_complete_and_alone() -> None:
    problem = week()
    problem["cohorts"] = [
        {"id": "a", "session_types": ["process"], "patients": ["p1", "p2"]},
        {"id": "b", "session_types": ["process"], "patients": ["p3"]},
    ]
    assert broken(problem, process("s", MON, "09:00", "p2", "p1"), process("t", MON, "12:00", "p3")) == []
    for wrong in (["p1"], ["p1", "p3"], ["p1", "p2", "p3"]):
        assert broken(problem, process("s", MON, "09:00", *wrong, room="r2")) == [("cohort", "s")]
    assert broken(problem, tele("t", MON, "09:00", "p1", "p3")) == []


def test_only_a_dated_hard_commitment_or_inactivity_excuses_a_cohort_member() -> None:
    problem = week()
    problem["cohorts"] = [{"id": "a", "session_types": ["process"], "patients": ["p1", "p2"]}]
    court = {"id": "court", "date": MON, "start": "11:00", "end": "12:00", "travel_minutes": 45}
    problem["patients"][1]["commitments"] = [court]
    assert broken(problem, process("s", MON, "09:00", "p1")) == [], "travel starts at 10:15, before 10:30"
    assert broken(problem, process("s", MON, "08:45", "p1")) == [("cohort", "s")]
    problem["patients"][1] = {**patient("p2", "c2"), "active": {"from": TUE}}
    assert broken(problem, process("s", MON, "08:45", "p1")) == []
    job = {"id": "job", "days": ["mon"], "start": "09:00", "end": "10:00"}
    problem["patients"][1] = {**patient("p2", "c2"), "commitments": [job]}
    assert broken(problem, process("s", MON, "09:00", "p1")) == [("cohort", "s")]


# --- clinicians and rooms -------------------------------------------------------------------------------


def test_a_buffer_is_kept_free_before_the_next_session_even_across_midnight() -> None:
    problem = week()
    problem["clinicians"][0]["buffer_minutes"] = 15
    first = process("s", MON, "22:30")
    assert broken(problem, first, process("t", TUE, "00:15")) == []
    assert broken(problem, first, process("t", TUE, "00:00")) == [("clinician_overlap", "c1")]
    assert broken(week(), first, process("t", TUE, "00:00")) == []


def test_a_buffer_may_run_into_closing_and_is_no_load() -> None:
    problem = week()
    problem["clinic"]["opening_hours"] = [window("09:00", "10:30")]
    problem["clinicians"][0] |= {"buffer_minutes": 30, "max_day_minutes": 90, "max_week_minutes": 90}
    assert broken(problem, process("s", MON, "09:00")) == []


def test_load_limits_count_the_minutes_in_sessions_by_day_and_week() -> None:
    problem = week()
    problem["clinicians"][0] |= {"max_day_minutes": 150, "max_week_minutes": 180}
    assert broken(problem, process("s", MON, "09:00"), talk("t", MON, "12:00")) == []
    assert broken(problem, process("s", MON, "09:00"), process("t", TUE, "09:00")) == []
    problem["clinicians"][0]["max_day_minutes"] = 149
    assert broken(problem, process("s", MON, "09:00"), talk("t", MON, "12:00")) == [("clinician_load", "c1")]
    problem["clinicians"][0] |= {"max_day_minutes": None, "max_week_minutes": 179}
    found = broken(problem, process("s", MON, "09:00"), process("t", TUE, "09:00"))
    assert found == [("clinician_load", "c1")]


def test_a_run_goes_on_while_pauses_are_shorter_than_a_break() -> None:
    problem = week()
    day = process("s", MON, "09:00"), talk("t", MON, "10:45")
    problem["clinicians"][0] |= {"max_consecutive_minutes": 164, "break_minutes": 16}
    assert broken(problem, *day) == [("clinician_break", "c1")], "from 09:00 to 11:45 are 165 minutes"
    problem["clinicians"][0]["break_minutes"] = 15
    assert broken(problem, *day) == [], "a pause of 15 minutes is a break now"
    problem["clinicians"][0] |= {"max_consecutive_minutes": 165, "break_minutes": 16}
    assert broken(problem, *day) == []


def test_a_single_session_is_a_run_and_without_a_break_length_so_is_each() -> None:
    problem = week()
    problem["clinicians"][0]["max_consecutive_minutes"] = 90
    assert broken(problem, process("s", MON, "09:00"), talk("t", MON, "10:30")) == []
    problem["clinicians"][0]["max_consecutive_minutes"] = 89
    assert broken(problem, process("s", MON, "09:00")) == [("clinician_break", "c1")]


def test_a_room_holds_one_session_at_a_time_plus_turnover() -> None:
    problem = week()
    problem["rooms"][0]["turnover_minutes"] = 30
    second = process("t", MON, "11:00", "p2", clinicians=["c3"])
    assert broken(problem, process("s", MON, "09:30"), second) == [("room", "r1")]
    assert broken(problem, process("s", MON, "09:00"), second) == []


# --- patients -------------------------------------------------------------------------------------------


def test_a_patient_is_in_one_place_at_a_time_and_may_go_straight_on() -> None:
    assert broken(week(), process("s", MON, "09:00"), tele("t", MON, "10:30")) == []
    assert broken(week(), process("s", MON, "09:00"), tele("t", MON, "10:15")) == [("patient_overlap", "p1")]


def test_a_night_shift_begun_the_evening_before_the_week_blocks_its_first_morning() -> None:
    problem = week()
    night: Doc = {"id": "night", "days": ["sun"], "start": "22:00", "end": "06:00", "travel_minutes": 30}
    problem["patients"][0]["commitments"] = [night]
    assert broken(problem, process("s", MON, "06:30")) == []
    assert broken(problem, process("s", MON, "06:15")) == [("commitment", "p1")]
    assert broken(problem, tele("s", MON, "06:00")) == [], "travel is for in-person sessions only"
    assert broken(problem, tele("s", MON, "05:45")) == [("commitment", "p1")]
    assert broken(problem, process("s", SUN, "20:00")) == []
    assert broken(problem, process("s", SUN, "20:15")) == [("commitment", "p1")]


def test_the_first_and_last_date_of_a_weekly_commitment_bound_when_it_starts() -> None:
    problem = week()
    night: Doc = {"id": "night", "days": DAYS, "start": "22:00", "end": "06:00", "until": MON}
    problem["patients"][0]["commitments"] = [night]
    assert broken(problem, process("s", TUE, "05:00")) == [("commitment", "p1")]
    assert broken(problem, process("s", WED, "05:00")) == []
    night |= {"from": WED, "until": None}
    assert broken(problem, process("s", WED, "05:00")) == []
    assert broken(problem, process("s", THU, "05:00")) == [("commitment", "p1")]


def test_a_commitment_that_ends_when_it_starts_takes_a_whole_day() -> None:
    problem = week()
    duty = {"id": "duty", "days": ["mon"], "start": "12:00", "end": "12:00"}
    problem["patients"][0]["commitments"] = [duty]
    assert broken(problem, process("s", MON, "10:30"), process("t", TUE, "12:00")) == []
    assert broken(problem, process("s", TUE, "10:30")) == [("commitment", "p1")]


def test_a_commitment_that_starts_after_the_week_is_ignored_with_its_travel() -> None:
    problem = week()
    early = {"id": "early", "date": "2026-12-07", "start": "00:00", "end": "06:00", "travel_minutes": 30}
    problem["patients"][0]["commitments"] = [early]
    assert broken(problem, process("s", SUN, "22:30")) == []


def test_a_dated_commitment_holds_on_every_date_up_to_its_last() -> None:
    problem = week()
    trial: Doc = {"id": "trial", "date": TUE, "until_date": WED, "start": "10:00", "end": "12:00"}
    problem["patients"][0]["commitments"] = [trial]
    assert broken(problem, process("s", MON, "10:00"), process("t", THU, "10:00")) == []
    assert broken(problem, process("s", WED, "11:45")) == [("commitment", "p1")]
    trial["until_date"] = None
    assert broken(problem, process("s", WED, "11:45")) == []


def test_a_soft_commitment_costs_its_minutes_times_weight_without_travel() -> None:
    problem = week()
    club = {"id": "club", "days": ["mon"], "start": "10:00", "end": "11:00", "travel_minutes": 60}
    problem["patients"][0]["commitments"] = [{**club, "strength": "soft", "weight": 3}]
    assert broken(problem, process("s", MON, "09:00")) == []
    assert terms(problem, process("s", MON, "09:00"))["soft_commitment"] == 30 * 3
    problem["patients"][0]["commitments"].append({**club, "id": "other", "strength": "soft"})
    assert terms(problem, process("s", MON, "09:00"))["soft_commitment"] == 30 * 3 + 30


def test_nobody_attends_outside_the_active_dates() -> None:
    problem = week()
    problem["patients"][0]["active"] = {"from": TUE, "until": WED}
    assert broken(problem, process("s", TUE, "09:00"), process("t", WED, "09:00")) == []
    assert broken(problem, process("s", MON, "09:00")) == [("active", "p1")]
    assert broken(problem, process("s", THU, "09:00")) == [("active", "p1")]


def test_a_type_is_attended_once_a_day_when_nothing_is_said_and_freely_when_null_is() -> None:
    problem = week()
    twice = process("s", MON, "09:00"), process("t", MON, "12:00")
    assert broken(problem, *twice) == [("max_per_day", "p1")]
    problem["session_types"][0]["max_per_day"] = None
    assert broken(problem, *twice) == []


def test_a_requirement_has_a_maximum_and_other_types_are_never_attended() -> None:
    problem = week()
    problem["programs"][0]["requirements"] = [requirement("process", "talk", max=1)]
    assert broken(problem, process("s", MON, "09:00")) == []
    assert broken(problem, process("s", MON, "09:00"), talk("t", TUE, "09:00")) == [("requirement_max", "p1")]
    assert broken(problem, tele("s", MON, "09:00")) == [("requirement_max", "p1")]


def test_care_limits_of_week_day_and_days_count_care_only() -> None:
    problem = week()
    problem["patients"][0] |= {
        "care_minutes": {"max": 150},
        "day_care_minutes": {"max": 90},
        "days": {"max": 2},
    }
    legal = process("s", MON, "09:00"), talk("t", TUE, "09:00"), screen("d", MON, "12:00")
    assert broken(problem, *legal, screen("e", WED, "12:00")) == []
    assert broken(problem, process("s", MON, "09:00"), tele("t", MON, "12:00")) == [("day_care_max", "p1")]
    assert broken(problem, *legal, tele("u", WED, "09:00")) == [("care_max", "p1"), ("days_max", "p1")]


def test_idle_minutes_lie_between_in_person_sessions_and_telehealth_fills_them() -> None:
    problem = week()
    problem["patients"][0]["max_idle_minutes"] = 90
    ends = process("s", MON, "09:00"), talk("t", MON, "13:00")
    filled = (*ends, tele("u", MON, "11:00"))
    assert figures(problem, *filled)["idle_minutes"] == 90, "300 minutes there, 210 in sessions"
    assert broken(problem, *filled) == []
    assert figures(problem, *ends)["idle_minutes"] == 150
    assert broken(problem, *ends) == [("idle_max", "p1")]


def test_waiting_at_home_for_telehealth_is_not_idle() -> None:
    assert figures(week(), process("s", MON, "09:00"), tele("t", MON, "15:00"))["idle_minutes"] == 0
    assert figures(week(), tele("t", MON, "15:00"))["idle_minutes"] == 0


def test_an_authorization_limits_care_days_and_minutes_and_every_session_by_date() -> None:
    problem = week()
    problem["patients"][0]["authorized"] = {"days": 2, "minutes": 150, "from": TUE, "until": FRI}
    legal = process("s", TUE, "09:00"), talk("t", FRI, "09:00"), screen("d", WED, "09:00")
    assert broken(problem, *legal) == []
    assert broken(problem, screen("d", MON, "09:00")) == [("authorization", "p1")]
    assert broken(problem, screen("d", SAT, "09:00")) == [("authorization", "p1")]
    assert broken(problem, process("s", TUE, "09:00"), process("t", WED, "09:00")) == [
        ("authorization", "p1")
    ]
    problem["patients"][0]["authorized"] = {"days": 1}
    assert broken(problem, *legal) == [("authorization", "p1")]


def test_flagged_rules_are_counted_always_and_broken_only_when_enforced() -> None:
    problem = week()
    problem["programs"][0] |= {"day_care_minutes": {"min": 120}, "days": {"min": 4}, "max_gap_days": 1}
    held = process("s", MON, "09:00"), process("t", THU, "09:00")
    assert broken(problem, *held) == []
    assert figures(problem, *held)["breaches"] == [
        {"rule": "day_care_min", "count": 2},
        {"rule": "days_min", "count": 2},
        {"rule": "gap", "count": 1},
    ]
    assert terms(problem, *held)["breach"] == 5
    problem["programs"][0]["enforce"] = ["gap", "day_care_min"]
    assert broken(problem, *held) == [("day_care_min", "p1"), ("gap", "p1")]
    problem["patients"][0]["enforce"] = []
    assert broken(problem, *held) == []
    problem["programs"][0]["day_care_minutes"] = {"min": 90}
    assert terms(problem, *held)["breach"] == 3, "a day of exactly the minimum is enough"


def test_a_patient_without_a_care_day_misses_no_care_day() -> None:
    problem = week()
    problem["programs"][0] |= {"days": {"min": 3}, "enforce": ["days_min"]}
    assert broken(problem, screen("d", MON, "09:00")) == []
    assert terms(problem, screen("d", MON, "09:00"))["breach"] == 0


def test_dates_strictly_between_consecutive_care_days_make_a_gap() -> None:
    problem = week()
    problem["programs"][0]["max_gap_days"] = 2
    week_of_two = process("s", TUE, "09:00"), process("t", FRI, "09:00")
    assert figures(problem, *week_of_two)["breaches"] == []
    week_of_three = process("s", TUE, "09:00"), screen("d", THU, "09:00"), process("t", SAT, "09:00")
    assert figures(problem, *week_of_three)["breaches"] == [{"rule": "gap", "count": 1}]


def test_a_care_day_has_enough_services_and_a_care_group() -> None:
    problem = week()
    problem["programs"][0] |= {"min_services_per_day": 2, "group_every_day": True}
    good = process("s", MON, "09:00"), talk("t", MON, "10:30")
    assert figures(problem, *good)["breaches"] == []
    lone = talk("t", MON, "10:30"), screen("d", MON, "12:00")
    assert figures(problem, *lone)["breaches"] == [
        {"rule": "services_min", "count": 1},
        {"rule": "group_daily", "count": 1},
    ]


def test_an_own_rule_replaces_the_whole_value_and_lifting_removes_it() -> None:
    problem = week()
    problem["programs"][0] |= {"care_minutes": {"min": 200, "max": 80}, "max_idle_minutes": 0}
    assert broken(problem, process("s", MON, "09:00")) == [("care_max", "p1")]
    problem["patients"][0]["care_minutes"] = {"min": 100}
    assert broken(problem, process("s", MON, "09:00")) == [], "the program's maximum is replaced as well"
    assert figures(problem, process("s", MON, "09:00"))["unmet_minutes"] == 10
    pause = process("s", MON, "09:00"), talk("t", MON, "11:00")
    assert broken(problem, *pause) == [("idle_max", "p1")]
    problem["patients"][0]["lift"] = ["max_idle_minutes", "care_minutes"]
    assert broken(problem, *pause) == []
    assert figures(problem)["unmet_minutes"] == 0


# --- figures and the objective --------------------------------------------------------------------------


def test_unmet_minutes_take_the_larger_of_missing_sessions_and_missing_care_plus_the_rest() -> None:
    problem = week()
    problem["programs"][0] |= {
        "requirements": [requirement("process", name="a", min=3), requirement("screen", name="b", min=1)],
        "care_minutes": {"min": 360},
    }
    problem["patients"] = [{**patient("p1", "c1"), "priority": 2}]
    once = process("s", MON, "09:00")
    assert figures(problem, once)["unmet_minutes"] == 270 + 15, "360 - 90 is more than two sessions of 90"
    assert terms(problem, once)["unmet_care"] == 570
    problem["programs"][0]["care_minutes"] = {"min": 200}
    assert figures(problem, once)["unmet_minutes"] == 180 + 15
    assert figures(problem, once)["requirements"] == {"a": 1, "b": 0}


def test_a_missing_session_counts_as_long_as_the_shortest_of_its_types() -> None:
    problem = week()
    problem["programs"][0]["requirements"] = [requirement("process", "tele", min=3)]
    assert figures(problem, process("s", MON, "09:00"))["unmet_minutes"] == 2 * 60


def test_minima_shrink_to_the_active_share_of_open_dates_with_halves_rounded_up() -> None:
    problem = week()
    problem["clinic"]["opening_hours"] = [window("08:00", "20:00", ["mon", "wed"])]
    problem["clinic"]["closures"] = [{"date": MON, "start": "00:00", "end": "24:00"}]
    problem["programs"][0] |= {
        "requirements": [requirement("process", min=3), requirement("screen", name="b", min=1)],
        "days": {"min": 3},
    }
    problem["patients"][0]["active"] = {"from": TUE}
    assert figures(problem)["unmet_minutes"] == 2 * 90 + 15, (
        "3 becomes 2 and 1 stays 1; closures do not count"
    )
    assert figures(problem, process("s", WED, "09:00"))["breaches"] == [{"rule": "days_min", "count": 1}]
    problem["patients"][0]["active"] = {"from": MON, "until": WED}
    assert figures(problem)["unmet_minutes"] == 3 * 90 + 15
    problem["patients"][0]["active"] = {"from": THU}
    assert figures(problem)["unmet_minutes"] == 0


def test_care_of_540_minutes_shrinks_to_324_on_three_of_five_open_dates() -> None:
    problem = week()
    problem["clinic"]["opening_hours"] = [window("08:00", "20:00", DAYS[:5])]
    problem["programs"][0]["care_minutes"] = {"min": 540}
    problem["patients"] = [{**patient("p1", "c1"), "active": {"from": WED}}]
    assert figures(problem)["unmet_minutes"] == 324
    assert terms(problem)["unmet_care"] == 324


def test_the_baseline_is_compared_by_type_weekday_and_time() -> None:
    problem = week()
    problem["baseline"] = {
        "sessions": [process("a", "2026-11-23", "09:00"), process("b", "2026-11-25", "09:00", "p1")]
    }
    held = (
        process("s", MON, "09:00", clinicians=["c3"]),
        process("t", THU, "09:00", "p1", "p2"),
        talk("u", WED, "09:00"),
    )
    found = judge(problem, {"sessions": list(held)})
    assert (found.terms["moved"], found.terms["clinician_changed"]) == (2, 1)
    assert (found.patients["p1"]["kept"], found.patients["p2"]["kept"]) == (0.5, None)


def test_ids_of_the_baseline_that_no_longer_exist_are_ignored() -> None:
    problem = week()
    problem["baseline"] = {
        "sessions": [
            process("a", "2026-11-23", "09:00", "p1", "gone", clinicians=["c1", "gone"], room="gone"),
            {**process("b", "2026-11-23", "11:00", "p2"), "session_type": "gone"},
        ]
    }
    found = judge(problem, {"sessions": [process("s", MON, "09:00"), process("t", TUE, "09:00", "p2")]})
    assert (found.terms["moved"], found.terms["clinician_changed"]) == (0, 0)
    assert (found.patients["p1"]["kept"], found.patients["p2"]["kept"]) == (1.0, None)


def test_minutes_outside_the_merged_preferred_windows_count() -> None:
    problem = week()
    problem["patients"][0]["preferred"] = [window("09:30", "10:00"), window("09:45", "10:15")]
    assert terms(problem, process("s", MON, "09:00", "p1", "p2"))["not_preferred"] == 90 - 45
    problem["patients"][0]["preferred"] = []
    assert terms(problem, process("s", MON, "09:00"))["not_preferred"] == 0


def test_the_objective_adds_units_times_default_or_given_weights() -> None:
    problem = week()
    held = [process("s", MON, "09:00", "p1", "p2"), talk("t", TUE, "09:00", "p2", clinicians=["c2"])]
    found = judge(problem, {"sessions": held})
    expected = dict.fromkeys(found.terms, 0)
    assert found.terms == expected | {"attended_day": 3, "facilitator_time": 90, "load_spread": 30}
    assert found.objective == 3 * 60 + 90 * 4
    assert found.clinicians == {"c1": 90, "c2": 60, "c3": 0}
    assert found.rooms == {"r1": 90, "r2": 0}
    problem["weights"] = {"load_spread": 2, "attended_day": 0}
    assert judge(problem, {"sessions": held}).objective == 90 * 4 + 30 * 2


def test_two_facilitators_cost_twice_and_telehealth_days_are_attended_days() -> None:
    problem = week()
    problem["session_types"][1]["facilitators"] = [{}, {}]
    found = terms(problem, tele("t", MON, "09:00", clinicians=["c1", "c2"]))
    assert (found["facilitator_time"], found["attended_day"], found["load_spread"]) == (120, 1, 0)


# --- references, pins and facts -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        {"session_type": "gone"},
        {"session_type": None},
        {"start": f"{MON} 09:00"},
        {"start": "2026-11-31T09:00"},
        {"start": None},
        {"start": "2026-11-29T09:00"},
        {"start": "2026-12-07T09:00"},
    ],
)
def test_a_session_that_cannot_be_placed_in_the_week_is_a_reference_fault_and_nothing_else(
    fault: Doc,
) -> None:
    found = judge(week(), {"sessions": [process("s", MON, "09:00", **fault)]})
    assert found.broken == [("reference", "s")]
    assert found.patients["p1"]["care_minutes"] == 0


def test_unknown_names_wrong_ends_and_double_ids_are_reference_faults() -> None:
    reference = ("reference", "s")
    start = MON, "09:00"
    assert broken(week(), process("s", *start, "p1", "gone")) == [reference]
    assert broken(week(), process("s", *start, room="gone")) == [reference, ("room", "s")]
    assert broken(week(), process("s", *start, clinicians=["gone"])) == [("facilitators", "s"), reference]
    assert broken(week(), process("s", *start, end=f"{MON}T10:45")) == [reference]
    assert broken(week(), process("s", *start, end=f"{MON}T10:30")) == []
    assert broken(week(), process("s", *start), process("s", TUE, "09:00")) == [reference]


def test_a_session_pin_fixes_what_it_gives() -> None:
    problem = week()
    problem["pins"] = [{"session": {**process("a", MON, "09:00", "p1"), "room": None}}]
    assert broken(problem, process("s", MON, "09:00", "p2", room="r2")) == []
    assert broken(problem, process("s", MON, "09:15")) == [("pin", "pins/0")]
    assert broken(problem, process("s", MON, "09:00", clinicians=["c3"])) == [("pin", "pins/0")]
    problem["pins"][0]["session"]["clinicians"] = None
    assert broken(problem, process("s", MON, "09:00", clinicians=["c3"])) == []
    problem["pins"][0]["session"]["room"] = "r2"
    assert broken(problem, process("s", MON, "09:00")) == [("pin", "pins/0")]


@pytest.mark.parametrize("flag", ["frozen", "happened"])
def test_a_frozen_or_happened_pin_fixes_the_exact_patients(flag: str) -> None:
    problem = week()
    problem["pins"] = [{"session": process("a", MON, "09:00", "p1", "p2"), flag: True}]
    assert broken(problem, process("s", MON, "09:00", "p2", "p1")) == []
    assert broken(problem, process("s", MON, "09:00", "p1")) == [("pin", "pins/0")]


def test_each_session_pin_needs_a_session_of_its_own() -> None:
    problem = week()
    loose = {"session_type": "process", "start": f"{MON}T09:00"}
    problem["pins"] = [{"session": loose}, {"session": {**loose, "clinicians": ["c1"]}}]
    first = process("s", MON, "09:00")
    second = process("t", MON, "09:00", "p2", clinicians=["c3"], room="r2")
    assert broken(problem, first, second) == [], "the first pin has to leave c1's session to the second"
    assert broken(problem, first) == [("pin", "pins/1")]


def test_a_patient_pin_needs_the_patient_in_such_a_session() -> None:
    problem = week()
    problem["pins"] = [{"patient": "p1", "session_type": "process", "start": f"{MON}T09:00"}]
    assert broken(problem, process("s", MON, "09:00", "p2", "p1")) == []
    assert broken(problem, process("s", MON, "09:00", "p2")) == [("pin", "pins/0")]


def test_what_happened_alone_broke_is_not_reported_but_counts() -> None:
    problem = week()
    problem["patients"][0]["commitments"] = [{"id": "job", "days": ["mon"], "start": "09:00", "end": "10:00"}]
    problem["clinicians"][0]["max_day_minutes"] = 100
    past = process("s", MON, "09:00")
    assert broken(problem, past) == [("commitment", "p1")]
    problem["pins"] = [{"session": past, "happened": True}]
    assert broken(problem, past) == []
    assert broken(problem, past, talk("t", MON, "12:00")) == [("clinician_load", "c1")]
    assert figures(problem, past)["care_minutes"] == 90


def test_a_copy_of_what_happened_is_no_fact() -> None:
    problem = week()
    past = process("s", MON, "09:00")
    problem["pins"] = [{"session": past, "happened": True}]
    assert broken(problem, past, {**past, "id": "copy"}) == [
        ("clinician_overlap", "c1"),
        ("max_per_day", "p1"),
        ("patient_overlap", "p1"),
        ("room", "r1"),
    ]


# --- claims ---------------------------------------------------------------------------------------------


def claimed() -> tuple[Doc, Doc]:
    """One patient, one process group on Monday: a day attended (60) and 90 minutes led (360)."""
    problem = week()
    problem["patients"] = problem["patients"][:1]
    row = {
        "id": "p1",
        "care_minutes": 90,
        "attended_days": 1,
        "care_days": 1,
        "idle_minutes": 0,
        "requirements": {"all": 1},
        "unmet_minutes": 0,
        "breaches": [],
        "kept": None,
    }
    timetable = {
        "sessions": [process("s", MON, "09:00")],
        "patients": [row],
        "clinicians": [{"id": name, "minutes": 90 * (name == "c1")} for name in ("c1", "c2", "c3")],
        "rooms": [{"id": "r1", "minutes": 90}, {"id": "r2", "minutes": 0}],
        "objective": {"value": 420, "bound": 315, "gap": 0.25, "terms": claimed_terms()},
    }
    return problem, timetable


def claimed_terms() -> list[Doc]:
    weights = {"unmet_care": 100, "breach": 1000, "moved": 300, "clinician_changed": 20}
    weights |= {"soft_commitment": 2, "not_preferred": 1, "idle": 1, "load_spread": 0}
    rows = [{"term": term, "units": 0, "weight": weight, "cost": 0} for term, weight in weights.items()]
    rows.append({"term": "attended_day", "units": 1, "weight": 60, "cost": 60})
    rows.append({"term": "facilitator_time", "units": 90, "weight": 4, "cost": 360})
    return rows


def test_true_claims_are_accepted_and_a_bare_timetable_claims_nothing() -> None:
    problem, timetable = claimed()
    assert wrong_claims(problem, timetable) == []
    assert wrong_claims(problem, {"sessions": timetable["sessions"]}) == []


@pytest.mark.parametrize(
    ("section", "position", "field", "value"),
    [
        ("patients", 0, "care_minutes", 91),
        ("patients", 0, "attended_days", 2),
        ("patients", 0, "care_days", 0),
        ("patients", 0, "idle_minutes", 5),
        ("patients", 0, "requirements", {"all": 2}),
        ("patients", 0, "unmet_minutes", 1),
        ("patients", 0, "breaches", [{"rule": "gap", "count": 1}]),
        ("patients", 0, "kept", 1.0),
        ("patients", 0, "id", "gone"),
        ("clinicians", 2, "minutes", 90),
        ("rooms", 0, "minutes", 0),
    ],
)
def test_every_wrong_figure_is_named(section: str, position: int, field: str, value: Any) -> None:
    problem, timetable = claimed()
    timetable[section][position][field] = value
    assert any(section in claim for claim in wrong_claims(problem, timetable))


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"value": 421}, "objective/value"),
        ({"bound": 421, "gap": None}, "objective/bound"),
        ({"gap": 0.26}, "objective/gap"),
        ({"bound": None, "gap": None}, None),
        ({"bound": 420, "gap": 0.0}, None),
    ],
)
def test_value_bound_and_gap_have_to_fit_together(change: Doc, wrong: str | None) -> None:
    problem, timetable = claimed()
    timetable["objective"] |= change
    found = wrong_claims(problem, timetable)
    assert found == [] if wrong is None else any(claim.startswith(wrong) for claim in found)


@pytest.mark.parametrize("field", ["units", "weight", "cost"])
def test_a_wrong_term_is_named_by_its_field(field: str) -> None:
    problem, timetable = claimed()
    timetable["objective"]["terms"][-1][field] += 1
    found = wrong_claims(problem, timetable)
    assert [claim.split(":")[0] for claim in found] == [f"objective/terms/facilitator_time/{field}"]


def test_a_figure_of_a_patient_with_a_baseline_may_be_rounded_to_three_decimals() -> None:
    problem, timetable = claimed()
    problem["baseline"] = {"sessions": [process(day, day, "09:00") for day in (MON, TUE, WED)]}
    timetable["patients"][0]["kept"] = 0.333
    assert wrong_claims(problem, timetable) == []
    timetable["patients"][0]["kept"] = 0.3
    assert len(wrong_claims(problem, timetable)) == 1
