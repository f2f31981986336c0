"""The sheets to start from, empty or with what is stored: a workbook with all four, or one of them as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date, time
from io import StringIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from scheduler.exports.inert import inert
from scheduler.exports.workbook import content_of, put, put_row
from scheduler.imports.people import Parts
from scheduler.imports.sheets import CLINICIANS, COMMITMENTS, PATIENTS, ROOMS, SHEETS, Sheet, cells_of

READ_ME: Final = "read me"
_ABOUT: Final = (
    "Fill in the other sheets and import this file. A column may be left out: what is stored stays as it is.",
    "In a column that is there, an empty cell means: not given. Who has no row stays as stored.",
)
_BOLD: Final = Font(name="Calibri", size=11, bold=True)
_HEADING: Final = PatternFill("solid", fgColor="FFE7ECEF")
_WRITTEN: Final = date(2000, 1, 1)  # the same content is the same file


def workbook(parts: Parts | None = None) -> bytes:
    """All four sheets and what their columns mean."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _read_me(book)
    for sheet in SHEETS.values():
        page = book.create_sheet(sheet.name)
        put_row(page, 1, [column.name for column in sheet.columns])
        for index, column in enumerate(sheet.columns, start=1):
            page.cell(1, index).font, page.cell(1, index).fill = _BOLD, _HEADING
            page.column_dimensions[get_column_letter(index)].width = max(12, len(column.name) + 3)
        for number, row in enumerate(_rows(sheet, parts), start=2):
            put_row(page, number, row)
        page.freeze_panes = "B2"
    return content_of(book, _WRITTEN)


def csv_sheet(sheet: Sheet, parts: Parts | None = None) -> bytes:
    """UTF-8 with a byte order mark and CRLF, as spreadsheet programs open it by a double click."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.name for column in sheet.columns])
    for row in _rows(sheet, parts):
        writer.writerow([inert(_typed(value)) for value in row])
    return text.getvalue().encode("utf-8-sig")


def _rows(sheet: Sheet, parts: Parts | None) -> Iterator[Sequence[Any]]:
    if parts is None:
        return
    if sheet is COMMITMENTS:
        for patient in parts.patients:
            for commitment in patient.get("commitments") or ():
                yield cells_of(sheet, {**commitment, "patient": patient["id"]})
        return
    documents = {PATIENTS.name: parts.patients, CLINICIANS.name: parts.clinicians, ROOMS.name: parts.rooms}
    for document in documents[sheet.name]:
        yield cells_of(sheet, document)


def _typed(value: Any) -> str:
    match value:
        case None:
            return ""
        case time():
            return f"{value:%H:%M}"
        case _:
            return str(value)


def _read_me(book: Workbook) -> None:
    page = book.create_sheet(READ_ME)
    for number, line in enumerate(_ABOUT, start=1):
        put(page, number, 1, line)
    row = len(_ABOUT) + 2
    put_row(page, row, ("sheet", "column", "needed", "what to type", "for example", "means"))
    for index, width in enumerate((14, 24, 9, 46, 46, 70), start=1):
        page.cell(row, index).font, page.cell(row, index).fill = _BOLD, _HEADING
        page.column_dimensions[get_column_letter(index)].width = width
    for sheet in SHEETS.values():
        for column in sheet.columns:
            row += 1
            needed = "yes" if column.name in sheet.needed else ""
            form = column.form
            put_row(page, row, (sheet.name, column.name, needed, form.told, form.example, column.meaning))
            for index in range(4, 7):
                page.cell(row, index).alignment = Alignment(wrap_text=True, vertical="top")
    page.freeze_panes = page.cell(len(_ABOUT) + 3, 1)
