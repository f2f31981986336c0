"""Whole weeks of real size: when the first timetable is there, that it is complete, what 20 seconds find.

The weeks are the JSON files of the folder that WEEKS names; without it the example week alone.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from scheduler import Timetable, read_problem, solve
from scheduler.placement import place
from scheduler.problem import TERMS, Problem, Weights
from tests.oracle import judge, wrong_claims
from tests.proof.circumstances import ROOT
from tests.proof.report import Report

TITLE = "Weeks of real size"
SECONDS = float(os.environ.get("WEEK_SECONDS", "20"))
OTHERS = 0.5  # share of it for weeks without figures of their own to reach
SCALE = 15  # the lab weeks' own objective is a fifteenth of the contract's
FIGURES = {  # lab weeks after 20 seconds: objective / 15 at most, bound / 15 at least
    "lab-30": (5100, 2250),
    "lab-60": (8600, 4900),
    "lab-120": (16000, 9800),
    "lab-240": (24000, 17000),
}
COLUMNS = [
    *("week", "patients", "complete after s", "less unmet for", "less unmet, dearer, for", "cheaper for"),
    *("s", "objective", "bound", "gap", "unmet min", "rounds", "doubtful"),
]


def run(report: Report) -> None:
    folder = os.environ.get("WEEKS")
    files = sorted(Path(folder).glob("*.json")) if folder else [ROOT / "examples" / "riverside.json"]
    report.say(
        "First `solve` in a hurry, a second of search: *complete after* counts from the document read to "
        "the verified answer. Then the exact placement is asked about every patient of that answer, all "
        "others as they are: for so many there is *less unmet* at no higher price, or *less unmet, dearer* "
        "than it is worth by the objective (days, waiting, breaches), or a *cheaper* week. Then a search of "
        "some seconds. Every answer is judged by the independent oracle."
    )
    report.table(COLUMNS, [_row(report, file) for file in files])


def _row(report: Report, file: Path) -> tuple[Any, ...]:
    document = json.loads(file.read_text())
    problem = read_problem(document).problem
    name, limit = file.stem, SECONDS if file.stem in FIGURES else SECONDS * OTHERS
    quick, took = _hurried(report, document, name)
    cheaper, kinder, dearer = _incomplete(problem, quick)
    report.require(kinder == 0, f"{name} in a hurry: complete (less unmet for {kinder} patients)")
    if not problem.weights.load_spread:  # what one patient's week does to the others' loads is no part of it
        report.require(cheaper == 0, f"{name} in a hurry: a cheaper week for {cheaper} patients")
    answer = solve(problem, time_limit=limit, gap=0.0)
    _honest(report, document, answer, name)
    _figures(report, answer, name)
    objective = answer.objective
    return (
        *(name, len(problem.patients), f"{took:.1f}", kinder, dearer, cheaper),
        *(f"{limit:g}", objective.value, objective.bound, f"{objective.gap:.3f}"),
        *(sum(p.unmet_minutes for p in answer.patients), answer.solver["rounds"]),
        answer.solver["placements_not_exact"],
    )


def _hurried(report: Report, document: dict[str, Any], name: str) -> tuple[Timetable, float]:
    """A complete, verified timetable at once, and the seconds from the document read to it."""
    problem = read_problem(document).problem
    most = 5.0 if len(problem.patients) > 120 else 2.0
    began = time.monotonic()
    answer = solve(problem, time_limit=1.0, gap=0.0)
    took = time.monotonic() - began
    _honest(report, document, answer, f"{name} in a hurry")
    report.require(took <= most, f"{name}: a complete timetable within {most:g} s ({took:.1f} s)")
    return answer, took


def _incomplete(problem: Problem, answer: Timetable) -> tuple[int, int, int]:
    """How many patients the exact placement gives a cheaper week; how many of these, less unmet care; how
    many could have less unmet care if nothing else counted.
    """
    unmet = {p.id: p.unmet_minutes for p in answer.patients}
    careless = Weights(**dict.fromkeys(TERMS, 0) | {"unmet_care": 1})
    free = problem.model_copy(update={"weights": careless})
    cheaper = kinder = dearer = 0
    for patient in problem.patients:
        plans = place(problem, answer.sessions, patient, openings=False).plans
        cheaper += bool(plans) and plans[0].increase < 0
        better = [p for p in plans if p.unmet_minutes < unmet[patient.id] and p.increase <= 0]
        kinder += bool(better)
        if unmet[patient.id] and not better:
            least = place(free, answer.sessions, patient, options=1, openings=False).plans
            dearer += bool(least) and least[0].unmet_minutes < unmet[patient.id]
    return cheaper, kinder, dearer


def _figures(report: Report, answer: Timetable, name: str) -> None:
    if name in FIGURES and SECONDS >= 20:
        most, least = FIGURES[name]
        value, bound = answer.objective.value / SCALE, answer.objective.bound / SCALE
        report.require(value <= most, f"{name}: objective / 15 at most {most} ({value:.0f})")
        report.require(bound >= least, f"{name}: bound / 15 at least {least} ({bound:.0f})")


def _honest(report: Report, document: dict[str, Any], answer: Timetable, name: str) -> None:
    timetable = answer.document()
    report.require(judge(document, timetable).broken == [], f"{name}: no rule is broken")
    report.require(wrong_claims(document, timetable) == [], f"{name}: every claim is right")
    report.require(answer.objective.bound <= answer.objective.value, f"{name}: the bound is not above")
