"""A session picked up: the verdict of every place in one call, as a check of each place would find it.

The weeks are those of the folder that WEEKS names; without it the example week alone.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

from scheduler import read_problem, solve
from scheduler.moves import check
from scheduler.problem import Problem
from scheduler.targets import Targets, targets
from scheduler.timetable import Timetable
from tests.proof.circumstances import ROOT
from tests.proof.report import Report

TITLE = "Verdicts for a picked-up session"
LIMITS = {"mixed-60": 0.100, "tight-60": 0.100, "adult-240": 0.300, "lab-240": 0.300}
SOLVE_SECONDS = float(os.environ.get("WEEK_SECONDS", "20"))
CHECKED = int(os.environ.get("VERDICTS_CHECKED", "150"))


def run(report: Report) -> None:
    folder = os.environ.get("WEEKS")
    files = [Path(folder) / f"{n}.json" for n in LIMITS] if folder else [ROOT / "examples" / "riverside.json"]
    report.say(
        "Every session picked up in turn: all starts, and at each all clinicians and rooms. Seconds are "
        f"processor time. {CHECKED} verdicts a week, drawn at random, are compared with a whole check of the "
        "same move."
    )
    rows = [_week(report, file) for file in files if file.exists()]
    columns = ["week", "sessions", "verdicts a call", "median ms", "95 of 100 within ms", "slowest ms"]
    report.table([*columns, "as a check finds it"], rows)


def _week(report: Report, file: Path) -> tuple[Any, ...]:
    problem = read_problem(json.loads(file.read_text())).problem
    timetable = solve(problem, time_limit=SOLVE_SECONDS, gap=0.0)
    answers = []
    for session in timetable.sessions:
        began = time.process_time()
        answer = targets(problem, timetable.sessions, session.id)
        answers.append((answer, time.process_time() - began))
    seconds = [s for _, s in answers]
    within = quantiles(seconds, n=20)[-1]
    limit = LIMITS.get(file.stem, 0.100)
    report.require(within <= limit, f"{file.stem}: 95 of 100 verdict calls within {1000 * limit:.0f} ms")
    agree = _agreement(report, problem, timetable, [a for a, _ in answers], file.stem)
    return (
        file.stem,
        len(answers),
        round(median(_count(a) for a, _ in answers)),
        f"{1000 * median(seconds):.0f}",
        f"{1000 * within:.0f}",
        f"{1000 * max(seconds):.0f}",
        f"{agree} of {CHECKED}",
    )


def _count(answer: Targets) -> int:
    return sum(1 + len(t.clinicians) + len(t.rooms) for t in answer.targets)


def _agreement(
    report: Report, problem: Problem, timetable: Timetable, answers: list[Targets], name: str
) -> int:
    """How many verdicts a check of the move confirms: whether it is legal, and what it costs."""
    dice, agree = Random(0), 0
    for _ in range(CHECKED):
        answer = dice.choice(answers)
        target = dice.choice(answer.targets)
        change: dict[str, Any] = {"start": target.start}
        verdict = target.own
        if target.rooms and dice.random() < 0.5:
            change["room"], verdict = dice.choice(sorted(target.rooms.items()))
        checked = check(problem, timetable.sessions, [{"session": answer.session, "set": change}])
        same = checked.legal == (verdict.verdict != "hard")
        same = same and (not checked.legal or checked.cost == verdict.cost)
        report.require(same, f"{name}: {answer.session} to {change} is {verdict.verdict}, a check differs")
        agree += same
    return agree
