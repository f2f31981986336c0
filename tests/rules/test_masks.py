"""Why not: a rule's reason to bar somebody and its finding when they are there nevertheless are one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from scheduler.intake import read_problem
from scheduler.rules import (
    PATIENT_MASKS,
    PatientMask,
    active,
    audience,
    clinician_availability,
    cohort,
    commitment,
    delivery,
    grid,
    room,
)
from scheduler.rules.facts import Facts
from scheduler.setting import setting_of
from scheduler.submitted import read_sessions
from scheduler.timetable import Reason
from tests.rules.small_week import session, week, words_of
from tests.strategies import Doc, weeks

PURE: tuple[PatientMask, ...] = (audience, delivery, active, commitment)


def facts_of(document: Doc, sessions: list[Doc]) -> Facts:
    return Facts(read_problem(document).problem, read_sessions({"sessions": sessions}).sessions)


def found(rule: Any, facts: Facts) -> set[str]:
    return {finding.subject for finding in rule.check(facts)}


@given(weeks(misnaming=False))
def test_who_is_barred_and_attends_is_found(drawn: tuple[Doc, list[Doc]]) -> None:
    facts = facts_of(*drawn)
    for held, patient in facts.attendances:
        for rule in PATIENT_MASKS:
            if rule.bars(facts.setting, patient, held.type, held.interval):
                assert {held.id, patient.id} & found(rule, facts)


@given(weeks(misnaming=False))
def test_who_is_found_was_barred(drawn: tuple[Doc, list[Doc]]) -> None:
    """For the rules that are masks and nothing else."""
    facts = facts_of(*drawn)
    for rule in PURE:
        barred = {
            name
            for held, patient in facts.attendances
            if rule.bars(facts.setting, patient, held.type, held.interval)
            for name in (held.id, patient.id)
        }
        assert found(rule, facts) <= barred


@given(weeks(misnaming=False))
def test_a_session_is_found_where_its_place_bars_it(drawn: tuple[Doc, list[Doc]]) -> None:
    facts = facts_of(*drawn)
    setting = facts.setting
    for held in facts.sessions:
        own = facts_of(drawn[0], [s for s in drawn[1] if s["id"] == held.id])
        assert bool(found(grid, own)) is bool(grid.bars(setting, held.type, held.interval))
        away = [
            clinician_availability.bars(setting, setting.clinicians[c], held.interval)
            for c in held.clinicians
        ]
        assert bool(found(clinician_availability, own)) is any(away)
        if held.room is not None:
            barred = room.bars(
                setting, setting.rooms[held.room], held.type, held.interval, len(held.patients)
            )
            assert held.id in found(room, own) if barred else found(room, own) <= {held.room}


def why_not(document: Doc, patient: str, kind: str) -> Reason | None:
    setting = setting_of(read_problem(document).problem)
    return cohort.bars(setting, setting.patients[patient], setting.types[kind])


def test_a_closed_group_is_for_its_members_alone() -> None:
    document = week(cohorts=[{"id": "h", "session_types": ["group"], "patients": ["p1"]}])
    assert why_not(document, "p1", "group") is None
    assert why_not(document, "p3", "talk") is None
    reason = why_not(document, "p3", "group")
    assert reason is not None
    assert reason.model_dump() == {
        "code": "no_member",
        "text": "patient p3 is in no cohort of group",
        "params": {"patient": "p3", "session_type": "group"},
    }


def job(**fields: Any) -> Doc:
    return {"id": "job", "days": ["mon"], "start": "10:00", "end": "12:00", "travel_minutes": 60} | fields


@pytest.mark.parametrize(
    ("commitments", "said"),
    [
        ([job()], "patient p1 is on the way to or from the commitment job then (60 minutes)"),
        ([job(), job(id="shift", start="09:30")], "patient p1 has the commitment shift then"),
    ],
)
def test_the_commitment_itself_is_named_before_the_way_to_another(commitments: list[Doc], said: str) -> None:
    document = week({"id": "p1", "commitments": commitments})
    held = session("family", "mon 09:00")
    assert words_of(document, held) == [f"Session s1 (family, 2026-11-30 09:00–10:00): {said}."]


def test_reaching_into_the_next_session_is_told_from_reaching_it_with_buffer_or_turnover() -> None:
    document = week({"id": "c1", "buffer_minutes": 30}, {"id": "r1", "turnover_minutes": 30})
    first, touching, overlapping = (
        session("group", when, f"p{i}", id=f"s{i}")
        for i, when in enumerate(("mon 09:00", "mon 10:00", "mon 09:30"), 1)
    )
    said = words_of(document, first, touching)
    assert ["buffer" in text or "turnover" in text for text in said] == [True, True]
    said = words_of(document, first, overlapping)
    assert ["buffer" in text or "turnover" in text for text in said] == [False, False]
