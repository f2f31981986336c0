"""`repair`: after an event, as little as possible is different, and what has happened stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from scheduler.errors import PinsClash, ProblemRefused
from scheduler.event import Event, read_event
from scheduler.intake import read_problem
from scheduler.repair import Repair, repair
from scheduler.setting import setting_of
from scheduler.timetable import PlannedSession
from scheduler.verify import verify
from tests.cli.conftest import Doc, Run

Save = Callable[[Doc | str, str], str]
MONDAY: Doc = {"from": "2026-11-30T00:00", "absences": [{"clinician": "c1", "date": "2026-11-30"}]}


def repaired(week: Doc, timetable: Doc, event: Doc) -> Repair:
    problem = read_problem(week).problem
    sessions = [PlannedSession(**s) for s in timetable["sessions"]]
    answer = repair(problem, sessions, read_event(event, problem), seconds=20)
    assert verify(read_problem(answer.problem).problem, answer.timetable).clean
    return answer


def faults(week: Doc, event: Doc) -> set[tuple[str, str]]:
    with pytest.raises(ProblemRefused) as refused:
        read_event(event, read_problem(week).problem)
    assert refused.value.kind == "event"
    return {(f.pointer, f.code) for f in refused.value.faults}


@pytest.fixture
def two_clinicians(week: Doc) -> Doc:
    week["clinicians"].append(week["clinicians"][0] | {"id": "c2", "name": "Bo Berg"})
    return week


def test_another_clinician_takes_over_and_nobody_moves(two_clinicians: Doc, timetable: Doc) -> None:
    answer = repaired(two_clinicians, timetable, MONDAY)
    assert answer.changed.model_dump() == {"lost": 0, "clinicians": 3, "new": 0}
    assert [(s.id, s.clinicians) for s in answer.timetable.sessions] == [("s1", ("c2",)), ("s2", ("c1",))]
    assert answer.proved == "week"


def test_without_any_time_the_answer_is_legal_and_claims_no_more_than_it_knows(
    week: Doc, timetable: Doc
) -> None:
    week["clinic"]["opening_hours"][0]["days"] = ["mon", "wed", "thu", "fri"]
    problem = read_problem(week).problem
    sessions = [PlannedSession(**s) for s in timetable["sessions"]]
    answer = repair(problem, sessions, read_event(MONDAY, problem), seconds=0)
    assert verify(read_problem(answer.problem).problem, answer.timetable).clean
    assert answer.changed.lost == 3  # nobody else can lead them
    assert all(circle.least <= 3 for circle in answer.circles)


def test_copies_of_a_problem_with_other_weights_are_planned_alike_and_judged_by_their_own(week: Doc) -> None:
    problem = read_problem(week).problem
    dear = problem.model_copy(update={"weights": problem.weights.model_copy(update={"attended_day": 999})})
    known, copied = setting_of(problem), setting_of(dear)
    assert copied.calendar is known.calendar
    assert copied.problem.weights.attended_day == 999
    fewer = problem.model_copy(update={"patients": problem.patients[1:]})
    assert setting_of(fewer).entitlements.keys() == {p.id for p in problem.patients[1:]}


def test_without_anybody_else_the_session_moves_and_gets_a_new_id(week: Doc, timetable: Doc) -> None:
    week["clinic"]["opening_hours"][0]["days"] = ["mon", "wed", "thu", "fri"]
    answer = repaired(week, timetable, MONDAY)
    assert (answer.changed.lost, answer.proved) == (3, "week")
    ids = {s.id for s in answer.timetable.sessions}
    assert "s2" in ids
    assert "s1" not in ids
    assert answer.unmet_minutes == 60  # p1 and p2 meet once more; p3 is free on Monday and Thursday only


def test_parallel_sessions_of_one_time_can_share_their_patients(week: Doc, timetable: Doc) -> None:
    week["session_types"][0]["size"] = {"min": 1, "max": 4}
    week["rooms"].append({"id": "r2", "capacity": 4})
    week["clinicians"].append(week["clinicians"][0] | {"id": "c2"})
    week["patients"] += [{"id": "p4", "program": "two-talks"}]
    timetable["sessions"].append(
        timetable["sessions"][0] | {"id": "s3", "clinicians": ["c2"], "room": "r2", "patients": ["p4"]}
    )
    answer = repaired(week, timetable, MONDAY)
    assert answer.changed.lost == 0
    held = [s for s in answer.timetable.sessions if s.start.day == 30]
    assert [sorted(s.patients) for s in held] == [["p1", "p2", "p3", "p4"]]
    assert held[0].clinicians == ("c2",)


def test_a_closed_room_splits_a_group_that_fits_nowhere_else(two_clinicians: Doc, timetable: Doc) -> None:
    two_clinicians["session_types"][0]["size"] = {"min": 1, "max": 4}
    two_clinicians["rooms"] += [{"id": "r2", "capacity": 2}, {"id": "r3", "capacity": 1}]
    event = {"from": "2026-11-30T00:00", "room_closures": [{"room": "r1", "date": "2026-11-30"}]}
    answer = repaired(two_clinicians, timetable, event)
    assert answer.changed.lost == 0
    held = [s for s in answer.timetable.sessions if s.start.day == 30]
    assert sorted((s.room, len(s.patients)) for s in held) == [("r2", 2), ("r3", 1)]


def test_what_has_happened_stays_as_it_was(week: Doc, timetable: Doc) -> None:
    event = {
        "from": "2026-12-01T12:00",
        "leavers": ["p2"],
        "absences": [{"clinician": "c1", "date": "2026-11-30", "until_date": "2026-12-06"}],
    }
    answer = repaired(week, timetable, event)
    assert [(s.id, s.patients) for s in answer.timetable.sessions] == [("s1", ("p1", "p2", "p3"))]
    assert [p["session"]["id"] for p in answer.problem["pins"]] == ["s1"]


def test_care_that_is_lost_is_never_made_up_in_the_past(week: Doc, timetable: Doc) -> None:
    week["clinic"]["opening_hours"][0]["days"] = ["mon", "tue", "wed", "thu", "fri"]
    for patient in week["patients"]:
        patient["commitments"] = [{"id": "job", "days": ["thu", "fri"], "start": "08:00", "end": "17:00"}]
    event = {"from": "2026-12-02T08:05", "absences": [{"clinician": "c1", "date": "2026-12-02"}]}
    answer = repaired(week, timetable, event)
    assert [s.id for s in answer.timetable.sessions] == ["s1"]  # Tuesday morning would have been free
    assert answer.unmet_minutes == 180


def test_a_leaver_leaves_a_group_too_small_and_the_rest_is_told(week: Doc, timetable: Doc) -> None:
    answer = repaired(week, timetable, {"from": "2026-12-02T00:00", "leavers": ["p2"]})
    assert [s.id for s in answer.timetable.sessions] == ["s1"]
    assert answer.changed.lost == 2
    assert {p.id: [c.kind for c in p.changes] for p in answer.difference.patients} == {
        "p1": ["removed"],
        "p2": ["removed"],
    }


def replaced(week: Doc, timetable: Doc) -> Doc:
    """p4, who is in both sessions, has to be in court on Wednesday morning."""
    week["patients"].append({"id": "p4", "program": "two-talks"})
    for session in timetable["sessions"]:
        session["patients"].append("p4")
    busy = {"id": "court", "kind": "legal", "date": "2026-12-02", "start": "09:00", "end": "10:00"}
    changed = {"id": "p4", "program": "two-talks", "commitments": [busy]}
    return {"from": "2026-11-30T00:00", "patients": [changed]}


def test_a_replaced_patient_is_planned_around_the_new_commitment(week: Doc, timetable: Doc) -> None:
    event = replaced(week, timetable)
    week["clinic"]["opening_hours"][0]["days"] = ["mon", "wed"]  # nothing more could be held for anybody
    answer = repaired(week, timetable, event)
    assert answer.changed.model_dump() == {"lost": 1, "clinicians": 0, "new": 0}
    assert [(p.id, [c.kind for c in p.changes]) for p in answer.difference.patients] == [("p4", ["removed"])]


def test_where_no_more_is_lost_somebody_else_may_come_once_more_for_care_to_be_restored(
    week: Doc, timetable: Doc
) -> None:
    """A talk needs two: on Friday p1 or p2 helps out, at the price of a day and of the group's time."""
    answer = repaired(week, timetable, replaced(week, timetable))
    assert answer.changed.model_dump() == {"lost": 1, "clinicians": 0, "new": 2}
    assert answer.unmet_minutes == 60  # p3's, as before
    kinds = {p.id: [c.kind for c in p.changes] for p in answer.difference.patients}
    assert kinds.pop("p4") == ["moved"]
    assert list(kinds.values()) == [["added"]]


