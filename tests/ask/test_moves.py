"""`check`: manual moves tried without applying them, and the verdicts for a picked-up session."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy

import pytest
from hypothesis import given

from scheduler.errors import ProblemRefused
from scheduler.evaluation import evaluate
from scheduler.intake import read_problem
from scheduler.moves import Checked, check
from scheduler.problem import Problem
from scheduler.targets import Targets, targets
from scheduler.timetable import PlannedSession, Timetable
from tests.cli.conftest import Doc, Run
from tests.strategies.weeks import weeks

Save = Callable[[Doc | str, str], str]


def tried(week: Doc, timetable: Doc, *moves: Doc) -> Checked:
    return check(read_problem(week).problem, Timetable.model_validate(timetable).sessions, list(moves))


def faults(week: Doc, timetable: Doc, *moves: Doc) -> list[tuple[str, str]]:
    with pytest.raises(ProblemRefused) as refused:
        tried(week, timetable, *moves)
    assert refused.value.kind == "moves"
    return [(f.pointer, f.code) for f in refused.value.faults]


def test_a_legal_move_breaks_nothing_and_says_what_it_costs(week: Doc, timetable: Doc) -> None:
    checked = tried(week, timetable, {"session": "s1", "set": {"remove": ["p3"]}})
    assert checked.legal
    assert {t.term: t.units for t in checked.terms if t.units} == {"unmet_care": 60, "attended_day": -1}
    assert checked.cost == 6000 - 60
    assert checked.objective == 6780 + checked.cost


def test_the_rule_that_a_move_breaks_is_told(week: Doc, timetable: Doc) -> None:
    checked = tried(week, timetable, {"session": "s2", "set": {"add": ["p3"]}})
    assert [(f.rule, f.subject) for f in checked.new] == [("commitment", "p3")]


def test_moves_are_judged_as_one(week: Doc, timetable: Doc) -> None:
    timetable["sessions"][1] |= {
        "start": "2026-11-30T11:00",
        "end": "2026-11-30T12:00",
        "patients": ["p1", "p2"],
    }
    week["session_types"][0]["max_per_day"] = 2
    swap = [
        {"session": "s1", "set": {"start": "2026-11-30T11:00"}},
        {"session": "s2", "set": {"start": "2026-11-30T09:00"}},
    ]
    assert not tried(week, timetable, swap[0]).legal
    assert tried(week, timetable, *swap).legal


def test_what_was_broken_before_is_not_held_against_a_move(week: Doc, timetable: Doc) -> None:
    timetable["sessions"][1]["patients"].append("p3")
    unrelated = tried(week, timetable, {"session": "s1", "set": {"start": "2026-11-30T10:00"}})
    assert unrelated.legal
    assert [f.rule for f in unrelated.remaining] == ["commitment"]
    assert [f.rule for f in tried(week, timetable, {"delete": "s2"}).mended] == ["commitment"]


def test_a_room_can_be_taken_away(week: Doc, timetable: Doc) -> None:
    checked = tried(week, timetable, {"session": "s1", "set": {"room": None}})
    assert [f.params["code"] for f in checked.new] == ["no_room"]


def test_a_created_session_can_be_changed_and_gets_an_id(week: Doc, timetable: Doc) -> None:
    session = {"session_type": "talk", "start": "2026-12-04T09:00", "clinicians": ["c1"], "room": "r1"}
    created = {"create": session | {"patients": ["p1", "p2"]}}
    assert [s.id for s in tried(week, timetable, created).sessions] == ["s1", "s2", "new-1"]
    named = {"create": session | {"id": "mine", "patients": ["p1"]}}
    checked = tried(week, timetable, named, {"session": "mine", "set": {"add": ["p2"]}})
    assert checked.sessions[-1].patients == ("p1", "p2")


def test_every_fault_of_a_list_of_moves_is_told_at_once(week: Doc, timetable: Doc) -> None:
    found = faults(
        week,
        timetable,
        {"session": "s9", "set": {"start": "2026-11-30T09:00"}},
        {"session": "s1", "set": {"clinicians": ["nobody"], "add": ["p1"], "remove": ["p9"]}},
        {"delete": "s1", "create": {}},
        {"session": "s1", "set": {"start": "monday", "colour": "blue"}},
        {"delete": "s2"},
        {"delete": "s2"},
    )
    assert ("/0/session", "unknown_session") in found
    assert ("/1/set/clinicians/0", "unknown_id") in found
    assert ("/1/set/add/0", "already_there") in found
    assert ("/1/set/remove/0", "not_there") in found
    assert ("/2", "not_a_move") in found
    assert ("/3/set/start", "not_a_local_time") in found
    assert ("/3/set/colour", "unknown_field") in found
    assert ("/5/delete", "unknown_session") in found


def test_the_command_ends_by_what_it_found(run: Run, saved: Save, week: Doc, timetable: Doc) -> None:
    files = saved(week, "week.json"), saved(timetable, "out.json")
    legal = run("check", *files, saved(json.dumps([{"delete": "s2"}]), "moves.json"))
    assert (legal.code, legal.err) == (0, "")
    assert legal.out.splitlines()[:2] == [
        "These moves break no rule.",
        "They cost +11,640; the objective would be 18,420:",
    ]
    broken = run("check", *files, saved(json.dumps([{"session": "s2", "set": {"add": ["p3"]}}]), "m.json"))
    assert broken.code == 1
    assert broken.out.splitlines()[0] == "These moves break 1 rule that held before:"
    assert broken.out.splitlines()[1].endswith("[commitment]")
    refused = run("check", *files, saved(json.dumps([{"delete": "s7"}]), "m.json"))
    assert refused.code == 2
    assert "/0/delete" in refused.err


# -- targets ------------------------------------------------------------------------------------------------


def verdicts(week: Doc, timetable: Doc, session: str) -> dict[str, str]:
    found = targets(read_problem(week).problem, Timetable.model_validate(timetable).sessions, session)
    return {t.start: t.own.verdict for t in found.targets}


def test_a_picked_up_session_fits_where_everybody_can(week: Doc, timetable: Doc) -> None:
    found = verdicts(week, timetable, "s1")
    assert found["2026-11-30T10:00"] == "fits"
    assert found["2026-12-02T11:00"] == "hard"  # p3 works on Wednesdays
    assert found["2026-11-30T11:15"] == "hard"  # the clinician leaves at noon
    assert set(found.values()) == {"fits", "hard"}


def test_a_place_that_only_costs_is_soft(week: Doc, timetable: Doc) -> None:
    week["patients"][0]["preferred"] = [{"days": ["mon"], "start": "09:00", "end": "10:00"}]
    found = targets(read_problem(week).problem, Timetable.model_validate(timetable).sessions, "s1")
    there = next(t for t in found.targets if t.start == "2026-11-30T10:00")
    assert (there.own.verdict, there.own.cost) == ("soft", 60)
    assert [r.params["term"] for r in there.own.reasons] == ["not_preferred"]


def test_a_pinned_session_goes_nowhere_else(week: Doc, timetable: Doc) -> None:
    week["pins"] = [{"session": {"session_type": "talk", "start": "2026-11-30T09:00"}}]
    found = verdicts(week, timetable, "s1")
    assert [start for start, verdict in found.items() if verdict != "hard"] == ["2026-11-30T09:00"]


def test_an_unknown_session_cannot_be_picked_up(week: Doc, timetable: Doc) -> None:
    with pytest.raises(KeyError):
        verdicts(week, timetable, "s9")


def _places(found: Targets, session: PlannedSession) -> Iterator[tuple[Doc, str, int]]:
    """Every place with its verdict, as the move that goes there."""
    for target in found.targets:
        yield {"start": target.start}, target.own.verdict, target.own.cost
        for room, verdict in target.rooms.items():
            yield {"start": target.start, "room": room}, verdict.verdict, verdict.cost
        for clinician, verdict in target.clinicians.items():
            if len(session.clinicians) == 1:
                yield {"start": target.start, "clinicians": [clinician]}, verdict.verdict, verdict.cost


def assert_verdicts_agree(problem: Problem, sessions: list[PlannedSession], picked: PlannedSession) -> None:
    """Each verdict is what a full check of that very move says."""
    for number, (changes, verdict, cost) in enumerate(_places(targets(problem, sessions, picked.id), picked)):
        if number % 7:
            continue
        checked = check(problem, sessions, [{"session": picked.id, "set": changes}])
        assert checked.legal == (verdict != "hard"), (changes, verdict, checked.new)
        if checked.legal:
            assert checked.cost == cost, changes


@given(weeks(misnaming=False))
def test_verdicts_agree_with_a_check_of_the_move(drawn: tuple[Doc, list[Doc]]) -> None:
    document, given_sessions = deepcopy(drawn[0]), [PlannedSession(**s) for s in drawn[1]]
    problem = read_problem(document).problem
    clean = check(problem, given_sessions, [])
    known = {t.id for t in problem.session_types}
    if clean.remaining or not given_sessions or any(s.session_type not in known for s in given_sessions):
        return
    picked = given_sessions[len(given_sessions) // 2]
    assert evaluate(problem, given_sessions).value == clean.objective
    assert_verdicts_agree(problem, given_sessions, picked)
