"""`python -m tests.bench.peer`: fresh weeks by `solve` and by the peer; a section of docs/benchmarks.md.

What was run is kept in a file, so that a comparison can be made in parts; `tools/peer/README.md` tells how.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.page import Page
from tests.bench.peer.courses import course_week
from tests.bench.peer.lab_weeks import lab_week
from tests.bench.peer.program import Broken, Peer, plan_ours
from tests.bench.synthetic import Doc
from tests.proof.circumstances import ROOT, commit
from tests.proof.report import Report
from tests.proof.whole_process import load_now

Pair = dict[str, dict[str, Any]]  # "peer" and "ours"; without the latter where it gave no right answer
SIZES = (30, 60, 120, 240)
METHODS = ("late", "annealing")
ABOUT = """
Weeks that nobody tuned to, planned by `iop-scheduler solve` and by the peer, one after the other on the
same machine: the peer, then ours, for each week, limit and seed. Each run is a process of its own; the
limit is told to it and meant for the whole process, and every answer is judged by `tests/oracle.py`.
Objectives are those of the contract divided by 15, lower is better; in brackets the unmet minutes.
Medians over the seeds of the search. *Processor s* are the seconds of processor that the peer and ours
were given, with all that they started: the peer has one thread, as its free edition has, ours uses all
cores.

The peer is our own model in Timefold, written as an expert user of it would (`tools/peer/`): an
incremental score calculator, two custom kinds of move that keep every hard rule, a greedy construction,
then late acceptance. It knows the simpler rule set of these weeks only. It was calibrated against the
known figures of another expert's Timefold model on the four lab weeks and was the stronger of the two
there (`tools/peer/README.md`).

