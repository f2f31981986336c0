"""Judging whole timetable documents: exact claims, readable findings, and no crash on any JSON value."""

from __future__ import annotations

import json
import subprocess
import sys
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.evaluation import evaluate
from scheduler.intake import problem_digest, read_problem
from scheduler.problem import Problem
from scheduler.submitted import read_sessions
from scheduler.verify import Verification, verify
from tests.rules.small_week import session, week
from tests.strategies import Doc, seeded, weeks


def claimed(problem: Problem, sessions: list[Doc]) -> Doc:
    """The document of a timetable, every figure as it is, with a bound of half the objective."""
    right = evaluate(problem, read_sessions({"sessions": sessions}).sessions)
    bound = right.value // 2
    return {
        "id": "t",
        "status": "solved",
        "clinic": problem.clinic.id,
        "week_start": problem.clinic.week_start.isoformat(),
        "timezone": problem.clinic.timezone,
        "sessions": sessions,
        "patients": [p.model_dump(mode="json") for p in right.patients],
        "clinicians": [c.model_dump() for c in right.clinicians],
        "rooms": [r.model_dump() for r in right.rooms],
        "objective": {
            "value": right.value,
            "bound": bound,
            "gap": (right.value - bound) / max(1, right.value),
            "terms": [t.model_dump() for t in right.terms],
        },
        "solver": {"seconds": 1.5, "stop_reason": "time"},
        "warnings": [],
        "problem_digest": problem_digest(problem.document),
    }


@pytest.fixture
def problem() -> Problem:
    """p1 needs two groups, so that unmet minutes and terms are there to be claimed."""
    needs = [{"id": "care", "any_of": ["group"], "sessions": {"min": 2}}]
    document = week({"id": "p1", "requirements": needs, "max_gap_days": 0})
    document["baseline"] = {
        "sessions": [session("group", "mon 09:00"), session("group", "tue 09:00", id="s2")]
    }
    return read_problem(document).problem


@pytest.fixture
def timetable(problem: Problem) -> Doc:
    return claimed(problem, [session("group", "mon 09:00"), session("group", "fri 09:00", id="s2")])


def wrong(verdict: Verification) -> list[str]:
    return [claim.pointer for claim in verdict.wrong_claims]


def test_a_timetable_whose_figures_are_right_is_clean(problem: Problem, timetable: Doc) -> None:
    verdict = verify(problem, timetable)
    assert (verdict.findings, wrong(verdict), verdict.clean) == ((), [], True)
    assert timetable["patients"][0]["breaches"] == [{"rule": "gap", "count": 1}]


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/clinic", "another"),
        ("/week_start", "2026-12-07"),
        ("/timezone", "UTC"),
        ("/problem_digest", "sha256:0"),
        ("/objective/value", 1),
        ("/objective/bound", 10**9),
        ("/objective/bound", "low"),
        ("/objective/gap", 0.5001),
        ("/objective/gap", True),
        ("/objective/terms/0/units", 1),
        ("/objective/terms/1/weight", 1),
        ("/objective/terms/2/cost", 1),
        ("/patients/0/care_minutes", 121),
        ("/patients/0/attended_days", None),
        ("/patients/0/care_days", "2"),
        ("/patients/0/idle_minutes", -1),
        ("/patients/0/requirements", {"care": 2, "more": 0}),
        ("/patients/0/unmet_minutes", True),
        ("/patients/0/breaches", []),
        ("/patients/0/breaches", [{"rule": "gap", "count": 2}]),
        ("/patients/0/breaches", [{"rule": "gap", "count": 1}, {"rule": "gap", "count": 1}]),
        ("/patients/0/breaches", "none"),
        ("/patients/0/kept", 0.500001),
        ("/patients/0/kept", None),
        ("/patients/1/kept", 0),
        ("/clinicians/0/minutes", 60),
        ("/clinicians/1/available_minutes", 0),
        ("/rooms/0/minutes", 0),
        ("/rooms/1/available_minutes", 10079),
    ],
)
def test_a_wrong_claim_is_named_by_its_pointer(
    problem: Problem, timetable: Doc, pointer: str, value: object
) -> None:
    put(timetable, pointer, value)
    verdict = verify(problem, timetable)
    assert (wrong(verdict), verdict.findings, verdict.clean) == ([pointer], (), False)


def put(document: Any, pointer: str, value: object) -> None:
    *path, last = pointer.split("/")[1:]
    for step in path:
        document = document[int(step) if isinstance(document, list) else step]
    document[int(last) if isinstance(document, list) else last] = value


def test_breaches_of_none_and_thirds_within_rounding_are_right(problem: Problem, timetable: Doc) -> None:
    timetable["patients"][0]["breaches"].append({"rule": "days_min", "count": 0})
    timetable["patients"][0]["kept"] += 1e-12
    assert verify(problem, timetable).clean


