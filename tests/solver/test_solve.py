"""`solve` through its public door, judged by the independent oracle."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings

from scheduler import NoTimetableFound, PinsClash, read_problem, solve, verify
from scheduler.progress import Progress
from tests.bench.synthetic import clinic_week
from tests.oracle import judge, wrong_claims
from tests.proof.proof_fresh_weeks import enforced
from tests.strategies import problems

Doc = dict[str, Any]


def solved(document: Doc, **how: Any) -> Doc:
    """A little deterministic work, so that every machine sees the same answer."""
    return solve(read_problem(document).problem, **({"deterministic": 0.02, "gap": 0.0} | how)).document()


def assert_honest(document: Doc, timetable: Doc) -> None:
    assert judge(document, timetable).broken == []
    assert wrong_claims(document, timetable) == []
    assert 0 <= timetable["objective"]["bound"] <= timetable["objective"]["value"]


@settings(max_examples=60)
@given(problems(most_patients=8, most_types=5, with_pins=False))
def test_no_rule_is_broken_and_every_claim_is_right(document: Doc) -> None:
    assert_honest(document, solved(document))


@settings(max_examples=40)
@given(problems(most_patients=6, most_types=4))
def test_pins_that_can_hold_together_are_never_refused(document: Doc) -> None:
    with suppress(NoTimetableFound):  # so little work need not find one
        assert_honest(document, solved(document))


@pytest.mark.proof
@settings(max_examples=2000)
@given(problems(most_patients=12, most_types=6))
def test_thousands_of_weeks_are_answered_honestly(document: Doc) -> None:
    with suppress(NoTimetableFound):
        assert_honest(document, solved(document, deterministic=0.05))


def clinic(patients: list[Doc], **more: Any) -> Doc:
    """Two open mornings, one clinician, a group and two kinds of single sessions."""
    hours = [{"days": ["mon", "wed"], "start": "09:00", "end": "13:00"}]
    single = {"mode": "individual", "minutes": 60, "facilitators": [{}]}
    return {
        "schema_version": "1",
        "clinic": {
            "id": "c",
            "timezone": "Europe/Berlin",
            "week_start": "2026-11-30",
            "slot_minutes": 60,
            "opening_hours": hours,
        },
        "session_types": [
            {"id": "talk", **single},
            {"id": "family", **single, "mode": "family", "minutes": 120},
            {
                "id": "group",
                "mode": "group",
                "minutes": 60,
                "facilitators": [{}],
                "size": {"min": 2, "max": 3},
            },
        ],
        "programs": [
            {
                "id": "p",
                "requirements": [
                    {"id": name, "any_of": [name], "sessions": {"min": 1, "max": 2}}
                    for name in ("talk", "family", "group")
                ],
                "max_idle_minutes": 60,
            }
        ],
        "clinicians": [{"id": "k", "availability": hours, "max_day_minutes": 180}],
        "patients": [{"program": "p", **p} for p in patients],
        **more,
    }


def every_single_week(document: Doc) -> list[Doc]:
    """All timetables of talk and family sessions for the one patient of a clinic, legal or not."""
    places = []
    for session_type, minutes in (("talk", 60), ("family", 120)):
        for day in range(7):
            for hour in range(9, 13):
                start = datetime(2026, 11, 30, hour) + timedelta(days=day)
                end = start + timedelta(minutes=minutes)
                who = {"clinicians": ["k"], "room": None, "patients": [document["patients"][0]["id"]]}
                times = {
                    "start": start.isoformat(timespec="minutes"),
                    "end": end.isoformat(timespec="minutes"),
                }
                if day in (0, 2):
                    places.append(
                        {"id": f"{session_type}{day}{hour}", "session_type": session_type} | times | who
                    )
    return [{"sessions": list(chosen)} for n in range(5) for chosen in combinations(places, n)]


@pytest.mark.parametrize(
    "patient",
    [
        {"id": "free"},
        {"id": "court", "commitments": [{"id": "c", "date": "2026-12-02", "start": "10:00", "end": "12:00"}]},
        {
            "id": "work",
            "commitments": [
                {"id": "w", "days": ["mon"], "start": "11:00", "end": "17:00", "travel_minutes": 30}
            ],
            "care_minutes": {"min": 300},
        },
        {
            "id": "days",
            "days": {"min": 2},
            "day_care_minutes": {"min": 120},
            "enforce": ["days_min", "day_care_min"],
        },
        {
            "id": "wish",
            "preferred": [{"days": ["wed"], "start": "12:00", "end": "13:00"}],
            "max_idle_minutes": 0,
        },
    ],
    ids=lambda p: p["id"],
)
def test_one_patients_week_is_optimal_and_the_bound_says_so(patient: Doc) -> None:
    document = clinic([patient])
    legal = [t for t in every_single_week(document) if judge(document, t).broken == []]
    best = min(judge(document, t).objective for t in legal)
    answer = solved(document)
    assert answer["objective"]["value"] == best
    assert answer["objective"]["bound"] <= best


def test_nobody_could_be_given_one_more_session_they_lack() -> None:
    document = clinic([{"id": f"p{i}"} for i in range(5)])
    answer = solved(document)
    problem = read_problem(document).problem
    before = {p["id"]: p["unmet_minutes"] for p in answer["patients"]}
    for patient, unmet in before.items():
        for richer in _with_one_more(answer, patient):
            judged = verify(problem, richer)
            if not judged.findings:
                after = {p.id: p.unmet_minutes for p in judged.evaluation.patients}
                assert after[patient] >= unmet


def _with_one_more(answer: Doc, patient: str) -> list[Doc]:
    found = []
    for i, session in enumerate(answer["sessions"]):
        if session["session_type"] == "group" and patient not in session["patients"]:
            joined = session | {"patients": [*session["patients"], patient]}
            found.append({"sessions": [*answer["sessions"][:i], joined, *answer["sessions"][i + 1 :]]})
    for own in every_single_week({"patients": [{"id": patient}]}):
        if len(own["sessions"]) == 1:
            found.append({"sessions": [*answer["sessions"], *own["sessions"]]})
    return found


def test_the_same_work_gives_the_same_timetable() -> None:
    document = clinic([{"id": f"p{i}"} for i in range(6)])
    first, second = (solved(document, deterministic=0.1, seed=3) for _ in range(2))
    assert first["sessions"] == second["sessions"]
    assert first["objective"] == second["objective"]


def test_an_empty_clinic_has_an_empty_timetable() -> None:
    answer = solved(clinic([]))
    assert answer["sessions"] == []
    assert answer["objective"]["value"] == answer["objective"]["bound"] == 0


def test_without_clinicians_everything_stays_unmet() -> None:
    document = clinic([{"id": "p"}], clinicians=[])
    answer = solved(document)
    assert answer["patients"][0]["unmet_minutes"] == 240
    assert_honest(document, answer)


def test_stopping_keeps_the_best_timetable_so_far() -> None:
    document = clinic([{"id": f"p{i}", "care_minutes": {"min": 600}} for i in range(8)])
    stop, seen = threading.Event(), list[Progress]()

    def listen(progress: Progress) -> None:
        seen.append(progress)
        stop.set()

    began = time.monotonic()
    answer = solve(read_problem(document).problem, time_limit=60, gap=0.0, on_progress=listen, stop=stop)
    assert time.monotonic() - began < 30
    assert answer.solver["stop_reason"] == "cancelled"
    assert answer.objective.value <= seen[0].best
    assert_honest(document, answer.document())


def test_clashing_pins_are_refused_with_a_minimal_set() -> None:
    def pin(start: str, patient: str) -> Doc:
        session = {"session_type": "talk", "start": start, "clinicians": ["k"], "patients": [patient]}
        return {"session": session, "frozen": True}

    pins = [pin("2026-12-02T09:00", "a"), pin("2026-11-30T09:00", "a"), pin("2026-11-30T09:00", "b")]
    document = clinic([{"id": "a"}, {"id": "b"}], pins=pins)
    with pytest.raises(PinsClash) as refused:
        solved(document)
    assert refused.value.pins == (1, 2)
    assert refused.value.rules == ("clinician_overlap",)
    for dropped in refused.value.pins:
        kept = [p for i, p in enumerate(pins) if i != dropped]
        assert_honest(document | {"pins": kept}, solved(document | {"pins": kept}))


def test_a_pinned_time_outside_opening_hours_is_refused_by_its_rule() -> None:
    pins = [{"session": {"session_type": "talk", "start": "2026-12-01T09:00"}}]
    with pytest.raises(PinsClash) as refused:
        solved(clinic([{"id": "a"}], pins=pins))
    assert refused.value.pins == (0,)
    assert "grid" in refused.value.rules


def test_who_can_reach_no_enforced_minimum_stays_at_home_and_the_others_are_planned() -> None:
    """Three enforced days of which the payer allows two: of many weeks begun only the empty one is legal."""
    document = enforced(clinic_week(41, 100))
    answer = solved(document, deterministic=0.01)
    assert_honest(document, answer)
    barred = {p["id"] for p in document["patients"] if (p.get("authorized") or {}).get("days") == 2}
    planned = {p for s in answer["sessions"] for p in s["patients"]}
    assert planned - barred != set()


def test_seeds_differ_but_all_are_honest() -> None:
    dice = Random(7)
    document = clinic([{"id": f"p{i}", "priority": dice.randint(1, 5)} for i in range(6)])
    for seed in range(3):
        assert_honest(document, solved(document, seed=seed))


def test_two_sessions_of_a_day_that_have_happened_are_excused() -> None:
    """A type is held once a day for a patient; what has happened can be no one's fault to plan around."""
    happened = [
        {
            "session": {
                "session_type": "talk",
                "start": f"2026-11-30T{hour}:00",
                "clinicians": ["k"],
                "patients": ["p"],
            },
            "happened": True,
        }
        for hour in ("09", "11")
    ]
    document = clinic([{"id": "p"}], pins=happened)
    timetable = solved(document)
    assert_honest(document, timetable)
    held = [s["start"] for s in timetable["sessions"] if s["session_type"] == "talk"]
    assert {f"2026-11-30T{hour}:00:00" for hour in ("09", "11")} <= {f"{s[:16]}:00" for s in held}


