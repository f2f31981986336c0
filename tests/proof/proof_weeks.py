"""Whole weeks of real size: when the first timetable is there, what 20 seconds find, what is proved.

The weeks are the JSON files of the folder that WEEKS names; without it the example week alone.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from scheduler import Progress, Timetable, read_problem, solve
from tests.oracle import judge, wrong_claims
from tests.proof.circumstances import ROOT
from tests.proof.report import Report

TITLE = "Weeks of real size"
SECONDS = float(os.environ.get("WEEK_SECONDS", "20"))


def run(report: Report) -> None:
    folder = os.environ.get("WEEKS")
    files = sorted(Path(folder).glob("*.json")) if folder else [ROOT / "examples" / "riverside.json"]
    report.say(f"`solve` with a time limit of {SECONDS:g} s, judged by the independent oracle.")
    rows = [_row(report, file) for file in files]
    report.table(
        [
            "week",
            "patients",
            "quick answer after s",
            "objective",
            "bound",
            "gap",
            "unmet min",
            "rounds",
            "doubtful",
        ],
        rows,
    )


def _row(report: Report, file: Path) -> tuple[Any, ...]:
    document = json.loads(file.read_text())
    problem = read_problem(document).problem
    quick_seconds = _quick(report, document, file.stem)
    seen: list[Progress] = []
    answer = solve(problem, time_limit=SECONDS, gap=0.0, on_progress=seen.append)
    _honest(report, document, answer, file.stem)
    unmet = sum(p.unmet_minutes for p in answer.patients)
    objective = answer.objective
    return (
        file.stem,
        len(problem.patients),
        f"{quick_seconds:.1f}",
        objective.value,
        objective.bound,
        f"{objective.gap:.3f}",
        unmet,
        answer.solver["rounds"],
        answer.solver["placements_not_exact"],
    )


def _quick(report: Report, document: dict[str, Any], name: str) -> float:
    """Seconds from the document to a complete, verified timetable when asked to hurry."""
    problem = read_problem(document).problem
    began = time.monotonic()
    answer = solve(problem, time_limit=1.0, gap=0.0)
    took = time.monotonic() - began
    _honest(report, document, answer, f"{name} in a hurry")
    return took


def _honest(report: Report, document: dict[str, Any], answer: Timetable, name: str) -> None:
    timetable = answer.document()
    report.require(judge(document, timetable).broken == [], f"{name}: no rule is broken")
    report.require(wrong_claims(document, timetable) == [], f"{name}: every claim is right")
    report.require(answer.objective.bound <= answer.objective.value, f"{name}: the bound is not above")
