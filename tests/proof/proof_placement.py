"""One more patient in a full week: how long it takes, and that no exact model finds a better week.

The weeks are those of the folder that WEEKS names; without it the example week alone.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from statistics import median
from typing import Any

from scheduler import read_problem, solve
from scheduler.placement import Placement, place
from scheduler.problem import Problem
from scheduler.timetable import Timetable
from tests import oracle
from tests.ask.exact_placement import ExactPlacement
from tests.ask.test_placement_of_any_week import compared, drawn, week_of
from tests.oracle import Doc, Week
from tests.proof.circumstances import ROOT
from tests.proof.report import Report

TITLE = "Placement: exact, in milliseconds"
NAMES = ("mixed-60", "full-45", "adult-240", "lab-240")
SOLVE_SECONDS = float(os.environ.get("WEEK_SECONDS", "20"))
DRAWN = int(os.environ.get("PLACEMENTS_DRAWN", "60"))
MOST_MEDIAN = 0.050


def run(report: Report) -> None:
    folder = os.environ.get("WEEKS")
    files = [Path(folder) / f"{n}.json" for n in NAMES] if folder else [ROOT / "examples" / "riverside.json"]
    report.say(
        "Every patient of the week taken out in turn and asked about again: five plans, then with what one "
        "more group session would allow. Seconds are processor time. The exact model is CP-SAT over every "
        "seat and every session of the patient's own, written from the contract alone."
    )
    rows = [_week(report, file) for file in files if file.exists()]
    columns = ["week", "patients", "median ms", "slowest ms", "median ms with openings"]
    report.table([*columns, "exact", "as good as the model", "better than now"], rows)
    for seed in range(DRAWN):
        document, sessions = drawn(seed)
        for patient in document["patients"] if document["clinic"]["slot_minutes"] > 5 else ():
            found, best = compared(document, sessions, patient["id"])
            report.require(found == best, f"drawn week {seed}, {patient['id']}: {found}, the model {best}")
    report.say(f"The same for every patient of {DRAWN} small weeks drawn at random, with all kinds of rules.")


def _week(report: Report, file: Path) -> tuple[Any, ...]:
    document = json.loads(file.read_text())
    problem = read_problem(document).problem
    timetable = solve(problem, time_limit=SOLVE_SECONDS, gap=0.0)
    _asked(problem, timetable, problem.patients[0].id, True)  # loads what the first question has to load
    plain = [_asked(problem, timetable, p.id, False) for p in problem.patients]
    open_too = [_asked(problem, timetable, p.id, True)[1] for p in problem.patients]
    given = timetable.document()["sessions"]
    equal = sum(_as_good(report, document, given, answer, file.stem) for answer, _ in plain)
    seconds = [s for _, s in plain]
    report.require(median(open_too) <= MOST_MEDIAN, f"{file.stem}: the median placement within 50 ms")
    return (
        file.stem,
        len(plain),
        f"{1000 * median(seconds):.1f}",
        f"{1000 * max(seconds):.1f}",
        f"{1000 * median(open_too):.1f}",
        sum(answer.exact for answer, _ in plain),
        equal,
        sum(bool(a.plans) and a.plans[0].increase < 0 for a, _ in plain),
    )


def _asked(problem: Problem, timetable: Timetable, name: str, openings: bool) -> tuple[Placement, float]:
    patient = next(p for p in problem.patients if p.id == name)
    began = time.process_time()
    answer = place(problem, timetable.sessions, patient, openings=openings)
    return answer, time.process_time() - began


def _as_good(report: Report, document: Doc, sessions: list[Doc], answer: Placement, name: str) -> bool:
    """The best plan costs what the exact model's best week costs, and adds what it says."""
    exact = ExactPlacement(document, sessions, answer.patient)
    best, _ = exact.best()
    now = [oracle.read_session(Week(document), s["id"], s) for s in sessions if exact.id in s["patients"]]
    plan = answer.plans[0]
    cost = exact.cost_of(week_of(exact, plan, sessions))
    report.require(cost <= best, f"{name}, {answer.patient}: the plan costs {cost}, the exact model's {best}")
    report.require(
        cost - exact.cost_of(now) == plan.increase, f"{name}, {answer.patient}: the increase is so"
    )
    return cost == best
