"""Where more care could be had now, only dearer than it is worth: the patient's priority raised."""

from __future__ import annotations

from typing import Final

from scheduler.explain.changes.candidate import Candidate, Candidates, Inquiry
from scheduler.explain.patch import put
from scheduler.finding import Words

KIND: Final = "priority"
HIGHEST: Final = 5
EFFORT: Final = 240  # as everything that asks for judgement
RAISED: Final = Words("priority", "this patient's priority is {then} instead of {now}")


def candidates(inquiry: Inquiry) -> Candidates:
    """The least priority at which the dearer week is worth its price is found by the proofs, one by one."""
    now = inquiry.world.patient.priority
    if not inquiry.dearer:
        return
    inquiry.count(KIND, HIGHEST - now)
    for then in range(now + 1, HIGHEST + 1):
        patch = (put(then, "patients", inquiry.world.p, "priority"),)
        yield Candidate(KIND, RAISED, {"now": now, "then": then}, EFFORT, patch)
