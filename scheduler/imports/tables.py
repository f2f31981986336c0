"""CSV files and workbooks as tables: named columns, numbered rows, cells as they were typed.

Both are files that anybody may have made. A workbook is a zip archive of XML: what it unpacks to, how many
parts it has and that no part defines entities is looked at before a part is read. A cell that holds a formula
counts by the value that was saved with it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from scheduler.exports.inert import FORMULA_STARTS
from scheduler.imports import CannotImport, Misfit

BYTES_MOST: Final = 10_000_000
UNPACKED_MOST: Final = 30_000_000
PARTS_MOST: Final = 500
ROWS_MOST: Final = 20_000
COLUMNS_MOST: Final = 100
CELL_LENGTH_MOST: Final = 32_767  # characters, as many as a spreadsheet's cell holds

Value = str | int | float | bool | date | datetime | time | timedelta | None
_LAST_ROW: Final = 1_048_576
_OLD_OR_LOCKED: Final = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a table; `formula` marks one whose value was not saved."""

    value: Value
    formula: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet, its first row the names of its columns; rows without anything in them are left out."""

    name: str
    heading: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_tables(content: bytes, csv_name: str = "") -> list[Table]:
    """Raises `CannotImport` for what is neither, or too large to be meant."""
    if len(content) > BYTES_MOST:
        raise _refused(f"a file of tables has at most {BYTES_MOST:,} bytes", "too_large")
    if content.startswith(_OLD_OR_LOCKED):
        raise _refused("an old Excel file, or one with a password: save it as .xlsx without one", "not_xlsx")
    if content.startswith(b"PK"):
        return _workbook(content)
    return [_table(csv_name, _csv_rows(content))]


def _refused(message: str, code: str, sheet: str | None = None, row: int | None = None) -> CannotImport:
    return CannotImport([Misfit(message, code, sheet=sheet or None, row=row)])


def _table(name: str, rows: Iterable[Row]) -> Table:
    heading: Row | None = None
    found = []
    for row in rows:
        if all(cell.value in (None, "") and not cell.formula for cell in row.cells):
            continue
        if heading is None:
            heading = row
        else:
            found.append(row)
        if len(found) > ROWS_MOST:
            raise _refused(f"more than {ROWS_MOST:,} rows", "too_many", name, row.number)
    if heading is None:
        return Table(name, 1, (), ())
    columns = [re.sub(r"[\s_]+", "_", str(c.value or "").strip().lower()) for c in heading.cells]
    while columns and not columns[-1]:
        columns.pop()
    return Table(name, heading.number, tuple(columns), tuple(found))


# -- CSV ----------------------------------------------------------------------------------------------------


def _csv_rows(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    if "\x00" in text:
        raise _refused("this is neither CSV nor a workbook", "not_csv")
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text))
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise _refused("this row is no CSV", "not_csv", row=reader.line_num) from None
        if len(cells) > COLUMNS_MOST:
            raise _refused(f"more than {COLUMNS_MOST} columns", "too_many", row=reader.line_num)
        yield Row(reader.line_num, tuple(Cell(_plain(cell)) for cell in cells))


def _decoded(content: bytes) -> str:
    """UTF-8, UTF-16 as Excel's "Unicode text", or the code page of older programs."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    """Comma, semicolon or tab: what the first line has most of."""
    first = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _plain(text: str) -> str:
    """Without the apostrophe that our own exports put before what looks like a formula."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text


# -- workbooks ----------------------------------------------------------------------------------------------


def _workbook(content: bytes) -> list[Table]:
    try:
        with ZipFile(BytesIO(content)) as archive:
            formulas = _inspect(archive)
        values = _sheets(content, data_only=True)
        written = _sheets(content, data_only=False) if formulas else {}
    except CannotImport:
        raise
    except (
        BadZipFile,
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        SyntaxError,
        EOFError,
    ):
        # openpyxl lets whatever happens inside of it through; ElementTree's errors are SyntaxErrors.
        raise _refused("this is no workbook (.xlsx), or a damaged one", "not_xlsx") from None
    except (NotImplementedError, RuntimeError, AssertionError, OverflowError):
        raise _refused("this workbook is packed in a way that is not read", "not_xlsx") from None
    return [_table(name, _with_formulas(rows, written.get(name, ()))) for name, rows in values.items()]


def _inspect(archive: ZipFile) -> bool:
    """Refuse what unpacks to too much or defines entities; whether any sheet has formulas."""
    parts = archive.infolist()
    if len(parts) > PARTS_MOST:
        raise _refused(f"a workbook has at most {PARTS_MOST} parts", "too_large")
    if sum(part.file_size for part in parts) > UNPACKED_MOST:
        raise _refused(f"this workbook unpacks to more than {UNPACKED_MOST:,} bytes", "too_large")
    formulas = False
    for part in parts:
        if not part.filename.lower().endswith((".xml", ".rels")):
            continue
        with archive.open(part) as file:
            xml = file.read(UNPACKED_MOST + 1)
        if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"\x00" in xml[:200]:
            raise _refused("this workbook defines entities: no spreadsheet program does", "not_xlsx")
        formulas = formulas or (part.filename.startswith("xl/worksheets/") and b"<f" in xml)
    return formulas


def _sheets(content: bytes, data_only: bool) -> dict[str, list[Row]]:
    book = load_workbook(BytesIO(content), read_only=True, data_only=data_only, keep_links=False)
    try:
        return {sheet.title: list(_sheet_rows(sheet)) for sheet in book.worksheets}
    finally:
        book.close()


def _sheet_rows(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # what the file says of its own size is often wrong
    seen, padding = 0, None
    for number, cells in enumerate(sheet.iter_rows(max_col=COLUMNS_MOST), start=1):
        if number > _LAST_ROW:
            raise _refused("this workbook has a row that no spreadsheet has", "not_xlsx", sheet.title)
        if cells is padding:
            continue
        if not any(cell.value is not None for cell in cells):
            padding = cells  # missing rows are filled with one and the same
            continue
        seen += 1
        if seen > ROWS_MOST + 1:
            raise _refused(f"more than {ROWS_MOST:,} rows", "too_many", sheet.title, number)
        yield Row(number, tuple(_cell(cell) for cell in cells))


def _cell(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type == "f":
        return Cell(None, formula=True)
    if isinstance(value, str):
        value = _plain(value[:CELL_LENGTH_MOST])
    return Cell(value)


def _with_formulas(rows: Sequence[Row], written: Sequence[Row]) -> Iterator[Row]:
    """Rows of values, with a mark where a formula stands whose value was not saved."""
    values = {row.number: row.cells for row in rows}
    as_written = {row.number: row.cells for row in written}
    for number in sorted(values.keys() | as_written.keys()):
        cells, formulas = list(values.get(number, ())), as_written.get(number, ())
        for index, cell in enumerate(formulas):
            if cell.formula and (index >= len(cells) or cells[index].value is None):
                cells += [Cell(None)] * (index + 1 - len(cells))
                cells[index] = cell
        yield Row(number, tuple(cells))


def column_letter(index: int) -> str:
    return get_column_letter(index + 1)
