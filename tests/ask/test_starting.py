"""When a patient could start: the same question to one published week after another."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta

import pytest

from scheduler.errors import ProblemRefused
from scheduler.intake import read_problem
from scheduler.starting import Start, when
from scheduler.timetable import PlannedSession
from tests.cli.conftest import Doc, Run

Save = Callable[[Doc | str, str], str]
NEW: Doc = {"id": "p9", "program": "two-talks"}


@pytest.fixture
def later(week: Doc, timetable: Doc) -> tuple[Doc, Doc]:
    """The same week seven days on, with a seat more in its groups."""
    after, planned = deepcopy(week), deepcopy(timetable)
    after["clinic"]["week_start"] = planned["week_start"] = "2026-12-07"
    after["session_types"][0]["size"]["max"] = 5
    after["rooms"][0]["capacity"] = 5
    for session in planned["sessions"]:
        for field in ("start", "end"):
            moment = datetime.fromisoformat(session[field]) + timedelta(days=7)
            session[field] = moment.isoformat(timespec="minutes")
    return after, planned


def asked(patient: Doc, *weeks: tuple[Doc, Doc]) -> Start:
    return when(
        [(read_problem(w).problem, [PlannedSession(**s) for s in t["sessions"]]) for w, t in weeks], patient
    )


def full(week: Doc, timetable: Doc) -> None:
    """Monday's group has no seat left, and nothing else can be opened for one patient."""
    week["session_types"][0]["size"]["max"] = 3


def test_they_start_in_the_first_week_that_gives_all_the_care(
    week: Doc, timetable: Doc, later: tuple[Doc, Doc]
) -> None:
    full(week, timetable)
    answer = asked(NEW, later, (week, timetable))
    assert [w.week_start for w in answer.weeks] == ["2026-11-30", "2026-12-07"]
    assert [w.complete for w in answer.weeks] == [False, True]
    assert (answer.first_session, answer.first_date) == ("2026-12-02", "2026-12-07")


def test_a_start_in_the_middle_of_a_week_needs_less_of_it(week: Doc, timetable: Doc) -> None:
    answer = asked(NEW | {"active": {"from": "2026-12-01"}}, (week, timetable))
    assert [(w.complete, w.plan and len(w.plan.attendances)) for w in answer.weeks] == [(True, 1)]
    answer = asked(NEW | {"active": {"from": "2026-12-04"}}, (week, timetable))
    assert [w.plan.unmet_minutes for w in answer.weeks if w.plan] == [60]


def test_who_is_not_there_yet_starts_nowhere(week: Doc, timetable: Doc) -> None:
    answer = asked(NEW | {"active": {"from": "2027-01-01"}}, (week, timetable))
    assert (answer.first_date, answer.first_session) == (None, None)


def test_asking_ends_when_somebody_asks_to_stop(week: Doc, timetable: Doc) -> None:
    problem = read_problem(week).problem
    assert when([(problem, [])], NEW, stop=lambda: True).weeks == ()


def test_a_patient_that_a_week_does_not_know_is_refused(week: Doc, timetable: Doc) -> None:
    with pytest.raises(ProblemRefused):
        asked(NEW | {"program": "gone"}, (week, timetable))


def test_the_command_says_when(
    run: Run, saved: Save, week: Doc, timetable: Doc, later: tuple[Doc, Doc]
) -> None:
    full(week, timetable)
    first = saved(week, "week.json"), saved(timetable, "out.json")
    second = saved(later[0], "next.json"), saved(later[1], "next-out.json")
    told = run("place", *first, saved(json.dumps(NEW), "p.json"), "--then", *second)
    assert told.code == 0
    assert told.out.splitlines()[-3:] == [
        "Week of Mon 2026-11-30: from Wed 2026-12-02, 60 min of care unmet.",
        "Week of Mon 2026-12-07: from Mon 2026-12-07, all the care that is owed.",
        "p9 could start on Mon 2026-12-07 with all the care that is owed.",
    ]