@pytest.mark.parametrize("part", ["patients", "clinicians", "rooms"])
def test_a_list_of_figures_has_everyone_once(problem: Problem, timetable: Doc, part: str) -> None:
    first, *rest = timetable[part]
    assert wrong(verify(problem, timetable | {part: rest})) == [f"/{part}"]
    assert wrong(verify(problem, timetable | {part: [first, *rest, first]})) == [f"/{part}/{len(rest) + 1}"]
    assert wrong(verify(problem, timetable | {part: [first | {"id": "x"}, *rest]})) == [
        f"/{part}/0",
        f"/{part}",
    ]


def test_what_is_left_out_is_not_claimed(problem: Problem, timetable: Doc) -> None:
    assert verify(problem, {"sessions": timetable["sessions"]}).clean
    for part in timetable.keys() - {"sessions"}:
        assert verify(problem, {k: v for k, v in timetable.items() if k != part}).clean


def test_a_broken_rule_is_found_beside_right_claims(problem: Problem) -> None:
    document = claimed(problem, [session("group", "mon 09:00"), session("group", "mon 09:30", id="s2")])
    verdict = verify(problem, document)
    assert {f.key for f in verdict.findings} == {
        ("clinician_overlap", "c1"),
        ("room", "r1"),
        ("patient_overlap", "p1"),
        ("max_per_day", "p1"),
    }
    assert verdict.wrong_claims == ()
    assert not verdict.clean


@pytest.mark.parametrize(
    "value", [None, True, 0, 1.5, "timetable", [], {}, {"sessions": None}, {"sessions": 3}]
)
def test_what_is_no_timetable_is_a_finding(problem: Problem, value: object) -> None:
    assert [f.key for f in verify(problem, value).findings] == [("reference", "sessions")]


@pytest.mark.parametrize(
    "fields",
    [
        {"id": None},
        {"id": 7},
        {"id": ""},
        {"session_type": None},
        {"session_type": ["group"]},
        {"start": None},
        {"start": "2026-11-30T09:00:00"},
        {"start": "2026-11-30T24:00"},
        {"start": "2026-11-31T09:00"},
        {"start": "0000-00-00T00:00"},
        {"start": "9999-12-31T23:30"},
        {"end": 5},
        {"end": "9999-12-31T24:00"},
        {"clinicians": "c1"},
        {"clinicians": [["c1"]]},
        {"room": {}},
        {"patients": {"p1": 1}},
        {"patients": [None, "p1"]},
    ],
)
def test_a_malformed_session_is_a_reference_finding(problem: Problem, timetable: Doc, fields: Doc) -> None:
    sessions = [timetable["sessions"][0] | fields, timetable["sessions"][1]]
    found = {f.key for f in verify(problem, {"sessions": sessions}).findings}
    assert ("reference", "sessions/0" if "id" in fields else "s1") in found


def test_findings_and_claims_are_plain_values_in_words(problem: Problem, timetable: Doc) -> None:
    timetable["sessions"][0]["room"] = None
    verdict = verify(problem, timetable)
    written = json.loads(json.dumps([f.as_dict() for f in verdict.findings]))
    assert written == [
        {
            "rule": "room",
            "subject": "s1",
            "text": "Session s1 (group, 2026-11-30 09:00–10:00): it needs a room and has none.",
            "params": {"code": "no_room", "session": "s1"},
            "sessions": ["s1"],
        }
    ]
    assert [str(c) for c in verdict.wrong_claims] == ["/rooms/0/minutes: claims 120, it is 60 [wrong_claim]"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_no_value_at_all_makes_it_crash(value: object) -> None:
    assert not verify(read_problem(week()).problem, value).clean


@given(week=weeks(misnaming=False), dice=seeded(), value=JSON)
def test_no_value_anywhere_in_a_timetable_makes_it_crash(
    week: tuple[Doc, list[Doc]], dice: Random, value: object
) -> None:
    document, sessions = week
    problem = read_problem(document).problem
    timetable = deepcopy(claimed(problem, sessions))
    put(timetable, dice.choice(list(_pointers(timetable))), value)
    verdict = verify(problem, timetable)
    json.dumps([f.as_dict() for f in verdict.findings] + [c.as_dict() for c in verdict.wrong_claims])


def _pointers(value: object, at: str = "") -> list[str]:
    """Of everything inside a document; ids here hold no character that a pointer escapes."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [p for key, inner in items for p in (f"{at}/{key}", *_pointers(inner, f"{at}/{key}"))]


def test_a_whole_verification_loads_no_solver_package() -> None:
    program = (
        "import json, sys\n"
        "from scheduler import read_problem, verify\n"
        "document, timetable = json.load(sys.stdin)\n"
        "print(len(verify(read_problem(document).problem, timetable).findings))\n"
        "print(sorted({'ortools', 'numba', 'numpy'} & set(sys.modules)))\n"
    )
    documents = json.dumps([week(), {"sessions": [session("group", "mon 09:00", room=None)]}])
    done = subprocess.run([sys.executable, "-c", program], input=documents, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("1\n[]\n", "")
