"""docs/interoperability.md shows what the exports write, byte for byte, and lists what there is."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from pathlib import Path

from scheduler.cli.export import configure
from scheduler.exports import FORMATS, Extract, export
from scheduler.names import Names
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
    parser = ArgumentParser()
    configure(parser)
    told = set(re.findall(r"--\w+", PAGE))
    assert told == set(re.findall(r"--\w+", parser.format_help())) - {"--help", "--output"}
