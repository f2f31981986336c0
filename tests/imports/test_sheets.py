"""People, rooms and commitments from sheets: what comes out goes in again, every fault by its cell."""

from __future__ import annotations

import json
import struct
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from random import Random
from time import process_time
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from scheduler.imports import CannotImport
from scheduler.imports.outcome import differences, misfits_of, unknown_patients
from scheduler.imports.people import Parts, applied, read_people
from scheduler.imports.sheets import SHEETS
from scheduler.imports.tables import BYTES_MOST, read_tables
from scheduler.imports.templates import csv_sheet, workbook
from scheduler.intake import read_problem
from scheduler.problem import WEEKDAYS
from tests.strategies import plain_problem

RIVERSIDE: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "examples" / "riverside.json").read_text(encoding="utf-8")
)


def parts_of(week: dict[str, Any]) -> Parts:
    return Parts(week["clinicians"], week["rooms"], week["patients"])


def refused(content: bytes, sheet: str | None = None) -> list[str]:
    with pytest.raises(CannotImport) as refusal:
        read_people(content, sheet)
    return [f"{m.sheet} {m.row} {m.column} {m.code}" for m in refusal.value.misfits]


def book_of(**sheets: Any) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


# -- there and back -----------------------------------------------------------------------------------------


def test_a_workbook_that_is_imported_again_changes_nothing() -> None:
    parts = parts_of(RIVERSIDE)
    after = applied(read_people(workbook(parts)), parts, missing="delete")
    assert after == parts
    assert all(difference.empty for difference in differences(parts, after).values())


@pytest.mark.parametrize("name", SHEETS)
def test_a_csv_file_that_is_imported_again_changes_nothing(name: str) -> None:
    parts = parts_of(RIVERSIDE)
    assert applied(read_people(csv_sheet(SHEETS[name], parts)), parts) == parts


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
CLOCKS = st.integers(0, 1435).map(lambda m: f"{m // 60:02d}:{m % 60:02d}")
DATES = st.dates().map(lambda d: d.isoformat())
WEEKLY = st.fixed_dictionaries(
    {
        "days": st.lists(st.sampled_from(WEEKDAYS), unique=True, min_size=1),
        "start": CLOCKS,
        "end": CLOCKS | st.just("24:00"),
    }
)
DATED = st.fixed_dictionaries(
    {"date": DATES}, optional={"until_date": DATES, "start": CLOCKS, "end": CLOCKS | st.just("24:00")}
)
RANGES = st.fixed_dictionaries({}, optional={"min": st.integers(0, 999), "max": st.integers(0, 999)})
PATIENTS = st.fixed_dictionaries(
    {"id": st.just("p1"), "program": st.just("x")},
    optional={
        "name": WORDS,
        "priority": st.integers(1, 5),
        "tags": st.lists(WORDS, max_size=3),
        "telehealth": st.booleans(),
        "active": st.fixed_dictionaries({}, optional={"from": DATES, "until": DATES}),
        "authorized": st.fixed_dictionaries({}, optional={"days": st.integers(0, 7), "until": DATES}),
        "preferred": st.lists(WEEKLY, max_size=2),
        "care_minutes": RANGES,
        "group_every_day": st.booleans(),
        "enforce": st.lists(st.sampled_from(["gap", "days_min"]), unique=True),
        "requirements": st.just([{"id": "r", "any_of": ["t"]}]),
        "lift": st.lists(st.sampled_from(["gap", "days"]), unique=True).filter(lambda v: "gap" not in v),
        "commitments": st.lists(
            st.fixed_dictionaries(
                {"id": st.uuids().map(str), "date": DATES, "start": CLOCKS, "end": CLOCKS | st.just("24:00")},
                optional={"kind": st.sampled_from(["work", "legal"]), "travel_minutes": st.integers(0, 90)},
            ),
            max_size=2,
        ),
    },
)


