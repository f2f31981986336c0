"""The peer's weeks without the peer: valid, the same for a seed, and read rightly from public formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler import read_problem, solve
from tests.bench.peer.__main__ import Pair, _section
from tests.bench.peer.courses import course_week
from tests.bench.peer.lab_weeks import lab_week
from tests.oracle import judge

CURRICULA = """Name: tiny
Courses: 3
Rooms: 2
Days: 2
Periods_per_day: 3
Curricula: 2
Constraints: 2

COURSES:
algebra ann 2 1 100
botany bob 3 1 100
chess ann 1 1 50

ROOMS:
hall 200
cell 10

CURRICULA:
q1 2 algebra botany
q2 1 botany

UNAVAILABILITY_CONSTRAINTS:
algebra 0 1
algebra 1 0

END.
"""
# 2 events, 1 room, 1 feature, 2 students; seats; who attends what; features; event 0 only at period 3
ENROLMENT = "2 1 1 2 10 1 1 0 1 1 0 0 " + " ".join(["0 0 1" + " 0" * 42, "1 " * 45])


@pytest.mark.parametrize("patients", [1, 8, 30])
def test_a_seed_makes_one_lab_week_which_nobody_refuses(patients: int) -> None:
    week = lab_week(patients, 1)
    assert week == lab_week(patients, 1) != lab_week(patients, 2)
    assert len(read_problem(week).problem.patients) == patients


def test_curricula_become_students_whose_courses_meet_when_their_teachers_can(tmp_path: Path) -> None:
    file = tmp_path / "tiny.ctt"
    file.write_text(CURRICULA)
    week = course_week(file)
    assert [t["id"] for t in week["session_types"]] == ["algebra", "botany"]
    algebra = week["session_types"][0]
    assert [(w["days"], w["start"]) for w in algebra["windows"]] == [
        (["mon"], "09:00"),
        (["mon"], "11:00"),
        (["tue"], "10:00"),
        (["tue"], "11:00"),
    ]
    assert algebra["size"] == {"min": 1, "max": 50}
    assert [room["capacity"] for room in week["rooms"]] == [120, 6]
    # Three lectures of botany do not fit into two days.
    assert [r["sessions"]["min"] for r in week["patients"][0]["requirements"]] == [2, 2]
    timetable = solve(read_problem(week).problem, deterministic=0.02, gap=0.0).document()
    assert judge(week, timetable).broken == []
    assert sum(p["unmet_minutes"] for p in timetable["patients"]) == 0


def test_enrolments_become_events_at_the_periods_that_are_open_to_them(tmp_path: Path) -> None:
    file = tmp_path / "tiny.tim"
    file.write_text(ENROLMENT)
    week = course_week(file)
    assert [len(t["windows"]) for t in week["session_types"]] == [1, 45]
    assert week["session_types"][0]["windows"][0] == {"days": ["mon"], "start": "11:00", "end": "12:00"}
    needs = [[r["id"] for r in p["requirements"]] for p in week["patients"]]
    assert needs == [["event-0", "event-1"], ["event-1"]]
    timetable = solve(read_problem(week).problem, deterministic=0.02, gap=0.0).document()
    assert judge(week, timetable).broken == []
    assert sum(p["unmet_minutes"] for p in timetable["patients"]) == 0


def test_the_table_shows_medians_and_which_is_better() -> None:
    runs: dict[str, Pair] = {
        f"fresh-30-1/10/{seed}/late": {
            "peer": {"objective": 1500 * (seed + 1), "unmet": 60, "cpu": 11.0, "load": 2.0},
            "ours": {"objective": 1485 * (seed + 1), "unmet": 0, "cpu": 19.0, "commit": "abc", "load": 2.5},
        }
        for seed in range(3)
    }
    written = _section(runs, "Timefold 0")
    assert "| fresh-30-1 | 10 | 3 | 200 (60) | 198 (0) | +1.0% | 11 / 19 | 2.5 |" in written
    assert "`solve` of abc on all cores" in written


def test_a_week_without_an_answer_is_shown_as_such() -> None:
    written = _section({"comp01/10/0/late": {"peer": {"objective": 1500, "unmet": 60}}}, "Timefold 0")
    assert "| comp01 | 10 | 1 | 100 (60) | **no answer** |" in written
