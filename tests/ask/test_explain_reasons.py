"""Reasons for unmet minutes: the cause that was put there, all minutes told, nobody else named."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, reject, settings

from scheduler import NoTimetableFound, PinsClash, Timetable, read_problem, solve
from scheduler.explain.reasons import Reasoning
from scheduler.rules.facts import Facts
from tests.strategies import problems

Doc = dict[str, Any]
HOUR: Doc = {"days": ["mon"], "start": "12:00", "end": "13:00"}
WEEK: Doc = {"days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"}
TIERS = {"impossible_for_patient", "impossible_for_clinic", "others_preferred", "dearer_than_worth"}


def clinic() -> Doc:
    """Enough of everything: `x` and three others want one group a week, which any of them can have."""
    return {
        "clinic": {
            "id": "k", "timezone": "UTC", "week_start": "2026-11-30", "slot_minutes": 30,
            "opening_hours": [WEEK],
        },
        "session_types": [
            {"id": "group", "mode": "group", "minutes": 60, "size": {"min": 2, "max": 4},
             "facilitators": [{"credentials": ["LADC"]}], "room": {}},
        ],
        "programs": [
            {"id": "iop",
             "requirements": [{"id": "group", "any_of": ["group"], "sessions": {"min": 1, "max": 1}}]}
        ],
        "clinicians": [{"id": "c", "credentials": ["LADC"], "availability": [WEEK]}],
        "rooms": [{"id": "r", "capacity": 4}],
        "patients": [{"id": p, "program": "iop"} for p in ("x", "y", "z", "w")],
    }  # fmt: skip


def no_free_hour(doc: Doc) -> None:
    doc["patients"][0]["commitments"] = [
        {"id": "care", "kind": "family", "days": WEEK["days"], "start": "08:00", "end": "18:00"}
    ]


def missing_credential(doc: Doc) -> None:
    doc["session_types"][0]["facilitators"] = [{"credentials": ["LMFT"]}]


def wrong_audience(doc: Doc) -> None:
    doc["session_types"][0]["audience"] = {"requires": ["women"]}
    for other in doc["patients"][1:]:
        other["tags"] = ["women"]


def full_groups(doc: Doc) -> None:
    doc["session_types"][0]["size"]["max"] = 3
    doc["clinicians"][0]["availability"] = [HOUR]
    for other in doc["patients"][1:]:
        other["priority"] = 2


def room_too_small(doc: Doc) -> None:
    doc["session_types"][0]["size"]["min"] = 3
    doc["rooms"][0]["capacity"] = 2


def day_minimum(doc: Doc) -> None:
    doc["patients"][0] |= {"day_care_minutes": {"min": 120}, "enforce": ["day_care_min"]}


def gap_too_wide(doc: Doc) -> None:
    doc["session_types"][0]["windows"] = [HOUR | {"days": ["mon", "fri"]}]
    need = {"id": "group", "any_of": ["group"], "sessions": {"min": 2, "max": 2}}
    doc["programs"][0]["requirements"] = [need]
    doc["patients"][0] |= {"max_gap_days": 2, "enforce": ["gap"]}


def not_authorised(doc: Doc) -> None:
    doc["patients"][0]["authorized"] = {"minutes": 30}


def kept_apart(doc: Doc) -> None:
    doc["clinicians"][0]["availability"] = [HOUR]
    doc["patients"][1]["priority"] = 5
    doc["apart"] = [["x", "y"]]


def closed_group(doc: Doc) -> None:
    doc["cohorts"] = [{"id": "k1", "session_types": ["group"], "patients": ["y", "z", "w"]}]


def by_telehealth(doc: Doc) -> None:
    doc["session_types"][0] |= {"delivery": "telehealth", "room": None}
    for other in doc["patients"][1:]:
        other["telehealth"] = True


def travel(doc: Doc) -> None:
    doc["patients"][0]["commitments"] = [
        {"id": name, "kind": "work", "days": WEEK["days"], "start": start, "end": end, "travel_minutes": 15}
        for name, start, end in (("am", "08:00", "12:00"), ("pm", "13:00", "18:00"))
    ]


WAYS = {
    no_free_hour: "commitment",
    missing_credential: "credential",
    wrong_audience: "audience",
    full_groups: "groups_full",
    room_too_small: "room_too_small",
    day_minimum: "day_care_min",
    gap_too_wide: "gap",
    not_authorised: "authorization",
    kept_apart: "apart",
    closed_group: "cohort",
    by_telehealth: "delivery",
    travel: "travel",
}


def planned(document: Doc) -> Timetable:
    return solve(read_problem(document).problem, deterministic=0.1)


def causes(timetable: Timetable, patient: str) -> set[str]:
    figures = next(p for p in timetable.patients if p.id == patient)
    return {r.code for r in figures.reasons if "tier" in r.params}


def test_nobody_is_short_before_anything_is_made_impossible() -> None:
    assert [p.unmet_minutes for p in planned(clinic()).patients] == [0, 0, 0, 0]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_patient_made_impossible_in_one_way_is_explained_by_exactly_that(way: Any) -> None:
    document = deepcopy(clinic())
    way(document)
    timetable = planned(document)
    assert next(p.unmet_minutes for p in timetable.patients if p.id == "x") > 0
    assert causes(timetable, "x") == {WAYS[way]}


def test_the_sentences_hold_their_counts() -> None:
    document = clinic()
    full_groups(document)
    figures = planned(document).patients[0]
    assert [r.text for r in figures.reasons] == [
        "Group: 1 of 1 sessions missing (60 min).",
        "Group: 1 group held, 1 full.",
        "60 min are possible, but others were preferred.",
        "Group: 1 of the 1 groups at times that fit the patient are full (3 of 3).",
    ]


@given(problems())
@settings(max_examples=40)
def test_every_unmet_minute_has_its_reason_and_nobody_else_is_named(document: Doc) -> None:
    problem = read_problem(document).problem
    try:
        timetable = solve(problem, deterministic=0.02)
    except (PinsClash, NoTimetableFound):
        reject()
    reasoning = Reasoning(Facts(problem, timetable.sessions))
    others = {p.id for p in problem.patients}
    for figures in timetable.patients:
        shares, reasons = reasoning.of(figures.id)
        assert reasons == figures.reasons
        assert sum(s.minutes for s in shares) == figures.unmet_minutes
        for reason in reasons:
            named = {value for value in reason.params.values() if isinstance(value, str)}
            assert not named & (others - {figures.id})
