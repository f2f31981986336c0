"""The table of the weeks of many kinds: one cold search each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.bench.kinds import KINDS, Kind
from tests.bench.runs import Run, RunFailed, middle, run_alone
from tests.proof.report import Report

COLUMNS = [
    *("week", "what is unusual", "patients", "objective", "bound", "gap", "unmet min", "complete"),
    *("first timetable, s", "s", "MB"),
]


@dataclass(frozen=True)
class Measured:
    """A search a seed on one kind of week; `failures` in the place of what failed."""

    kind: Kind
    runs: list[Run]
    failures: list[str]


def measure(
    seeds: Sequence[int], seconds: float, small: bool, only: Sequence[str] | None = None
) -> Iterator[Measured]:
    for kind in KINDS:
        if only is not None and kind.name not in only:
            continue
        runs, failures = [], []
        for seed in seeds:
            document = kind.week(seed, kind.few if small else None)
            try:
                runs.append(run_alone(document, "search", seconds, seed))
            except RunFailed as failure:
                failures.append(f"{kind.name}, seed {seed}: {failure}")
        yield Measured(kind, runs, failures)


def section(measured: Sequence[Measured], seconds: float, seeds: Sequence[int]) -> str:
    report = Report("")
    report.say(
        "## Weeks of many kinds\n\nMade from seeds (`tests/bench/kinds/`), so that nothing is tuned "
        f"to one kind of clinic; `solve` for {seconds:g} s, gap 0, seeds {', '.join(map(str, seeds))} "
        "of week and search alike: medians. *Complete*: the exact placement has shown for every "
        "patient that no other week of theirs, all others as they are, is better."
    )
    if failures := [failure for each in measured for failure in each.failures]:
        report.say("**Failed:**\n\n" + "\n".join(f"- {failure}" for failure in failures))
    report.table(COLUMNS, [_row(each) for each in measured])
    return "\n\n".join(report.parts)


def _row(each: Measured) -> list[object]:
    kind, runs = each.kind, each.runs
    if not runs:
        return [kind.name, kind.about, *("–" for _ in COLUMNS[2:])]
    objective = middle([r.objective for r in runs]) or 0
    bound = middle([r.bound or 0 for r in runs]) or 0
    doubtful = max(int(r.figures["placements_not_exact"]) for r in runs)
    return [
        *(kind.name, kind.about, runs[0].figures["patients"], objective, bound),
        f"{(objective - bound) / max(1, objective):.1%}",
        middle([r.unmet for r in runs]) or 0,
        "yes" if doubtful == 0 else f"all but {doubtful}",
        f"{max(r.figures['first_seconds'] for r in runs):.1f}",
        f"{max(r.figures['whole_seconds'] for r in runs):.1f}",
        max(r.figures["memory_mb"] for r in runs),
    ]