def test_the_linear_programme_raises_the_bound_beside_the_search() -> None:
    """Thirty patients, one clinician with six hours: no patient's week alone tells."""
    patients = [{"id": f"p{i}"} for i in range(30)]
    document = clinic(patients)
    alone = solved(document)["objective"]["bound"]
    enough = threading.Event()

    def listen(progress: Progress) -> None:
        if progress.bound > alone:
            enough.set()

    timetable = solve(
        read_problem(document).problem, time_limit=90.0, gap=0.0, on_progress=listen, stop=enough
    ).document()
    assert_honest(document, timetable)
    assert timetable["objective"]["bound"] > alone


def test_a_wait_between_pins_that_nothing_can_fill_is_no_timetable() -> None:
    """Talks at nine and at twelve, and nothing else to attend: two hours of waiting where one is allowed."""
    document = clinic([{"id": "waits", "requirements": [{"id": "talk", "any_of": ["talk"]}]}])
    document["programs"][0]["requirements"] = []
    document["session_types"][0]["max_per_day"] = 2
    document["pins"] = [
        {"patient": "waits", "session_type": "talk", "start": f"2026-11-30T{hour:02}:00"} for hour in (9, 12)
    ]
    with pytest.raises(NoTimetableFound):
        solved(document, deterministic=0.2)