*fresh-N-S* is an invented clinic of N patients from seed S (`tests/bench/peer/lab_weeks.py`); *comp…*
and *competition…* are instances of the International Timetabling Competitions of 2007 (curriculum-based
and post-enrolment) and 2002, read as weeks (`tests/bench/peer/courses.py`): courses or events as groups,
teachers as clinicians, students as patients, seats scaled to their number. *competition01*, 391 courses of a
few students each, fills every room in every hour.
"""


def main() -> int:
    asked = _arguments()
    kept = json.loads(asked.kept.read_text()) if asked.kept.exists() else {}
    peer = Peer(asked.jars, asked.classes)
    peer.build()
    load, failures = load_now(), list[str]()
    for name, document in _weeks(asked):
        for seconds in asked.seconds:
            for seed in asked.seeds:
                key = f"{name}/{seconds:g}/{seed}/{asked.method}"
                if key in kept and not asked.again:
                    continue
                try:
                    kept[key] = _pair(peer, document, seconds, seed, asked.method)
                except Broken as broken:
                    failures.append(f"{key}: {broken}")
                    continue
                asked.kept.parent.mkdir(parents=True, exist_ok=True)
                asked.kept.write_text(json.dumps(kept, indent=1))
                print(key, {who: round(run["objective"] / 15) for who, run in kept[key].items()}, flush=True)
                if "ours" not in kept[key]:
                    failures.append(f"{key}: solve gave no right answer")
    if asked.write:
        Page(asked.output, load).renew("peer", _section(kept, peer.versions))
    for failure in failures:
        print("FAILED:", failure, file=sys.stderr)
    return 1 if failures else 0


def _weeks(asked: argparse.Namespace) -> Iterator[tuple[str, Doc]]:
    for file in asked.weeks:
        yield file.stem, json.loads(file.read_text())
    for size in asked.sizes:
        for seed in asked.fresh:
            yield f"fresh-{size}-{seed}", lab_week(size, seed)
    for file in asked.courses:
        yield file.stem, course_week(file)


def _pair(peer: Peer, document: Doc, seconds: float, seed: int, method: str) -> Pair:
    with tempfile.TemporaryDirectory() as folder:
        week = Path(folder) / "week.json"
        week.write_text(json.dumps(document))
        theirs = peer.plan(week, seconds, method, seed)
        try:
            ours = asdict(plan_ours(week, seconds, seed))
            return {"peer": asdict(theirs), "ours": {**ours, "commit": commit()}}
        except Broken as broken:
            print(broken, file=sys.stderr)
            return {"peer": asdict(theirs)}


def _section(kept: dict[str, Pair], versions: str) -> str:
    report = Report("")
    report.say("## Fresh weeks against a peer")
    report.say(ABOUT.strip())
    rows: dict[tuple[str, str, str], list[Pair]] = {}
    for key, pair in kept.items():
        week, seconds, _, method = key.split("/")
        rows.setdefault((week, seconds, method), []).append(pair)
    titles = ["week", "s", "seeds", "peer", "ours", "ours is better by", "processor s", "load"]
    for known in (False, True):
        shown = [_row(key, runs) for key, runs in rows.items() if key[0].startswith("lab-") is known]
        if shown:
            report.say("The known lab weeks, for calibration:" if known else "Fresh weeks:")
            report.table(titles, shown)
    programs = sorted({pair["ours"]["commit"] for pair in kept.values() if "commit" in pair.get("ours", {})})
    report.say(
        f"{versions}, one thread, as its free edition has; `solve` of {', '.join(programs)} on all cores."
    )
    return "\n\n".join(report.parts)


def _row(key: tuple[str, str, str], runs: list[Pair]) -> tuple[object, ...]:
    week, seconds, method = key
    name = week if method == "late" else f"{week}, annealing"
    theirs, ours = _found(runs, "peer"), _found(runs, "ours")
    given = " / ".join(_middle(runs, who, "cpu") for who in ("peer", "ours"))
    loads = [run["load"] for pair in runs for run in pair.values() if "load" in run]
    load = f"{max(loads):.1f}" if loads else "–"
    if ours is None or theirs is None:
        return name, seconds, len(runs), _cell(runs, "peer"), "**no answer**", "", given, load
    better = f"{(theirs - ours) / max(1.0, theirs):+.1%}"
    return name, seconds, len(runs), _cell(runs, "peer"), _cell(runs, "ours"), better, given, load


def _found(runs: list[Pair], who: str) -> float | None:
    """The median; None if a run gave no answer."""
    if any(who not in pair for pair in runs):
        return None
    return float(median(pair[who]["objective"] for pair in runs)) / 15


def _cell(runs: list[Pair], who: str) -> str:
    return f"{_found(runs, who):,.0f} ({_middle(runs, who, 'unmet')})"


def _middle(runs: list[Pair], who: str, what: str) -> str:
    known = [pair[who][what] for pair in runs if who in pair and what in pair[who]]
    return f"{median(known):,.0f}" if known else "–"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peer", description=__doc__)
    add = parser.add_argument
    add("--jars", type=Path, required=True, help="folder of Timefold's jars")
    add("--classes", type=Path, default=ROOT / "build" / "peer", help="where the peer is compiled to")
    add("--weeks", type=Path, nargs="*", default=[], help="problem documents of the simpler rule set")
    add("--sizes", type=int, nargs="*", default=list(SIZES), help="fresh weeks of so many patients")
    add("--fresh", type=int, nargs="*", default=[501], help="seeds of the fresh weeks")
    add("--courses", type=Path, nargs="*", default=[], help="files .ctt and .tim")
    add("--seconds", type=float, nargs="*", default=[10.0, 30.0])
    add("--seeds", type=int, nargs="*", default=[0], help="seeds of the searches")
    add("--method", choices=METHODS, default="late")
    add("--kept", type=Path, default=ROOT / "build" / "peer-runs.json")
    add("--again", action="store_true", help="run what was kept once more")
    add("--write", action="store_true", help="write the section from all runs kept")
    add("-o", "--output", type=Path, default=ROOT / "docs", help="folder of benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
