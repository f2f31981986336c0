"""A primary clinician calls out: whoever covers for them leads the session first; only then is it moved."""

from __future__ import annotations

from typing import Any

import pytest

from api import examples
from tests.api.door import Door
from tests.api.test_make_ups import TALK

pytestmark = pytest.mark.usefixtures("kernels")
CALL_OUT = {
    "from": "2026-12-01T12:00",
    "absences": [{"clinician": "c1", "date": "2026-12-02", "start": "08:00", "end": "13:00"}],
}
# No credential: c2 may lead a talk with the patients of c1 only by covering for c1.
COLLEAGUE = {"id": "c2", "credentials": [], "availability": examples.CLINIC["clinicians"][0]["availability"]}


def week_with_a_talk(door: Door, covered_by: list[str], **colleague: Any) -> str:
    """A week in which p1 talks with c1 on Wednesday at ten; c2 works there too."""
    path = door.clinic()
    clinicians = [{**examples.CLINIC["clinicians"][0], "covered_by": covered_by}, {**COLLEAGUE, **colleague}]
    assert door.put(path, {**examples.CLINIC, "clinicians": clinicians}, If_Match="*").status_code == 200
    moves = [{"create": {"id": "talk", "start": "2026-12-02T10:00", **TALK}}]
    draft = door.post(f"{door.solved(path)}/moves", {"moves": moves}, If_Match="*").headers["Location"]
    # What is moved by hand is pinned, with its clinician, until that is taken back.
    moved = door.post(f"{draft}/moves", {"pins": []}, If_Match="*")
    assert moved.status_code == 201, moved.text
    return str(moved.headers["Location"])


def called_out(door: Door, week: str) -> tuple[str, list[str], dict[str, int]]:
    """When p1 talks after the call-out, with whom, and what has changed by then."""
    answer = door.post(f"{week}/repairs", CALL_OUT)
    assert answer.status_code == 201, answer.text
    talk = next(s for s in answer.json()["timetable"]["sessions"] if s["session_type"] == "individual")
    return talk["start"], talk["clinicians"], answer.json()["changed"]


def test_a_call_out_is_covered_where_somebody_covers(either_door: Door) -> None:
    week = week_with_a_talk(either_door, ["c2"])
    start, clinicians, changed = called_out(either_door, week)
    assert (start, clinicians) == ("2026-12-02T10:00", ["c2"])
    assert (changed["lost"], changed["clinicians"]) == (0, 1)


def test_without_cover_the_session_is_moved(door: Door) -> None:
    for covered_by, colleague in (([], {}), (["c2"], {"time_off": [{"date": "2026-12-02"}]})):
        start, clinicians, changed = called_out(door, week_with_a_talk(door, covered_by, **colleague))
        assert clinicians == ["c1"]
        assert start > "2026-12-01T12:00"
        assert start != "2026-12-02T10:00"
        assert changed["lost"] == 1