@settings(max_examples=15, deadline=None)
@given(
    patient=PATIENTS,
    time_off=st.lists(DATED, max_size=3),
    credentials=st.lists(WORDS, max_size=3),
    as_csv=st.booleans(),
)
def test_whatever_is_stored_comes_back_as_it_was(
    patient: dict[str, Any], time_off: list[Any], credentials: list[str], as_csv: bool
) -> None:
    clinician = {"id": "c1", "credentials": credentials, "time_off": time_off, "break_minutes": 30}
    parts = Parts([clinician], [{"id": "r1", "capacity": 3, "closures": time_off}], [patient])
    if as_csv:
        after = parts
        for sheet in SHEETS.values():
            after = applied(read_people(csv_sheet(sheet, parts), sheet.name), after)
    else:
        after = applied(read_people(workbook(parts)), parts)
    assert after == parts


@pytest.mark.parametrize("seed", range(12))
def test_weeks_that_use_every_field_come_back_as_they_were(seed: int) -> None:
    parts = parts_of(plain_problem(Random(seed)))
    assert applied(read_people(workbook(parts)), parts, missing="delete") == parts
    after = parts
    for sheet in SHEETS.values():
        after = applied(read_people(csv_sheet(sheet, parts), sheet.name), after)
    assert after == parts


# -- as people type -----------------------------------------------------------------------------------------


def test_cells_are_read_as_people_type_them() -> None:
    content = (
        "ID;Name;Availability;Time off;Max day minutes\r\n"
        '7;Ada Ahlberg;"Mon-Wed 8:00 AM-4 PM; friday 09:00 - 13:30";'
        '"12/24/2026 - 12/26/2026; 2026-12-31 12:00-24:00";390\r\n'
    )
    after = applied(read_people(content.encode("cp1252")), Parts())
    assert after.clinicians == [
        {
            "id": "7",
            "name": "Ada Ahlberg",
            "availability": [
                {"days": ["mon", "tue", "wed"], "start": "08:00", "end": "16:00"},
                {"days": ["fri"], "start": "09:00", "end": "13:30"},
            ],
            "time_off": [
                {"date": "2026-12-24", "until_date": "2026-12-26"},
                {"date": "2026-12-31", "start": "12:00", "end": "24:00"},
            ],
            "max_day_minutes": 390,
        }
    ]


def test_values_of_a_spreadsheet_are_taken_as_what_they_are() -> None:
    from datetime import datetime, time, timedelta

    rows = [
        ["patient", "id", "date", "start", "end", "travel_minutes"],
        ["p1", 12, datetime(2026, 12, 2), time(9, 30), timedelta(days=1), 15.0],
    ]
    after = applied(read_people(book_of(Commitments=rows)), Parts(patients=[{"id": "p1", "program": "x"}]))
    assert after.patients[0]["commitments"] == [
        {"id": "12", "date": "2026-12-02", "start": "09:30", "end": "24:00", "travel_minutes": 15}
    ]


def test_a_column_left_out_stays_and_an_empty_cell_takes_away() -> None:
    stored = {
        "id": "p1",
        "program": "x",
        "priority": 2,
        "tags": ["adult"],
        "authorized": {"days": 4, "until": "2026-12-04"},
    }
    people = read_people(b"id,priority,authorized_days\np1,,\np2,3,\n", "patients")
    after = applied(people, Parts(patients=[stored]))
    assert after.patients == [
        {"id": "p1", "program": "x", "tags": ["adult"], "authorized": {"until": "2026-12-04"}},
        {"id": "p2", "priority": 3},
    ]
    changes = differences(Parts(patients=[stored]), after)["patients"]
    assert (changes.added, changes.changed, changes.removed) == (
        ["p2"],
        {"p1": ["authorized", "priority"]},
        [],
    )


def test_who_has_no_row_stays_unless_asked_otherwise() -> None:
    parts = Parts(rooms=[{"id": "r1", "capacity": 3}, {"id": "r2", "capacity": 4}])
    people = read_people(b"id,capacity\nr1,3\n", "rooms")
    assert applied(people, parts) == parts
    assert applied(people, parts, missing="delete").rooms == [{"id": "r1", "capacity": 3}]


