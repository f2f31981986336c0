"""`facilitator_time`: minutes × facilitators of the group sessions held; opening one more group costs this.

Individual and family sessions are not counted: they are asked for one by one and cannot be pooled.
"""

from __future__ import annotations

from typing import Final

from scheduler.problem import Mode
from scheduler.rules.facts import Facts

NAME: Final = "facilitator_time"


def units(facts: Facts) -> int:
    groups = (s.type for s in facts.sessions if s.type.mode is Mode.GROUP)
    return sum(t.minutes * len(t.facilitators) for t in groups)
