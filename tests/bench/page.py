"""The page that a benchmark leaves: how it was taken, a table and a plot a week, the growth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import growth
from tests.bench.growth import Grown
from tests.bench.runs import Run, WeekRuns, middle
from tests.bench.svg import Chart, Line, drawing
from tests.proof.circumstances import circumstances
from tests.proof.report import Report

FOREWORD = """
Written by `make bench` (`python -m tests.bench --help` shortens or lengthens it). Objectives are those of the
contract, lower is better, medians over the seeds with the worst in brackets. Every run is a process of its
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
    """What has been measured so far; written anew after every week."""

    folder: Path
    seconds: Sequence[float]
    seeds: Sequence[int]
    anytime: bool
    plot: bool
    growth_seconds: float
    weeks: list[WeekRuns] = field(default_factory=list)
    grown: list[Grown] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=circumstances)

    def write(self) -> Path:
        plots = self.folder / "benchmarks"
        plots.mkdir(parents=True, exist_ok=True)
        if self.plot:
            for week in self.weeks:
                _save(plots / f"{week.name}.svg", [week_chart(week)], 1)
            if self.grown:
                _save(plots / "growth.svg", growth.charts(self.grown), 2)
        path = self.folder / "benchmarks.md"
        path.write_text(self.markdown(), encoding="utf-8")
        return path

    def markdown(self) -> str:
        report = Report("Benchmarks")
        report.table(["", ""], self.taken)
        report.say(FOREWORD.strip())
        if self.anytime:
            report.say("Figures before the longest limit are read off the run with that limit.")
        if problems := [*self.failures, *(f for w in self.weeks for f in w.failures)]:
            report.say("**Failed:**\n\n" + "\n".join(f"- {problem}" for problem in problems))
        if self.weeks:
            self._overview(report)
        for week in self.weeks:
            self._week(report, week)
        if self.grown:
            self._growth(report)
        return "\n\n".join(["# Benchmarks", *report.parts]) + "\n"

    def _overview(self, report: Report) -> None:
        last = self.seconds[-1]
        report.say(f"## After {last:g} seconds\n\nSeeds {', '.join(map(str, self.seeds))}.")
        report.table(
            [
                "week",
                "patients",
                "search",
                "spread",
                "bound",
                "gap",
                "unmet min",
                "whole week",
                "construction",
            ],
            [overview_row(week, last) for week in self.weeks],
        )

    def _week(self, report: Report, week: WeekRuns) -> None:
        report.say(f"## {week.name}")
        report.table(["", *(f"{s:g} s" for s in week.seconds)], week_rows(week))
        if self.plot:
            report.say(f"![Best and bound over time, {week.name}](benchmarks/{week.name}.svg)")

    def _growth(self, report: Report) -> None:
        report.say(
            "## Growth\n\nInvented weeks (`tests/bench/synthetic.py`) whose staff and rooms grow with the "
            "patients. *Document to search* is reading, checking and compiling the document; the *first "
            "timetable* adds the construction and loading the kernels. Peak memory is that of the process "
            "and of the largest that it started, added."
        )
        report.table(growth.columns(self.growth_seconds), [growth.row(g) for g in self.grown])
        if self.plot:
            report.say("![Growth with the number of patients](benchmarks/growth.svg)")


def overview_row(week: WeekRuns, seconds: float) -> list[object]:
    found, bounds = week.values("search", seconds), week.bounds("search", seconds)
    best, bound = middle(found), middle(bounds)
    return [
        week.name,
        week.patients,
        cell(found),
        f"{(max(found) - min(found)) / max(1, min(found)):.1%}" if found else "–",
        "–" if bound is None else f"{bound:,}",
        f"{(best - bound) / max(1, best):.1%}" if best is not None and bound is not None else "–",
        middle([r.unmet for r in week.of("search", seconds)]) or 0,
        cell(week.values("whole week", seconds)),
        cell([r.objective for r in week.of("construction")]),
    ]


def week_rows(week: WeekRuns) -> list[list[object]]:
    rows: list[list[object]] = [
        [name, *(cell(week.values(name, s)) for s in week.seconds)] for name in ("search", "whole week")
    ]
    built = week.of("construction")
    took = middle([round(1000 * r.figures["seconds"]) for r in built])
    name = "construction" if took is None else f"construction ({took / 1000:.1f} s)"
    constructed = cell([r.objective for r in built])
    rows.insert(1, ["search: proven bound", *_bounds(week, "search")])
    rows.append(["whole week: bound of its own model", *_bounds(week, "whole week")])
    return [*rows, [name, *("" for _ in week.seconds[1:]), constructed]]


def _bounds(week: WeekRuns, method: str) -> list[str]:
    bounds = [middle(week.bounds(method, s)) for s in week.seconds]
    return ["–" if b is None else f"{b:,}" for b in bounds]


def cell(values: Sequence[int]) -> str:
    """The median, and the worst where they differ."""
    if not values:
        return "–"
    worst = "" if max(values) == middle(values) else f" ({max(values):,})"
    return f"{middle(values):,}{worst}"


def week_chart(week: WeekRuns) -> Chart:
    """The runs with the longest limit: best and bound of the search, best of the whole week, construction."""
    last = week.seconds[-1]
    lines = []
    for run in week.of("search", last):
        lines.append(Line("search: best", "#1b6ca8", _steps(run, 1), steps=True))
        lines.append(Line("search: proven bound", "#3a7d44", _steps(run, 2), steps=True))
    lines += [
        Line("whole week: best", "#c2571a", _steps(run, 1), steps=True) for run in week.of("whole week", last)
    ]
    lines += [
        Line("construction", "#777777", [(0, run.objective), (last, run.objective)], dashes="5 4")
        for run in week.of("construction")
    ]
    title = f"{week.name}: best and bound over time"
    return Chart(title, "seconds", "objective", lines, log_up=True)


def _steps(run: Run, column: int) -> list[tuple[float, float]]:
    """Only the points at which something changed, and the end."""
    kept: list[tuple[float, float]] = []
    for entry in run.history:
        if not kept or entry[column] != kept[-1][1]:
            kept.append((entry[0], entry[column]))
    if kept and run.history[-1][0] > kept[-1][0]:
        kept.append((run.history[-1][0], kept[-1][1]))
    if column == 1 and kept:
        kept.append((max(run.asked, kept[-1][0]), run.objective))
    return kept


def _save(path: Path, charts: Sequence[Chart], columns: int) -> None:
    path.write_text(drawing(charts, columns), encoding="utf-8")
