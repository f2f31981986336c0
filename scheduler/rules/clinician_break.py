"""`clinician_break`: a clinician leads at most `max_consecutive_minutes` without a real break.

A run is a row of sessions of one date with pauses (next start − previous end) all shorter than
`break_minutes`; its span, from first start to last end with the pauses inside, is limited. A single session
is a run too. With `break_minutes` 0 sessions back to back are runs of their own: a pause of 0 is not shorter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.rules.facts import Facts, Held, by_day

NAME: Final = "clinician_break"
SHAPE: Final = "span"

NO_BREAK: Final = Words(
    "no_break",
    "clinician {clinician} leads too long without a break of {break_minutes} minutes on {date}: "
    "{minutes} minutes, at most {limit}",
)


def check(facts: Facts) -> Iterator[Finding]:
    for clinician, sessions in facts.by_clinician.items():
        who = facts.setting.clinicians[clinician]
        if who.max_consecutive_minutes is None:
            continue
        for own in by_day(sessions).values():
            for run in _runs(own, who.break_minutes):
                span = max(s.end for s in run) - run[0].start
                if span > who.max_consecutive_minutes:
                    yield NO_BREAK.finding(
                        NAME, clinician, tuple(s.id for s in run),
                        clinician=clinician, minutes=span, date=run[0].date,
                        limit=who.max_consecutive_minutes, break_minutes=who.break_minutes,
                    )  # fmt: skip


def _runs(sessions: Sequence[Held], break_minutes: int) -> Iterator[list[Held]]:
    run: list[Held] = []
    for session in sessions:
        if run and session.start - max(s.end for s in run) >= break_minutes:
            yield run
            run = []
        run.append(session)
    yield run
