"""`iop-scheduler explain`, as it is called."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.ask import explained_week
from tests.cli.conftest import Doc, Run
from tests.proof.proof_explanations import written

Save = Callable[[Doc | str, str], str]


@pytest.fixture
def documents(saved: Save) -> tuple[str, str]:
    """The week with its timetable, as little of a document as is needed."""
    week = explained_week.document()
    timetable = {
        "id": "t", "status": "solved", "clinic": "maple", "week_start": "2026-11-30",
        "timezone": "America/New_York", "patients": [], "clinicians": [], "rooms": [],
        "objective": {"value": 0, "bound": 0, "gap": 0.0, "terms": []}, "solver": {}, "problem_digest": "",
    }  # fmt: skip
    return saved(week, "week.json"), saved(timetable | written(explained_week.sessions()), "out.json")


def test_one_patient_is_explained_without_the_clinic(run: Run, documents: tuple[str, str]) -> None:
    done = run("explain", *documents, "--patient", "b2")
    assert done.code == 0
    assert done.out.startswith("b2: 60 min unmet, priority 1\n")
    assert "One more of something" not in done.out


def test_the_whole_answer_is_a_document(run: Run, documents: tuple[str, str]) -> None:
    done = run("explain", *documents, "--json")
    answer = json.loads(done.out)
    assert (done.code, answer["complete"], answer["unmet_minutes"]) == (0, True, 420)
    assert [p["id"] for p in answer["patients"]] == ["b1", "b3", "b2"]
    assert all(p["reasons"] for p in answer["patients"])
    assert answer["clinic"]["gains"]


def test_who_lacks_nothing_is_told_so(run: Run, documents: tuple[str, str]) -> None:
    assert run("explain", *documents, "--patient", "a1").out.strip() == "a1: gets all the care that is owed."


def test_an_unknown_patient_is_refused(run: Run, documents: tuple[str, str]) -> None:
    done = run("explain", *documents, "--patient", "b9")
    assert done.code == 2
    assert "There is no patient 'b9'" in done.err


def test_only_one_document_comes_from_standard_input(run: Run) -> None:
    assert run("explain", "-", "-").code == 2


def test_no_other_patient_is_named_in_what_is_printed(run: Run, documents: tuple[str, str]) -> None:
    printed = run("explain", *documents, "--patient", "b1").out
    assert not {"a1", "a2", "a3", "a4", "b2", "b3"} & set(printed.replace(".", " ").replace(",", " ").split())
