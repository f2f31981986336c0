"""`bench`: hands on to the benchmark of the source tree, and says so where there is none."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

import pytest

import scheduler
from scheduler.cli.bench import configure, passed_on
from tests.bench.__main__ import read_arguments
from tests.cli.conftest import RIVERSIDE, Run, program


def handed(*words: str) -> list[str]:
    parser = ArgumentParser()
    configure(parser)
    return passed_on(parser.parse_args(words))


def test_what_the_benchmark_refuses_is_told_with_its_exit_code(tmp_path: Path) -> None:
    refused = program("bench", "--weeks", str(tmp_path), "--quick")
    assert (refused.code, refused.out) == (2, "")
    assert "there are no such weeks" in refused.err


def test_every_option_arrives_at_the_benchmark(tmp_path: Path) -> None:
    words = handed(
        *("--weeks", str(RIVERSIDE), "--only", "riverside", "--seconds", "2,5", "--seeds", "3,4"),
        *("--tables", "kinds,growth", "--no-plot", "-o", str(tmp_path)),
    )
    asked = read_arguments(words)
    assert asked.files == [RIVERSIDE]
    assert (asked.seconds, asked.seeds, asked.tables) == ([2.0, 5.0], [3, 4], ["kinds", "growth"])
    assert (asked.plot, asked.output) == (False, tmp_path)


def test_what_is_not_given_is_left_to_the_benchmark() -> None:
    assert handed() == []
    assert handed("--plot", "--quick") == ["--plot", "--quick"]


def test_places_are_those_seen_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert handed("--weeks", "my-weeks") == ["--weeks", str(tmp_path.resolve() / "my-weeks")]


def test_an_installed_program_says_where_the_benchmark_is(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "__file__", str(tmp_path / "scheduler" / "__init__.py"))
    told = run("bench", "--quick")
    assert (told.code, told.out) == (2, "")
    assert "is part of the source tree" in told.err
    assert "make bench" in told.err
