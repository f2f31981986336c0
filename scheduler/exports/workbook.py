"""Cells that are values and never formulas, and a workbook as bytes that depend on its content alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet.worksheet import Worksheet

from scheduler.exports.inert import inert

_DATE: Final = "yyyy-mm-dd"
_TIME: Final = "hh:mm"
_LONGEST: Final = 32_767  # characters in a cell


def put_row(sheet: Worksheet, row: int, values: Iterable[object]) -> None:
    for column, value in enumerate(values, start=1):
        put(sheet, row, column, value)


def put(sheet: Worksheet, row: int, column: int, value: object) -> None:
    """Numbers, dates and times as such; nothing for None and for empty text."""
    cell = sheet.cell(row, column)
    match value:
        case None | "":
            return
        case str():
            cell.value = inert(ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))[:_LONGEST]
            cell.data_type = "s"  # also where it reads like an error value or a number
        case date():
            cell.value, cell.number_format = value, _DATE
        case time():
            cell.value, cell.number_format = value, _TIME
        case int():
            cell.value = value
        case _:
            raise TypeError(f"no cell for {value!r}")


def content_of(book: Workbook, written: date) -> bytes:
    """Without the moment of writing, which would make each file another: the given date stands in for it."""
    book.properties.created = datetime.combine(written, time())
    book.properties.creator = "iop-scheduler"
    raw, settled = BytesIO(), BytesIO()
    book.save(raw)
    stamp = f"{written:%Y-%m-%d}T00:00:00Z".encode()
    with ZipFile(raw) as source, ZipFile(settled, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, part)
    return settled.getvalue()
