"""Proposed changes: each gives what it states, the least comes first; where none is proposed, none helps."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, reject, settings

from scheduler import NoTimetableFound, PinsClash, Problem, Timetable, read_problem, solve
from scheduler.explain import explain
from scheduler.explain.answer import PatientExplanation
from scheduler.placement import place
from tests.ask.test_explain_reasons import HOUR, WEEK, clinic, full_groups, planned
from tests.proof.proof_explanations import check_all
from tests.proof.report import Report
from tests.strategies import problems

Doc = dict[str, Any]


def told(document: Doc, patient: str = "x") -> PatientExplanation:
    timetable = planned(document)
    answer = explain(read_problem(document).problem, timetable, patients=[patient])
    report = Report("")
    check_all(report, document, timetable.sessions, answer, "week")
    assert report.failures == []
    return answer.patients[0]


def changes(document: Doc) -> list[tuple[str, int]]:
    return [(c.text, c.result.unmet_minutes) for c in told(document).changes]


def own_session(document: Doc) -> None:
    document["session_types"][0] |= {"mode": "individual", "size": None}


def test_a_full_group_lacks_a_seat() -> None:
    document = clinic()
    full_groups(document)
    assert ("One more seat in group (4 instead of 3).", 0) in changes(document)


def test_work_ends_as_much_earlier_as_it_takes_and_no_more() -> None:
    document = clinic()
    own_session(document)
    document["patients"][0]["commitments"] = [
        {"id": "job", "kind": "work", "days": WEEK["days"], "start": "08:00", "end": "16:10",
         "travel_minutes": 5}
    ]  # fmt: skip
    first = told(document).changes[0]
    assert first.text == "Work ends 15 min earlier on Mon (15:55 instead of 16:10)."
    assert first.effort == 15
    commitments = first.patch[0]["value"]
    assert [(c["days"], c["end"]) for c in commitments] == [
        (["tue", "wed", "thu", "fri"], "16:10"), (["mon"], "15:55")
    ]  # fmt: skip


def test_an_appointment_is_moved_and_not_cut() -> None:
    document = clinic()
    own_session(document)
    document["clinicians"][0]["availability"] = [HOUR | {"days": ["tue"], "start": "10:00", "end": "11:00"}]
    document["patients"] = document["patients"][:1]
    document["patients"][0]["commitments"] = [
        {"id": "court", "kind": "legal", "date": "2026-12-01", "start": "10:30", "end": "11:30"}
    ]
    assert changes(document)[0] == (
        "Legal is 30 min later on Tue 2026-12-01 (11:00–12:00 instead of 10:30–11:30).", 0
    )  # fmt: skip


def test_a_clinician_stays_only_for_what_is_missing() -> None:
    document = clinic()
    own_session(document)
    document["patients"] = document["patients"][:1]
    document["clinicians"][0]["availability"] = [HOUR | {"end": "12:30"}]
    assert changes(document)[0] == (
        "One more session of group, Mon 11:30–12:30, with c on site 30 min longer.",
        0,
    )


def test_a_rule_is_relaxed_by_the_least_step() -> None:
    document = clinic()
    document["patients"][0]["authorized"] = {"minutes": 30}
    assert changes(document) == [("Authorised care minutes: 60 instead of 30, for this patient.", 0)]


def test_one_more_group_is_held_with_those_who_are_free() -> None:
    document = clinic()
    need = {"id": "group", "any_of": ["group"], "sessions": {"min": 1, "max": 2}}
    document["programs"][0]["requirements"] = [need]
    document["session_types"][0]["size"]["max"] = 3
    document["weights"] = {"facilitator_time": 10_000}  # so dear that the search holds one group only
    for other in document["patients"][1:]:
        other["priority"] = 2
    change = next(c for c in told(document).changes if c.kind == "session")
    assert change.result.unmet_minutes == 0
    assert change.result.others_joining == 1
    assert change.patch == ()
    assert change.moves[0]["create"]["session_type"] == "group"


def test_where_nothing_helps_that_is_said_with_what_was_looked_at() -> None:
    document = clinic()
    document["cohorts"] = [{"id": "k1", "session_types": ["group"], "patients": ["y", "z", "w"]}]
    found = told(document)
    assert found.changes == ()
    assert found.tried is not None
    assert found.tried.complete
    assert found.statement.startswith("No single change of the listed kinds helps")


def test_who_lacks_nothing_needs_no_change() -> None:
    document = clinic()
    found = explain(read_problem(document).problem, planned(document), patients=["x"]).patients[0]
    assert (found.unmet_minutes, found.reasons, found.changes, found.statement) == (0, (), (), "")


@given(problems())
@settings(max_examples=25)
def test_changes_of_any_week_give_what_they_state_and_without_any_none_helps(
    document: Doc,
) -> None:
    problem = read_problem(document).problem
    try:
        timetable = solve(problem, deterministic=0.02)
    except (PinsClash, NoTimetableFound):
        reject()
    answer = explain(problem, timetable, clinic=False)
    report = Report("")
    check_all(report, document, timetable.sessions, answer, "week", to_the_end=False)
    assert report.failures == []
    for patient in answer.patients:
        if not patient.changes and patient.tried is not None and patient.tried.complete:
            _none_helps(problem, document, timetable, patient)


def _none_helps(problem: Problem, document: Doc, timetable: Timetable, patient: PatientExplanation) -> None:
    """By trying: another way to make changes than the one under test."""
    number = next(i for i, p in enumerate(problem.patients) if p.id == patient.id)
    for what, changed in _tried(document, number):
        again = read_problem(changed).problem
        plans = place(again, timetable.sessions, again.patients[number], options=1, openings=False).plans
        assert not plans or plans[0].unmet_minutes >= patient.unmet_minutes, what


def _tried(document: Doc, number: int) -> Iterator[tuple[str, Doc]]:
    for t, kind in enumerate(document.get("session_types", [])):
        if kind.get("size"):
            changed = deepcopy(document)
            changed["session_types"][t]["size"]["max"] += 1
            yield f"a seat in {kind['id']}", changed
    for r, room in enumerate(document.get("rooms") or []):
        changed = deepcopy(document)
        changed["rooms"][r]["capacity"] += 1
        yield f"a seat in {room['id']}", changed
    for c, given_ in enumerate(document["patients"][number].get("commitments") or []):
        start, end = (60 * int(given_[k][:2]) + int(given_[k][3:]) for k in ("start", "end"))
        for minutes in (30, 60, 120):
            if end - start > minutes and given_.get("strength") != "soft":
                changed = deepcopy(document)
                later = end - minutes
                changed["patients"][number]["commitments"][c]["end"] = f"{later // 60:02d}:{later % 60:02d}"
                if _one_day(given_):
                    yield f"{given_['id']} ends {minutes} min earlier", changed


def _one_day(commitment: Doc) -> bool:
    if commitment.get("days"):
        return len(commitment["days"]) == 1
    return commitment.get("until_date") in (None, commitment.get("date"))


@pytest.mark.parametrize("limit", [0.0, 1e-9])
def test_an_early_end_says_so(limit: float) -> None:
    document = clinic()
    full_groups(document)
    answer = explain(read_problem(document).problem, planned(document), time_limit=limit)
    assert not answer.complete
    assert [p.id for p in answer.patients] == ["x"]
    assert answer.patients[0].reasons
