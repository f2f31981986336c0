"""The runner behind `make proof`."""

from __future__ import annotations

from pathlib import Path

import pytest

import tests.proof
from tests.proof.__main__ import main

HOLDS = """
TITLE = "One is one"

def run(report):
    report.say("Counted by hand.")
    report.table(["week", "sessions"], [["a|b", 12345]])
    report.require(1 == 1, "1 = 1")
"""
BREAKS = """
TITLE = "One is two"

def run(report):
    report.require(1 == 2, "1 = 2")
    report.require(1 == 3, "1 = 3")
"""
STOPS = """
TITLE = "Nothing is done"

def run(report):
    raise KeyError("p1")
"""


@pytest.fixture
def proofs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tests.proof, "__path__", [str(tmp_path)])
    return tmp_path


def test_a_proof_that_holds_leaves_its_figures(proofs: Path) -> None:
    (proofs / "proof_runner_holds.py").write_text(HOLDS)
    page = proofs / "page.md"
    assert main(["-o", str(page)]) == 0
    assert "| week | sessions |\n| --- | --: |\n| a\\|b | 12,345 |" in page.read_text()


def test_the_page_says_where_its_figures_come_from(proofs: Path) -> None:
    (proofs / "proof_runner_origin.py").write_text(HOLDS)
    page = proofs / "page.md"
    main(["-o", str(page)])
    facts = [line.split("|")[1].strip() for line in page.read_text().splitlines() if line.startswith("| ")]
    assert facts[2:9] == ["commit", "date", "processor", "memory", "system", "Python", "packages"]


def test_every_broken_claim_is_named_and_the_exit_is_1(
    proofs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (proofs / "proof_runner_breaks.py").write_text(BREAKS)
    assert main(["runner_breaks"]) == 1
    printed = capsys.readouterr()
    assert "FAILED: runner_breaks" in printed.err
    assert "- does not hold: 1 = 2\n- does not hold: 1 = 3" in printed.out


def test_a_proof_that_stops_fails_and_the_others_still_run(
    proofs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (proofs / "proof_runner_a_stops.py").write_text(STOPS)
    (proofs / "proof_runner_b_holds.py").write_text(HOLDS)
    assert main(["runner_a_stops", "runner_b_holds"]) == 1
    printed = capsys.readouterr()
    assert "the proof stopped: KeyError" in printed.out
    assert "## One is one\n\nHolds" in printed.out


def test_an_unknown_name_is_refused_with_the_known_ones(
    proofs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (proofs / "proof_runner_known.py").write_text(HOLDS)
    with pytest.raises(SystemExit) as refused:
        main(["runner_unknown"])
    assert refused.value.code == 2
    assert "no such proof: runner_unknown; there are: runner_known" in capsys.readouterr().err


def test_no_proofs_at_all_is_a_failure(proofs: Path) -> None:
    assert main(["-o", str(proofs / "page.md")]) == 1
