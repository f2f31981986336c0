"""`xlsx`: what a spreadsheet program finds in the workbook."""

from __future__ import annotations

from datetime import datetime, time
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from scheduler.exports import CannotExport, Extract, export
from scheduler.names import Names
from scheduler.timetable import Reason, Timetable
from tests.exports.weeks import figures, session, small, small_problem, timetable_of

SHEETS = ["Week by room", "Week by clinician", "Week by patient", "Sessions", "Not placed"]


def book(timetable: Timetable, names: Names | None = None, **choices: Any) -> Workbook:
    content = export(Extract(timetable, names or Names(), **choices), "xlsx")
    return load_workbook(BytesIO(content))


def rows(sheet: Worksheet) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in sheet.iter_rows(values_only=True)]


def cells(opened: Workbook) -> list[Cell]:
    return [cell for sheet in opened.worksheets for row in sheet.iter_rows() for cell in row if cell.value]


def test_the_week_is_there_from_every_side() -> None:
    opened = book(small(), Names(small_problem()))
    assert opened.sheetnames == SHEETS
    assert rows(opened["Week by room"])[0][0] == "Mill Street, week of Monday 30 November 2026"
    assert rows(opened["Week by room"])[1] == ("Room", "Mon 30 Nov", "Wed 2 Dec")
    assert rows(opened["Week by room"])[2] == (
        "Blue room",
        "09:00–10:00 Talking group\nAda Ahlberg, 3 patients",
        "09:00–10:00 Talking group\nAda Ahlberg, 2 patients",
    )
    assert rows(opened["Week by clinician"])[2][1] == "09:00–10:00 Talking group\nBlue room, 3 patients"
    by_patient = rows(opened["Week by patient"])[2:]
    assert [row[0] for row in by_patient] == ["p1", "p2", "p3"]
    assert by_patient[2][1:] == ("09:00–10:00 Talking group\nAda Ahlberg, Blue room", None)


def test_sessions_are_values_and_not_text() -> None:
    sheet = book(small())["Sessions"]
    heading, first, _ = rows(sheet)
    found = dict(zip(heading, first, strict=True))
    assert found["date"] == datetime(2026, 11, 30)
    assert (found["start"], found["end"], found["minutes"]) == (time(9), time(10), 60)
    assert (found["patient_count"], found["patients"]) == (3, "p1 p2 p3")
    assert [sheet.cell(2, column).number_format for column in (2, 4, 5)] == ["yyyy-mm-dd", "hh:mm", "hh:mm"]


def test_who_is_not_placed_is_listed_with_the_reasons_most_first() -> None:
    why = (Reason(code="busy", text="No free hour."), Reason(code="full", text="Both groups are full."))
    people = (figures("p1", 30), figures("p2"), figures("p3", 90, care_minutes=60, reasons=why))
    assert rows(book(timetable_of(patients=people))["Not placed"])[1:] == [
        ("p3", 90, 60, "No free hour.\nBoth groups are full."),
        ("p1", 30, 0, None),
    ]


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1", "＝1", "#REF!", "1e5", "a\x07b"]
)
def test_no_cell_is_a_formula_whatever_things_are_called(name: str) -> None:
    names = Names(small_problem(session_types=name, clinicians=name, rooms=name))
    for cell in cells(book(small(), names)):
        assert cell.data_type in "snd", cell.coordinate
        assert not str(cell.value).startswith(("=", "+", "-", "@", "\t", "＝"))


def test_a_patients_workbook_tells_nothing_of_the_others() -> None:
    opened = book(small(), patient="p2")
    text = " ".join(str(cell.value) for cell in cells(opened))
    assert "p2" in text
    assert not [word for word in ("p1", "p3", "3 patients", "2 patients", "1 patient") if word in text]
    assert rows(opened["Not placed"])[1:] == []


def test_a_clinicians_and_a_rooms_workbook_hold_only_theirs() -> None:
    timetable = timetable_of(
        session("a", "2026-11-30T09:00"),
        session("b", "2026-12-01T09:00", clinicians=("c2",), room=None, patients=("p3",)),
    )
    assert [row[0] for row in rows(book(timetable, clinician="c2")["Sessions"])[1:]] == ["b"]
    assert [row[0] for row in rows(book(timetable, clinician="c2")["Week by room"])[2:]] == ["No room"]
    assert [row[0] for row in rows(book(timetable, room="r1")["Sessions"])[1:]] == ["a"]


def test_sheets_are_made_to_be_printed() -> None:
    for sheet in book(small()).worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        fitted = sheet.sheet_properties.pageSetUpPr
        assert fitted is not None
        assert fitted.fitToPage
        assert sheet.print_title_rows in ("$1:$1", "$1:$2")


def test_a_row_is_as_high_as_its_fullest_day() -> None:
    many = [session(f"s{hour}", f"2026-11-30T{hour:02d}:00") for hour in range(8, 18)]
    sheet = book(timetable_of(*many))["Week by room"]
    assert sheet.row_dimensions[3].height == 20 * 15


def test_the_same_timetable_gives_the_same_bytes() -> None:
    extract = Extract(small())
    assert export(extract, "xlsx") == export(extract, "xlsx")


def test_a_week_start_that_is_no_date_is_told() -> None:
    with pytest.raises(CannotExport, match="is no date"):
        book(timetable_of(week_start="soon"))
