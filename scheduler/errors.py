"""The error tree.

SchedulerError
├── ProblemRefused      the document cannot be read: every fault, each with its pointer
├── PinsClash           pins contradict hard rules or one another
├── NoTimetableFound    no timetable that keeps the pins was found in time
└── InternalFault       an answer failed its own verification; never a timetable
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One mistake of a document: a JSON pointer (RFC 6901), a sentence, a stable code."""

    pointer: str
    message: str
    code: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.message} [{self.code}]"


class SchedulerError(Exception):
    """The root of everything this library raises on purpose."""


class ProblemRefused(SchedulerError):
    """A document with faults; `faults` lists all of them, `kind` says which document it was."""

    def __init__(self, faults: Sequence[Fault], kind: str = "problem") -> None:
        self.faults = tuple(faults)
        self.kind = kind
        super().__init__(f"{len(self.faults)} fault(s) in the {kind} document: {self.faults[0]}")

    def __reduce__(self) -> tuple[type[ProblemRefused], tuple[tuple[Fault, ...], str]]:
        return type(self), (self.faults, self.kind)


class PinsClash(SchedulerError):
    """Pins that cannot all hold: dropping any one of `pins` (indexes) or `rules` resolves the clash."""

    def __init__(
        self, pins: Sequence[int], rules: Sequence[str], message: str, proved_minimal: bool = True
    ) -> None:
        self.pins = tuple(pins)
        self.rules = tuple(rules)
        self.proved_minimal = proved_minimal
        super().__init__(message)

    def __reduce__(self) -> tuple[type[PinsClash], tuple[tuple[int, ...], tuple[str, ...], str, bool]]:
        return type(self), (self.pins, self.rules, str(self), self.proved_minimal)

    def faults(self) -> tuple[Fault, ...]:
        return tuple(Fault(f"/pins/{i}", str(self), "pins_clash") for i in self.pins)


class NoTimetableFound(SchedulerError):
    """No timetable that keeps the pins was found in the time given (none was proved impossible either)."""


class InternalFault(SchedulerError):
    """The solver's answer broke a rule or claimed a wrong figure; a defect of ours, reported loudly."""
