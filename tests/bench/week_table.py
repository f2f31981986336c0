"""The part of the page about one week: objective and bound by seconds, and their plot."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.runs import Run, WeekRuns, middle
from tests.bench.svg import Chart, Line
from tests.proof.report import Report

OVERVIEW = [
    *("week", "patients", "s", "seeds", "search", "spread", "bound", "gap", "unmet min"),
    *("whole week", "construction"),
]


def week_section(week: WeekRuns, anytime: bool, plotted: bool) -> str:
    report = Report("")
    report.say(f"## {week.name}")
    if week.failures:
        report.say("**Failed:**\n\n" + "\n".join(f"- {failure}" for failure in week.failures))
    report.table(["", *(f"{s:g} s" for s in week.seconds)], week_rows(week))
    if anytime:
        report.say("Figures before the longest limit are read off the run with that limit.")
    if plotted:
        report.say(f"![Best and bound over time, {week.name}](benchmarks/{week.name}.svg)")
    return "\n\n".join(report.parts)


def overview_row(week: WeekRuns) -> list[object]:
    """Its line in the overview, after the longest limit."""
    seconds = week.seconds[-1]
    found, bounds = week.values("search", seconds), week.bounds("search", seconds)
    best, bound = middle(found), middle(bounds)
    return [
        week.name,
        week.patients,
        f"{seconds:g}",
        len(week.of("search", seconds)),
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
