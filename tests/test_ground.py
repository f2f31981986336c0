"""The ground the project stands on: package, commands, import rules, public names."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, metadata
from pathlib import Path

import pytest

import scheduler

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = {"bench", "check", "clean", "demo", "help", "lint", "proof", "serve", "test"}

PUBLIC_NAMES = [
    "Fault",
    "InternalFault",
    "NoTimetableFound",
    "PinsClash",
    "Problem",
    "ProblemRefused",
    "Progress",
    "SchedulerError",
    "Timetable",
    "evaluate",
    "explain",
    "read_problem",
    "solve",
    "verify",
]


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, **environment}, timeout=120
    )


def test_the_installed_package_is_the_one_described_here() -> None:
    installed = metadata("iop-scheduler")
    described = PROJECT["project"]
    assert described["version"] == installed["Version"]
    assert set(described["requires-python"].split(",")) == set(installed["Requires-Python"].split(","))


def test_the_command_is_installed() -> None:
    scripts = {script.name: script.value for script in entry_points(group="console_scripts")}
    assert scripts["iop-scheduler"] == "scheduler.cli:main"


def test_the_public_names_are_these_and_each_can_be_had() -> None:
    assert sorted(scheduler.__all__) == PUBLIC_NAMES
    assert [name for name in PUBLIC_NAMES if getattr(scheduler, name, None) is None] == []


@pytest.mark.parametrize("door", ["scheduler", "scheduler.verify", "scheduler.intake"])
def test_importing_the_library_loads_no_solver_package(door: str) -> None:
    loaded = run(sys.executable, "-c", f"import sys, {door}; print(*sys.modules)")
    assert loaded.returncode == 0, loaded.stderr
    assert {"ortools", "numba"} & set(loaded.stdout.split()) == set()


def test_verifying_needs_no_numpy() -> None:
    loaded = run(sys.executable, "-c", "import sys, scheduler.verify; print(*sys.modules)")
    assert loaded.returncode == 0, loaded.stderr
    assert "numpy" not in loaded.stdout.split()


def test_the_import_contracts_hold() -> None:
    linted = run(Path(sys.executable).with_name("lint-imports"), "--no-logo")
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_every_target_is_listed_by_help() -> None:
    listed = re.findall(r"^  ([a-z]+) ", run("make", "help").stdout, re.MULTILINE)
    declared = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split()
    assert sorted(TARGETS) == sorted(listed) == sorted(declared)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", ".ci/README.md"])
def test_every_make_command_on_a_page_is_a_target(page: str) -> None:
    named = set(re.findall(r"\bmake ([a-z]+)\b", "\n".join(code_of((ROOT / page).read_text()))))
    assert named != set()
    assert named <= TARGETS


def code_of(page: str) -> list[str]:
    return re.findall(r"```.*?```|`[^`\n]+`", page, re.DOTALL)


def test_the_readme_shows_its_two_commands_on_the_first_screen() -> None:
    first_screen = (ROOT / "README.md").read_text().splitlines()[:25]
    commands = [line.split("#")[0].strip() for line in first_screen if line.startswith("make ")]
    assert commands == ["make demo", "make test"]


def test_every_file_a_page_links_to_exists() -> None:
    pages = [
        ROOT / name for name in ("README.md", "CONTRIBUTING.md", *map(str, (ROOT / "docs").glob("*.md")))
    ]
    links = [
        (page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    ]
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []


def test_no_build_product_is_tracked() -> None:
    tracked = run("git", "ls-files").stdout.splitlines()
    product = re.compile(
        r"(^|/)(\.venv|__pycache__|build|dist|[^/]+\.egg-info|\.[a-z_]+_cache)(/|$)|\.(py[cod]|nb[ic]|db)$"
    )
    assert [name for name in tracked if product.search(name)] == []


def test_every_command_in_the_readme_exists() -> None:
    listed = re.findall(
        r"^  ([a-z-]+) {2,}", run(sys.executable, "-m", "scheduler", "--help").stdout, re.MULTILINE
    )
    named = set(re.findall(r"`iop-scheduler ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert named != set()
    assert sorted(named - set(listed)) == []


class TestRefreshingTheReadme:
    """docs/refresh_readme.py writes what commands print between marks of the page."""

    with_block = staticmethod(runpy.run_path(str(ROOT / "docs" / "refresh_readme.py"))["with_block"])

    @pytest.mark.parametrize("name", ["demo", "commands"])
    def test_the_readme_has_one_place_for_each_block(self, name: str) -> None:
        assert f"\nfresh \\1\n<!-- {name}:end -->" in self.with_block(
            (ROOT / "README.md").read_text(), name, "fresh \\1"
        )

    def test_only_the_block_is_replaced(self) -> None:
        page = "a\n<!-- demo:start -->\nold\nlines\n<!-- demo:end -->\nb\n"
        once = self.with_block(page, "demo", "new")
        assert once == "a\n<!-- demo:start -->\nnew\n<!-- demo:end -->\nb\n"
        assert self.with_block(once, "demo", "new") == once

    def test_a_page_without_the_marks_is_refused(self) -> None:
        with pytest.raises(SystemExit, match="exactly one block between the demo marks, and has 0"):
            self.with_block("no marks", "demo", "new")


class TestFindingPython:
    """The script behind every target; a pretended Python stands for the ones a machine may have."""

    def pretend(self, folder: Path, name: str, answer: str) -> Path:
        python = folder / name
        python.write_text(f"#!/bin/sh\n{answer}\n")
        python.chmod(0o755)
        return python

    def test_the_versions_it_accepts_are_those_of_the_package(self) -> None:
        script = (ROOT / "tools" / "find_python.sh").read_text()
        oldest, below = re.findall(r"^(?:oldest|below)=(.*)$", script, re.MULTILINE)
        assert PROJECT["project"]["requires-python"] == f">={oldest},<{below}"

    def test_this_python_fits(self) -> None:
        found = run("sh", "tools/find_python.sh", PYTHON=sys.executable)
        assert (found.returncode, found.stdout.strip()) == (0, sys.executable)

    def test_an_old_python_is_named_with_what_is_needed(self, tmp_path: Path) -> None:
        old = self.pretend(tmp_path, "python3", f"echo unfit 3.9.18 {tmp_path}/python3")
        found = run("make", "-B", ".venv/.installed", PYTHON=str(old))
        assert found.returncode != 0
        assert f"{old} is 3.9.18" in found.stderr
        assert "needs Python 3.11 or newer, below 3.14" in found.stderr

    def test_a_name_that_does_not_run_is_passed_over(self, tmp_path: Path) -> None:
        self.pretend(tmp_path, "python3.13", "exit 127")
        (tmp_path / "python3.12").symlink_to(sys.executable)
        found = run("sh", "tools/find_python.sh", PATH=f"{tmp_path}:{os.environ['PATH']}", PYTHON="")
        assert found.returncode == 0
        assert "(python3.12)" in found.stderr
