"""Marks, what is owed since, make-ups in the rest of the week, authorisations drawn down, steadiness."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from scheduler import read_problem
from scheduler.admission import admission
from scheduler.attendance import Mark, progress, read_marks
from scheduler.authorizations import StoredAuthorization, Used, authorized_in_week, used_in
from scheduler.errors import ProblemRefused
from scheduler.makeups import make_ups, with_make_ups
from scheduler.problem import Problem
from scheduler.stability import stability
from scheduler.timetable import PlannedSession
from scheduler.verify import broken
from tests.cli.conftest import small_timetable, small_week

Doc = dict[str, Any]
MONDAY = date(2026, 11, 30)
TUESDAY = datetime(2026, 12, 1, 8)


def planned(*fridays: str, **clinic: Any) -> tuple[Problem, tuple[PlannedSession, ...]]:
    """The small week; with patients named, a third talk on Friday that they are in."""
    document = small_week()
    document["clinic"] |= clinic
    sessions = small_timetable(document)["sessions"]
    if fridays:
        third = sessions[1] | {"id": "s3", "start": "2026-12-04T09:00", "end": "2026-12-04T10:00"}
        sessions.append(third | {"patients": list(fridays)})
    return read_problem(document).problem, tuple(PlannedSession(**s) for s in sessions)


def mark(patient: str, kind: str, session: str = "s1", minutes: int | None = None) -> Mark:
    return Mark.model_validate({"session": session, "patient": patient, "mark": kind, "minutes": minutes})


def test_what_is_missed_is_owed_and_what_the_plan_lacked_is_not() -> None:
    problem, sessions = planned()
    found = progress(problem, sessions, [mark("p1", "missed"), mark("p3", "excused"), mark("p2", "attended")])
    assert [(p, f.owed_minutes, f.owed, f.no_shows) for p, f in found.items()] == [
        ("p1", 60, {"talks": 60}, 1),
        ("p2", 0, {}, 0),
        ("p3", 60, {"talks": 60}, 0),  # short of one more by the plan itself, which is not owed
    ]
    assert (found["p2"].planned_minutes, found["p2"].attended_minutes, found["p2"].care_days) == (120, 60, 2)


def test_who_was_late_attended_a_session_with_fewer_minutes() -> None:
    problem, sessions = planned()
    found = progress(problem, sessions, [mark("p1", "late", minutes=40)])["p1"]
    assert (found.missed_minutes, found.owed_minutes, found.care_days) == (20, 0, 2)


def test_marks_are_read_strictly() -> None:
    problem, sessions = planned()
    given = [
        {"session": "s9", "patient": "p1", "mark": "missed"},
        {"session": "s2", "patient": "p3", "mark": "missed"},
        {"session": "s1", "patient": "p1", "mark": "late"},
        {"session": "s1", "patient": "p1", "mark": "missed", "minutes": 5},
        {"session": "s1", "patient": "p2", "mark": "late", "minutes": 60},
    ]
    with pytest.raises(ProblemRefused) as refusal:
        read_marks({"marks": given}, problem, sessions)
    assert [(f.pointer, f.code) for f in refusal.value.faults] == [
        ("/marks/0/session", "unknown_id"),
        ("/marks/1/patient", "not_in_session"),
        ("/marks/2/minutes", "missing"),
        ("/marks/3", "duplicate_entry"),
        ("/marks/3/minutes", "late_only"),
        ("/marks/4/minutes", "minutes_out_of_range"),
    ]


def test_a_free_seat_in_the_rest_of_the_week_makes_a_missed_session_up() -> None:
    problem, sessions = planned("p2", "p3")
    [made] = make_ups(problem, sessions, [mark("p1", "missed")], TUESDAY)
    assert [(a.session, a.start.isoformat()) for a in made.added] == [("s3", "2026-12-04T09:00:00")]
    assert (made.made_up_minutes, made.still_owed_minutes, made.reasons) == (60, 0, ())
    assert with_make_ups(sessions, [made])[2].patients == ("p2", "p3", "p1")


def test_nothing_is_made_up_in_the_past() -> None:
    problem, sessions = planned("p2", "p3")
    [made] = make_ups(problem, sessions, [mark("p1", "missed")], datetime(2026, 12, 4, 9, 1))
    assert (made.added, made.still_owed) == ((), {"talks": 60})
    assert [r.code for r in made.reasons] == ["makeup_none_left"]


def test_what_stays_owed_says_that_the_seats_are_taken() -> None:
    document = small_week()
    document["session_types"][0]["size"]["max"] = 2
    sessions = [PlannedSession(**s) for s in small_timetable(document)["sessions"]]
    sessions[0] = sessions[0].model_copy(update={"patients": ("p1", "p2")})
    sessions.append(
        sessions[1].model_copy(update={"id": "s3", "start": datetime(2026, 12, 4, 9), "end": None})
    )
    document["patients"] += [{"id": "p4", "program": "two-talks"}, {"id": "p5", "program": "two-talks"}]
    sessions[2] = sessions[2].model_copy(update={"patients": ("p4", "p5")})
    [made] = make_ups(read_problem(document).problem, sessions, [mark("p1", "missed")], TUESDAY)
    assert ([r.code for r in made.reasons], made.could) == (["makeup_full"], False)


def test_a_week_with_make_ups_breaks_no_rule() -> None:
    problem, sessions = planned("p2")
    made = make_ups(problem, sessions, [mark("p1", "missed")], TUESDAY)
    rest = [s.model_copy(update={"patients": ("p2", "p3")}) if s.id == "s1" else s for s in sessions]
    assert broken(problem, with_make_ups(rest, made)) == ()


# -- authorisations -----------------------------------------------------------------------------------------


def stored(**fields: Any) -> StoredAuthorization:
    return StoredAuthorization.model_validate({"id": "a1", **fields})


def test_care_that_was_missed_uses_nothing() -> None:
    problem, sessions = planned()
    used = used_in(problem, sessions, [mark("p1", "missed"), mark("p2", "late", minutes=40)])
    assert used["p1"] == (Used(date(2026, 12, 2), 60),)
    assert used["p2"] == (Used(MONDAY, 40), Used(date(2026, 12, 2), 60))


def test_a_week_may_use_what_is_left_and_is_told_that_little_is() -> None:
    used = [Used(MONDAY - timedelta(days=d), 180) for d in (1, 3, 40)]
    left = authorized_in_week(
        [stored(days=7, minutes=900, **{"from": "2026-11-01", "until": "2026-12-10"})], used, MONDAY, 3, 540
    )
    assert left.block == {"days": 5, "minutes": 540, "from": "2026-11-01", "until": "2026-12-10"}
    assert [w.code for w in left.warnings] == [
        "authorization_low",
        "authorization_low",
        "authorization_ending",
    ]


def test_without_an_authorisation_that_touches_the_week_nothing_is_authorised() -> None:
    left = authorized_in_week([stored(until="2026-11-29", days=9)], [], MONDAY)
    # Not even a session that is no care: no date of the week is authorised.
    assert left.block == {"days": 0, "minutes": 0, "from": None, "until": "2026-11-29"}
    assert [w.code for w in left.warnings] == ["authorization_ended"]
    assert authorized_in_week([], [], MONDAY).block is None


def test_of_two_authorisations_the_one_that_covers_more_of_the_week_counts() -> None:
    both = [stored(until="2026-12-01", days=9), stored(days=4, **{"from": "2026-12-02"})]
    both[1] = both[1].model_copy(update={"id": "a2"})
    assert authorized_in_week(both, [], MONDAY).authorization == "a2"


# -- steadiness and admission -------------------------------------------------------------------------------


def test_steadiness_counts_kept_places_spread_and_weeks_in_a_row() -> None:
    _, sessions = planned()
    later = [s.model_copy(update={"start": s.start + timedelta(days=7)}) for s in sessions]
    moved = [s.model_copy(update={"start": s.start + timedelta(days=7, hours=s.id == "s2")}) for s in later]
    found = stability([sessions, later, moved])
    assert (found["p1"].kept, found["p1"].spread, found["p1"].weeks_same) == (0.75, 60, 1)
    assert (found["p3"].kept, found["p3"].spread, found["p3"].weeks_same) == (1.0, 0, 3)


def test_a_known_admission_starts_on_the_first_day_or_says_why_not() -> None:
    problem, sessions = planned()
    new = {"id": "p9", "program": "two-talks"}
    prompt = admission([(problem, sessions)], new, MONDAY)
    assert (prompt.first_session, prompt.open_days_waited, prompt.prompt) == ("2026-11-30", 0, True)
    work = {"id": "job", "days": ["mon"], "start": "08:00", "end": "17:00"}
    later = admission([(problem, sessions)], deepcopy(new) | {"commitments": [work]}, MONDAY)
    assert (later.first_session, later.open_days_waited) == ("2026-12-02", 1)
    assert [(r.date, r.reason.code) for r in later.reasons] == [("2026-11-30", "admission_busy")]


def test_an_admission_on_a_closed_day_says_so() -> None:
    problem, sessions = planned(closures=[{"date": "2026-12-02"}])
    rest = tuple(s for s in sessions if s.id == "s1")
    answer = admission([(problem, rest)], {"id": "p9", "program": "two-talks"}, date(2026, 12, 2))
    assert answer.reasons[0].reason.code == "admission_closed"
