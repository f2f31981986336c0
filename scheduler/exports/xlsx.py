"""A workbook (Office Open XML) for staff: the week by room, clinician and patient, sessions, who is short.

The first three sheets are for the wall, landscape and as wide as a page; `Sessions` has the columns of the
csv file, with real dates, times and numbers. No cell is a formula: text that looks like one gets a leading
apostrophe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from scheduler.exports import Extract
from scheduler.exports.csv import SESSION_COLUMNS
from scheduler.exports.instants import week_of
from scheduler.exports.workbook import content_of, put, put_row
from scheduler.show import counted, day_name, long_date, time_span
from scheduler.timetable import PlannedSession

_BOLD: Final = Font(name="Calibri", size=11, bold=True)
_TITLE: Final = Font(name="Calibri", size=14, bold=True)
_HEADING: Final = PatternFill("solid", fgColor="FFE7ECEF")
_LINE: Final = Side(style="thin", color="FFB5BEC4")
_BOX: Final = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_TOP: Final = Alignment(wrap_text=True, vertical="top")
_DAY_WIDTH: Final = 20  # characters
_LINE_HEIGHT: Final = 15  # points, of the default font
_HIGHEST: Final = 409  # points, the most a row can have

SESSION_WIDTHS: Final = (8, 11, 9, 7, 7, 9, 16, 30, 14, 28, 10, 20, 14, 60)
NOT_PLACED: Final = (("patient", 14), ("unmet_minutes", 15), ("care_minutes", 14), ("reasons", 90))

Telling = Callable[[PlannedSession], Iterable[str]]


class Row(NamedTuple):
    """One of a week's sheet: what it is called, its sessions, what is told of each below its time."""

    name: str
    sessions: Sequence[PlannedSession]


def write(extract: Extract) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    sessions = tuple(extract.sessions())
    _week(book, "Week by room", "Room", _by_room(extract, sessions), extract, _of_room(extract))
    _week(book, "Week by clinician", "Clinician", _by_clinician(extract, sessions), extract, _of_one(extract))
    _week(book, "Week by patient", "Patient", _by_patient(extract, sessions), extract, _of_patient(extract))
    _sessions(book, extract, sessions)
    _not_placed(book, extract)
    return content_of(book, week_of(extract.timetable))


# -- the week as a grid -------------------------------------------------------------------------------------


def _by_room(extract: Extract, sessions: Sequence[PlannedSession]) -> list[Row]:
    known = [r.id for r in extract.timetable.rooms]
    rows = [Row(extract.names.room(k), [s for s in sessions if s.room == k]) for k in known]
    return _shown(extract, [*rows, Row("No room", [s for s in sessions if s.room is None])], len(known))


def _by_clinician(extract: Extract, sessions: Sequence[PlannedSession]) -> list[Row]:
    known = [c.id for c in extract.timetable.clinicians]
    rows = [Row(extract.names.clinician(k), [s for s in sessions if k in s.clinicians]) for k in known]
    return _shown(extract, [*rows, Row("Nobody", [s for s in sessions if not s.clinicians])], len(known))


def _by_patient(extract: Extract, sessions: Sequence[PlannedSession]) -> list[Row]:
    known = [p.id for p in extract.timetable.patients]
    return _shown(extract, [Row(k, [s for s in sessions if k in s.patients]) for k in known], len(known))


def _shown(extract: Extract, rows: Sequence[Row], known: int) -> list[Row]:
    """Of a whole week everybody, also who has nothing; of an extract only who is in it."""
    whole = not (extract.patient or extract.clinician or extract.room)
    return [row for i, row in enumerate(rows) if row.sessions or (whole and i < known)]


def _of_room(extract: Extract) -> Telling:
    return lambda s: (extract.names.clinicians(s.clinicians), _who(extract, s))


def _of_one(extract: Extract) -> Telling:
    return lambda s: (extract.names.room(s.room), _who(extract, s))


def _of_patient(extract: Extract) -> Telling:
    return lambda s: (extract.names.clinicians(s.clinicians), extract.names.room(s.room))


def _who(extract: Extract, session: PlannedSession) -> str:
    """How many, or who where it is one; nothing in a patient's extract, which hides the others."""
    if extract.patient is not None:
        return ""
    return session.patients[0] if len(session.patients) == 1 else counted(len(session.patients), "patient")


