"""Pins that cannot hold are refused before any search: the least of them, and the rule, found by deletion."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import NoTimetableFound, PinsClash, read_problem, solve
from scheduler.pins import refuse_clashes
from tests.oracle import judge

Doc = dict[str, Any]
MORNING: Doc = {"days": ["mon", "tue"], "start": "09:00", "end": "12:00"}
NINE, TEN = "2026-11-30T09:00", "2026-11-30T10:00"


def week(*pins: Doc, **fields: Any) -> Doc:
    """One clinician who may lead talks, one room for groups, three patients."""
    return {
        "clinic": {
            "id": "k", "timezone": "UTC", "week_start": "2026-11-30", "slot_minutes": 60,
            "opening_hours": [MORNING],
        },
        "session_types": [
            {"id": "talk", "mode": "individual", "minutes": 60, "facilitators": [{"credentials": ["A"]}]},
            {"id": "peer", "mode": "group", "minutes": 60, "size": {"min": 2, "max": 3}, "facilitators": [],
             "room": {}},
        ],
        "programs": [
            {"id": "iop", "requirements": [
                {"id": "talk", "any_of": ["talk"]}, {"id": "peer", "any_of": ["peer"]},
            ]},
        ],
        "clinicians": [{"id": "a", "credentials": ["A"], "availability": [MORNING]},
                       {"id": "b", "availability": [MORNING]}],
        "rooms": [{"id": "r", "capacity": 3}],
        "patients": [{"id": p, "program": "iop"} for p in ("x", "y", "z")],
        "pins": list(pins),
    } | fields  # fmt: skip


def held(kind: str, start: str, **fields: Any) -> Doc:
    return {"session": {"session_type": kind, "start": start, **fields}}


def attends(patient: str, kind: str, start: str) -> Doc:
    return {"patient": patient, "session_type": kind, "start": start}


def refused(document: Doc) -> tuple[tuple[int, ...], tuple[str, ...]]:
    with pytest.raises(PinsClash) as clash:
        refuse_clashes(read_problem(document).problem)
    return clash.value.pins, clash.value.rules


def test_two_pinned_talks_at_once_need_two_who_may_lead_them() -> None:
    pins = [held("peer", TEN), held("talk", NINE), held("talk", TEN), held("talk", NINE)]
    assert refused(week(*pins)) == ((1, 3), ("facilitators",))


def test_pinned_attendances_need_clinicians_too() -> None:
    assert refused(week(attends("x", "talk", NINE), attends("y", "talk", NINE))) == (
        (0, 1),
        ("facilitators",),
    )


def test_two_pinned_groups_at_once_need_two_rooms() -> None:
    assert refused(week(held("peer", NINE), held("peer", NINE))) == ((0, 1), ("room",))


def test_a_pinned_group_needs_patients_who_may_come() -> None:
    document = week(held("peer", NINE), attends("x", "talk", NINE), attends("y", "talk", TEN))
    document["patients"][2]["commitments"] = [
        {"id": "job", "kind": "work", "days": ["mon"], "start": "08:00", "end": "10:00"}
    ]
    assert refused(document) == ((0, 1), ("size",))


def test_nobody_on_site_is_told_before_any_search() -> None:
    document = week(held("talk", NINE))
    document["clinicians"][0]["time_off"] = [{"date": "2026-11-30"}]
    assert refused(document) == ((0,), ("facilitators",))


def test_the_message_names_the_pins_and_says_why() -> None:
    with pytest.raises(
        PinsClash, match=r"^the pins /pins/0, /pins/1 together cannot hold: The pinned sessions"
    ):
        refuse_clashes(read_problem(week(held("talk", NINE), held("talk", NINE))).problem)


FROZEN_TALK = held("talk", NINE, clinicians=["a"], patients=["x"]) | {"frozen": True}
FROZEN_GROUP = held("peer", NINE, room="r", patients=["x", "y"]) | {"frozen": True}
PINS = [
    held("talk", NINE), held("talk", TEN), held("talk", NINE, clinicians=["b"]), FROZEN_TALK,
    held("peer", NINE), held("peer", NINE, room="r"), held("peer", TEN), FROZEN_GROUP,
    held("talk", "2026-12-02T09:00"), attends("x", "talk", NINE), attends("y", "talk", NINE),
    attends("x", "peer", NINE), attends("z", "peer", TEN),
]  # fmt: skip


def clash_of(document: Doc) -> PinsClash | None:
    try:
        refuse_clashes(read_problem(document).problem)
    except PinsClash as clash:
        return clash
    return None


@given(st.lists(st.sampled_from(PINS), min_size=1, max_size=5))
@settings(max_examples=25)
def test_dropping_any_pin_of_the_set_resolves_the_clash(pins: list[Doc]) -> None:
    clash = clash_of(week(*pins))
    if clash is None:
        _holds(week(*pins))
        return
    assert len(clash.rules) == 1
    for dropped in clash.pins:
        rest = week(*(pins[i] for i in clash.pins if i != dropped))
        assert clash_of(rest) is None
        _holds(rest)


TWO_TALKS = (held("talk", NINE), held("talk", TEN))


@pytest.mark.parametrize(
    "pins",
    [
        TWO_TALKS,
        (attends("x", "talk", NINE), held("talk", TEN)),
        (held("talk", TEN), FROZEN_TALK),
        (held("talk", TEN), attends("x", "talk", NINE), attends("z", "peer", TEN), held("peer", TEN)),
    ],
)
def test_pinned_talks_of_one_day_go_to_different_patients(pins: tuple[Doc, ...]) -> None:
    """One talk a day is the most for a patient; a pin is no fact that would excuse a second one."""
    document = week(*pins)
    timetable = solve(read_problem(document).problem, deterministic=0.05)
    assert judge(document, timetable.document()).broken == []
    talks = [s.patients for s in timetable.sessions if s.session_type == "talk" and s.start.day == 30]
    assert len(talks) == len(set(talks)) == 2


def test_whoever_has_to_be_seated_twice_is_seated_where_only_they_can_come() -> None:
    """x alone may come at ten; so nine, which would suit all, is not for x."""
    document = week(*TWO_TALKS)
    for patient in document["patients"][1:]:
        patient["commitments"] = [{"id": "job", "days": ["mon"], "start": "10:00", "end": "12:00"}]
    timetable = solve(read_problem(document).problem, deterministic=0.05)
    assert judge(document, timetable.document()).broken == []


def test_two_pinned_talks_of_a_day_for_the_only_patient_are_never_planned() -> None:
    document = week(*TWO_TALKS)
    del document["patients"][1:]
    with pytest.raises(NoTimetableFound):
        solve(read_problem(document).problem, deterministic=0.05)


def test_a_closed_group_pinned_twice_a_day_is_never_planned() -> None:
    document = week(held("peer", NINE), held("peer", TEN))
    document["cohorts"] = [{"id": "k", "session_types": ["peer"], "patients": ["x", "y"]}]
    with pytest.raises(NoTimetableFound):
        solve(read_problem(document).problem, deterministic=0.05)


def _holds(document: Doc) -> None:
    try:
        timetable = solve(read_problem(document).problem, deterministic=0.05)
    except NoTimetableFound:
        return  # proved by nobody, so claimed by nobody
    assert judge(document, timetable.document()).broken == []
