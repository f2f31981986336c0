"""`solve`: from a problem document to a timetable document and a summary."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.cli.conftest import RIVERSIDE, Doc, Run, program
from tests.solver.test_steering import clinic

Save = Callable[[Doc | str, str], str]


def test_the_timetable_goes_to_standard_output_and_words_to_the_other(
    run: Run, saved: Save, week: Doc
) -> None:
    planned = run("solve", saved(week, "week.json"), "--time-limit", "1")
    assert planned.code == 0
    timetable = json.loads(planned.out)
    assert timetable["objective"]["value"] == 6780
    assert "Mill Street, week of Monday 30 November 2026: 2 sessions, 3 patients." in planned.err
    assert "Care: 5 h of the 6 h owed." in planned.err
    assert "1 patient short of care:" in planned.err
    assert "p3  60 min: talks 1 of 2" in planned.err
    assert "Objective 6,780" in planned.err


def test_a_solved_week_verifies(run: Run, saved: Save, week: Doc, tmp_path: Path) -> None:
    path, out = saved(week, "week.json"), str(tmp_path / "out.json")
    assert run("solve", path, "-o", out, "--time-limit", "1").code == 0
    assert run("verify", path, out).code == 0


def test_a_share_of_the_baseline_is_kept_that_the_weight_alone_would_move(
    run: Run, saved: Save, tmp_path: Path
) -> None:
    path, out = saved(clinic(1), "week.json"), str(tmp_path / "out.json")
    asked = ("solve", path, "-o", out, "--deterministic", "1", "--gap", "0")
    kept = []
    for more in ((), ("--keep", "0.8")):
        assert run(*asked, *more).code == 0
        kept.append(sum(p["kept"] for p in json.loads(Path(out).read_text())["patients"]))
    assert kept == [1, 8]


def test_a_week_from_standard_input_is_planned(week: Doc) -> None:
    planned = program("solve", "-", "--time-limit", "1", stdin=json.dumps(week))
    assert planned.code == 0
    assert json.loads(planned.out)["status"] == "solved"


def test_quiet_says_nothing_when_all_is_well(run: Run, saved: Save, week: Doc, tmp_path: Path) -> None:
    planned = run(
        "solve", saved(week, "week.json"), "-o", str(tmp_path / "out.json"), "--time-limit", "1", "--quiet"
    )
    assert planned == (0, "", "")


def test_verbose_tells_each_report_of_the_search(run: Run, saved: Save, week: Doc, tmp_path: Path) -> None:
    planned = run(
        "solve", saved(week, "week.json"), "-o", str(tmp_path / "out.json"), "--time-limit", "1", "--verbose"
    )
    reports = [line for line in planned.err.splitlines() if "best " in line and "bound " in line]
    assert planned.code == 0
    assert reports != []
    assert "best 6,780" in reports[-1]


def test_a_log_holds_every_report_and_ends_with_the_solver_block(
    run: Run, saved: Save, week: Doc, tmp_path: Path
) -> None:
    log, out = tmp_path / "search.jsonl", tmp_path / "out.json"
    planned = run(
        *("solve", saved(week, "week.json"), "-o", str(out)),
        *("--time-limit", "1", "--gap", "0", "--quiet", "--log", str(log)),
    )
    *reports, last = [json.loads(line) for line in log.read_text().splitlines()]
    timetable = json.loads(out.read_text())
    assert planned.code == 0
    assert last == {"solver": timetable["solver"]}
    assert [(r["best"], r["bound"]) for r in reports] == [
        (h["best"], h["bound"]) for h in timetable["solver"]["history"]
    ]
    assert set(reports[0]) == {"seconds", "best", "bound", "gap", "patients_short", "phase"}
    assert reports[-1]["patients_short"] == 1


def test_a_log_that_cannot_be_written_is_refused_before_the_search(
    run: Run, saved: Save, week: Doc, tmp_path: Path
) -> None:
    path = saved(week, "week.json")
    for log, reason in ((str(tmp_path), "is a directory"), (path, "would replace the document")):
        refused = run("solve", path, "--time-limit", "60", "--log", log)
        assert (refused.code, refused.out) == (2, "")
        assert reason in refused.err


def test_a_pipe_sees_no_progress(run: Run, saved: Save, week: Doc, tmp_path: Path) -> None:
    planned = run("solve", saved(week, "week.json"), "-o", str(tmp_path / "out.json"), "--time-limit", "1")
    assert "best " not in planned.err
    assert "\x1b" not in planned.err


def test_an_existing_file_is_replaced_whole_and_keeps_its_mode(
    run: Run, saved: Save, week: Doc, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    out.write_text("x" * 1_000_000)
    out.chmod(0o640)
    link = tmp_path / "link.json"
    link.symlink_to(out)
    assert run("solve", saved(week, "week.json"), "-o", str(link), "--time-limit", "1").code == 0
    assert json.loads(out.read_text())["status"] == "solved"
    assert out.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.json", "out.json", "week.json"]


def test_the_output_may_be_a_device(run: Run, saved: Save, week: Doc) -> None:
    assert run("solve", saved(week, "week.json"), "-o", os.devnull, "--time-limit", "1").code == 0
    assert not Path(os.devnull).is_file()


def test_the_same_seed_and_work_give_the_same_answer_on_one_core_and_on_all(tmp_path: Path) -> None:
    """Two processes whose sets and dictionaries differ in order, one of them kept to a single core."""
    answers = []
    for number, cores in ((1, {min(os.sched_getaffinity(0))}), (2, os.sched_getaffinity(0))):
        out = tmp_path / f"{number}.json"
        planned = program(
            *("solve", str(RIVERSIDE), "-o", str(out), "--deterministic", "0.3", "--seed", "7"),
            *("--workers", str(number), "--time-limit", str(number), "--quiet"),
            env={**os.environ, "PYTHONHASHSEED": str(number)},
            preexec_fn=partial(os.sched_setaffinity, 0, cores),
        )
        assert planned.code == 0
        answers.append(json.loads(out.read_text()))
    assert answers[0]["sessions"] == answers[1]["sessions"]
    assert answers[0]["objective"] == answers[1]["objective"]
    assert answers[0]["patients"] == answers[1]["patients"]


def test_pins_that_break_a_rule_are_refused_with_pin_and_rule(run: Run, saved: Save, week: Doc) -> None:
    week["pins"] = [{"patient": "p3", "session_type": "talk", "start": "2026-12-02T09:00"}]
    refused = run("solve", saved(week, "week.json"), "--time-limit", "1")
    assert (refused.code, refused.out) == (2, "")
    assert "/pins/0: " in refused.err
    assert "commitment" in refused.err


def test_warnings_are_told(run: Run, saved: Save, week: Doc, tmp_path: Path) -> None:
    week["rooms"][0]["closures"] = [{"date": "2027-05-01"}]
    planned = run("solve", saved(week, "week.json"), "-o", str(tmp_path / "out.json"), "--time-limit", "1")
    assert planned.code == 0
    assert "1 warning:" in planned.err
    assert "/rooms/0/closures/0" in planned.err


def test_no_patients_name_is_told(run: Run, saved: Save, week: Doc) -> None:
    for patient in week["patients"]:
        patient["name"] = "Jane Doe"
    planned = run("solve", saved(week, "week.json"), "--time-limit", "1")
    assert planned.code == 0
    assert "Jane" not in planned.out + planned.err
