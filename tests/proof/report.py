"""What one proof writes down, and the Markdown it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Report:
    """The section of one proof: text and tables in the order they were added, and what was found wrong."""

    title: str
    parts: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.parts.append(text)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Figures read best right-aligned, so every column is whose first row holds a number."""
        if any(len(row) != len(columns) for row in rows):
            raise ValueError(f"every row of the table {list(columns)} needs {len(columns)} cells")
        rules = [
            "--:" if rows and isinstance(rows[0][i], int | float) else "---" for i in range(len(columns))
        ]
        lines = [columns, rules, *rows]
        self.parts.append("\n".join("| " + " | ".join(_cell(c) for c in line) + " |" for line in lines))

    def require(self, holds: bool, claim: str) -> None:
        """Note a claim that does not hold; the proof goes on, so that one run shows every failure."""
        if not holds:
            self.failures.append(claim)

    def markdown(self, seconds: float) -> str:
        verdict = (
            f"**Failed** after {seconds:.0f} s." if self.failures else f"Holds; checked in {seconds:.0f} s."
        )
        failures = (
            ["\n".join(f"- does not hold: {claim}" for claim in self.failures)] if self.failures else []
        )
        return "\n\n".join([f"## {self.title}", verdict, *failures, *self.parts])


def _cell(value: object) -> str:
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")