def _week(
    book: Workbook, title: str, heading: str, rows: Iterable[Row], extract: Extract, tell: Telling
) -> None:
    first = week_of(extract.timetable)
    days = _days(extract, first)
    sheet = _sheet(book, title, [16, *[_DAY_WIDTH] * len(days)])
    put(sheet, 1, 1, f"{extract.names.clinic or extract.timetable.clinic}, week of {long_date(first)}")
    sheet.cell(1, 1).font = _TITLE
    _headings(sheet, 2, [heading, *map(day_name, days)])
    for number, row in enumerate(rows, start=3):
        cells = [_cell(row, day, extract, tell) for day in days]
        put_row(sheet, number, [row.name, *cells])
        for column in range(1, len(days) + 2):
            sheet.cell(number, column).alignment = _TOP
            sheet.cell(number, column).border = _BOX
        sheet.cell(number, 1).font = _BOLD
        sheet.row_dimensions[number].height = _height(cells)


def _days(extract: Extract, first: date) -> list[date]:
    """Dates on which the clinic has sessions: an empty column would make the others smaller on paper."""
    held = {session.start.date() for session in extract.timetable.sessions}
    week = [first + timedelta(days=d) for d in range(7)]
    return [day for day in week if day in held] or week


def _cell(row: Row, day: date, extract: Extract, tell: Telling) -> str:
    return "\n".join(
        "\n".join(filter(None, (_line(session, extract), ", ".join(filter(None, tell(session))))))
        for session in row.sessions
        if session.start.date() == day
    )


def _line(session: PlannedSession, extract: Extract) -> str:
    span = time_span(session.start, extract.names.end(session))
    return f"{span} {extract.names.session_type(session.session_type)}"


def _height(cells: Iterable[str]) -> int:
    """Programs do not stretch rows of a file they did not write, so the lines are counted here."""
    lines = [sum(1 + len(line) // _DAY_WIDTH for line in cell.split("\n")) for cell in cells]
    return min(_HIGHEST, _LINE_HEIGHT * max([1, *lines]))


# -- lists --------------------------------------------------------------------------------------------------


def _sessions(book: Workbook, extract: Extract, sessions: Iterable[PlannedSession]) -> None:
    sheet = _sheet(book, "Sessions", SESSION_WIDTHS)
    _headings(sheet, 1, [*SESSION_COLUMNS, "patient_count", "patients"])
    for number, session in enumerate(sessions, start=2):
        put_row(sheet, number, _session(session, extract))
    sheet.auto_filter.ref = sheet.dimensions


def _session(session: PlannedSession, extract: Extract) -> list[object]:
    names, end = extract.names, extract.names.end(session)
    return [
        session.id,
        session.start.date(),
        f"{session.start:%a}".lower(),
        session.start.time(),
        end.time() if end else None,
        int((end - session.start).total_seconds()) // 60 if end else None,
        session.session_type,
        names.session_type(session.session_type),
        " ".join(session.clinicians),
        names.clinicians(session.clinicians),
        session.room,
        names.room(session.room),
        len(session.patients),
        " ".join(sorted(session.patients)),
    ]


def _not_placed(book: Workbook, extract: Extract) -> None:
    """Who gets less care than is owed; nobody in a clinician's or a room's extract, not being about them."""
    sheet = _sheet(book, "Not placed", [width for _, width in NOT_PLACED])
    _headings(sheet, 1, [name for name, _ in NOT_PLACED])
    if extract.clinician or extract.room:
        return
    short = [p for p in extract.timetable.patients if p.unmet_minutes and extract.patient in (None, p.id)]
    for number, patient in enumerate(sorted(short, key=lambda p: (-p.unmet_minutes, p.id)), start=2):
        reasons = "\n".join(reason.text for reason in patient.reasons)
        put_row(sheet, number, [patient.id, patient.unmet_minutes, patient.care_minutes, reasons])
        sheet.cell(number, 4).alignment = _TOP


# -- what all sheets share ----------------------------------------------------------------------------------


def _sheet(book: Workbook, title: str, widths: Sequence[int]) -> Worksheet:
    sheet: Worksheet = book.create_sheet(title)
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.4, bottom=0.7, header=0.3, footer=0.3)
    sheet.page_setup.fitToHeight = 0  # as many pages as it takes
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    footer = sheet.oddFooter
    assert footer is not None
    for part, text in ((footer.left, "Confidential"), (footer.center, "&A"), (footer.right, "&P / &N")):
        part.text = text
    return sheet


def _headings(sheet: Worksheet, number: int, names: Sequence[str]) -> None:
    put_row(sheet, number, names)
    for column in range(1, len(names) + 1):
        cell = sheet.cell(number, column)
        cell.font, cell.fill, cell.border = _BOLD, _HEADING, _BOX
    sheet.freeze_panes = f"B{number + 1}"
    sheet.print_title_rows = f"1:{number}"
