"""How a command ends when it cannot do what was asked."""

from __future__ import annotations

from typing import Final

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
