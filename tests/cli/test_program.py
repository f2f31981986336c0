"""The program around the commands: help, unknown words, start-up, pipes, defects."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scheduler.cli import COMMANDS
from tests.cli.conftest import ROOT, Doc, Run, program

Save = Callable[[Doc | str, str], str]


def test_help_lists_the_commands(run: Run) -> None:
    told = run("--help")
    assert (told.code, told.err) == (0, "")
    listed = [line.split()[0] for line in told.out.splitlines() if line.startswith("  ")]
    assert {"solve", "verify", "show", "export", "demo"} <= set(listed) <= {c.name for c in COMMANDS}


@pytest.mark.parametrize("command", ["solve", "verify", "show", "export", "schema", "demo"])
def test_every_command_explains_itself(run: Run, command: str) -> None:
    told = run(command, "--help")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(f"usage: iop-scheduler {command} ")


def test_no_word_at_all_is_answered_with_the_overview_as_an_error(run: Run) -> None:
    told = run()
    assert (told.code, told.out) == (2, "")
    assert "solve" in told.err


def test_a_mistyped_command_is_answered_with_the_nearest_one(run: Run) -> None:
    told = run("slove")
    assert (told.code, told.out) == (2, "")
    assert "'slove' is no command. Maybe: solve." in told.err


def test_the_version_is_that_of_the_package(run: Run) -> None:
    from importlib.metadata import version

    assert run("--version").out == f"iop-scheduler {version('iop-scheduler')}\n"


def test_help_starts_without_the_heavy_packages() -> None:
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from scheduler.cli import main; main(['--help']); print(*sys.modules)",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert {"rich", "numpy", "numba", "ortools", "fastapi", "sqlalchemy"} & set(
        loaded.stdout.split()
    ) == set()


def test_module_and_program_are_the_same(run: Run) -> None:
    assert program("--help") == run("--help")


def test_a_reader_who_leaves_early_causes_no_complaint(saved: Save, timetable: Doc, tmp_path: Path) -> None:
    timetable["sessions"] *= 2000
    path = saved(timetable, "out.json")
    with subprocess.Popen(
        [sys.executable, "-m", "scheduler", "show", path],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as shown:
        assert shown.stdout is not None
        assert shown.stderr is not None
        shown.stdout.read(10)
        shown.stdout.close()
        assert shown.stderr.read() == b""
    assert shown.returncode == 141


def test_a_narrow_encoding_loses_dashes_but_not_the_table(saved: Save, timetable: Doc) -> None:
    import os

    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    shown = program("show", saved(timetable, "out.json"), env=environment)
    assert shown.code == 0
    assert "09:00?10:00" in shown.out


def test_a_defect_is_one_sentence_and_its_own_exit_code(
    run: Run, saved: Save, timetable: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_console: object, *_parts: object) -> None:
        raise RuntimeError("a wire is loose")

    monkeypatch.setattr("scheduler.cli.show.put", broken, raising=False)
    told = run("show", saved(timetable, "out.json"))
    assert (told.code, told.out) == (70, "")
    assert "RuntimeError: a wire is loose" in told.err
    assert "Traceback" not in told.err
