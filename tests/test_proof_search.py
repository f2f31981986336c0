"""The proof of the search is made in parts: what is chosen, what is kept, what is not run again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proof.proof_search import lab_weeks, other_weeks
from tests.proof.report import Report
from tests.proof.search_runs import Kept, Results, wanted

LIMITS = {"lab-30": [10.0, 60.0], "full-45": [60.0]}
FILES = [Path("lab-30.json"), Path("full-45.json")]


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WEEKS", "SECONDS", "SEEDS", "BASELINE", "AGAIN"):
        monkeypatch.delenv(f"SEARCH_{name}", raising=False)


def kept(week: str, limit: float, seed: int, objective: int, **more: object) -> Kept:
    run = Kept("search", week, limit, seed, "tree", "commit", "2026-11-27 19:20", 0.1, objective=objective)
    return Kept(**{**vars(run), "bound": 36000, **more})


def test_every_week_has_its_first_seed_before_any_has_its_second() -> None:
    runs = [(method, file.stem, limit, seed) for method, file, limit, seed in wanted(FILES, LIMITS)]
    first = [run for run in runs if run[3] == 0]
    assert runs[: len(first)] == first
    assert first == [
        ("search", "lab-30", 10.0, 0),
        ("search", "lab-30", 60.0, 0),
        ("whole week", "lab-30", 60.0, 0),
        ("search", "full-45", 60.0, 0),
        ("whole week", "full-45", 60.0, 0),
    ]


def test_a_part_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {"WEEKS": "lab-30", "SECONDS": "30", "SEEDS": "2", "BASELINE": "0"}
    for name, value in chosen.items():
        monkeypatch.setenv(f"SEARCH_{name}", value)
    assert list(wanted(FILES, LIMITS)) == [("search", FILES[0], 30.0, 2)]


def test_what_is_kept_of_this_program_is_not_wanted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Results(tmp_path / "runs.json").keep(kept("lab-30", 10.0, 0, 37000))
    results = Results(tmp_path / "runs.json")
    key = ("search", "lab-30", 10.0, 0)
    assert results.has(key, "tree")
    assert not results.has(key, "another tree")
    monkeypatch.setenv("SEARCH_AGAIN", "1")
    assert not results.has(key, "tree")


def test_figures_that_do_not_hold_are_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEEKS", str(tmp_path))
    results, report = Results(tmp_path / "runs.json"), Report("")
    for seed, objective in enumerate((37000, 39000, 38500)):
        results.keep(kept("lab-30", 60.0, seed, objective))
        results.keep(kept("full-45", 60.0, seed, objective, unbounded=[11, 12]))
    lab_weeks(report, results, [FILES[0]])
    other_weeks(report, results, [FILES[1]])
    assert report.failures == [
        "lab-30 at 60 s: 2567, to beat 2538",
        "lab-30 at 60 s: worst 2600 within 2 % of 2467",
        "full-45 at 60 s: a bound at every second after 10 s (none at [11, 12])",
    ]
