"""A clinician is out: every clinician-day of real weeks repaired, and many small weeks after any event.

The weeks are those of the folder that WEEKS names; without it the example week alone.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from scheduler import read_problem, solve
from scheduler.event import read_event
from scheduler.problem import Problem
from scheduler.repair import Repair, repair
from scheduler.timetable import Timetable
from tests.ask.test_repair_of_any_week import drawn, judged, refuted, repaired
from tests.oracle import judge, wrong_claims
from tests.proof.circumstances import ROOT
from tests.proof.report import Report

TITLE = "Repair: the least change, proved within its circle"
NAMES = ("mixed-60", "lab-240")
SOLVE_SECONDS = float(os.environ.get("WEEK_SECONDS", "20"))
DRAWN = int(os.environ.get("REPAIRS_DRAWN", "400"))
MOST_SECONDS, LEAST_PROVED = 2.0, 0.95
ORDINARY_SECONDS = 1.8
PATIENT_SECONDS, EVERY = 10.0, 3  # for the circle of the week, of every third clinician-day


class Found(NamedTuple):
    """What is told of one answer, which is judged and forgotten at once: many would slow down the next."""

    seconds: float
    on_the_date: bool
    in_the_week: bool
    week_needs_fewer: bool
    lost: int


def run(report: Report) -> None:
    folder = os.environ.get("WEEKS")
    files = [Path(folder) / f"{n}.json" for n in NAMES] if folder else [ROOT / "examples" / "riverside.json"]
    report.say(
        "Each clinician in turn is away for a whole date on which they lead sessions; the event begins at "
        "00:00 of that date. Seconds are processor time of the whole answer, verified timetable included. "
        "A circle is a set of dates: the hit one, then all to come. Whether the week needs fewer losses "
        f"than the date is asked with {PATIENT_SECONDS:g} s, for every third clinician-day."
    )
    rows = [_week(report, file) for file in files if file.exists()]
    report.table(
        [
            "week", "clinician-days", "median s", "slowest s", "within 2 s", "proved on the hit date",
            "proved for the week", f"the same with {PATIENT_SECONDS:g} s", "the week needs fewer",
            "attendances lost on average",
        ],
        rows,
    )  # fmt: skip
    _any_week(report)


def _week(report: Report, file: Path) -> tuple[Any, ...]:
    document = json.loads(file.read_text())
    problem = read_problem(document).problem
    timetable = solve(problem, time_limit=SOLVE_SECONDS, gap=0.0)
    events = sorted({(s.start.date().isoformat(), c) for s in timetable.sessions for c in s.clinicians})
    _repaired(problem, timetable, *events[0])  # loads what the first question has to load
    found = [_asked(report, file.stem, problem, timetable, event) for event in events]
    patient = [
        _asked(report, file.stem, problem, timetable, event, PATIENT_SECONDS) for event in events[::EVERY]
    ]
    seconds = [f.seconds for f in found]
    within = sum(s <= MOST_SECONDS for s in seconds)
    proved = sum(f.on_the_date for f in found)
    report.require(within == len(found), f"{file.stem}: every repair within {MOST_SECONDS:g} s")
    report.require(proved >= LEAST_PROVED * len(found), f"{file.stem}: 95 % proved within the circle")
    return (
        file.stem,
        len(found),
        f"{median(seconds):.2f}",
        f"{max(seconds):.2f}",
        _share(within, found),
        _share(proved, found),
        _share(sum(f.in_the_week for f in found), found),
        _share(sum(f.in_the_week for f in patient), patient),
        f"{sum(f.week_needs_fewer for f in patient)} of {len(patient)}",
        f"{sum(f.lost for f in found) / len(found):.1f}",
    )


def _share(count: int, found: Sequence[Found]) -> str:
    """Rounded down: a hundred is all of them."""
    return f"{100 * count // len(found)} %"


def _asked(
    report: Report,
    week: str,
    problem: Problem,
    timetable: Timetable,
    event: tuple[str, str],
    limit: float = ORDINARY_SECONDS,
) -> Found:
    answer, seconds = _repaired(problem, timetable, *event, limit)
    _judge(report, timetable, answer, f"{week}, {event[1]} on {event[0]}")
    return Found(
        seconds=seconds,
        on_the_date=_proved_on_the_date(answer),
        in_the_week=answer.proved == "week",
        week_needs_fewer=_week_needs_fewer(answer),
        lost=answer.changed.lost,
    )


def _repaired(
    problem: Problem, timetable: Timetable, date: str, clinician: str, limit: float = ORDINARY_SECONDS
) -> tuple[Repair, float]:
    event = read_event(
        {"from": f"{date}T00:00", "absences": [{"clinician": clinician, "date": date}]}, problem
    )
    began = time.process_time()
    answer = repair(problem, timetable.sessions, event, seconds=limit)
    return answer, time.process_time() - began


def _proved_on_the_date(answer: Repair) -> bool:
    """Whether the least of the hit date is known: what was answered, unless the week needs fewer still."""
    return bool(answer.circles) and (answer.circles[0].proved or answer.proved == "week")


def _week_needs_fewer(answer: Repair) -> bool:
    return len(answer.circles) > 1 and answer.circles[1].lost < answer.circles[0].lost


def _judge(report: Report, before: Timetable, answer: Repair, name: str) -> None:
    made = answer.timetable.document()
    report.require(judge(answer.problem, made).broken == [], f"{name}: no rule is broken")
    report.require(wrong_claims(answer.problem, made) == [], f"{name}: every claim is right")
    pins = [p["session"]["id"] for p in answer.problem["pins"] if p.get("happened")]
    past = {s.id: s for s in before.sessions if s.id in pins}
    now = {s.id: s for s in answer.timetable.sessions}
    report.require(all(now.get(i) == s for i, s in past.items()), f"{name}: what happened is as it was")


def _any_week(report: Report) -> None:
    """Small weeks with all kinds of rules, judged by the oracle; fewer losses are searched for with pins."""
    count: Counter[str] = Counter()
    for seed in range(DRAWN):
        case = drawn(seed)
        answer = repaired(case)
        if answer is None:
            continue
        judged(case, answer)
        count["repaired"] += 1
        count["with losses"] += answer.changed.lost > 0
        count["proved"] += answer.proved is not None
        report.require(refuted(case, answer) is None, f"drawn week {seed}: fewer losses are possible")
    report.say(
        f"{DRAWN} small weeks drawn at random, each after an event drawn at random: {count['repaired']} "
        f"repaired and judged by the oracle, {count['with losses']} with losses, {count['proved']} proved; "
        "the ordinary search, asked with pins for one attendance more, found none."
    )
