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


def test_each_section_says_where_its_figures_come_from(proofs: Path) -> None:
    (proofs / "proof_runner_origin.py").write_text(HOLDS)
    main(["-o", str(proofs / "page.md")])
    origin = (proofs / "page.md").read_text().splitlines()[-2]
    assert origin.startswith("*Commit ")
    assert "UTC: Python 3." in origin
    assert [fact for fact in (" cores", " GiB", "ortools", "load ") if fact not in origin] == []


def test_every_broken_claim_is_named_and_the_exit_is_1(
    proofs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (proofs / "proof_runner_breaks.py").write_text(BREAKS)
    assert main(["runner_breaks", "-o", str(proofs / "page.md")]) == 1
    assert "FAILED: runner_breaks" in capsys.readouterr().err
    assert "- does not hold: 1 = 2\n- does not hold: 1 = 3" in (proofs / "page.md").read_text()


def test_a_proof_that_stops_fails_and_the_others_still_run(proofs: Path) -> None:
    (proofs / "proof_runner_a_stops.py").write_text(STOPS)
    (proofs / "proof_runner_b_holds.py").write_text(HOLDS)
    page = proofs / "page.md"
    assert main(["-o", str(page)]) == 1
    assert "the proof stopped: KeyError" in page.read_text()
    assert "## One is one\n\nHolds" in page.read_text()


def test_a_named_proof_renews_its_own_section_and_no_other(proofs: Path) -> None:
    (proofs / "proof_runner_kept.py").write_text(HOLDS)
    (proofs / "proof_runner_renewed.py").write_text(BREAKS)
    page = proofs / "page.md"
    main(["runner_kept", "-o", str(page)])
    page.write_text(page.read_text().replace("Counted by hand.", "Counted long ago."))
    main(["runner_renewed", "-o", str(page)])
    assert "Counted long ago." in page.read_text()
    assert [line.split(" | ")[2] for line in listed(page)] == ["yes", "**no**"]


def test_a_proof_that_never_ran_is_named_on_the_page(proofs: Path) -> None:
    (proofs / "proof_runner_ran.py").write_text(HOLDS)
    (proofs / "proof_runner_waits.py").write_text(BREAKS)
    page = proofs / "page.md"
    main(["runner_ran", "-o", str(page)])
    assert listed(page)[1].startswith("| runner_waits | One is two | **not yet run** |")


def test_the_section_of_a_proof_that_is_gone_goes_with_it(proofs: Path) -> None:
    gone = proofs / "proof_runner_gone.py"
    gone.write_text(HOLDS)
    page = proofs / "page.md"
    main(["-o", str(page)])
    gone.unlink()
    (proofs / "proof_runner_stays.py").write_text(BREAKS)
    main(["-o", str(page)])
    assert "One is one" not in page.read_text()
    assert "One is two" in page.read_text()


def listed(page: Path) -> list[str]:
    return [line for line in page.read_text().splitlines() if line.startswith("| runner_")]


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
