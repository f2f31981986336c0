"""Care from week to week: what authorisations leave, what is owed, how steady a patient's weeks are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from api.patches import stored_patch
from api.routes import explanations
from api.store.models import Timetable
from api.weeks import StoredWeek
from tests.api.door import WEEK, Door
from tests.api.test_attendance import mark, published

NEXT = (date.fromisoformat(WEEK) + timedelta(7)).isoformat()
LATER = (date.fromisoformat(WEEK) + timedelta(14)).isoformat()


def authorize(door: Door, clinic: str, *listed: dict[str, Any], patient: str = "p1") -> None:
    """Store authorisations, each from the first week on unless it says otherwise."""
    whole = [{"id": f"A-{n}", "from": WEEK, "until": "2027-02-28", **a} for n, a in enumerate(listed, 1)]
    path = f"{clinic}/patients/{patient}/authorizations"
    answer = door.put(path, {"authorizations": whole}, If_Match="*")
    assert answer.status_code == 200, answer.text


def broken(door: Door, week: str) -> list[tuple[str, str]]:
    """Rules that a timetable breaks as things are stored now, and whom for."""
    findings = door.post(f"{week}/publish?dry_run=true").json()["findings"]
    return sorted({(f["rule"], f["subject"]) for f in findings})


def progress(door: Door, clinic: str, query: str = "", patient: str = "p1") -> dict[str, Any]:
    answer = door.get(f"{clinic}/patients/{patient}/progress{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


# -- authorisations -----------------------------------------------------------------------------------------


def test_a_published_week_draws_an_authorisation_down_and_no_later_one_overruns_it(either_door: Door) -> None:
    clinic = either_door.clinic()
    authorize(either_door, clinic, {"days": 5})
    published(either_door, clinic=clinic)
    second = either_door.solved(clinic, NEXT)  # the planner of these tests looks at no limit
    assert broken(either_door, second) == [("authorization", "p1")]
    assert either_door.post(f"{second}/publish").status_code == 409
    authorize(either_door, clinic, {"days": 6})
    assert broken(either_door, second) == []


def test_missed_care_uses_nothing_and_late_care_its_minutes(either_door: Door) -> None:
    clinic = either_door.clinic()
    first = published(either_door, clinic=clinic)
    second = either_door.solved(clinic, NEXT)
    authorize(either_door, clinic, {"days": 5})
    assert broken(either_door, second) == [("authorization", "p1")]
    either_door.put(f"{first}/attendance", {"marks": [mark("s1", "p1", "missed")]})
    assert broken(either_door, second) == []
    authorize(either_door, clinic, {"minutes": 420})
    assert broken(either_door, second) == [("authorization", "p1")]
    either_door.put(f"{first}/attendance", {"marks": [mark("s2", "p1", "late", minutes=60)]})
    assert broken(either_door, second) == []
    assert progress(either_door, clinic)["next"]["authorized"] == {
        "days": None,
        "minutes": 270,
        "from": WEEK,
        "until": "2027-02-28",
    }


def test_a_week_does_not_count_against_itself_and_published_later_weeks_do(door: Door) -> None:
    clinic = door.clinic()
    authorize(door, clinic, {"days": 3})
    later = published(door, clinic=clinic, week_start=LATER)
    assert broken(door, later) == []
    assert broken(door, door.solved(clinic, WEEK)) == [("authorization", "p1")]


def test_a_week_that_no_authorisation_touches_has_no_care_for_the_patient(door: Door) -> None:
    clinic = door.clinic()
    authorize(door, clinic, {"from": NEXT})
    week = door.solved(clinic)
    assert broken(door, week) == [("authorization", "p1")]
    told = progress(door, clinic, f"?week_start={WEEK}")["next"]
    assert (told["authorization"], told["authorized"]["days"]) == (None, 0)
    assert [w["code"] for w in told["warnings"]] == ["authorization_not_begun"]


def test_the_plan_itself_is_asked_for_within_what_is_left_and_the_stricter_of_both_counts(door: Door) -> None:
    clinic = door.clinic()
    authorize(door, clinic, {"days": 5, "minutes": 900})
    patient = {"program": "evening-iop", "primary_clinician": "c1", "authorized": {"minutes": 300}}
    assert door.put(f"{clinic}/patients/p1", patient, If_Match="*").status_code == 200
    week = door.solved(clinic, NEXT)
    with door.service.sessions.read() as session:
        problem = session.get_one(Timetable, week.rsplit("/", 1)[1]).problem
    assert problem is not None
    found = {p["id"]: p.get("authorized") for p in problem["patients"]}
    assert found["p1"] == {"days": 5, "minutes": 300, "from": WEEK, "until": "2027-02-28"}
    assert found["p2"] is None


def test_whose_authorisations_run_out_is_told_for_the_clinic(either_door: Door) -> None:
    clinic = either_door.clinic()
    found = either_door.get(f"{clinic}/authorizations?week_start={WEEK}").json()
    assert found == {"week_start": WEEK, "patients": []}
    authorize(either_door, clinic, {"days": 20})
    authorize(either_door, clinic, {"days": 5}, patient="p2")
    told = either_door.get(f"{clinic}/authorizations?week_start={LATER}").json()["patients"]
    assert [(p["patient"], [w["code"] for w in p["warnings"]]) for p in told] == [
        ("p1", []),
        ("p2", ["authorization_low"]),
    ]
    published(either_door, clinic=clinic)
    told = either_door.get(f"{clinic}/authorizations?week_start={NEXT}").json()["patients"]
    assert [p["authorized"]["days"] for p in told] == [
        progress(either_door, clinic, f"?week_start={NEXT}", p)["next"]["authorized"]["days"]
        for p in ("p1", "p2")
    ]
    assert either_door.get(f"{clinic}/authorizations?week_start=2026-02-30").status_code == 422


def test_the_end_of_an_authorisation_is_told_ahead(door: Door) -> None:
    clinic = door.clinic()

    def codes(week_start: str = WEEK) -> list[str]:
        return [w["code"] for w in progress(door, clinic, f"?week_start={week_start}")["next"]["warnings"]]

    assert codes() == []
    authorize(door, clinic, {"days": 20})
    assert codes() == []
    authorize(door, clinic, {"days": 5})
    assert codes() == ["authorization_low"]
    authorize(door, clinic, {"days": 0, "until": NEXT})
    assert codes() == ["authorization_used", "authorization_ending"]
    authorize(door, clinic, {"until": NEXT}, {"from": "2026-12-08"})
    assert codes() == []
    authorize(door, clinic, {"until": "2026-12-04"})
    assert codes(LATER) == ["authorization_ended"]


@pytest.mark.parametrize(
    "dates",
    [{"until": "9999-12-31"}, {"from": "0001-01-01"}, {"from": "0001-01-03", "until": "9999-12-31"}],
)
def test_an_authorisation_may_reach_to_either_end_of_the_calendar(door: Door, dates: dict[str, str]) -> None:
    clinic = door.clinic()
    authorize(door, clinic, {"days": 20} | dates)
    published(door, clinic=clinic)
    for start in (WEEK, NEXT):
        assert broken(door, door.solved(clinic, start)) == []
        assert progress(door, clinic, f"?week_start={start}")["next"]["authorization"] == "A-1"
        told = door.get(f"{clinic}/authorizations?week_start={start}")
        assert [p["authorization"] for p in told.json()["patients"]] == ["A-1"]
        assert told.json()["patients"][0]["warnings"] == []


def test_nobody_is_asked_about_who_is_not_in_care_in_the_week(door: Door) -> None:
    clinic = door.clinic()
    authorize(door, clinic, {"from": NEXT})

    def told() -> list[str]:
        (one,) = door.get(f"{clinic}/authorizations?week_start={WEEK}").json()["patients"]
        return [w["code"] for w in one["warnings"]]

    assert told() == ["authorization_not_begun"]
    later = {"program": "evening-iop", "primary_clinician": "c1"}
    for dates in ({"active": {"from": NEXT}}, {"phases": [{"from": WEEK, "program": None}]}):
        assert door.put(f"{clinic}/patients/p1", later | dates, If_Match="*").status_code == 200
        assert told() == []


# -- weeks --------------------------------------------------------------------------------------------------


def test_a_patients_weeks_tell_what_was_planned_attended_and_is_owed(either_door: Door) -> None:
    clinic = either_door.clinic()
    first = published(either_door, clinic=clinic)
    published(either_door, clinic=clinic, week_start=NEXT)
    marks = [
        mark("s1", "p1", "missed"),
        mark("s2", "p1", "late", minutes=60),
        mark("s1", "p2", "excused"),
    ]
    either_door.put(f"{first}/attendance", {"marks": marks})
    found = progress(either_door, clinic)
    assert found["weeks"][0] == {
        "week_start": WEEK,
        "timetable": first.rsplit("/", 1)[1],
        "planned_minutes": 270,
        "attended_minutes": 60,
        "missed_minutes": 120,
        "owed_minutes": 90,
        "owed": {"groups": 90},
        "care_days": 2,
        "payer_days": 2,
        "no_shows": 1,
        "excused": 0,
        "unmarked": 1,
    }
    assert (found["weeks"][1]["owed_minutes"], found["weeks"][1]["unmarked"]) == (0, 3)
    assert found["next"]["week_start"] == LATER
    steady = found["stability"]
    assert (steady["kept"], steady["spread"], steady["weeks_same"]) == (1.0, 0, 2)
    assert len(progress(either_door, clinic, "?weeks=1")["weeks"]) == 1
    assert progress(either_door, clinic, patient="p2")["weeks"][0]["excused"] == 1


def test_a_patient_without_weeks_has_a_next_one(door: Door) -> None:
    found = progress(door, door.clinic())
    assert found["weeks"] == []
    assert found["next"]["authorized"] is None
    assert found["stability"] is None
    assert door.get(f"{door.clinic()}/patients/nobody/progress").status_code == 404


# -- what would help ----------------------------------------------------------------------------------------


def write(door: Door, patch: list[dict[str, Any]]) -> None:
    """Make the operations of a patch that add, one after the other."""
    for operation in patch:
        stored = door.get(operation["resource"])
        document: Any = stored.json()
        *steps, last = operation["path"].split("/")[1:]
        place = document
        for step in steps:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[last] = operation["value"]
        written = door.put(operation["resource"], document, If_Match=stored.headers["etag"])
        assert written.status_code == 200, written.text


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("own", [None, {"minutes": 290}], ids=["stored alone", "the patient's own block too"])
def test_more_of_a_stored_authorisation_is_asked_for_where_it_is_stored(
    door: Door, own: dict[str, Any] | None
) -> None:
    clinic = door.clinic()
    published(door, clinic=clinic)  # 270 minutes of it are used before
    authorize(door, clinic, {"minutes": 540})
    patient = {"program": "evening-iop", "primary_clinician": "c1", "authorized": own}
    assert door.put(f"{clinic}/patients/p1", patient, If_Match="*").status_code == 200
    week = door.solved(clinic, NEXT)
    (told,) = door.get(f"{week}/explanations/p1?time_limit=5").json()["patients"]
    assert told["unmet_minutes"] == 60
    change = next(c for c in told["changes"] if c["result"]["unmet_minutes"] == 0 and c["patch"])
    where = [
        (o["resource"].removeprefix(f"{clinic}/patients/p1"), o["path"], o["value"]) for o in change["patch"]
    ]
    expected: list[tuple[str, str, Any]] = [("/authorizations", "/authorizations/0/minutes", 600)]
    assert where == expected + ([("", "/authorized", {"minutes": 330})] if own else [])
    write(door, change["patch"])
    assert progress(door, clinic, f"?week_start={NEXT}")["next"]["authorized"]["minutes"] == 330
    plan = door.post(f"{week}/placements", {"patient": "p1"}).json()["plans"][0]
    assert plan["unmet_minutes"] == 0


@pytest.mark.usefixtures("kernels")
def test_an_authorisation_of_few_dates_is_to_hold_for_the_whole_week(door: Door) -> None:
    clinic = door.clinic()
    week = door.solved(clinic)
    authorize(door, clinic, {"until": "2026-12-01"})
    assert broken(door, week) == [("authorization", "p1")]
    draft = door.post(f"{week}/repairs", {"from": f"{WEEK}T00:00"}).headers["Location"]
    (told,) = door.get(f"{draft}/explanations/p1?time_limit=5").json()["patients"]
    patches = [c["patch"] for c in told["changes"] if c["text"] == "The payer authorises the whole week."]
    path = f"{clinic}/patients/p1/authorizations"
    value = {"op": "add", "path": "/authorizations/0/until", "value": "2026-12-06", "resource": path}
    assert patches[0] == [value]
    write(door, patches[0])
    assert broken(door, week) == []


@pytest.mark.parametrize("limit", ["days", "minutes"])
@pytest.mark.parametrize("known", [True, False], ids=["limited when it was asked", "nothing stored then"])
def test_what_has_no_limit_by_now_is_not_raised(door: Door, limit: str, known: bool) -> None:
    clinic = door.clinic()
    key = door.solved(clinic).rsplit("/", 1)[1]
    authorize(door, clinic, {})
    patient = {"id": "p1"} | ({"authorized": {limit: 3}} if known else {})
    patch = [{"op": "add", "path": "/patients/0/authorized", "value": {limit: 5}}]
    with door.service.sessions.read() as session:
        week = StoredWeek(session.get_one(Timetable, key), {"patients": [patient]}, {}, 1)
        assert stored_patch(session, week, patch) == []


@pytest.mark.usefixtures("kernels")
def test_a_change_of_which_nothing_is_left_to_do_is_not_told(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = door.clinic()
    week = door.solved(clinic)
    authorize(door, clinic, {"until": "2026-12-01"})
    draft = door.post(f"{week}/repairs", {"from": f"{WEEK}T00:00"}).headers["Location"]
    monkeypatch.setattr(explanations, "stored_patch", lambda *_: [])
    (told,) = door.get(f"{draft}/explanations/p1?time_limit=5").json()["patients"]
    assert told["unmet_minutes"] > 0
    assert "The payer authorises the whole week." not in {c["text"] for c in told["changes"]}
    assert all("gone" not in c for c in told["changes"])