def test_losing_one_attendance_may_cost_another_where_waiting_is_limited(week: Doc, timetable: Doc) -> None:
    week["session_types"][0] |= {"max_per_day": 3, "size": {"min": 1, "max": 4}, "facilitators": [{}]}
    week["programs"][0] |= {"max_idle_minutes": 0}
    week["programs"][0]["requirements"][0]["sessions"] = {"min": 3, "max": 3}
    week["clinicians"].append(
        {"id": "c2", "availability": [{"days": ["mon"], "start": "10:00", "end": "11:00"}]}
    )
    first = timetable["sessions"][0] | {"patients": ["p1"]}
    timetable["sessions"] = [
        first,
        first | {"id": "s2", "start": "2026-11-30T10:00", "end": "2026-11-30T11:00", "clinicians": ["c2"]},
        first | {"id": "s3", "start": "2026-11-30T11:00", "end": "2026-11-30T12:00"},
    ]
    window = {"clinician": "c1", "date": "2026-11-30", "start": "10:00", "end": "11:00"}
    away = {"clinician": "c2", "date": "2026-11-30"}
    answer = repaired(week, timetable, {"from": "2026-11-30T00:00", "absences": [window, away]})
    assert (answer.changed.lost, answer.proved) == (2, "week")


@pytest.mark.parametrize(("ones", "lost"), [(2, 1), (1, 2)])
def test_somebody_joins_a_group_where_the_wait_until_their_next_session_can_be_filled(
    week: Doc, timetable: Doc, ones: int, lost: int
) -> None:
    """p2 leaves the talk at 09:00; p3, who is seen alone at 11:00, comes if there is one more at 10:00."""
    alone = {"id": "one", "name": "Alone", "mode": "individual", "minutes": 60}
    alone |= {"facilitators": [{}], "max_per_day": 2}
    week["session_types"].append(alone)
    week["programs"][0] |= {"max_idle_minutes": 0}
    week["programs"][0]["requirements"] += [
        {"id": "ones", "any_of": ["one"], "sessions": {"min": 0, "max": ones}},
    ]
    week["clinicians"][0]["availability"] = [{"days": ["mon"], "start": "09:00", "end": "10:00"}]
    week["clinicians"].append(
        {"id": "c2", "availability": [{"days": ["mon"], "start": "10:00", "end": "12:00"}]}
    )
    talk = timetable["sessions"][0] | {"patients": ["p1", "p2"]}
    own = {"id": "s2", "session_type": "one", "clinicians": ["c2"], "room": None, "patients": ["p3"]}
    own |= {"start": "2026-11-30T11:00", "end": "2026-11-30T12:00"}
    timetable["sessions"] = [talk, talk | own]
    answer = repaired(week, timetable, {"from": "2026-11-30T00:00", "leavers": ["p2"]})
    assert (answer.changed.lost, answer.least, answer.proved) == (lost, lost, "week")


