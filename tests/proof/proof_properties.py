"""Every property test, and every test too long for `make test`, with many fresh examples."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

from tests.proof.circumstances import ROOT
from tests.proof.report import Report

TITLE = "Properties hold on many fresh examples"
# Hypothesis marks its own tests "hypothesis".
CHOSEN = "proof or hypothesis"


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        pytest = [sys.executable, "-m", "pytest", "-m", CHOSEN, f"--junit-xml={results}"]
        done = subprocess.run(
            pytest, cwd=ROOT, env={**os.environ, "HYPOTHESIS_PROFILE": "proof"}, stdout=sys.stderr
        )
        cases = list(ElementTree.parse(results).iter("testcase"))
    report.require(done.returncode == 0, f"pytest -m '{CHOSEN}' ends with exit 0 (it was {done.returncode})")
    for case in cases:
        if case.find("failure") is not None or case.find("error") is not None:
            report.require(False, f"{case.get('classname')}::{case.get('name')}")
    report.say(f"`HYPOTHESIS_PROFILE=proof pytest -m '{CHOSEN}'`: {len(cases)} tests.")
    report.table(["file", "tests", "seconds"], by_file(cases))


def by_file(cases: list[ElementTree.Element]) -> list[tuple[str, int, int]]:
    seconds: dict[str, list[float]] = defaultdict(list)
    for case in cases:
        seconds[case.get("classname", "")].append(float(case.get("time", 0)))
    return [(name, len(taken), round(sum(taken))) for name, taken in sorted(seconds.items())]
