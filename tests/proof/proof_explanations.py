"""Explanations of whole weeks: every short patient answered, every proposed change made and placed anew.

The weeks are the JSON files of the folder that WEEKS names; without it the example week alone.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

from scheduler import Problem, Timetable, read_problem, solve
from scheduler.explain import explain
from scheduler.explain.answer import Change, ClinicView, Explanation, PatientExplanation
from scheduler.explain.reasons import with_reasons
from scheduler.moves import applied, read_moves
from scheduler.placement import place, with_plan
from scheduler.timetable import PlannedSession
from scheduler.week import compile_week
from tests.oracle import judge
from tests.proof.circumstances import ROOT
from tests.proof.report import Report

TITLE = "Explanations"
SECONDS = float(os.environ.get("WEEK_SECONDS", "10"))

Doc = dict[str, Any]


def run(report: Report) -> None:
    folder = os.environ.get("WEEKS")
    files = sorted(Path(folder).glob("*.json")) if folder else [ROOT / "examples" / "riverside.json"]
    report.say(
        f"Timetables of {SECONDS:g} s, explained. Every proposed change is applied to the document as a JSON "
        "Patch and read again, its moves are applied to the timetable, the patient is placed anew; the "
        "result has to be the stated one, and the independent oracle finds no rule broken that was kept "
        "before and the same change of the objective. “None helps” counts the patients for whom every single "
        "change was looked at and none helps. “Reasons” is the processor time they take in an answer to "
        "`solve`."
    )
    rows = [_row(report, file) for file in files]
    report.table(
        [
            "week", "short", "unmet min", "reasons ms", "alone", "clinic", "others", "wishes",
            "changes", "kinds", "none helps", "explain s", "best gain",
        ],
        rows,
    )  # fmt: skip


def _row(report: Report, file: Path) -> tuple[Any, ...]:
    document = json.loads(file.read_text())
    problem = read_problem(document).problem
    timetable = solve(problem, time_limit=SECONDS, gap=0.0)
    took = _reasons_time(problem, timetable)
    began = time.process_time()
    answer = explain(problem, timetable, time_limit=600)
    seconds = time.process_time() - began
    check_all(report, document, timetable.sessions, answer, file.stem)
    told = {p.id: p.reasons for p in timetable.patients if p.unmet_minutes}
    same = told == {p.id: p.reasons for p in answer.patients}
    report.require(same, f"{file.stem}: the answer to solve carries the same reasons")
    tiers = Counter({"patient": 0, "clinic": 0, "others": 0, "wishes": 0})
    for patient in answer.patients:
        tiers.update({share.tier: share.minutes for share in patient.shares})
    kinds = Counter(c.kind for p in answer.patients for c in p.changes)
    return (
        file.stem,
        len(answer.patients),
        answer.unmet_minutes,
        round(1000 * took),
        tiers["patient"],
        tiers["clinic"],
        tiers["others"],
        tiers["wishes"],
        kinds.total(),
        ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())) or "none",
        sum(not p.changes for p in answer.patients),
        f"{seconds:.1f}",
        max((g.gain for g in answer.clinic.gains), default=0) if answer.clinic else 0,
    )


def _reasons_time(problem: Problem, timetable: Timetable) -> float:
    week = compile_week(problem)
    began = time.process_time()
    with_reasons(week, timetable.sessions, timetable.patients)
    return time.process_time() - began


def check_all(
    report: Report,
    document: Doc,
    sessions: tuple[PlannedSession, ...],
    answer: Explanation,
    name: str,
    to_the_end: bool = True,
) -> None:
    """`to_the_end`: where no change is proposed, all of them have to have been looked at."""
    problem = read_problem(document).problem
    report.require(answer.complete, f"{name}: everything was asked")
    for patient in answer.patients:
        _answered(report, patient, f"{name} {patient.id}", to_the_end)
        for change in patient.changes:
            what = f"{name} {patient.id}: {change.text}"
            _as_stated(report, problem, document, sessions, patient, change, what)
    if answer.clinic is not None:
        _ranked(report, answer.clinic, name)


def _answered(report: Report, patient: PatientExplanation, what: str, to_the_end: bool) -> None:
    causes = [r for r in patient.reasons if "tier" in r.params]
    wishes = any(share.tier == "wishes" for share in patient.shares)
    report.require(bool(causes) or wishes, f"{what} has a reason")
    minutes = sum(share.minutes for share in patient.shares)
    report.require(minutes == patient.unmet_minutes, f"{what}: every unmet minute is in a share")
    complete = patient.tried is not None and (patient.tried.complete or not to_the_end)
    checked = complete and bool(patient.statement)
    report.require(bool(patient.changes) or checked, f"{what} has a change or the checked statement")
    efforts = [c.effort for c in patient.changes]
    report.require(efforts == sorted(efforts) and len(efforts) <= 3, f"{what}: at most three, cheapest first")


def _as_stated(
    report: Report,
    problem: Problem,
    document: Doc,
    sessions: tuple[PlannedSession, ...],
    patient: PatientExplanation,
    change: Change,
    what: str,
) -> None:
    changed = patched(document, change.patch)
    again = read_problem(changed).problem
    moves = read_moves(list(change.moves), problem, sessions)
    given = applied(problem, sessions, moves)
    who = next(p for p in again.patients if p.id == patient.id)
    plan = place(again, given, who, options=1, openings=False).plans[0]
    same = plan.unmet_minutes == change.result.unmet_minutes
    report.require(same and plan.attendances == change.result.attendances, f"{what}: placed anew as stated")
    restored = patient.unmet_minutes - plan.unmet_minutes
    report.require(restored == change.result.restored_minutes > 0, f"{what}: restores what it says")
    before = judge(document, written(sessions))
    after = judge(changed, written(with_plan(given, patient.id, plan)))
    report.require(set(after.broken) <= set(before.broken), f"{what}: breaks no rule")
    if change.kind == "priority":  # told in the prices of the document as it was
        after = judge(document, written(with_plan(given, patient.id, plan)))
    report.require(
        after.objective - before.objective == change.result.objective_change, f"{what}: costs what it says"
    )


def patched(document: Doc, patch: tuple[Doc, ...]) -> Doc:
    """JSON Patch by its own definition (RFC 6902), as far as `add` and `remove` go."""
    made = deepcopy(document)
    for operation in patch:
        *path, last = operation["path"].split("/")[1:]
        target: Any = made
        for step in path:
            target = target[int(step)] if isinstance(target, list) else target[step]
        if operation["op"] == "remove":
            del target[int(last) if isinstance(target, list) else last]
        elif isinstance(target, list):
            target.insert(len(target) if last == "-" else int(last), operation["value"])
        else:
            target[last] = operation["value"]
    return made


def written(sessions: tuple[PlannedSession, ...]) -> Doc:
    return {"sessions": [s.model_dump(mode="json") for s in sessions]}


def _ranked(report: Report, view: ClinicView, name: str) -> None:
    gains = [g.gain for g in view.gains]
    report.require(gains == sorted(gains, reverse=True), f"{name}: gains are ranked")
    report.require(all(g >= 0 for g in gains), f"{name}: no gain is negative")
