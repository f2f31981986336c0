"""What a running solve tells about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """The best objective and the proven bound so far; `seconds` since the solve began."""

    best: int
    bound: int
    gap: float
    seconds: float
    patients_short: int
    phase: str


ProgressListener = Callable[[Progress], None]


def gap_between(value: int, bound: int) -> float:
    """(objective − bound) / max(1, objective): what is left to prove."""
    return (value - bound) / max(1, value)
