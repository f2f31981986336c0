"""Pins: what a person has fixed stays, and what has happened is a fact."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.small_week import at, broken_in, session, week, words_of

Doc = dict[str, Any]

LOST = {("pin", "pins/0")}


def pinned(session_fields: Doc, **kind: bool) -> Doc:
    return week({"id": "talk", "max_per_day": None}, pins=[{"session": session_fields, **kind}])


def place(kind: str, when: str, **fields: Any) -> Doc:
    return {"session_type": kind, "start": at(when), **fields}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, set()),
        ({"clinicians": ["c1"]}, set()),
        ({"clinicians": ["c2"]}, LOST),
        ({"room": "r1"}, set()),
        ({"room": "r2"}, LOST),
        ({"patients": ["p3"]}, set()),  # patients of a loose pin stay free
    ],
)
def test_a_session_pin_fixes_what_it_names(wanted: Doc, found: set[tuple[str, str]]) -> None:
    document = pinned(place("group", "mon 09:00", **wanted))
    assert broken_in(document, session("group", "mon 09:00", "p1", "p2")) == found


def test_a_pinned_session_is_of_its_type_and_at_its_time() -> None:
    document = pinned(place("talk", "mon 09:00"))
    assert broken_in(document) == LOST
    assert broken_in(document, session("family", "mon 09:00")) == LOST
    assert broken_in(document, session("talk", "mon 09:15")) == LOST


@pytest.mark.parametrize("kind", ["frozen", "happened"])
def test_a_frozen_or_happened_session_has_exactly_its_patients(kind: str) -> None:
    document = pinned(place("group", "mon 09:00", patients=["p2", "p1"]), **{kind: True})
    assert broken_in(document, session("group", "mon 09:00", "p1", "p2")) == set()
    assert broken_in(document, session("group", "mon 09:00", "p1")) == LOST
    assert broken_in(document, session("group", "mon 09:00", "p1", "p2", "p3")) == LOST


def test_clinicians_of_a_pin_are_compared_in_order() -> None:
    document = week(
        {"id": "talk", "facilitators": [{}, {}]},
        pins=[{"session": place("talk", "mon 09:00", clinicians=["c2", "c1"])}],
    )
    assert broken_in(document, session("talk", "mon 09:00", clinicians=["c2", "c1"])) == set()
    assert broken_in(document, session("talk", "mon 09:00", clinicians=["c1", "c2"])) == LOST


def test_each_session_pin_has_a_session_of_its_own() -> None:
    two = [
        {"session": place("talk", "mon 09:00")},
        {"session": place("talk", "mon 09:00", clinicians=["c1"])},
    ]
    mine = session("talk", "mon 09:00", "p1", clinicians=["c1"])
    other = session("talk", "mon 09:00", "p2", clinicians=["c2"], id="s2")
    # The first pin could take either session; it has to leave s1 to the second.
    assert broken_in(week(pins=two), mine, other) == set()
    assert broken_in(week(pins=two), mine) == {("pin", "pins/1")}


def test_a_patients_pinned_attendance_is_in_any_session_of_the_type_and_start() -> None:
    document = week(pins=[{"patient": "p1", "session_type": "talk", "start": at("mon 09:00")}])
    assert broken_in(document, session("talk", "mon 09:00", "p1", clinicians=["c2"])) == set()
    for other in (("talk", "mon 09:00", "p2"), ("talk", "mon 10:00", "p1"), ("family", "mon 09:00", "p1")):
        assert broken_in(document, session(*other)) == LOST


@pytest.mark.parametrize(
    ("wanted", "kind", "said"),
    [
        ({}, {}, "."),
        ({"clinicians": ["c1"], "room": None}, {}, ", led by c1."),
        ({"patients": ["p1"]}, {"frozen": True}, ", with exactly its patients."),
        ({"patients": ["p1"]}, {"happened": True}, ", with exactly its patients."),
    ],
)
def test_the_words_name_what_was_pinned(wanted: Doc, kind: dict[str, bool], said: str) -> None:
    document = pinned(place("talk", "mon 09:00", **wanted), **kind)
    assert words_of(document) == [f"Pin 0: no session of its own of talk at 2026-11-30T09:00{said}"]


# -- facts ----------------------------------------------------------------------------------------------


def happened(*sessions: Doc, **changes: Any) -> Doc:
    """c1 was away all week; the sessions happened nevertheless."""
    away = {"id": "c1", "availability": [], "max_day_minutes": 60, **changes}
    return week(away, pins=[{"session": s, "happened": True} for s in sessions])


def test_what_happened_broke_is_not_reported() -> None:
    fact = session("talk", "mon 09:00")
    assert broken_in(week({"id": "c1", "availability": []}), fact) == {("clinician_availability", "s1")}
    assert broken_in(happened(fact), fact) == set()


def test_what_is_planned_beside_a_fact_is_judged_with_it() -> None:
    fact = session("talk", "mon 09:00")
    planned = session("talk", "mon 11:00", "p2", id="s2")
    found = broken_in(happened(fact), fact, planned)
    assert found == {("clinician_availability", "s2"), ("clinician_load", "c1")}


def test_a_subject_whose_rule_facts_alone_break_is_left_in_peace() -> None:
    facts = [session("talk", "mon 09:00"), session("talk", "mon 10:00", "p2", id="s2")]
    planned = session("talk", "mon 11:00", "p3", id="s3", clinicians=["c1"])
    assert broken_in(happened(*facts), *facts, planned) == {("clinician_availability", "s3")}


def test_a_changed_fact_is_a_lost_pin_and_no_fact() -> None:
    fact = session("talk", "mon 09:00")
    assert broken_in(happened(fact), fact | {"patients": ["p2"]}) == LOST | {("clinician_availability", "s1")}
