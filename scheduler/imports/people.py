"""People, rooms and commitments from sheets: read as a whole, applied to documents as a whole.

Rows become patches: the fields that a row gives. A field that means the same as before is left as it is
stored, so that an export that is imported again changes nothing, whatever its spelling.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pydantic import BaseModel, ValidationError

from scheduler.imports import CannotImport, Misfit
from scheduler.imports.forms import Unfit
from scheduler.imports.sheets import COMMITMENTS, SHEETS, Column, Sheet
from scheduler.imports.tables import Row, Table, column_letter, read_tables
from scheduler.problem import Clinician, Patient, Room

Json = dict[str, Any]
Missing = Literal["keep", "delete"]
COLLECTIONS: Final[dict[str, type[BaseModel]]] = {"clinicians": Clinician, "rooms": Room, "patients": Patient}


@dataclass(frozen=True, slots=True)
class Patch:
    """What one row says of one thing; None in a column that is there means "not given"."""

    row: int
    key: str
    values: Mapping[tuple[str, ...], Any]


@dataclass(frozen=True, slots=True)
class People:
    """The sheets of one file; a sheet that it does not have is None."""

    patches: Mapping[str, Sequence[Patch]]
    commitments: Mapping[str, Sequence[tuple[int, Json]]] | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """The documents that an import can change, as they are stored."""

    clinicians: Sequence[Json] = field(default_factory=list)
    rooms: Sequence[Json] = field(default_factory=list)
    patients: Sequence[Json] = field(default_factory=list)

    def of(self, collection: str) -> Sequence[Json]:
        found: Sequence[Json] = getattr(self, collection)
        return found


# -- reading ------------------------------------------------------------------------------------------------


def read_people(content: bytes, sheet: str | None = None) -> People:
    """Raises `CannotImport` with every fault by sheet, row and column; `sheet` says what a CSV file is."""
    reading = _Reading()
    tables = [t for t in read_tables(content, sheet or "") if t.columns]
    known = [(t, found) for t in tables if (found := _sheet_of(t, sheet)) is not None]
    if not known:
        names = ", ".join(SHEETS)
        raise CannotImport([Misfit(f"no sheet of this file is one of {names}", "no_sheet")])
    for table, found in known:
        reading.read(table, found)
    if reading.misfits:
        raise CannotImport(reading.misfits)
    return People(reading.patches, reading.commitments)


def _sheet_of(table: Table, asked: str | None) -> Sheet | None:
    """By its name, or where it has none (CSV) by its columns."""
    if table.name:
        return SHEETS.get(table.name.strip().lower())
    fitting = [s for s in SHEETS.values() if {*s.needed} <= {*table.columns} <= {c.name for c in s.columns}]
    telling = [s for s in fitting if len(fitting) == 1 or {*table.columns} - {"id", "name"}]
    return telling[0] if len(telling) == 1 else None


class _Reading:
    def __init__(self) -> None:
        self.misfits: list[Misfit] = []
        self.patches: dict[str, list[Patch]] = {}
        self.commitments: dict[str, list[tuple[int, Json]]] | None = None

    def read(self, table: Table, sheet: Sheet) -> None:
        columns = list(self._columns(table, sheet))
        if any(n not in table.columns for n in sheet.needed):
            return
        if sheet is COMMITMENTS:
            self.commitments = self._commitments(table, sheet, columns)
        else:
            self.patches[sheet.name] = list(self._patches(table, sheet, columns))

    def _columns(self, table: Table, sheet: Sheet) -> Iterator[tuple[int, Column]]:
        """Known columns with their places; unknown, doubled and missing ones are faults."""
        seen = set()
        for index, name in enumerate(table.columns):
            where, letter, column = table.heading, column_letter(index), sheet.column(name)
            if not name:
                continue
            if column is None:
                known = ", ".join(c.name for c in sheet.columns)
                self.misfits.append(
                    Misfit(
                        f"no column of this sheet; it has {known}",
                        "unknown_column",
                        None,
                        sheet.name,
                        where,
                        letter,
                    )
                )
            elif name in seen:
                self.misfits.append(
                    Misfit(f"a second column {name}", "duplicate_column", None, sheet.name, where, letter)
                )
            else:
                seen.add(name)
                yield index, column
        for name in sheet.needed:
            if name not in seen:
                message = f"the column {name} is missing"
                self.misfits.append(Misfit(message, "missing_column", sheet=sheet.name, row=table.heading))

    def _values(
        self, row: Row, table: Table, sheet: Sheet, columns: Sequence[tuple[int, Column]]
    ) -> dict[str, Any]:
        """By column name; a cell that cannot be read is a fault and left out."""
        found = {}
        for index, column in columns:
            cell = row.cells[index] if index < len(row.cells) else None
            value = cell.value if cell else None
            try:
                if cell is not None and cell.formula:
                    raise Unfit("a formula without a saved value: put the value there", "formula")
                empty = value is None or (isinstance(value, str) and not value.strip())
                if empty and column.name in sheet.needed:
                    raise Unfit("this cell must not be empty", "missing")
                found[column.name] = None if empty else column.form.read(value)
            except Unfit as unfit:
                self.misfits.append(
                    Misfit(str(unfit), unfit.code, sheet=sheet.name, row=row.number, column=column.name)
                )
        named = {index for index, _ in columns}
        for index, cell in enumerate(row.cells):
            if cell.value not in (None, "") and index not in named and not _named(table, index):
                place = column_letter(index)
                message = "a value in a column that has no name"
                self.misfits.append(
                    Misfit(message, "no_column", sheet=sheet.name, row=row.number, column=place)
                )
        return found

    def _patches(self, table: Table, sheet: Sheet, columns: Sequence[tuple[int, Column]]) -> Iterator[Patch]:
        rows: dict[str, int] = {}
        for row in table.rows:
            values = self._values(row, table, sheet, columns)
            key = values.get("id")
            if key in rows:
                message = f"this id stands in row {rows[key]} already"
                self.misfits.append(
                    Misfit(message, "duplicate", sheet=sheet.name, row=row.number, column="id")
                )
            elif key is not None:
                rows[key] = row.number
                paths = {c.path: values[c.name] for _, c in columns if c.name in values and c.name != "id"}
                yield Patch(row.number, key, paths)

    def _commitments(
        self, table: Table, sheet: Sheet, columns: Sequence[tuple[int, Column]]
    ) -> dict[str, list[tuple[int, Json]]]:
        found: dict[str, list[tuple[int, Json]]] = {}
        for row in table.rows:
            values = self._values(row, table, sheet, columns)
            patient = values.pop("patient", None)
            if patient is not None:
                own = found.setdefault(patient, [])
                commitment = {name: value for name, value in values.items() if value is not None}
                own.append((row.number, commitment))
        for own in found.values():
            _number(own)
        return found


def _named(table: Table, index: int) -> bool:
    return index < len(table.columns) and bool(table.columns[index])


def _number(own: list[tuple[int, Json]]) -> None:
    """Give ids to a patient's commitments that have none: the next numbers that are free."""
    taken = {c["id"] for _, c in own if "id" in c}
    numbers = (f"c{n}" for n in range(1, len(own) + len(taken) + 2))
    free = iter([n for n in numbers if n not in taken])
    for index, (row, commitment) in enumerate(own):
        if "id" not in commitment:
            own[index] = (row, {"id": next(free), **commitment})


