"""How a command ends when it cannot do what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from scheduler.errors import Fault, NoTimetableFound, PinsClash, ProblemRefused, SchedulerError

EXIT_FINDINGS: Final = 1
EXIT_BAD_INPUT: Final = 2
EXIT_NO_TIMETABLE: Final = 3
EXIT_DEFECT: Final = 70
EXIT_INTERRUPTED: Final = 130


class CommandFailed(Exception):
    """Lines for the user's eyes, and the exit code."""

    def __init__(self, *lines: str, exit_code: int = EXIT_BAD_INPUT) -> None:
        self.lines = lines
        self.exit_code = exit_code
        super().__init__("\n".join(lines))


def told(error: SchedulerError, name: str | None = None) -> CommandFailed | None:
    """What the library refuses on purpose, in words; `name` is the document's. None: it is a defect."""
    match error:
        case ProblemRefused():
            return refused(name, error.faults, error.kind)
        case PinsClash():
            return _clash(error, name)
        case NoTimetableFound():
            return CommandFailed(str(error), exit_code=EXIT_NO_TIMETABLE)
        case _:
            return None


def refused(name: str | None, faults: Sequence[Fault], kind: str) -> CommandFailed:
    article = "an" if kind[:1] in "aeiou" else "a"
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return CommandFailed(
        f"{name or 'This'} is not {article} {kind} document that can be used: {count}.", *map(str, faults)
    )


def _clash(clash: PinsClash, name: str | None) -> CommandFailed:
    faults = clash.faults()
    lines = refused(name, faults, "problem").lines if faults else (str(clash),)
    rules = (f"Rules in the clash: {', '.join(clash.rules)}.",) if clash.rules else ()
    return CommandFailed(*lines, *rules)
