"""The ten terms of the objective, each on a week small enough to count by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.rules.small_week import DATES, evaluated, session, units, week

Doc = dict[str, Any]


def need(name: str, *types: str, least: int) -> Doc:
    return {"id": name, "any_of": list(types), "sessions": {"min": least}}


def only_p1(**rules: Any) -> Doc:
    """A week in which p1 alone has these rules."""
    return week({"id": "p1", **rules})


def test_a_missing_session_costs_the_minutes_of_the_shortest_type() -> None:
    document = only_p1(requirements=[need("care", "group", "screen", least=3)])
    assert units(document, "unmet_care") == 45
    assert units(document, "unmet_care", session("group", "mon 09:00")) == 30


def test_missing_sessions_and_missing_minutes_are_not_counted_twice() -> None:
    document = only_p1(requirements=[need("care", "group", least=2)], care_minutes={"min": 150})
    assert units(document, "unmet_care") == 150
    assert units(document, "unmet_care", session("group", "mon 09:00")) == 90
    short = only_p1(requirements=[need("care", "group", least=2)], care_minutes={"min": 90})
    assert units(short, "unmet_care", session("group", "mon 09:00")) == 60


def test_requirements_without_care_are_added() -> None:
    needs = [need("care", "group", least=1), need("other", "screen", least=2)]
    assert units(only_p1(requirements=needs, care_minutes={"min": 90}), "unmet_care") == 90 + 30


def test_unmet_minutes_weigh_the_patients_priority() -> None:
    document = only_p1(requirements=[need("care", "group", least=1)], priority=4)
    assert units(document, "unmet_care") == 240
    assert evaluated(document).patients[0].unmet_minutes == 60


def test_minima_shrink_with_the_active_dates_but_not_with_the_authorisation() -> None:
    needs: Doc = {"requirements": [need("care", "group", least=4)]}
    part = only_p1(**needs, active={"from": DATES["fri"]})  # 3 of 7 open dates: 1.71, so 2
    assert units(part, "unmet_care") == 120
    assert units(only_p1(**needs, authorized={"until": DATES["tue"]}), "unmet_care") == 240


def based_on(*sessions: Doc, days_earlier: int = 0) -> Doc:
    starts = [datetime.fromisoformat(s["start"]) - timedelta(days=days_earlier) for s in sessions]
    given = zip(sessions, starts, strict=True)
    return week(baseline={"sessions": [s | {"start": t.isoformat(timespec="minutes")} for s, t in given]})


@pytest.mark.parametrize("days_earlier", [0, 7])
def test_an_attendance_that_the_baseline_does_not_give_is_moved(days_earlier: int) -> None:
    document = based_on(
        session("talk", "mon 09:00"), session("talk", "tue 09:00", id="s2"), days_earlier=days_earlier
    )
    assert units(document, "moved", session("talk", "mon 09:00"), session("talk", "wed 09:00", id="s2")) == 1
    assert (
        units(document, "moved", session("talk", "mon 09:15"), session("family", "tue 09:00", id="s2")) == 2
    )
    assert units(document, "moved") == 0


@pytest.mark.parametrize(("weight", "expected"), [(None, 2), (1, 2), (7, 8)])
def test_a_time_at_which_the_baseline_gives_nothing_can_count_more(weight: int | None, expected: int) -> None:
    document = based_on(session("talk", "mon 09:00", "p1"))
    document["patients"] = [{"id": "p1", "program": "iop", "new_time_weight": weight}]
    had, new = session("family", "mon 09:00", "p1"), session("talk", "tue 09:00", "p1", id="s2")
    assert units(document, "moved", had, new) == expected


def test_a_patient_who_is_not_in_the_baseline_moves_nothing() -> None:
    document = based_on(session("talk", "mon 09:00", "p1"))
    assert units(document, "moved", session("talk", "tue 09:00", "p2")) == 0


def test_a_baseline_of_a_type_since_gone_is_ignored_entirely() -> None:
    document = based_on(session("gone", "mon 09:00"))
    assert units(document, "moved", session("talk", "tue 09:00")) == 0
    assert evaluated(document).patients[0].kept is None


def test_kept_is_the_share_of_baseline_attendances() -> None:
    given = [session("talk", f"{day} 09:00", id=day) for day in ("mon", "tue", "wed")]
    document = based_on(*given)
    kept = [p.kept for p in evaluated(document, *given[:2], session("talk", "thu 09:00")).patients]
    assert kept == [2 / 3, None, None]


def test_a_kept_attendance_with_other_clinicians_is_changed() -> None:
    document = based_on(session("talk", "mon 09:00", clinicians=["c1"]))
    assert units(document, "clinician_changed", session("talk", "mon 09:00", clinicians=["c2"])) == 1
    assert units(document, "clinician_changed", session("talk", "mon 09:00", clinicians=["c1"])) == 0
    assert units(document, "clinician_changed", session("talk", "tue 09:00", clinicians=["c2"])) == 0


def test_clinicians_are_compared_as_sets_without_those_since_gone() -> None:
    document = based_on(session("talk", "mon 09:00", clinicians=["c2", "gone", "c1"]))
    assert units(document, "clinician_changed", session("talk", "mon 09:00", clinicians=["c1", "c2"])) == 0


def test_minutes_in_soft_commitments_are_weighed_and_travel_is_not_added() -> None:
    soft = {"strength": "soft", "days": ["mon"], "start": "09:30", "end": "12:00", "travel_minutes": 60}
    document = only_p1(commitments=[{"id": "a", "weight": 3, **soft}, {"id": "b", **soft}])
    assert units(document, "soft_commitment", session("talk", "mon 09:00")) == 30 * 3 + 30
    assert units(document, "soft_commitment", session("talk", "mon 08:30")) == 0


def test_minutes_outside_the_preferred_windows_are_counted() -> None:
    windows = [
        {"days": ["mon"], "start": "09:30", "end": "09:40"},
        {"days": ["mon"], "start": "09:40", "end": "11:00"},
    ]
    assert units(only_p1(preferred=windows), "not_preferred", session("talk", "mon 09:00")) == 30
    assert units(only_p1(preferred=[]), "not_preferred", session("talk", "mon 09:00")) == 0


def test_idle_minutes_are_those_in_no_session() -> None:
    sessions = [
        session("talk", "mon 09:00"),
        session("screen", "mon 10:30", id="s2"),
        session("family", "mon 11:00", id="s3"),
        session("tele", "mon 15:00", id="s4"),
    ]
    assert units(week(), "idle", *sessions) == 30 + 15
    assert evaluated(week(), *sessions).patients[0].idle_minutes == 45


def test_attended_days_are_dates_with_any_session() -> None:
    sessions = [
        session("screen", "mon 09:00"),
        session("talk", "mon 12:00", id="s2"),
        session("tele", "tue 09:00", id="s3"),
    ]
    assert units(week(), "attended_day", *sessions) == 2
    figures = evaluated(week(), *sessions).patients[0]
    assert (figures.attended_days, figures.care_days, figures.care_minutes) == (2, 2, 120)


def test_facilitator_time_is_that_of_groups() -> None:
    document = week({"id": "group", "facilitators": [{}, {}]})
    held = [session("group", "mon 09:00", clinicians=["c1", "c2"]), session("talk", "tue 09:00", id="s2")]
    assert units(document, "facilitator_time", *held) == 120


def test_load_spread_is_between_those_who_lead_at_all() -> None:
    both = [session("talk", f"{day} 09:00", id=day) for day in ("mon", "tue", "wed")]
    assert units(week(), "load_spread", *both) == 0
    assert units(week(), "load_spread", *both, session("talk", "thu 09:00", clinicians=["c2"])) == 120
    assert units(week(), "load_spread") == 0


def test_the_objective_is_units_times_weights() -> None:
    document = week({"id": "p1", "requirements": [need("care", "group", "talk", least=2)]})
    document["weights"] = {"unmet_care": 7, "attended_day": 11, "load_spread": 3}
    evaluation = evaluated(document, session("group", "mon 09:00"))
    costs = {t.term: t.cost for t in evaluation.terms if t.cost}
    assert costs == {"unmet_care": 60 * 7, "attended_day": 11, "facilitator_time": 60 * 4}
    assert evaluation.value == 60 * 7 + 11 + 240


def test_available_minutes_are_inside_opening_hours_and_outside_closures() -> None:
    document = week(
        {
            "id": "k",
            "opening_hours": [{"days": ["mon", "tue"], "start": "08:00", "end": "18:00"}],
            "closures": [
                {"date": DATES["mon"], "start": "08:00", "end": "09:00", "applies_to": "all"},
                {"date": DATES["tue"], "start": "08:00", "end": "10:00", "applies_to": "in_person"},
            ],
        },
        {"id": "c1", "availability": [{"days": ["mon", "wed"], "start": "06:00", "end": "12:00"}]},
        {"id": "c2", "time_off": [{"date": DATES["tue"], "start": "08:30", "end": "12:00"}]},
        {"id": "r1", "closures": [{"date": DATES["tue"], "start": "09:00", "end": "11:00"}]},
    )
    evaluation = evaluated(document, session("group", "mon 09:00"))
    assert [(c.id, c.minutes, c.available_minutes) for c in evaluation.clinicians] == [
        ("c1", 60, 180),
        ("c2", 0, 540 + 390),
    ]
    assert [(r.id, r.minutes, r.available_minutes) for r in evaluation.rooms] == [
        ("r1", 60, 540 + 420),
        ("r2", 0, 540 + 480),
    ]