# -- applying -----------------------------------------------------------------------------------------------


def applied(people: People, parts: Parts, missing: Missing = "keep") -> Parts:
    """New documents with the file's rows in them; `missing` says what becomes of who has no row."""
    found = {
        name: _merged(parts.of(name), people.patches[name], model, missing)
        if name in people.patches
        else list(parts.of(name))
        for name, model in COLLECTIONS.items()
    }
    if people.commitments is not None:
        found["patients"] = [_committed(p, people.commitments, missing) for p in found["patients"]]
    return Parts(**found)


def _merged(
    stored: Sequence[Json], patches: Sequence[Patch], model: type[BaseModel], missing: Missing
) -> list[Json]:
    by_key = {patch.key: patch for patch in patches}
    known = {document["id"] for document in stored}
    kept = [
        _patched(document, by_key[document["id"]], model) if document["id"] in by_key else document
        for document in stored
        if missing == "keep" or document["id"] in by_key
    ]
    new = [_patched({"id": patch.key}, patch, model) for patch in patches if patch.key not in known]
    return [*kept, *new]


def _patched(document: Json, patch: Patch, model: type[BaseModel]) -> Json:
    changed = deepcopy(document)
    for path, value in patch.values.items():
        _put(changed, path, value)
    return _as_before_where_equal(document, changed, model)


def _put(document: Json, path: Sequence[str], value: Any) -> None:
    *above, last = path
    place = document
    for step in above:
        inner = place.get(step)
        place[step] = dict(inner) if isinstance(inner, dict) else {}
        place = place[step]
    if value is None:
        place.pop(last, None)
    else:
        place[last] = value
    if above and not place:
        document.pop(above[0])


def _as_before_where_equal(document: Json, changed: Json, model: type[BaseModel]) -> Json:
    before, after = _fields(document, model), _fields(changed, model)
    same = {n for n in before if n in after and before[n] == after[n]} if before and after else set()
    kept = {n: document[n] if n in same else changed[n] for n in document if n in same or n in changed}
    return kept | {n: value for n, value in changed.items() if n not in kept and n not in same}


def _fields(document: Json, model: type[BaseModel]) -> dict[str, Any]:
    """The document's fields as values, by their names in it; nothing where it cannot be read."""
    try:
        read = model.model_validate(document)
    except ValidationError:
        return {}
    return {f.alias or name: getattr(read, name) for name, f in model.model_fields.items()}


def _committed(
    patient: Json, commitments: Mapping[str, Sequence[tuple[int, Json]]], missing: Missing
) -> Json:
    if patient["id"] in commitments:
        listed = [commitment for _, commitment in commitments[patient["id"]]]
    elif missing == "delete":
        listed = []
    else:
        return patient
    return _as_before_where_equal(patient, {**patient, "commitments": listed}, Patient)
