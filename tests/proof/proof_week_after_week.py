"""Eight weeks, one after the other: times kept at what price, missed care made up, prompt starts.

The week that begins it is `mixed-60.json` of the folder that WEEKS names; without it the example week.
ROLL_WORK is the search's effort a week (thousands of rounds), ROLL_WEEKS and ROLL_SEEDS how much is rolled.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.util import module_from_spec, spec_from_file_location
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from scheduler.cores import cores_allowed
from tests.proof.circumstances import ROOT
from tests.proof.report import Report

TITLE = "Week after week: eight weeks rolled"
WORK = float(os.environ.get("ROLL_WORK", "40"))
WEEKS = int(os.environ.get("ROLL_WEEKS", "8"))
SEEDS = int(os.environ.get("ROLL_SEEDS", "3"))
KEPT, DEARER, STEPPED, MADE_UP, OPEN_DAYS = 0.90, 1.03, 0.90, 0.80, 1


def run(report: Report) -> None:
    folder = os.environ.get("WEEKS")
    file = Path(folder) / "mixed-60.json" if folder else ROOT / "examples" / "riverside.json"
    document = json.loads(file.read_text())
    report.say(
        f"{file.stem}, {WEEKS} weeks, {SEEDS} seeds: 12 % turnover a week, 10 % no-shows, one clinician "
        "out for a day, four weeks authorised at a time. Every week is planned from the last published one, "
        f"and, to compare, from scratch, each search with {WORK:g} thousand rounds; the "
        "week before them all had four times that. Costs are without "
        "`moved`. Shares of made-up care are of what is owed and has a place by the exact placement."
    )
    example = _example()  # its weeks come back from other processes
    report.say(
        f"The rolled clinic asks the search to keep {100 * example.KEEP:.0f} % of the times (`keep`) at the "
        "least cost otherwise, by the same objective by which the plan from scratch is counted; where that "
        f"was missed, {', '.join(f'{100 * aim:.0f}' for aim in example.AIMS[1:])} % are aimed at in turn: "
        "the table shows how often a week was searched. "
        f"`new_time_weight` is {example.NEW_TIMES} in "
        "the phase of everybody who steps down. Required of the cost is the sum over the weeks, since single "
        "searches differ: the last table shows each week, and every fourth one planned from scratch a "
        "second time, with other random numbers."
    )
    with ProcessPoolExecutor(min(SEEDS, cores_allowed()), get_context("spawn")) as pool:
        rolled = list(pool.map(_rolled, [document] * SEEDS, range(SEEDS)))
    rows = [_row(report, seed, weeks) for seed, weeks in enumerate(rolled)]
    columns = ["seed", "times kept, least", "cost to scratch", "weeks within 3 %", "step-downs", "made up"]
    report.table([*columns, "overruns", "first or second day"], rows)
    columns = [
        "seed",
        "week",
        "searches",
        "times kept",
        "cost",
        "from scratch",
        "differs",
        "from scratch again",
        "differs",
    ]
    report.table(columns, [_by_week(s, w) for s, weeks in enumerate(rolled) for w in weeks])


def _rolled(document: Any, seed: int) -> list[Any]:
    return list(_example().roll(document, WEEKS, seed, WORK, True))


def _row(report: Report, seed: int, weeks: list[Any]) -> tuple[Any, ...]:
    kept = min(w.kept[0] / w.kept[1] for w in weeks if w.kept[1])
    price = sum(w.cost for w in weeks) / sum(w.scratch_cost for w in weeks)
    stepped = [one for w in weeks for one in w.stepped]
    same = sum(had == total for had, total in stepped)
    owed = sum(w.owed - w.no_seat for w in weeks)
    made_up = sum(w.made_up for w in weeks)
    waited = [n for w in weeks for n in w.waited]
    overruns = [o for w in weeks for o in w.overruns]
    report.require(kept >= KEPT, f"seed {seed}: {100 * kept:.0f} % of continuing attendances keep their time")
    report.require(price <= DEARER, f"seed {seed}: the cost is {price:.3f} of that from scratch")
    if stepped:
        report.require(same / len(stepped) >= STEPPED, f"seed {seed}: {same} of {len(stepped)} step-downs")
    if owed > 0:
        report.require(
            made_up / owed >= MADE_UP, f"seed {seed}: {made_up} of {owed} owed minutes are made up"
        )
    report.require(not overruns, f"seed {seed}: authorisations overrun: {overruns[:3]}")
    report.require(not any(w.broken for w in weeks), f"seed {seed}: every week keeps every rule")
    late = [name for w in weeks for name in w.unexplained]
    report.require(not late, f"seed {seed}: late and unexplained: {late[:3]}")
    return (
        seed,
        f"{100 * kept:.1f} %",
        f"{100 * (price - 1):+.1f} %",
        f"{sum(w.cost <= DEARER * w.scratch_cost for w in weeks)} of {len(weeks)}",
        f"{same} of {len(stepped)}",
        f"{100 * made_up / owed:.0f} % of {owed} min" if owed else "–",
        len(overruns),
        f"{sum(n <= OPEN_DAYS for n in waited)} of {len(waited)}",
    )


def _by_week(seed: int, w: Any) -> tuple[Any, ...]:
    again = w.again_cost
    return (
        seed,
        w.start,
        w.searches,
        f"{100 * w.kept[0] / w.kept[1]:.1f} %" if w.kept[1] else "–",
        f"{w.cost:,}",
        f"{w.scratch_cost:,}",
        f"{100 * (w.cost / w.scratch_cost - 1):+.1f} %",
        f"{again:,}" if again is not None else "",
        f"{100 * (again / w.scratch_cost - 1):+.1f} %" if again is not None else "",
    )


def _example() -> Any:
    spec = spec_from_file_location("eight_weeks", ROOT / "examples" / "eight_weeks.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module