def test_commitments_without_ids_are_numbered_around_those_that_have_one() -> None:
    content = b"patient,id,days,start,end\np1,,mon,09:00,10:00\np1,c1,tue,09:00,10:00\np1,,wed,09:00,10:00\n"
    after = applied(read_people(content), Parts(patients=[{"id": "p1", "program": "x"}]))
    assert [c["id"] for c in after.patients[0]["commitments"]] == ["c2", "c1", "c3"]


# -- faults -------------------------------------------------------------------------------------------------


def test_every_fault_is_told_at_once_by_sheet_row_and_column() -> None:
    content = book_of(
        patients=[
            ["id", "program", "priority", "active_from", "shoe size"],
            ["p1", "x", "first", "tomorrow"],
            ["", "x", 1, None],
            ["p1", "x", 1, "2026-02-30"],
            ["Zanzibar Street", "x"],
        ],
        rooms=[["id"], ["r1", "spare"]],
        commitments=[["patient", "start"], ["p1", "9"]],
        clinicians=[["id", "id", "availability"], ["c1", "c1", "always"]],
    )
    assert refused(content) == [
        "patients 1 E unknown_column",
        "patients 2 priority number",
        "patients 2 active_from date",
        "patients 3 id missing",
        "patients 4 active_from date",
        "patients 4 id duplicate",
        "patients 5 id id",
        "rooms 2 B no_column",
        "commitments 1 None missing_column",
        "clinicians 1 B duplicate_column",
        "clinicians 2 availability window",
    ]


def test_no_fault_repeats_what_stands_in_the_cell() -> None:
    with pytest.raises(CannotImport) as refusal:
        read_people(b"id,priority,preferred,Zanzibar\nMr Zanzibar,Zanzibar,Zanzibar,x\n", "patients")
    assert "Zanzibar" not in "".join(map(str, refusal.value.misfits))


def test_faults_of_the_documents_lead_to_their_cells() -> None:
    week = {**RIVERSIDE, "baseline": None}
    people = read_people(
        book_of(
            patients=[["id", "program", "authorized_days", "authorized_until"], ["p01", "nowhere", 4, None]],
            commitments=[
                ["patient", "days", "start", "end", "until_date"],
                ["p02", "mon", "09:00", "10:00", "2026-12-02"],
            ],
            rooms=[["id", "capacity"], ["elm", 0]],
        )
    )
    after = applied(people, parts_of(week))
    from scheduler.errors import ProblemRefused

    with pytest.raises(ProblemRefused) as refusal:
        read_problem(
            {**week, "clinicians": after.clinicians, "rooms": after.rooms, "patients": after.patients}
        )
    places = {(m.sheet, m.row, m.column) for m in misfits_of(refusal.value.faults, people, after)}
    assert places >= {("patients", 2, "program"), ("rooms", 2, "capacity")}
    assert any(sheet == "commitments" and row == 2 for sheet, row, _ in places)


def test_commitments_of_somebody_unknown_are_a_fault() -> None:
    people = read_people(b"patient,days,start,end\np9,mon,09:00,10:00\n")
    assert [m.pointer for m in unknown_patients(people, Parts())] == ["/commitments/2/patient"]


def test_a_formula_counts_by_its_saved_value_and_is_a_fault_without_one() -> None:
    content = book_of(rooms=[["id", "capacity"], ["r1", "=2+3"]])
    assert refused(content) == ["rooms 2 capacity formula"]
    saved = with_part(
        content,
        "xl/worksheets/sheet1.xml",
        lambda xml: (
            xml.replace("<v></v>", "<v>5</v>").replace("<v />", "<v>5</v>").replace("<v/>", "<v>5</v>")
        ),
    )
    assert applied(read_people(saved), Parts()).rooms == [{"id": "r1", "capacity": 5}]


