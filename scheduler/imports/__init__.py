"""Files of other programs, read: calendars into busy times, sheets into documents, a week into a timetable.

Everything here takes bytes that anybody may have written. It answers with values that hold nothing but
times, ids and the fields of the contract, or raises `CannotImport` with every fault; sizes are bounded before
work is done. Nothing is stored here: what a file would change is for the caller to show and to apply.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.errors import Fault, SchedulerError

LISTED_MOST = 1000


@dataclass(frozen=True, slots=True)
class Misfit:
    """One mistake of a file and its place: a line of text, or a cell by sheet, row and column."""

    message: str
    code: str
    line: int | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    @property
    def pointer(self) -> str:
        """The place as a path: `/line/12`, or `/rooms/3/capacity`."""
        places = ("line", self.line) if self.line is not None else (self.sheet, self.row, self.column)
        return "".join(f"/{place}" for place in places if place is not None)

    def as_fault(self) -> Fault:
        return Fault(self.pointer, self.message, self.code)

    def as_dict(self) -> dict[str, str | int]:
        """As a fault of any document, and the place once more in its parts."""
        parts = (
            ("line", self.line),
            ("sheet", self.sheet),
            ("row", self.row),
            ("column", self.column),
        )
        found: dict[str, str | int] = {"pointer": self.pointer, "message": self.message, "code": self.code}
        return found | {name: part for name, part in parts if part is not None}

    def __str__(self) -> str:
        if self.line is not None:
            return f"line {self.line}: {self.message}"
        row = None if self.row is None else f"row {self.row}"
        column = None if self.column is None else f"column {self.column}"
        place = ", ".join(part for part in (self.sheet, row, column) if part)
        return f"{place}: {self.message}" if place else self.message


class CannotImport(SchedulerError):
    """A file that is refused as a whole; `misfits` lists its faults in the order of the file."""

    def __init__(self, misfits: Sequence[Misfit]) -> None:
        self.misfits = tuple(misfits[:LISTED_MOST])
        left = len(misfits) - len(self.misfits)
        if left:
            self.misfits += (Misfit(f"{left:,} more faults are not listed", "more_faults"),)
        super().__init__(f"{len(misfits)} fault(s) in the file: {self.misfits[0]}")

    def __reduce__(self) -> tuple[type[CannotImport], tuple[tuple[Misfit, ...]]]:
        return type(self), (self.misfits,)
