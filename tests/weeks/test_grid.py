"""Weeks on a grid of standing groups, weeks that prefer it, and searches that take up a baseline."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from typing import Any

from scheduler import Timetable, read_problem, solve, verify
from scheduler.holidays import proposed_closures
from scheduler.problem import Problem
from scheduler.standing import Groups, standing_of
from tests.cli.conftest import Run, run, saved, small_week, timetable, week

Doc = dict[str, Any]
__all__ = ["run", "saved", "timetable", "week"]


def gridded(*places: tuple[str, str], **fields: Any) -> Doc:
    document = small_week()
    document["clinic"]["standing"] = [
        {"id": f"g{i}", "session_type": "talk", "day": day, "start": start} | fields
        for i, (day, start) in enumerate(places)
    ]
    return document


def planned(document: Doc, groups: Groups, work: float = 0.05) -> tuple[Problem, Timetable]:
    problem = read_problem(document).problem
    return problem, solve(problem, deterministic=work, gap=0.0, groups=groups)


def starts(timetable: Timetable) -> list[str]:
    return [f"{s.start:%a %H:%M}" for s in timetable.sessions]


def test_on_the_grid_groups_start_at_standing_places_alone() -> None:
    problem, found = planned(
        gridded(("mon", "11:00"), ("wed", "10:00"), clinicians=["c1"], room="r1"), "standing"
    )
    assert starts(found) == ["Mon 11:00", "Wed 10:00"]
    assert verify(problem, found).clean
    assert found.solver["groups"] == "standing"


def test_a_place_that_too_few_attend_or_that_lapses_is_not_held() -> None:
    document = gridded(("mon", "11:00"), ("wed", "10:00"), ("fri", "09:00"))
    document["clinic"]["closures"] = [{"date": "2026-11-30"}]
    _, found = planned(document, "standing")
    assert starts(found) == ["Wed 10:00", "Fri 09:00"]
    document["patients"] = document["patients"][:1]
    assert starts(planned(document, "standing")[1]) == []


def test_a_free_week_takes_no_notice_of_the_grid() -> None:
    document = gridded(("mon", "11:00"))
    plain = planned(small_week(), "free")[1]
    assert [s.start for s in planned(document, "free")[1].sessions] == [s.start for s in plain.sessions]


def test_preferred_places_are_taken_where_nothing_speaks_against_them_and_others_where_care_needs_it() -> (
    None
):
    problem, found = planned(gridded(("mon", "11:00")), "prefer")
    assert starts(found)[0] == "Mon 11:00"
    assert len(found.sessions) == 2  # the second talk that is owed has no standing place
    assert verify(problem, found).clean


def test_the_groups_of_a_timetable_are_a_grid_that_it_keeps() -> None:
    problem, free = planned(small_week(), "free")
    document = small_week()
    document["clinic"]["standing"] = standing_of(problem, free.sessions)
    assert planned(document, "standing")[1].objective.value == free.objective.value


def test_the_grid_command_says_what_opening_it_would_gain(run: Run, saved: Any) -> None:
    path = saved(gridded(("mon", "11:00")), "grid.json")
    outcome = run("grid", path, "--deterministic", "0.05")
    assert outcome.code == 0, outcome.err
    assert "Opening the grid would cost" in outcome.out
    assert run("grid", saved(small_week(), "plain.json")).code == 2


def test_a_search_takes_up_the_baseline(run: Run) -> None:
    """Two equally good weeks: the one that the patients know is kept, clinicians and room as well."""
    document = small_week()
    late = [
        {
            "session_type": "talk",
            "start": f"2026-11-{d}T10:45",
            "clinicians": ["c1"],
            "room": "r1",
            "patients": p,
        }
        for d, p in ((23, ["p1", "p2", "p3"]), (25, ["p1", "p2"]))
    ]
    document["baseline"] = {"sessions": deepcopy(late)}
    _, found = planned(document, "free", work=0.001)
    assert starts(found) == ["Mon 10:45", "Wed 10:45"]
    assert [t.units for t in found.objective.terms if t.term in ("moved", "clinician_changed")] == [0, 0]


def test_holidays_of_a_region_are_proposed_as_closures() -> None:
    found = proposed_closures("US-MA", date(2026, 4, 1), date(2026, 7, 31))
    assert ("Independence Day", "2026-07-04") in [(name, c["date"]) for name, c in found]
    assert "Patriots' Day" in [name for name, _ in found]


def test_the_stability_command_shows_a_line_a_patient(run: Run, saved: Any, timetable: Doc) -> None:
    path = saved(timetable, "t.json")
    outcome = run("stability", path, path)
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines()[1].split() == ["p1", "100", "%", "0", "min", "2"]


def test_the_place_command_says_when_care_begins_and_why_not_before(
    run: Run, saved: Any, week: Doc, timetable: Doc
) -> None:
    work = {"id": "job", "days": ["mon"], "start": "08:00", "end": "17:00"}
    patient = saved({"id": "p9", "program": "two-talks", "commitments": [work]}, "p.json")
    files = saved(week, "w.json"), saved(timetable, "t.json")
    outcome = run("place", *files, patient, "--from", "2026-11-30")
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines()[0].startswith("Not on Mon 2026-11-30: they cannot come")
    assert outcome.out.splitlines()[1] == "p9 starts on Wed 2026-12-02, after 1 open day."
    assert json.loads(run("place", *files, patient, "--from", "2026-11-30", "--json").out)["admission"][
        "prompt"
    ]


def test_the_closures_command_writes_entries_to_take_over(run: Run) -> None:
    outcome = run("closures", "US-MA", "--from", "2026-07-01", "--until", "2026-07-31")
    assert json.loads(outcome.out)["closures"][-1]["date"].startswith("2026-07-0")
    assert run("closures", "ZZ", "--from", "2026-07-01").code == 2