def test_an_event_against_a_pin_is_refused_with_the_pin(week: Doc, timetable: Doc) -> None:
    week["pins"] = [{"session": {"session_type": "talk", "start": "2026-11-30T09:00", "clinicians": ["c1"]}}]
    with pytest.raises(PinsClash) as refused:
        repaired(week, timetable, MONDAY)
    assert refused.value.pins == (0,)


def test_pins_are_named_by_their_place_in_the_given_problem(week: Doc, timetable: Doc) -> None:
    monday = {"session": {"session_type": "talk", "start": "2026-11-30T09:00"}}
    wednesday = {"session": {"session_type": "talk", "start": "2026-12-02T09:00", "clinicians": ["c1"]}}
    week["pins"] = [monday, wednesday]
    away = {"from": "2026-12-02T08:05", "absences": [{"clinician": "c1", "date": "2026-12-02"}]}
    with pytest.raises(PinsClash) as refused:
        repaired(week, timetable, away)
    assert refused.value.pins == (1,)


def test_without_a_hit_nothing_is_different(week: Doc, timetable: Doc) -> None:
    answer = repaired(week, timetable, MONDAY | {"absences": [{"clinician": "c1", "date": "2026-12-01"}]})
    assert answer.changed.lost == answer.changed.clinicians == 0
    assert answer.difference.same


