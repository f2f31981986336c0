"""How the search grows with the clinic: invented weeks from 30 to 500 patients, one cold process each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.bench.runs import Run, RunFailed, run_alone
from tests.bench.svg import Chart, Line
from tests.bench.synthetic import clinic_week
from tests.proof.report import Report

HURRY = 1.0  # seconds of search after which a complete timetable is wanted
SETTLED = 0.99  # share of its last value from which the bound counts as given


@dataclass(frozen=True)
class Grown:
    """One week of a size."""

    patients: int
    seed: int
    run: Run
    hurried: Run

    @property
    def gap(self) -> float:
        return (self.run.objective - (self.run.bound or 0)) / max(1, self.run.objective)

    @property
    def bound_seconds(self) -> float:
        """When the bound was within a hundredth of its last value."""
        last = self.run.bound or 0
        return next((s for s, _, bound in self.run.history if bound >= SETTLED * last), self.run.asked)

    def figure(self, name: str) -> float:
        return float(self.run.figures[name] or 0)


def grow(sizes: Sequence[int], seeds: Sequence[int], seconds: float) -> Iterator[Grown | str]:
    """A measured week at a time, or what went wrong with it."""
    for patients in sizes:
        for seed in seeds:
            try:
                document = clinic_week(patients, seed)
                hurried = run_alone(document, "search", HURRY, 0)
                yield Grown(patients, seed, run_alone(document, "search", seconds, 0), hurried)
            except RunFailed as failure:
                yield f"{patients} patients, seed {seed}: {failure}"


def columns(seconds: float) -> list[str]:
    return [
        "patients",
        "seed",
        "document to search, s",
        "first timetable, s",
        "complete, s",
        "bound within 1 % of its last, s",
        "rounds a second",
        "peak memory, MB",
        f"objective at {seconds:g} s",
        "bound",
        "gap",
        "unmet minutes",
    ]


def row(grown: Grown) -> list[object]:
    return [
        grown.patients,
        grown.seed,
        f"{grown.figure('start_seconds'):.2f}",
        f"{grown.figure('first_seconds'):.2f}",
        complete(grown.hurried),
        f"{grown.bound_seconds:.1f}",
        round(grown.figure("rounds_a_second")),
        round(grown.figure("memory_mb")),
        grown.run.objective,
        grown.run.bound,
        f"{grown.gap:.1%}",
        grown.run.unmet,
    ]


def complete(hurried: Run) -> str:
    """When a hurried search had placed every patient exactly and was verified; with how many it had not."""
    doubtful = int(hurried.figures["placements_not_exact"])
    return f"{hurried.figures['whole_seconds']:.1f}" + (f" (not exact: {doubtful})" if doubtful else "")


def section(measured: Sequence[Grown], failures: Sequence[str], seconds: float, plotted: bool) -> str:
    report = Report("")
    report.say(
        "## Growth\n\nInvented weeks (`tests/bench/synthetic.py`) whose staff and rooms grow with the "
        "patients. *Document to search* is reading, checking and compiling the document; the *first "
        "timetable* adds the construction and loading the kernels; *complete* is a search of its own "
        f"with a limit of {HURRY:g} s, from the document to a verified answer in which every patient "
        "was placed exactly. Peak memory is that of the process and of the largest that it started, "
        "added."
    )
    if failures:
        report.say("**Failed:**\n\n" + "\n".join(f"- {failure}" for failure in failures))
    report.table(columns(seconds), [row(grown) for grown in measured])
    if plotted:
        report.say("![Growth with the number of patients](benchmarks/growth.svg)")
    return "\n\n".join(report.parts)


def charts(measured: Sequence[Grown]) -> list[Chart]:
    def points(name: str) -> list[tuple[float, float]]:
        return [(g.patients, g.figure(name)) for g in measured]

    bound = [(g.patients, g.bound_seconds) for g in measured]
    whole = [(g.patients, float(g.hurried.figures["whole_seconds"])) for g in measured]
    return [
        _chart(
            "From the document to an answer",
            "seconds",
            [
                Line("search starts", "#1b6ca8", points("start_seconds"), dots=True),
                Line("first timetable", "#c2571a", points("first_seconds"), dots=True),
                Line("complete, verified", "#7a4fa3", whole, dots=True),
                Line("bound within 1 %", "#3a7d44", bound, dots=True),
            ],
        ),
        _chart("Rounds a second", "rounds", [Line("", "#1b6ca8", points("rounds_a_second"), dots=True)]),
        _chart("Peak memory", "MB", [Line("", "#1b6ca8", points("memory_mb"), dots=True)]),
    ]


def _chart(title: str, up: str, lines: list[Line]) -> Chart:
    return Chart(title, "patients", up, lines, log_across=True, log_up=True)
