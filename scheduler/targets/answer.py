"""The verdicts, and the document they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from scheduler.timetable import Reason

Kind = Literal["fits", "soft", "hard"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a place fits, costs or breaks rules, by how much, and why; what breaks rules has no cost."""

    verdict: Kind
    cost: int
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """One start: the verdict for the session with its own clinicians and room, and with others instead.

    Where the type or its patients bar the start, whoever leads it and wherever it is, nobody else is asked.
    """

    start: str
    own: Verdict
    clinicians: dict[str, Verdict] = field(default_factory=dict)
    rooms: dict[str, Verdict] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Targets:
    session: str
    targets: tuple[Target, ...]

    def document(self) -> dict[str, Any]:
        return {
            "session": self.session,
            "targets": [
                {"start": t.start}
                | _as_json(t.own)
                | {"clinicians": {c: _as_json(v) for c, v in t.clinicians.items()}}
                | {"rooms": {r: _as_json(v) for r, v in t.rooms.items()}}
                for t in self.targets
            ],
        }


def _as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.verdict,
        "cost": verdict.cost,
        "reasons": [r.model_dump(mode="json") for r in verdict.reasons],
    }
