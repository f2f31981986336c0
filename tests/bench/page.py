"""The page that a benchmark leaves: a section a week and a table, each renewed alone.

Each has its own commit, date, machine and load, so that a long benchmark can be taken in parts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.svg import Chart, drawing
from tests.bench.week_table import OVERVIEW
from tests.proof.circumstances import circumstances
from tests.proof.page import load_now
from tests.proof.report import Report

SECTION = re.compile(r"<!-- bench ([^:\n]+): (\{.*\}) -->\n(.*?)\n<!-- end of \1 -->", re.DOTALL)
TABLES = ("weeks", "kinds", "cores", "growth")
PARTS = (*TABLES, "peer")  # the page in order; the last has a runner of its own, tests.bench.peer
FOREWORD = """
Written by `make bench`; `iop-scheduler bench --help` says how to take a part of it: what is not taken anew
stays, with the commit and the machine it was taken on. Objectives are those of the contract, lower is better,
medians over the seeds with the worst in brackets. Every run is a process of its
own that starts cold; its clock starts with the problem read. Every answer was judged by `tests/oracle.py`,
which shares no code with the program: a broken rule or a wrong claim fails the benchmark, and so does any
answer below a bound that was proven.

Three methods:

- **search**: `solve` with a time limit of so many seconds, on all cores, with gap 0;
- **whole week**: one CP-SAT model of the whole week on two threads (`tests/bench/whole_week/`). A session is
  one start with optional intervals for clinicians, rooms and patients; rooms that are alike are one
  cumulative resource; commitments are forbidden (patient, start) pairs. It starts from the construction as
  a complete hint; its time includes building the model. It knows all rules and prices of these weeks, but
  is a little narrower than the contract: of a group a date holds only so many sessions (half as many again
  as an even week needs, and one more than the construction), a clinician with a limited run works in at
  most four runs a day, and `clinician_changed` is not in its objective. So its bound is one of that model
  alone. Before its last figure it is read by its own count;
- **construction**: the search's greedy construction alone.
"""


@dataclass
class Page:
    """benchmarks.md in a folder, and its plots beside it; read and written anew with every section."""

    folder: Path
    load_before: float = field(default_factory=load_now)

    @property
    def path(self) -> Path:
        return self.folder / "benchmarks.md"

    def renew(self, name: str, text: str, row: Sequence[object] = ()) -> None:
        """Write a section; `row` is a week's line in the overview."""
        kept = self.read()
        kept[name] = {"row": list(row), "text": f"{text}\n\n{self._taken()}"}
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path.write_text(_page(kept), encoding="utf-8")

    def read(self) -> dict[str, dict[str, Any]]:
        written = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        return {name: {**json.loads(facts), "text": text} for name, facts, text in SECTION.findall(written)}

    def draw(self, name: str, charts: Sequence[Chart], columns: int = 1) -> None:
        plots = self.folder / "benchmarks"
        plots.mkdir(parents=True, exist_ok=True)
        (plots / f"{name}.svg").write_text(drawing(charts, columns), encoding="utf-8")

    def _taken(self) -> str:
        facts = dict(circumstances())
        commit, date = facts.pop("commit"), facts.pop("date")
        load = f"load {self.load_before:.1f} when the benchmark began, {load_now():.1f} now"
        return (
            f"*Commit {commit}, {date}: "
            + ", ".join([f"Python {facts.pop('Python')}", *facts.values(), load])
            + ".*"
        )


def _page(kept: dict[str, dict[str, Any]]) -> str:
    names = sorted(kept, key=_place)
    report = Report("")
    report.say("# Benchmarks")
    report.say(FOREWORD.strip())
    if weeks := [kept[name]["row"] for name in names if kept[name]["row"]]:
        report.say("## Weeks")
        report.table(OVERVIEW, weeks)
    return "\n\n".join([*report.parts, *(_delimited(name, kept[name]) for name in names)]) + "\n"


def _place(name: str) -> tuple[int, list[str | int]]:
    """Weeks first, those of a family by their number of patients."""
    table = PARTS.index(name) if name in PARTS else 0
    return table, [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _delimited(name: str, section: dict[str, Any]) -> str:
    facts = json.dumps({"row": section["row"]}, ensure_ascii=False)
    return f"<!-- bench {name}: {facts} -->\n{section['text']}\n<!-- end of {name} -->"
