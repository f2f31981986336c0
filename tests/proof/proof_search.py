"""The search against its figures: whole processes, from the document to the answer, judged by the oracle.

The weeks are those of the folder that WEEKS names; without it the example week alone, for 2 seconds.
The runs are kept and can be made in parts: see tests/proof/search_runs.py.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.proof.circumstances import ROOT
from tests.proof.report import Report
from tests.proof.search_runs import BASELINE_SECONDS, Kept, Results, run_missing
from tests.proof.whole_process import Answer, Planning, until

TITLE = "The search: at every second, against the peer and the whole-week model"
SCALE = 15  # the lab weeks' own objective is a fifteenth of the contract's
MOST: dict[str, dict[float, float]] = {  # lab weeks: the peer's objective / 15 by seconds
    "lab-30": {10: 2544, 30: 2538, 60: 2538},
    "lab-60": {10: 5414, 30: 5414, 60: 5410},
    "lab-120": {10: 11036, 30: 10888, 60: 10728},
    "lab-240": {10: 19866, 30: 19542, 60: 18668, 120: 19200},
}
LEAST_BOUND = {"lab-30": 2355, "lab-60": 5130, "lab-120": 10300, "lab-240": 17800}
LAB_GAP = {"lab-30": 0.065, "lab-60": 0.048, "lab-120": 0.037, "lab-240": 0.042}
OTHER_GAP = 0.08
SPREAD = 0.02  # worst of the seeds above the best
MOST_MB = 1500
LATE = 0.5  # seconds beyond the limit that a loaded disk may cost


def run(report: Report) -> None:
    folder = os.environ.get("WEEKS")
    files = sorted(Path(folder).glob("*.json")) if folder else [ROOT / "examples" / "riverside.json"]
    results = Results()
    run_missing(results, files, {file.stem: limits(file, folder is not None) for file in files})
    report.say(
        "The clock is the whole process's, `iop-scheduler solve` from the document to the written answer: "
        "what it takes beyond its `--time-limit` is taken off that. Medians over the seeds; every answer is "
        "judged by the oracle."
    )
    _origin(report, list(results.runs.values()))
    _honest(report, results)
    lab_weeks(report, results, [file for file in files if file.stem in MOST])
    other_weeks(report, results, [file for file in files if file.stem not in MOST])
    if os.environ.get("SEARCH_TROUBLE", "1") != "0":
        largest = max(files, key=lambda file: file.stat().st_size)
        _interrupted(report, largest, 12.0 if folder else 3.0)
        _bereft(report, largest, 15.0 if folder else 6.0)


def limits(file: Path, real: bool) -> list[float]:
    """Separate searches: each is told its limit."""
    if not real:
        return [2.0]
    return [float(s) for s in MOST[file.stem]] if file.stem in MOST else [BASELINE_SECONDS]


def _origin(report: Report, runs: Sequence[Kept]) -> None:
    if runs:
        commits, loads = sorted({r.commit for r in runs}), [r.load for r in runs]
        dates = sorted(r.date for r in runs)
        report.say(
            f"{len(runs)} runs, {dates[0]} to {dates[-1]} UTC, at commit {', '.join(commits)}; "
            f"load as each began {min(loads):.1f} to {max(loads):.1f}."
        )
        if len({r.program for r in runs}) > 1:
            report.say("**Not all runs are of one program.**")


def _honest(report: Report, results: Results) -> None:
    for run in results.runs.values():
        what = f"{run.method}, {run.week}, {run.limit:g} s, seed {run.seed}"
        for fault in run.faults:
            report.require(False, f"{what}: {fault}")
        if run.method == "search" and not run.faults:
            report.require(run.seconds <= run.limit + LATE, f"{what}: back in time ({run.seconds:.1f} s)")
            report.require(run.peak_mb <= MOST_MB, f"{what}: within {MOST_MB} MB ({run.peak_mb} MB)")
    proven: dict[str, int] = {}
    for run in results.runs.values():
        if run.method == "search" and run.bound is not None:
            proven[run.week] = max(run.bound, proven.get(run.week, 0))
    for run in results.runs.values():
        if not run.faults:
            least = proven.get(run.week, 0)
            report.require(
                run.objective >= least, f"{run.week}: no answer below a bound ({run.objective} < {least})"
            )


def lab_weeks(report: Report, results: Results, files: Sequence[Path]) -> None:
    rows = []
    for week in (file.stem for file in files):
        for limit, most in MOST[week].items():
            runs = results.of("search", week, float(limit))
            if runs:
                rows.append(_lab_row(report, week, limit, most, runs))
    if rows:
        report.say("Objectives and bounds divided by 15, lower is better; *to beat*: the peer after as long.")
        columns = ["week", "s", "seeds", "median", "best", "worst", "to beat", "holds", "bound", "gap"]
        report.table([*columns, "unmet min", "MB"], rows)


def _lab_row(report: Report, week: str, limit: float, most: float, runs: Sequence[Kept]) -> list[object]:
    found = sorted(r.objective / SCALE for r in runs)
    bound = median((r.bound or 0) / SCALE for r in runs)
    gap = median(r.gap for r in runs)
    what = f"{week} at {limit:g} s"
    holds = median(found) <= most
    report.require(holds, f"{what}: {median(found):.0f}, to beat {most:g}")
    last = max(MOST[week])
    if limit == last:
        least = LEAST_BOUND[week]
        report.require(bound >= least, f"{what}: a bound of {least} ({bound:.0f})")
        report.require(
            found[-1] <= found[0] * (1 + SPREAD),
            f"{what}: worst {found[-1]:.0f} within 2 % of {found[0]:.0f}",
        )
    if limit == 60:
        report.require(gap <= LAB_GAP[week], f"{what}: a gap of {LAB_GAP[week]:.1%} ({gap:.1%})")
    return [
        *(week, round(limit), len(runs), round(median(found)), round(found[0]), round(found[-1])),
        *(round(most), "yes" if holds else "**no**", round(bound), f"{gap:.1%}"),
        *(round(median(r.unmet for r in runs)), max(r.peak_mb for r in runs)),
    ]


def other_weeks(report: Report, results: Results, files: Sequence[Path]) -> None:
    rows = []
    for file in files:
        for limit in limits(file, os.environ.get("WEEKS") is not None):
            runs = results.of("search", file.stem, limit)
            if runs:
                model = [r for r in results.of("whole week", file.stem, limit) if not r.faults]
                rows.append(_other_row(report, file.stem, limit, runs, model))
    if rows:
        report.say("Weeks with all kinds of rules; *whole week*: one CP-SAT model on two threads, as long.")
        columns = ["week", "s", "seeds", "median", "best", "worst", "whole week", "holds", "bound", "gap"]
        report.table([*columns, "no bound at", "unmet min", "MB"], rows)


def _other_row(
    report: Report, week: str, limit: float, runs: Sequence[Kept], model: Sequence[Kept]
) -> list[object]:
    found = sorted(r.objective for r in runs)
    gap, bound = median(r.gap for r in runs), median(r.bound or 0 for r in runs)
    beaten = median(found) < model[0].objective if model else None
    silent = sorted({s for r in runs for s in r.unbounded})
    what = f"{week} at {limit:g} s"
    if beaten is not None:
        report.require(beaten, f"{what}: {median(found):,.0f} better than the model's {model[0].objective:,}")
    if limit >= BASELINE_SECONDS:
        report.require(gap <= OTHER_GAP, f"{what}: a gap of {OTHER_GAP:.0%} ({gap:.1%})")
    report.require(not silent, f"{what}: a bound at every second after 10 s (none at {silent[:5]})")
    return [
        *(week, f"{limit:g}", len(runs), round(median(found)), found[0], found[-1]),
        *(f"{model[0].objective:,}" if model else "–", {None: "–", True: "yes", False: "**no**"}[beaten]),
        *(round(bound), f"{gap:.1%}", len(silent), round(median(r.unmet for r in runs))),
        max(r.peak_mb for r in runs),
    ]


def _interrupted(report: Report, file: Path, after: float) -> None:
    """Ctrl-C in the middle of a search: the best timetable, written, within a second."""
    planning = Planning(file, 600)
    _bounding(report, planning, file, 60)
    time.sleep(after)
    began = time.monotonic()
    planning.interrupt()
    answer = planning.answer()
    took = time.monotonic() - began
    _sound(report, f"{file.stem}, interrupted after {after:g} s", answer)
    report.require(took <= 1.0, f"{file.stem}: Ctrl-C answered within a second ({took:.2f} s)")
    report.say(f"Ctrl-C after {after:g} s of {file.stem}: the best timetable was written {took:.2f} s later.")


def _bereft(report: Report, file: Path, seconds: float) -> None:
    """The process of the bound is killed: the search goes on, and keeps what had been proven."""
    planning = Planning(file, seconds)
    found = _bounding(report, planning, file, seconds + 30)
    time.sleep(seconds / 4)
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    answer = planning.answer()
    _sound(report, f"{file.stem}, the bound's process killed", answer)
    bound = answer.bound if answer.timetable else 0
    report.require(bound > 0, f"{file.stem}: a bound is left")
    report.say(
        f"The bound's process killed in the middle of {seconds:g} s of {file.stem}: objective "
        f"{answer.objective:,}, bound {bound:,}, exit {answer.code}."
    )


def _bounding(report: Report, planning: Planning, file: Path, patience: float) -> list[int]:
    """Wait for the process that proves the bound: the search has begun then."""
    found: list[int] = []

    def started() -> bool:
        found[:] = [pid for pid, command in planning.children if "lower_bound" in command]
        return bool(found)

    report.require(until(started, patience), f"{file.stem}: the bound has a process of its own")
    return found


def _sound(report: Report, what: str, answer: Answer) -> None:
    report.require(answer.code == 0, f"{what}: exit 0 ({answer.code})")
    for fault in answer.faults:
        report.require(False, f"{what}: {fault}")
