"""`show`: a timetable as a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import RIVERSIDE, Doc, Run

Save = Callable[[Doc | str, str], str]


def words(line: str) -> list[str]:
    return line.split()


def test_the_clinics_week_lists_every_session_by_day(run: Run, saved: Save, timetable: Doc) -> None:
    shown = run("show", saved(timetable, "out.json"))
    assert (shown.code, shown.err) == (0, "")
    rows = [words(line) for line in shown.out.splitlines()]
    assert ["Mon", "30", "Nov", "09:00–10:00", "talk", "c1", "r1", "3"] in rows
    assert ["Wed", "2", "Dec", "09:00–10:00", "talk", "c1", "r1", "2"] in rows


def test_the_problem_document_lends_its_names(run: Run, saved: Save, timetable: Doc, week: Doc) -> None:
    shown = run("show", saved(timetable, "out.json"), "--week", saved(week, "week.json"))
    assert shown.code == 0
    assert "Mill Street, week of Monday 30 November 2026" in shown.out
    assert "Talking group" in shown.out
    assert "Ada Ahlberg" in shown.out
    assert "Blue room" in shown.out


def test_a_patients_week_has_totals_and_names_nobody_else(run: Run, saved: Save, timetable: Doc) -> None:
    shown = run("show", saved(timetable, "out.json"), "--patient", "p3")
    assert shown.code == 0
    assert shown.out.count("09:00–10:00") == 1
    assert "Care: 1 h on 1 day" in shown.out
    assert "Unmet: 60 min." in shown.out
    assert "p1" not in shown.out


def test_reasons_for_missing_care_are_shown_with_the_patient(run: Run, saved: Save, timetable: Doc) -> None:
    reason = {"code": "taken", "text": "Every other talk meets while p3 is taken.", "params": {}}
    timetable["patients"][2]["reasons"] = [reason]
    shown = run("show", saved(timetable, "out.json"), "--patient", "p3")
    assert "Why: Every other talk meets while p3 is taken." in shown.out


def test_a_clinicians_week_says_how_full_it_is(run: Run, saved: Save, timetable: Doc) -> None:
    shown = run("show", saved(timetable, "out.json"), "--clinician", "c1")
    assert shown.code == 0
    assert shown.out.count("09:00–10:00") == 2
    assert "In sessions: 2 h of 9 h available." in shown.out


def test_a_rooms_week_says_who_leads(run: Run, saved: Save, timetable: Doc) -> None:
    shown = run("show", saved(timetable, "out.json"), "--room", "r1")
    assert shown.code == 0
    assert shown.out.count("c1") == 2


@pytest.mark.parametrize(("option", "known"), [("patient", "p1"), ("clinician", "c1"), ("room", "r1")])
def test_an_unknown_id_is_an_error_with_the_nearest_known_ones(
    run: Run, saved: Save, timetable: Doc, option: str, known: str
) -> None:
    shown = run("show", saved(timetable, "out.json"), f"--{option}", f"{known}x")
    assert (shown.code, shown.out) == (2, "")
    assert f"There is no {option} '{known}x' in this timetable. Maybe: {known}" in shown.err


def test_a_session_without_an_end_is_shown_with_the_one_of_its_type(
    run: Run, saved: Save, timetable: Doc, week: Doc
) -> None:
    for session in timetable["sessions"]:
        session["end"] = None
    alone = run("show", saved(timetable, "out.json"))
    named = run("show", saved(timetable, "out.json"), "--week", saved(week, "week.json"))
    assert "09:00–10:00" not in alone.out
    assert "09:00" in alone.out
    assert named.out.count("09:00–10:00") == 2


@pytest.mark.parametrize("width", [80, 100, 140])
def test_a_long_week_fits_the_width(
    run: Run, saved: Save, timetable: Doc, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    crowd = [f"p{i:02d}" for i in range(1, 13)]
    for session in timetable["sessions"]:
        session |= {
            "session_type": "process-es",
            "clinicians": ["delgado", "nguyen"],
            "room": "elm",
            "patients": crowd,
        }
    shown = run("show", saved(timetable, "out.json"), "--week", str(RIVERSIDE))
    lines = shown.out.splitlines()
    assert max(map(len, lines)) <= width
    assert [line for line in lines if line != line.rstrip()] == []
    assert ("p07" in shown.out) == (width == 140)
    assert "09:00–10:00" in shown.out


def test_a_pipe_gets_no_lines_and_no_colours(run: Run, saved: Save, timetable: Doc) -> None:
    shown = run("show", saved(timetable, "out.json"))
    assert set("─│━\x1b") & set(shown.out) == set()
