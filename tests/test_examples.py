"""The example week: no fault, no names of patients, and a plan that an independent judge accepts."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import scheduler
from tests import oracle

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
TEXT = (EXAMPLES / "riverside.json").read_text(encoding="utf-8")
README = (EXAMPLES / "README.md").read_text(encoding="utf-8")
Doc = dict[str, Any]


@pytest.fixture(scope="module")
def week() -> Doc:
    document: Doc = json.loads(TEXT)
    return document


@pytest.fixture(scope="module")
def planned(week: Doc) -> Doc:
    problem = scheduler.read_problem(week).problem
    timetable: scheduler.Timetable = scheduler.solve(problem, deterministic=3, gap=0)
    return timetable.document()


def test_the_example_is_read_without_fault_or_warning() -> None:
    assert scheduler.read_problem(TEXT).warnings == ()


def test_patients_have_ids_and_no_names(week: Doc) -> None:
    assert [p["id"] for p in week["patients"]] == [f"p{i:02d}" for i in range(1, 25)]
    assert [p["id"] for p in week["patients"] if "name" in p] == []


def test_everything_else_has_a_readable_name(week: Doc) -> None:
    parts = ("session_types", "programs", "clinicians", "rooms")
    assert [(part, row["id"]) for part in parts for row in week[part] if not row.get("name")] == []


def test_the_page_tells_the_story_of_every_patient(week: Doc) -> None:
    told = re.findall(r"^\| (p\d\d) \|", README, re.MULTILINE)
    assert told == [p["id"] for p in week["patients"]]


def test_the_page_counts_rightly(week: Doc) -> None:
    counts = {part: len(week[part]) for part in ("patients", "clinicians", "rooms", "session_types")}
    words = {
        "patients": "patients",
        "clinicians": "clinicians",
        "rooms": "rooms",
        "session_types": "session types",
    }
    assert [f"{n} {words[part]}" for part, n in counts.items() if f"{n} {words[part]}" not in README] == []


def test_the_plan_is_accepted_by_the_independent_judge(week: Doc, planned: Doc) -> None:
    assert oracle.judge(week, planned).broken == []
    assert oracle.wrong_claims(week, planned) == []


def test_a_few_people_end_short_and_most_do_not(planned: Doc) -> None:
    short = [p["id"] for p in planned["patients"] if p["unmet_minutes"]]
    assert 2 <= len(short) <= 7


def test_the_plan_holds_what_the_story_promises(week: Doc, planned: Doc) -> None:
    held = Counter(s["session_type"] for s in planned["sessions"])
    assert [
        t for t in ("process", "process-es", "trauma", "relapse", "skills", "individual") if not held[t]
    ] == []
    together = [s["id"] for s in planned["sessions"] if {"p10", "p11"} <= set(s["patients"])]
    assert together == []
