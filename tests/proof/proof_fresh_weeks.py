"""Weeks that nobody tuned to, made from seeds: every kind, every weekday as week start, rules enforced."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from scheduler import read_problem, solve
from tests.bench.kinds import KINDS
from tests.bench.synthetic import clinic_week
from tests.oracle import judge, wrong_claims
from tests.proof.report import Report

TITLE = "Fresh weeks: no broken rule, every claim right, no bound above"
FLAGGED = ["day_care_min", "days_min", "gap", "services_min", "group_daily"]
SIZES = (1, 2, 7, 23, 41, 67)
SEEDS = int(os.environ.get("FRESH_SEEDS", "2"))
WORK = float(os.environ.get("FRESH_WORK", "0.1"))
SECONDS = 300.0  # after which no further week is begun


def run(report: Report) -> None:
    began, rows = time.monotonic(), list[tuple[Any, ...]]()
    for name, document in _weeks():
        if time.monotonic() - began > SECONDS:
            report.say(f"Stopped after {SECONDS:g} s; {len(rows)} weeks were planned.")
            break
        rows.append(_row(report, name, document))
    report.say(f"Planned with {WORK:g} of deterministic work, judged by the independent oracle.")
    report.table(["week", "patients", "sessions", "objective", "bound", "unmet min", "holds"], rows)


def _weeks() -> Iterator[tuple[str, dict[str, Any]]]:
    for seed in range(100, 100 + SEEDS):
        for size in SIZES:
            yield f"clinic of {size}, seed {seed}, all enforced", enforced(clinic_week(size, seed))
        for kind in KINDS:
            yield f"{kind.name}, seed {seed}", kind.week(seed, 2 * kind.few + seed % 5)
        for shift in range(7):
            start = f"clinic of 19, seed {seed}, from day {shift}"
            yield start, started_on(clinic_week(19, seed + shift), shift)


def enforced(document: dict[str, Any]) -> dict[str, Any]:
    for program in document["programs"]:
        program |= {"enforce": FLAGGED, "min_services_per_day": 2}
    return document


def started_on(document: dict[str, Any], days: int) -> dict[str, Any]:
    """The same clinic, its planning week begun some days earlier; some rules enforced, other weights."""
    random = Random(days)
    first = date.fromisoformat(document["clinic"]["week_start"]) - timedelta(days=days)
    document["clinic"]["week_start"] = first.isoformat()
    for program in document["programs"]:
        program["enforce"] = random.sample(FLAGGED, random.randint(0, 5))
    return document | {"weights": {"load_spread": random.choice([0, 3]), "idle": random.randint(0, 9)}}


def _row(report: Report, name: str, document: dict[str, Any]) -> tuple[Any, ...]:
    try:
        answer = solve(read_problem(document).problem, deterministic=WORK, gap=0.0)
    except Exception as error:
        report.require(False, f"{name}: {type(error).__name__}: {error}")
        return name, len(document["patients"]), 0, 0, 0, 0, "**no**"
    timetable = answer.document()
    broken, wrong = judge(document, timetable).broken, wrong_claims(document, timetable)
    above = answer.objective.bound > answer.objective.value
    report.require(not broken, f"{name}: no rule is broken ({broken[:1]})")
    report.require(not wrong, f"{name}: every claim is right ({wrong[:1]})")
    report.require(not above, f"{name}: the bound is not above the objective")
    holds = "yes" if not (broken or wrong or above) else "**no**"
    unmet = sum(p.unmet_minutes for p in answer.patients)
    value, bound = answer.objective.value, answer.objective.bound
    return name, len(document["patients"]), len(answer.sessions), value, bound, unmet, holds
