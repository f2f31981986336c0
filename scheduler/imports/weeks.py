"""The week that a clinic works by now, from a sheet: its sessions, and the timetable document they make.

A row is a session, or one patient's place in one. What names something unknown is refused by row and column;
what breaks a rule is not: it is how the clinic works today, and is told as findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from scheduler.evaluation import evaluate
from scheduler.imports import CannotImport, Misfit
from scheduler.imports import forms as f
from scheduler.imports.forms import Form, Unfit
from scheduler.imports.tables import Cell, Row, Table, column_letter, read_tables
from scheduler.intake import problem_digest
from scheduler.problem import ID_PATTERN, WEEKDAYS, Problem
from scheduler.timetable import Objective, PlannedSession, Timetable

SHEET: Final = "sessions"
# Those that only repeat what another column says; an export has them, an import does without.
PASSED_OVER: Final = (
    "session_type_name",
    "clinician_names",
    "room_name",
    "patient_count",
    "minutes",
)
COLUMNS: Final = (
    "id",
    "date",
    "weekday",
    "start",
    "end",
    "session_type",
    "clinicians",
    "room",
    "patients",
    "patient",
)
_ID: Final = re.compile(ID_PATTERN, re.ASCII)
_LIST: Final = re.compile(r"[;,]")
_TEXT: Final[Form] = f.TEXT


class Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


def read_week_sheet(content: bytes, problem: Problem) -> tuple[PlannedSession, ...]:
    """The sessions of a file in its order; raises `CannotImport` with every fault."""
    tables = [table for table in read_tables(content) if table.columns]
    if len(tables) > 1:
        tables = [t for t in tables if t.name.strip().lower() == SHEET]
    if len(tables) != 1:
        raise CannotImport([Misfit(f"the file has no sheet {SHEET}", "no_sheet")])
    reading = _Reading(problem, tables[0])
    reading.read()
    if reading.misfits:
        raise CannotImport(reading.misfits)
    return reading.sessions()


def published_week(problem: Problem, sessions: Sequence[PlannedSession], key: str) -> Timetable:
    """The sessions as a timetable document with every figure; nobody claims that it is a good one."""
    found = evaluate(problem, sessions)
    return Timetable(
        id=key,
        status="published",
        clinic=problem.clinic.id,
        week_start=problem.clinic.week_start.isoformat(),
        timezone=problem.clinic.timezone,
        sessions=tuple(sessions),
        patients=found.patients,
        clinicians=found.clinicians,
        rooms=found.rooms,
        objective=Objective(
            value=found.value, bound=0, gap=found.value / max(1, found.value), terms=found.terms
        ),
        solver={"seconds": 0.0, "stop_reason": "cancelled", "seed": 0, "versions": {}, "imported": True},
        problem_digest=problem_digest(problem.document),
    )


class _Reading:
    def __init__(self, problem: Problem, table: Table) -> None:
        self.misfits: list[Misfit] = []
        self.problem = problem
        self.table = table
        self.sheet = table.name.strip().lower() or SHEET
        self._types = _by_name(problem.session_types)
        self._clinicians = _by_name(problem.clinicians)
        self._rooms = _by_name(problem.rooms)
        self._patients = {p.id: p.id for p in problem.patients}
        self._found: dict[Any, PlannedSession] = {}
        self._rows: dict[Any, int] = {}

    def sessions(self) -> tuple[PlannedSession, ...]:
        """With ids: the file's own, or numbers."""
        taken = {s.id for s in self._found.values()}
        numbers = (f"s{n}" for n in range(1, 2 * len(self._found) + 1))
        free = (n for n in numbers if n not in taken)
        return tuple(s if s.id else s.model_copy(update={"id": next(free)}) for s in self._found.values())

    def read(self) -> None:
        columns = self.table.columns
        for index, name in enumerate(columns):
            if name and name not in COLUMNS and name not in PASSED_OVER:
                message = f"no column of this sheet; it has {', '.join(COLUMNS)}"
                self._fault(message, "unknown_column", self.table.heading, column_letter(index))
        for names in (("session_type",), ("start",), ("date", "weekday")):
            if not set(names) & set(columns):
                message = f"the column {' or '.join(names)} is missing"
                self._fault(message, "missing_column", self.table.heading)
        if not self.misfits:
            for row in self.table.rows:
                self._row(row)

    def _row(self, row: Row) -> None:
        cells = {n: c for n, c in zip(self.table.columns, row.cells, strict=False) if n in COLUMNS}
        before = len(self.misfits)
        key = self._key(row, cells)
        session_type = self._one(row, cells, "session_type", self._types, needed=True)
        day, start = self._day(row, cells), self._clock(row, cells, "start", needed=True)
        end = self._clock(row, cells, "end")
        clinicians = self._several(row, cells, "clinicians", self._clinicians)
        room = self._one(row, cells, "room", self._rooms)
        patients = [
            *self._several(row, cells, "patients", self._patients),
            *self._several(row, cells, "patient", self._patients),
        ]
        if len(self.misfits) > before or day is None or start is None or session_type is None:
            return
        begins = _moment(day, start)
        ends = self._end(session_type, begins, end)
        place = (key, session_type, begins, tuple(clinicians), room)
        self._add(row, place, ends, patients, by_place="patient" in cells)

    def _add(
        self, row: Row, place: tuple[Any, ...], end: datetime, patients: Sequence[str], by_place: bool
    ) -> None:
        """A new session, or one more patient of it where the rows are places."""
        key, session_type, start, clinicians, room = place
        # Without ids two whole sessions in one place are two; places of patients make one.
        mark = key or (place if by_place else row.number)
        known = self._found.get(mark)
        if known is not None and (not by_place or (known.session_type, known.start) != (session_type, start)):
            message = f"this session stands in row {self._rows[mark]} already"
            self._fault(message, "duplicate", row.number, "id" if key else None)
            return
        joined = dict.fromkeys([*(known.patients if known else ()), *patients])
        self._rows.setdefault(mark, row.number)
        self._found[mark] = PlannedSession(
            id=key or "",
            session_type=session_type,
            start=start,
            end=end,
            clinicians=clinicians,
            room=room,
            patients=tuple(joined),
        )

    # -- cells ----------------------------------------------------------------------------------------------

    def _key(self, row: Row, cells: Mapping[str, Cell]) -> str | None:
        text = self._text(row, cells, "id")
        if text and not _ID.match(text):
            self._fault("expected an id: letters, digits and _ . : - and no blank", "id", row.number, "id")
        return text or None

    def _one(
        self, row: Row, cells: Mapping[str, Cell], column: str, known: Mapping[str, str], needed: bool = False
    ) -> str | None:
        text = self._text(row, cells, column)
        if not text:
            if needed:
                self._fault("this cell must not be empty", "missing", row.number, column)
            return None
        found = known.get(text) or known.get(text.lower())
        if not found:
            self._fault(f"no {column} has this id or name", "unknown_id", row.number, column)
        return found

    def _several(
        self, row: Row, cells: Mapping[str, Cell], column: str, known: Mapping[str, str]
    ) -> list[str]:
        """Ids or names with `;` or `,` between them, or ids alone with blanks."""
        text = self._text(row, cells, column)
        parts = [part.strip() for part in _LIST.split(text)] if _LIST.search(text) else [text]
        if len(parts) == 1 and not (parts[0] in known or parts[0].lower() in known):
            parts = text.split()
        found = []
        for part in filter(None, parts):
            key = known.get(part) or known.get(part.lower())
            if key is None:
                self._fault("nobody has this id or name", "unknown_id", row.number, column)
            elif key in found:
                self._fault("somebody stands here twice", "duplicate", row.number, column)
            else:
                found.append(key)
        return found

    def _day(self, row: Row, cells: Mapping[str, Cell]) -> date | None:
        first = self.problem.clinic.week_start
        given = cells.get("date")
        if given is not None and given.value not in (None, ""):
            text = self._read(row, "date", given, f.DATE)
            day = date.fromisoformat(text) if text else None
            if day is not None and not first <= day < first + timedelta(days=7):
                self._fault("this date is not in the planning week", "date", row.number, "date")
            return day
        given = cells.get("weekday")
        if given is None or given.value in (None, ""):
            self._fault("neither date nor weekday is given", "missing", row.number)
            return None
        days = self._read(row, "weekday", given, f.DAYS)
        if days is not None and len(days) != 1:
            self._fault("a session is on one day", "days", row.number, "weekday")
        if days is None or len(days) != 1:
            return None
        return first + timedelta(days=(WEEKDAYS.index(days[0]) - first.weekday()) % 7)

    def _clock(self, row: Row, cells: Mapping[str, Cell], column: str, needed: bool = False) -> int | None:
        given = cells.get(column)
        if given is None or given.value in (None, ""):
            if needed:
                self._fault("this cell must not be empty", "missing", row.number, column)
            return None
        text = self._read(row, column, given, f.CLOCK)
        return None if text is None else int(text[:2]) * 60 + int(text[3:])

    def _end(self, session_type: str, start: datetime, end: int | None) -> datetime:
        """As the sheet says, also where the session type has other minutes: that is a finding then."""
        minutes = next(t.minutes for t in self.problem.session_types if t.id == session_type)
        if end is None:
            return start + timedelta(minutes=minutes)
        begins = start.hour * 60 + start.minute
        return start + timedelta(minutes=(end - begins) if end > begins else end + 1440 - begins)

    def _text(self, row: Row, cells: Mapping[str, Cell], column: str) -> str:
        given = cells.get(column)
        return "" if given is None else (self._read(row, column, given, _TEXT) or "")

    def _read(self, row: Row, column: str, given: Cell, form: Form) -> Any:
        if given.formula:
            self._fault("a formula without a saved value: put the value there", "formula", row.number, column)
            return None
        if given.value is None:
            return None
        try:
            return form.read(given.value)
        except Unfit as unfit:
            self._fault(str(unfit), unfit.code, row.number, column)
            return None

    def _fault(self, message: str, code: str, row: int, column: str | None = None) -> None:
        self.misfits.append(Misfit(message, code, sheet=self.sheet, row=row, column=column))


def _by_name(things: Iterable[Named]) -> dict[str, str]:
    """Ids by themselves and by names that one thing alone has, both in lower case."""
    listed = list(things)
    names = [thing.name.lower() for thing in listed if thing.name]
    found = {t.name.lower(): t.id for t in listed if t.name and names.count(t.name.lower()) == 1}
    found |= {thing.id.lower(): thing.id for thing in listed}
    return found | {thing.id: thing.id for thing in listed}


def _moment(day: date, minutes: int) -> datetime:
    return datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
