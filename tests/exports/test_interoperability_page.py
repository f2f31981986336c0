"""docs/interoperability.md shows what the exports write, byte for byte, and lists what there is."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.store.models import Timetable
from scheduler.cli import importing, main
from scheduler.cli.export import configure
from scheduler.exports import FORMATS, Extract, export
from scheduler.imports.busy import commitments_of, windows_of
from scheduler.imports.calendars import read_calendar
from scheduler.imports.sheets import SHEETS
from scheduler.imports.templates import csv_sheet
from scheduler.names import Names
from tests.cli.conftest import small_week
from tests.exports.weeks import small, small_problem

PAGE = (Path(__file__).parents[2] / "docs" / "interoperability.md").read_text(encoding="utf-8")


def shown(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_calendar_shown_is_the_one_written() -> None:
    assert shown("ics") == [export(Extract(small(), patient="p3"), "ics").decode().replace("\r\n", "\n")]


def test_the_rows_shown_are_those_written() -> None:
    content = export(Extract(small(), Names(small_problem())), "csv").decode("utf-8-sig")
    assert shown("csv") == [content.replace("\r\n", "\n")]


def test_the_resources_shown_are_those_written() -> None:
    bundle = json.loads(export(Extract(small(), patient="p3"), "fhir"))
    assert [json.loads(text) for text in shown("json")] == [e["resource"] for e in bundle["entry"][-3:]]


def test_every_format_has_its_section_and_every_option_its_row() -> None:
    assert set(re.findall(r"^## (\w+)$", PAGE, re.MULTILINE)) == set(FORMATS)
    known = set(re.findall(r"--\w+", help_of(configure)))
    files_out, _, rest = PAGE.partition("# Files in")
    assert set(re.findall(r"--\w+", files_out)) == known - {"--help", "--output"}
    assert set(re.findall(r"--\w+", rest)) <= set(re.findall(r"--\w+", help_of(importing.configure)))


def help_of(configured: Callable[[ArgumentParser], None]) -> str:
    """With the help of every kind that a command has."""
    parser = ArgumentParser()
    configured(parser)
    kinds = [a for a in parser._actions if isinstance(a, _SubParsersAction)]
    return "".join([parser.format_help(), *(p.format_help() for a in kinds for p in a.choices.values())])


def test_the_calendar_that_comes_in_is_kept_as_shown() -> None:
    content = shown("calendar")[0].encode()
    hours = read_calendar(content, date(2026, 11, 30), 7, ZoneInfo("America/New_York"))
    assert commitments_of(windows_of(hours.busy)) == json.loads(shown("commitments")[0])


def test_the_columns_shown_are_those_of_the_sheets() -> None:
    lines = [f"{name}: {csv_sheet(sheet).decode('utf-8-sig').strip()}" for name, sheet in SHEETS.items()]
    assert shown("sheets")[0].splitlines() == lines


def test_the_faults_shown_are_those_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("week.json").write_text(json.dumps(small_week()))
    Path("rooms.csv").write_text("id,capacity,closures\nr1,many,\nr2,3,Christmas\n")
    assert main(["import", "people", "rooms.csv", "--week", "week.json"]) == 2
    assert capsys.readouterr().err == shown("faults")[0]


def test_the_event_shown_has_the_parts_of_one_that_is_sent() -> None:
    from api.exchange import announcing

    event = json.loads(shown("webhook")[0])
    assert event["type"] == announcing.CHANGED
    row = Timetable(id="tt-2", clinic_id="mill", week_start="2026-11-30")
    sent = announcing.event_of(row, Timetable(id="tt-1"))
    assert (set(event), set(event["data"])) == (set(sent), set(sent["data"]))
