"""Next week from scratch with the published week as baseline: people stay, unless that costs care."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta

from scheduler import Timetable, solve
from scheduler.intake import read_problem
from tests.cli.conftest import Doc

ODD = {"s1": "10:15", "s2": "10:45"}  # no start that a search would prefer


def published(week: Doc, timetable: Doc) -> Doc:
    """The next week, its baseline the last one at odd times."""
    sessions = deepcopy(timetable["sessions"])
    for session in sessions:
        del session["end"]
        session["start"] = f"{session['start'][:10]}T{ODD[session['id']]}"
    later = deepcopy(week) | {"baseline": {"sessions": sessions}}
    later["clinic"]["week_start"] = "2026-12-07"
    return later


def solved(week: Doc) -> Timetable:
    return solve(read_problem(week).problem, time_limit=30, deterministic=40)


def places(timetable: Timetable) -> set[tuple[str, str]]:
    return {(f"{s.start:%a %H:%M}", p) for s in timetable.sessions for p in s.patients}


def was(week: Doc) -> set[tuple[str, str]]:
    return {
        (f"{datetime.fromisoformat(s['start']) + timedelta(days=7):%a %H:%M}", p)
        for s in week["baseline"]["sessions"]
        for p in s["patients"]
    }


def test_everybody_stays_where_they_were(week: Doc, timetable: Doc) -> None:
    later = published(week, timetable)
    answer = solved(later)
    assert places(answer) == was(later)
    assert [p.kept for p in answer.patients] == [1.0, 1.0, 1.0]


def test_only_who_would_go_without_care_is_moved(week: Doc, timetable: Doc) -> None:
    later = published(week, timetable)
    court = {"id": "court", "kind": "legal", "date": "2026-12-09", "start": "09:00", "end": "12:00"}
    later["patients"][0]["commitments"] = [court]  # p1 cannot come on Wednesday, and a talk needs two
    answer = solved(later)
    kept = {p.id: p.kept for p in answer.patients}
    assert kept["p1"] == 0.5
    assert kept["p3"] == 1.0
    assert [p.unmet_minutes for p in answer.patients][:2] == [0, 0]
    assert {place for place in places(answer) if place[0].startswith("Mon")} == {
        place for place in was(later) if place[0].startswith("Mon")
    }


def test_nobody_moves_for_the_sake_of_waiting_or_wishes(week: Doc, timetable: Doc) -> None:
    later = published(week, timetable)
    for patient in later["patients"]:
        patient["preferred"] = [{"days": ["mon", "wed"], "start": "09:00", "end": "10:00"}]
    assert places(solved(later)) == was(later)


def test_a_move_that_wins_care_is_made(week: Doc, timetable: Doc) -> None:
    later = published(week, timetable)
    later["patients"][2]["commitments"][0]["days"] = ["wed"]  # p3 is free on Fridays from now on
    answer = solved(later)
    assert sum(p.unmet_minutes for p in answer.patients) == 0
    moved = next(t for t in answer.objective.terms if t.term == "moved")
    assert moved.units == 2  # p3's second talk, and whoever makes it two
