"""`html`: hand-outs, read as a browser would."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest

from scheduler.exports import Extract, export
from scheduler.names import Names
from scheduler.problem import Problem
from scheduler.timetable import Timetable
from tests.cli.conftest import small_week
from tests.exports.weeks import session, small, small_problem, timetable_of


class Paper(HTMLParser):
    """The tags and the text of a file; `pages` holds the words of each section."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.pages: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "section":
            self.pages.append([])

    def handle_data(self, data: str) -> None:
        if self.pages and data.strip():
            self.pages[-1].append(data)


def text_of(
    timetable: Timetable, problem: Problem | None = None, wording: Any = "neutral", **choices: Any
) -> str:
    return export(Extract(timetable, Names(problem), **choices), "html", wording=wording).decode()


def pages(*arguments: Any, **choices: Any) -> list[list[str]]:
    return Paper(text_of(*arguments, **choices)).pages


def test_each_patient_gets_a_page_with_when_and_nothing_else() -> None:
    assert pages(small(), small_problem())[2] == [
        "Appointments",
        "p3",
        "Week of Monday 30 November 2026",
        "Draft: these times may still change.",
        *("Day", "Time", "What"),
        *("Monday", "November 30", "9:00 AM – 10:00 AM", "Appointment"),
    ]
    assert [page[1] for page in pages(small())] == ["p1", "p2", "p3"]


def test_full_wording_names_session_people_and_room() -> None:
    [page] = pages(small(), small_problem(), "full", patient="p3")
    assert page[0] == "Mill Street"
    assert page[-6:] == [
        *("Monday", "November 30", "9:00 AM – 10:00 AM", "Talking group", "Ada Ahlberg", "Blue room")
    ]


@pytest.mark.parametrize("wording", ["neutral", "full"])
def test_a_page_names_no_other_patient(wording: str) -> None:
    text = text_of(small(), small_problem(), wording, patient="p2")
    assert "p2" in text
    assert not [word for word in ("p1", "p3") if word in text]


def test_a_clinician_and_a_room_can_have_a_page_too() -> None:
    assert [page[1] for page in pages(small(), small_problem(), clinician="c1")] == ["Ada Ahlberg"]
    assert [page[1] for page in pages(small(), small_problem(), room="r1")] == ["Blue room"]


def test_video_is_told_where_there_is_any() -> None:
    document = small_week()
    document["session_types"][0] |= {"delivery": "telehealth", "room": None}
    [page] = pages(small(), Problem.model_validate(document), patient="p3")
    assert page[-2:] == ["Appointment", "by video"]


def test_a_week_without_appointments_says_so() -> None:
    timetable = timetable_of(session("s", "2026-11-30T09:00", patients=("p1",)), status="published")
    assert pages(timetable, room="r9") == [
        ["Appointments", "r9", "Week of Monday 30 November 2026", "No appointments this week."]
    ]


def test_a_published_week_is_no_draft() -> None:
    assert "Draft" not in text_of(timetable_of(session("s", "2026-11-30T09:00"), status="published"))


def test_noon_and_midnight_are_written_as_people_read_them() -> None:
    timetable = timetable_of(session("s", "2026-11-30T12:00", 720))
    assert "12:00 PM – 12:00 AM" in pages(timetable, patient="p1")[0]


def test_whatever_things_are_called_is_text() -> None:
    name = "<script>alert(1)</script>\"'&<img src=x onerror=y>"
    problem = small_problem(session_types=name, clinicians=name, rooms=name)
    text = text_of(small(), problem, "full")
    paper = Paper(text)
    assert not {"script", "img"} & set(paper.tags)
    assert name in paper.pages[0]


def test_the_file_stands_alone_and_its_policy_lets_nothing_else_in() -> None:
    text = text_of(small(), small_problem(), "full")
    paper = Paper(text)
    assert not {"script", "link", "img", "iframe", "form", "a"} & set(paper.tags)
    assert not {
        name for name, _ in paper.attributes if name in ("style", "src", "href") or name.startswith("on")
    }
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    policies = [
        value for name, value in paper.attributes if name == "content" and value and "default-src" in value
    ]
    assert policies == [
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    ]


def test_a_day_is_one_group_of_rows() -> None:
    timetable = timetable_of(session("a", "2026-11-30T09:00"), session("b", "2026-11-30T11:00"))
    paper = Paper(text_of(timetable, patient="p1"))
    assert (paper.tags.count("table"), paper.tags.count("tbody"), paper.tags.count("tr")) == (1, 1, 3)
    assert ("rowspan", "2") in paper.attributes


def test_a_full_week_is_set_small_to_stay_on_its_page() -> None:
    def week(rows: int) -> Timetable:
        return timetable_of(*(session(f"s{i}", f"2026-11-30T{i:02d}:00", 45) for i in range(rows)))

    assert 'class="page small"' in text_of(week(21), patient="p1")
    assert 'class="page small"' not in text_of(week(20), patient="p1")
