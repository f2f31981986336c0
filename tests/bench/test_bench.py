"""The benchmark itself: its baselines are honest, its page and plots are written, its failures are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from ortools.sat.python import cp_model

from scheduler import read_problem, solve
from scheduler.evaluation import evaluate
from scheduler.week import compile_week
from tests.bench.__main__ import main, read_arguments
from tests.bench.construction import constructed, given
from tests.bench.cores import simulated
from tests.bench.page import Page
from tests.bench.runs import RunFailed, WeekRuns, judged, plan
from tests.bench.svg import Chart, Line, drawing
from tests.bench.synthetic import clinic_week
from tests.bench.whole_week import search_whole_week
from tests.bench.whole_week.search import model_of
from tests.oracle import judge
from tests.proof.circumstances import ROOT

Doc = dict[str, Any]


def tiny(**more: Any) -> Doc:
    """Two open mornings, two clinicians, a room, three patients; one is at work on Monday."""
    hours = [{"days": ["mon", "wed"], "start": "09:00", "end": "13:00"}]
    return {
        "schema_version": "1",
        "clinic": {
            "id": "c",
            "timezone": "Europe/Berlin",
            "week_start": "2026-11-30",
            "slot_minutes": 30,
            "opening_hours": hours,
        },
        "session_types": [
            {"id": "talk", "mode": "individual", "minutes": 60, "facilitators": [{"primary": True}]},
            {
                "id": "circle",
                "mode": "group",
                "minutes": 90,
                "size": {"min": 2, "max": 3},
                "facilitators": [{"credentials": ["LCSW"]}, {}],
                "room": {},
            },
            {
                "id": "online",
                "mode": "group",
                "minutes": 30,
                "size": {"min": 2, "max": 3},
                "facilitators": [],
                "delivery": "telehealth",
            },
        ],
        "programs": [
            {
                "id": "p",
                "requirements": [
                    {"id": "talk", "any_of": ["talk"], "sessions": {"min": 1, "max": 1}},
                    {"id": "circle", "any_of": ["circle"], "sessions": {"min": 2, "max": 2}},
                    {"id": "online", "any_of": ["online"], "sessions": {"min": 1, "max": 2}},
                ],
                "days": {"min": 2, "max": 2},
                "day_care_minutes": {"min": 60, "max": 180},
                "max_idle_minutes": 60,
            }
        ],
        "clinicians": [
            {
                "id": "a",
                "credentials": ["LCSW"],
                "availability": hours,
                "max_consecutive_minutes": 150,
                "break_minutes": 30,
            },
            {"id": "b", "availability": hours, "buffer_minutes": 30, "max_day_minutes": 180},
        ],
        "rooms": [{"id": "r", "capacity": 3, "turnover_minutes": 30}],
        "patients": [
            {"id": "p1", "program": "p", "primary_clinician": "a", "telehealth": True},
            {"id": "p2", "program": "p", "primary_clinician": "b", "telehealth": True, "priority": 2},
            {
                "id": "p3",
                "program": "p",
                "primary_clinician": "a",
                "telehealth": True,
                "commitments": [
                    {"id": "job", "days": ["mon"], "start": "08:00", "end": "11:00", "kind": "work"}
                ],
                "preferred": [{"days": ["wed"], "start": "09:00", "end": "11:00"}],
            },
        ],
        **more,
    }


def document_of(sessions: Any) -> Doc:
    return {"sessions": [json.loads(s.model_dump_json()) for s in sessions]}


def test_the_whole_week_model_answers_legally_and_never_below_the_proven_bound() -> None:
    document = tiny()
    problem = read_problem(document).problem
    outcome = search_whole_week(problem, 20.0)
    verdict = judge(document, document_of(outcome.sessions))
    assert verdict.broken == []
    assert outcome.status == "OPTIMAL"
    assert verdict.objective == outcome.history[-1][1]
    found = solve(problem, deterministic=0.5, gap=0.0).objective
    assert found.bound <= verdict.objective <= found.value


def test_pins_are_kept_by_the_whole_week_model() -> None:
    pins = [
        {
            "session": {
                "session_type": "circle",
                "start": "2026-11-30T11:30",
                "clinicians": ["a", "b"],
                "room": "r",
            }
        },
        {"patient": "p1", "session_type": "talk", "start": "2026-12-02T12:00"},
    ]
    document = tiny(pins=pins)
    outcome = search_whole_week(read_problem(document).problem, 20.0)
    assert judge(document, document_of(outcome.sessions)).broken == []


def test_the_model_knows_a_constructed_week_with_the_price_that_the_rules_give_it() -> None:
    for document in (json.loads((ROOT / "examples" / "riverside.json").read_text()), clinic_week(20, 3)):
        problem = read_problem(document).problem
        week = compile_week(problem)
        start = constructed(week, 0)
        assert start is not None
        model, _ = model_of(week, start)
        assert sum(price * model.value(v) for price, v in model.costs) == evaluate(problem, start).value
        for variable in model.variables:
            model.cp.add(variable == model.value(variable))
        solver = cp_model.CpSolver()
        solver.parameters.catch_sigint_signal = False
        solver.parameters.num_workers = 1
        assert solver.solve(model.cp) == cp_model.OPTIMAL


def test_construction_alone_is_legal() -> None:
    document = clinic_week(20, 1)
    week = compile_week(read_problem(document).problem)
    sessions = constructed(week, 0)
    assert sessions is not None
    assert judge(document, document_of(sessions)).broken == []
    assert len(given(week, sessions)) == len(sessions) > 0


def test_invented_weeks_are_the_same_for_a_seed_and_refused_by_nobody() -> None:
    assert clinic_week(40, 1) == clinic_week(40, 1) != clinic_week(40, 2)
    assert len(read_problem(clinic_week(500, 0)).problem.patients) == 500


def test_a_run_writes_the_page_and_its_plots(tmp_path: Path) -> None:
    week = tmp_path / "tiny.json"
    week.write_text(json.dumps(tiny()))
    code = main(
        [
            *("--weeks", str(week), "--seconds", "0.5,1", "--anytime", "--seeds", "0", "-o", str(tmp_path)),
            *("--tables", "weeks,growth", "--growth", "6", "--growth-seconds", "1"),
        ]
    )
    page = (tmp_path / "benchmarks.md").read_text()
    assert "Failed" not in page
    assert code == 0
    assert "| tiny | 3 |" in page
    assert "|  | 0.5 s | 1 s |" in page
    assert page.index("## tiny") < page.index("## Growth")
    for name in ("tiny", "growth"):
        assert f"(benchmarks/{name}.svg)" in page
        drawn = ElementTree.parse(tmp_path / "benchmarks" / f"{name}.svg").getroot()
        assert drawn.tag.endswith("svg")


def test_a_part_taken_anew_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    page = Page(tmp_path)
    page.renew("week lab-60", "## lab-60", ["lab-60", *"1234567890"])
    page.renew("growth", "## Growth\n\nyesterday")
    page.renew("week lab-120", "## lab-120", ["lab-120", *"1234567890"])
    page.renew("growth", "## Growth\n\ntoday")
    written = page.path.read_text()
    assert [line for line in written.splitlines() if line.startswith("## ")] == [
        *("## Weeks", "## lab-60", "## lab-120", "## Growth"),
    ]
    assert "yesterday" not in written
    assert written.count("*Commit ") == 3
    assert written.count("\n| lab-") == 2


def test_an_unknown_table_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_arguments(["--tables", "weather"])
    assert "no such table: weather; there are: weeks, kinds, cores, growth" in capsys.readouterr().err


def test_quick_changes_only_what_was_not_said() -> None:
    asked = read_arguments(["--quick", "--seeds", "5,6"])
    assert (asked.seeds, asked.seconds, asked.small) == ([5, 6], [2.0, 5.0], True)


def test_more_workers_simulated_are_the_same_whatever_the_machine_does() -> None:
    first, again = (list(simulated(tiny(), [0], 1.0, [1, 3], rounds_a_second=40)) for _ in range(2))
    assert first == again
    assert [(p.workers, p.rounds) for p in first] == [(1, 40), (3, 120)]


def test_an_answer_that_breaks_a_rule_is_a_failed_run() -> None:
    session = {
        "id": "s1",
        "session_type": "talk",
        "start": "2026-11-30T09:00",
        "end": "2026-11-30T10:00",
        "clinicians": ["a"],
        "room": None,
        "patients": ["p3"],
    }
    answer: Doc = {"timetable": {"sessions": [session]}, "bound": None, "history": []}
    with pytest.raises(RunFailed, match="commitment"):
        judged(tiny(), answer, "search", 1.0, 0)


def test_an_answer_below_a_proven_bound_is_told() -> None:
    week = WeekRuns("w", 3, [1.0])
    for method, bound in (("search", 10**9), ("construction", None)):
        answer: Doc = {"timetable": {"sessions": []}, "bound": bound, "history": []}
        week.runs.append(judged(tiny(), answer, method, 1.0, 0))
    week.check_bounds()
    assert [f.split(" found")[0] for f in week.failures] == ["w: search", "w: construction"]


def test_each_limit_is_a_search_of_its_own_unless_one_is_enough() -> None:
    assert [run for run in plan([2, 10], [0], anytime=False) if run[0] == "search"] == [
        ("search", 2, 0),
        ("search", 10, 0),
    ]
    assert [run[:2] for run in plan([2, 10], [0], anytime=True)] == [
        ("search", 10),
        ("whole week", 10),
        ("construction", 0.0),
    ]


def test_figures_before_the_end_are_read_off_the_history() -> None:
    answer: Doc = {"timetable": {"sessions": []}, "bound": 50, "history": [[1.0, 900, 10], [4.0, 800, 40]]}
    run = judged(tiny(), answer, "search", 10.0, 0)
    assert [run.best_at(s) for s in (0.5, 1, 5, 10)] == [None, 900, 800, run.objective]
    assert [run.bound_at(s) for s in (0.5, 1, 5, 10)] == [None, 10, 40, 50]


def test_the_weeks_come_from_the_folder_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text("{}")
    monkeypatch.setenv("WEEKS", str(tmp_path))
    assert [file.stem for file in read_arguments([]).files] == ["one", "two"]
    assert [file.stem for file in read_arguments(["--only", "two"]).files] == ["two"]
    monkeypatch.delenv("WEEKS")
    assert [file.stem for file in read_arguments([]).files] == ["riverside"]


def test_a_chart_shows_what_a_logarithmic_axis_can() -> None:
    line = Line("a < b", "#000000", [(0, 0), (1, 10), (2, 1000)], steps=True)
    drawn = ElementTree.fromstring(drawing([Chart("t", "x", "y", [line], log_up=True)]))
    curves = [e.get("d") or "" for e in drawn.iter() if e.get("fill") == "none"]
    assert len(curves) == 1
    assert curves[0].count("V") == 1
