"""`diff`: what differs between two timetables, for whom."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

from scheduler.diff import Difference, difference
from scheduler.timetable import Timetable
from tests.cli.conftest import Doc, Run

Save = Callable[[Doc | str, str], str]


def changes(found: Difference, person: str) -> list[tuple[str, str]]:
    people = (*found.patients, *found.clinicians)
    return [(c.kind, c.text) for p in people if p.id == person for c in p.changes]


def between(old: Doc, new: Doc) -> Difference:
    return difference(Timetable.model_validate(old), Timetable.model_validate(new))


def test_equal_timetables_do_not_differ(timetable: Doc) -> None:
    assert between(timetable, deepcopy(timetable)).same


def test_a_session_at_another_time_is_moved_for_all_who_have_it(timetable: Doc) -> None:
    new = deepcopy(timetable)
    new["sessions"][1] |= {"start": "2026-12-02T10:00", "end": "2026-12-02T11:00"}
    found = between(timetable, new)
    assert [p.id for p in found.patients] == ["p1", "p2"]
    assert found.attendances == {"added": 0, "removed": 0, "moved": 2, "clinicians": 0, "room": 0}
    line = "talk, Wed 2026-12-02 09:00–10:00: now Wed 2026-12-02 10:00–11:00, led by c1, in r1"
    assert changes(found, "p1") == [("moved", line)]
    assert [kind for kind, _ in changes(found, "c1")] == ["moved"]


def test_the_nearest_session_is_the_one_it_moved_to(timetable: Doc) -> None:
    old, new = deepcopy(timetable), deepcopy(timetable)
    old["sessions"] = [timetable["sessions"][0]]
    near = timetable["sessions"][0] | {"start": "2026-11-30T10:00", "end": "2026-11-30T11:00"}
    new["sessions"] = [timetable["sessions"][1], near]
    assert [kind for kind, _ in changes(between(old, new), "p1")] == ["moved", "added"]
    assert "now Mon 2026-11-30 10:00" in changes(between(old, new), "p1")[0][1]


def test_a_patient_hears_nothing_of_other_patients(timetable: Doc) -> None:
    new = deepcopy(timetable)
    new["sessions"][0]["patients"] = ["p1", "p2", "p4"]
    found = between(timetable, new)
    assert [p.id for p in found.patients] == ["p3", "p4"]
    said = " ".join(text for p in ("p3", "p4") for _, text in changes(found, p))
    assert not {"p1", "p2", "p3", "p4"} & set(said.replace(",", " ").split())
    assert changes(found, "c1") == [("patients", "talk, Mon 2026-11-30 09:00–10:00: p4 joins, p3 leaves")]


def test_another_clinician_and_another_room_are_told_apart(timetable: Doc) -> None:
    new = deepcopy(timetable)
    new["sessions"][0] |= {"clinicians": ["c2"], "room": "r2"}
    found = between(timetable, new)
    assert [kind for kind, _ in changes(found, "p1")] == ["clinicians", "room"]
    assert [kind for kind, _ in changes(found, "c1")] == ["removed"]
    assert [kind for kind, _ in changes(found, "c2")] == ["added"]


def test_weeks_are_compared_by_weekday(timetable: Doc) -> None:
    later = deepcopy(timetable) | {"week_start": "2026-12-07"}
    for session in later["sessions"]:
        for end in ("start", "end"):
            session[end] = session[end].replace("2026-11-30", "2026-12-07").replace("12-02", "12-09")
    assert between(timetable, later).same


def test_the_command_says_it_by_person(
    run: Run,
    saved: Save,
    week: Doc,
    timetable: Doc,
) -> None:
    new = deepcopy(timetable)
    del new["sessions"][1]
    told = run(
        "diff", saved(timetable, "old.json"), saved(new, "new.json"), "--week", saved(week, "week.json")
    )
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines() == [
        "Patient p1",
        "  Talking group, Wed 2026-12-02 09:00–10:00: no longer takes place for you",
        "Patient p2",
        "  Talking group, Wed 2026-12-02 09:00–10:00: no longer takes place for you",
        "Clinician Ada Ahlberg",
        "  Talking group, Wed 2026-12-02 09:00–10:00: no longer takes place for you",
        "Different for 2 patients and 1 clinician; attendances: 2 dropped.",
    ]