def with_part(content: bytes, name: str, change: Any) -> bytes:
    changed = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(changed, "w", ZIP_DEFLATED) as target:
        for part in source.namelist():
            text = source.read(part)
            target.writestr(part, change(text.decode()).encode() if part == name else text)
    return changed.getvalue()


# -- what is meant badly ------------------------------------------------------------------------------------


def zip_bomb() -> bytes:
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        for number in range(20):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b" " * 2_000_000)
    return content.getvalue()


def lying_bomb() -> bytes:
    """Its list of contents says ten bytes where there are two hundred million."""
    size = 200_000_000
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * size)
    return content.getvalue().replace(struct.pack("<L", size), struct.pack("<L", 10))


def entity_bomb() -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    return with_part(
        book_of(rooms=[["id", "capacity"], ["r1", 1]]),
        "xl/worksheets/sheet1.xml",
        lambda xml: f"<!DOCTYPE x [{entities}]>{xml}",
    )


def far_row() -> bytes:
    content = book_of(rooms=[["id", "capacity"], ["r1", 1]])
    return with_part(content, "xl/worksheets/sheet1.xml", lambda xml: xml.replace('r="2"', 'r="99999999999"'))


HOSTILE = {
    "too large": lambda: b"x" * (BYTES_MOST + 1),
    "zip bomb": zip_bomb,
    "a zip bomb that lies": lying_bomb,
    "entities": entity_bomb,
    "a row beyond the end": far_row,
    "a hundred thousand rows": lambda: b"id,capacity\n" + b"r,1\n" * 100_000,
    "a million columns": lambda: b"id" + b",id" * 1_000_000,
    "a cell of megabytes": lambda: b"id\n" + b'"' + b"x" * 5_000_000 + b'"',
    "no archive": lambda: b"PK\x03\x04" + b"\x00" * 100_000,
    "an old workbook": lambda: b"\xd0\xcf\x11\xe0" + b"\x00" * 100,
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 1000,
    "nothing": lambda: b"",
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_table_of_people_is_refused_in_bounded_time(make: Any) -> None:
    content = make()
    began = process_time()
    with pytest.raises(CannotImport):
        read_people(content, "rooms")
    assert process_time() - began < 5


@pytest.mark.parametrize(
    ("sheet", "row"),
    [
        ("clinicians", "c1,mon " + "1-" * 16_000 + "1 z"),
        ("clinicians", "c1,mon" + " " * 32_000 + "x"),
        ("commitments", "p1,mon" + " " * 32_000 + "x,09:00,10:00"),
        ("rooms", "r1," + "2026-12-01 " * 3_000 + "x"),
        ("patients", "p1," + "1" * 32_000),
    ],
)
def test_a_cell_that_would_keep_a_pattern_busy_is_refused_at_once(sheet: str, row: str) -> None:
    columns = {"clinicians": "availability", "rooms": "closures", "patients": "care_minutes"}
    heading = "patient,days,start,end" if sheet == "commitments" else f"id,{columns[sheet]}"
    began = process_time()
    with pytest.raises(CannotImport):
        read_people(f"{heading}\n{row}\n".encode(), sheet)
    assert process_time() - began < 1


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    import tracemalloc

    content = zip_bomb()
    tracemalloc.start()
    with pytest.raises(CannotImport, match="unpacks"):
        read_tables(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_formulas_do_not_survive_a_template() -> None:
    evil = "=cmd|'/c calc'!A1"
    parts = Parts(clinicians=[{"id": "c1", "name": evil}])
    page = load_workbook(BytesIO(workbook(parts)))["clinicians"]
    assert page["B2"].value == "'" + evil
    assert page["B2"].data_type == "s"
    assert f"'{evil}" in csv_sheet(SHEETS["clinicians"], parts).decode("utf-8-sig")
    assert applied(read_people(workbook(parts)), parts) == parts


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_no_bytes_are_a_defect_of_ours(content: bytes) -> None:
    for given_bytes in (content, b"id,name\n" + content, b"PK\x03\x04" + content):
        with suppress(CannotImport):
            read_people(given_bytes, "clinicians")
