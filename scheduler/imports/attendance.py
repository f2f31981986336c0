"""Who came, from a sheet: a row an attendance of one published week.

A row names its session by id, or by date and start alone: a patient is in one place at a time. Columns that
only repeat what is known (names, ends) are passed over, so that the sheet handed out comes back as it is.
An empty mark says nothing about the attendance; `none` takes a mark back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from scheduler.imports import CannotImport, Misfit
from scheduler.imports import forms as f
from scheduler.imports.forms import Form, Unfit
from scheduler.imports.tables import Cell, Row, Table, column_letter, read_tables

Json = dict[str, Any]
SHEET: Final = "attendance"
MARKS: Final = ("attended", "late", "missed", "excused")
TAKEN_BACK: Final = "none"
COLUMNS: Final = ("session", "date", "start", "patient", "mark", "minutes")
PASSED_OVER: Final = ("weekday", "end", "session_type", "session_type_name", "patient_name")
_FORMS: Final[Mapping[str, Form]] = {
    "session": f.ID,
    "date": f.DATE,
    "start": f.CLOCK,
    "patient": f.TEXT,
    "mark": f.TEXT,
    "minutes": f.COUNT,
}


def read_attendance(content: bytes, sessions: Sequence[Json]) -> list[Json]:
    """Marks, each with the number of its `row`; raises `CannotImport` with every fault of form."""
    tables = [table for table in read_tables(content, SHEET) if table.columns]
    if len(tables) > 1:
        tables = [t for t in tables if t.name.strip().lower() == SHEET]
    if len(tables) != 1:
        raise CannotImport([Misfit(f"the file has no sheet {SHEET}", "no_sheet")])
    reading = _Reading(tables[0], sessions)
    marks = reading.marks()
    if reading.misfits:
        raise CannotImport(reading.misfits)
    return marks


class _Reading:
    def __init__(self, table: Table, sessions: Sequence[Json]) -> None:
        self.misfits: list[Misfit] = []
        self._table = table
        self._at = {(p, s["start"]): s["id"] for s in sessions for p in s["patients"]}
        self._rows: dict[tuple[str, str], int] = {}

    def marks(self) -> list[Json]:
        columns = self._table.columns
        for index, name in enumerate(columns):
            if name and name not in COLUMNS and name not in PASSED_OVER:
                message = f"no column of this sheet; it has {', '.join(COLUMNS)}"
                self._fault(self._table.heading, column_letter(index), message, "unknown_column")
        for needed in ("patient", "mark"):
            if needed not in columns:
                message = f"the column {needed} is missing"
                self._fault(self._table.heading, None, message, "missing_column")
        if "session" not in columns and not {"date", "start"} <= set(columns):
            message = "the column session is missing, and so are date and start, which would do instead"
            self._fault(self._table.heading, None, message, "missing_column")
        if self.misfits:
            return []
        return [mark for row in self._table.rows if (mark := self._mark(row)) is not None]

    def _mark(self, row: Row) -> Json | None:
        cells = {n: c for n, c in zip(self._table.columns, row.cells, strict=False) if n in COLUMNS}
        before = len(self.misfits)
        values = {name: self._read(row, name, cells.get(name)) for name in COLUMNS}
        mark = (values["mark"] or "").lower()
        if not mark and len(self.misfits) == before:
            if values["minutes"] is not None:
                self._fault(row.number, "mark", "minutes are given and no mark", "missing")
            return None
        if mark not in (*MARKS, TAKEN_BACK):
            message = f"expected one of {', '.join((*MARKS, TAKEN_BACK))}"
            self._fault(row.number, "mark", message, "unknown_value")
        if not values["patient"]:
            self._fault(row.number, "patient", "this cell must not be empty", "missing")
        elif len(self.misfits) == before and (session := self._session(row, values)):
            return self._once(row, session, values["patient"], mark, values["minutes"])
        return None

    def _session(self, row: Row, values: Json) -> str | None:
        if values["session"]:
            return str(values["session"])
        if not (values["date"] and values["start"]):
            self._fault(row.number, "session", "neither a session nor date and start is given", "missing")
            return None
        found = self._at.get((values["patient"], f"{values['date']}T{values['start']}"))
        if found is None:
            message = "no session of this patient starts then"
            self._fault(row.number, "start", message, "unknown_session")
        return found

    def _once(self, row: Row, session: str, patient: str, mark: str, minutes: int | None) -> Json | None:
        first = self._rows.setdefault((session, patient), row.number)
        if first != row.number:
            message = f"this attendance stands in row {first} already"
            self._fault(row.number, "patient", message, "duplicate")
            return None
        found = {"session": session, "patient": patient, "row": row.number}
        found |= {"mark": None if mark == TAKEN_BACK else mark}
        return found if minutes is None else found | {"minutes": minutes}

    def _read(self, row: Row, column: str, given: Cell | None) -> Any:
        if given is None or (given.value in (None, "") and not given.formula):
            return None
        if given.formula:
            message = "a formula without a saved value: put the value there"
            self._fault(row.number, column, message, "formula")
            return None
        try:
            return _FORMS[column].read(given.value)
        except Unfit as unfit:
            self._fault(row.number, column, str(unfit), unfit.code)
            return None

    def _fault(self, row: int, column: str | None, message: str, code: str) -> None:
        self.misfits.append(Misfit(message, code, sheet=SHEET, row=row, column=column))
