"""`size`: a group has `size.min` to `size.max` patients; individual and family sessions exactly one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scheduler.finding import Finding, Words
from scheduler.problem import Mode
from scheduler.rules.facts import Facts

NAME: Final = "size"
SHAPE: Final = "count"

TOO_FEW: Final = Words("too_few", "it has too few patients: {patients}, at least {limit}")
TOO_MANY: Final = Words("too_many", "it has too many patients: {patients}, at most {limit}")
NOT_ONE: Final = Words("not_one", "it has {patients} patients instead of exactly {limit}")


def check(facts: Facts) -> Iterator[Finding]:
    for session in facts.sessions:
        patients, low, high = len(session.patients), session.type.size_min, session.type.size_max
        if low <= patients <= high:
            continue
        words = TOO_FEW if patients < low else TOO_MANY
        if session.type.mode is not Mode.GROUP:
            words = NOT_ONE
        yield session.broken(NAME, words.reason(patients=patients, limit=low if patients < low else high))