def test_every_fault_of_an_event_is_told_at_once(week: Doc) -> None:
    event = {
        "from": "2026-12-07T00:00",
        "absences": [{"clinician": "c9", "date": "2026-12-02", "start": "12:00", "end": "10:00"}],
        "room_closures": [{"room": "r9", "date": "2026-12-02", "until_date": "2026-12-01"}],
        "patients": [{"id": "p1", "program": "gone"}, {"id": "p8", "program": "two-talks"}],
        "leavers": ["p7"],
        "weather": "snow",
    }
    assert faults(week, event) >= {
        ("/from", "outside_week"),
        ("/absences/0/clinician", "unknown_id"),
        ("/absences/0/end", "end_not_after_start"),
        ("/room_closures/0/room", "unknown_id"),
        ("/room_closures/0/until_date", "end_not_after_start"),
        ("/patients/0/program", "unknown_id"),
        ("/patients/1/id", "unknown_id"),
        ("/leavers/0", "unknown_id"),
        ("/weather", "unknown_field"),
    }


def test_an_event_keeps_its_form_when_read(week: Doc) -> None:
    event = read_event(json.dumps(MONDAY), read_problem(week).problem)
    assert isinstance(event, Event)
    assert (event.from_.isoformat(), event.absences[0].clinician) == ("2026-11-30T00:00:00", "c1")


def test_a_timetable_of_another_problem_is_refused(week: Doc, timetable: Doc) -> None:
    timetable["sessions"][0]["clinicians"] = ["stranger"]
    with pytest.raises(ProblemRefused) as refused:
        repaired(week, timetable, MONDAY)
    assert [(f.pointer, f.code) for f in refused.value.faults] == [("/sessions/0", "unknown_id")]


def test_the_command_writes_the_timetable_and_the_week_it_belongs_to(
    run: Run, saved: Save, two_clinicians: Doc, timetable: Doc, tmp_path: Path
) -> None:
    files = saved(two_clinicians, "week.json"), saved(timetable, "out.json"), saved(MONDAY, "event.json")
    new, after = tmp_path / "new.json", tmp_path / "after.json"
    told = run("repair", *files, "-o", str(new), "--week-after", str(after))
    assert told.code == 0
    assert "  Talking group, Mon 2026-11-30 09:00–10:00: now led by Bo Berg" in told.out.splitlines()
    assert told.out.splitlines()[:2] == [
        "Everybody keeps their times, 3 attendances with other clinicians.",
        "Care unmet in the week: 60 min, as before.",
    ]
    assert run("verify", str(after), str(new)).code == 0
    none = run("repair", *files, "--alternative", "1")
    assert (none.code, none.err) == (2, "There is no alternative 1: the repair offers 0 alternatives.\n")
    assert run("repair", *files[:2], saved(deepcopy({"from": "noon"}), "bad.json")).code == 2
