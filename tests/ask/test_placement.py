"""`place`: one more patient in a timetable, against trying every plan there is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import combinations, product
from random import Random

import pytest

from scheduler.errors import ProblemRefused
from scheduler.evaluation import evaluate
from scheduler.intake import read_problem
from scheduler.intake.asked import read_patient
from scheduler.placement import Placement, place, with_plan
from scheduler.problem import Problem
from scheduler.timetable import PlannedSession
from scheduler.verify import broken
from tests.cli.conftest import Doc, Run

Save = Callable[[Doc | str, str], str]
MON, WED = "2026-11-30", "2026-12-02"


def clinic(dice: Random) -> Doc:
    """Two mornings in hours, a group that is held, talks of one's own with few and limited clinicians."""
    window = {"days": ["mon", "wed"], "start": "09:00", "end": "13:00"}
    limits = dice.choice(
        [{}, {"max_day_minutes": 60}, {"max_week_minutes": 60}, {"buffer_minutes": 60},
         {"max_consecutive_minutes": 60, "break_minutes": 60}]
    )  # fmt: skip
    needs = [
        {"id": "group", "any_of": ["group"], "sessions": {"min": dice.randint(1, 2), "max": 2}},
        {"id": "talk", "any_of": ["talk"], "sessions": {"min": dice.randint(1, 3), "max": 3}},
        {"id": "pair", "any_of": ["pair"], "sessions": {"min": dice.randint(0, 1), "max": 1}},
    ]
    return {
        "clinic": {
            "id": "k", "timezone": "UTC", "week_start": MON, "slot_minutes": 60, "opening_hours": [window],
        },
        "session_types": [
            {"id": "group", "mode": "group", "minutes": 60, "size": {"min": 2, "max": 3},
             "facilitators": [], "room": {}},
            {"id": "talk", "mode": "individual", "minutes": 60, "facilitators": [{"credentials": ["A"]}],
             "max_per_day": dice.choice([1, 2, None]), "room": dice.choice([None, {}])},
            {"id": "pair", "mode": "family", "minutes": 60,
             "facilitators": [{"credentials": ["A"]}, {"primary": True, "credentials": ["B"]}]},
        ],
        "programs": [
            {"id": "iop", "requirements": needs, "max_idle_minutes": dice.choice([None, 60, 0]),
             "days": {"min": dice.randint(0, 2)}, "day_care_minutes": {"min": dice.choice([None, 120])},
             "enforce": dice.choice([[], ["day_care_min"], ["days_min"]])}
        ],
        "clinicians": [
            {"id": "a", "credentials": ["A"], "availability": [window]} | limits,
            {"id": "b", "credentials": ["B"], "availability": [window]},
        ],
        "rooms": [{"id": "r", "capacity": 3, "turnover_minutes": dice.choice([0, 60])}],
        "patients": [
            {"id": name, "program": "iop", "lift": ["enforce"]} for name in ("x", "y", "z")
        ],
        "apart": dice.choice([[], [["x", "new"]]]),
    }  # fmt: skip


NEW: Doc = {"id": "new", "program": "iop"}


def drawn(seed: int) -> tuple[Problem, tuple[PlannedSession, ...]]:
    """A week with groups for the three who are there, and the one to be placed in the problem already."""
    dice = Random(seed)
    document = clinic(dice)
    new = NEW | {"primary_clinician": dice.choice([None, "a", "b"])}
    if dice.random() < 0.4:
        hour = dice.randint(9, 12)
        new["commitments"] = [
            {"id": "c", "days": ["mon"], "start": f"{hour:02d}:00", "end": f"{hour + 1:02d}:00",
             "strength": dice.choice(["hard", "soft"])}
        ]  # fmt: skip
    document["patients"].append(new)
    held = [
        (MON, dice.choice([9, 11]), ("x", "y")),
        (WED, dice.choice([10, 12]), dice.choice([("y", "z"), ("x", "y", "z")])),
    ]
    sessions = [
        PlannedSession(id=f"g{i}", session_type="group", start=f"{day}T{hour:02d}:00", room="r", patients=who)
        for i, (day, hour, who) in enumerate(held)
    ]
    return read_problem(document).problem, tuple(sessions)


def every_plan(problem: Problem, sessions: tuple[PlannedSession, ...]) -> dict[frozenset[str], int]:
    """Every legal week of the new patient, as its places with the least cost over clinicians and rooms."""
    had = {f.key for f in broken(problem, sessions)}
    before = evaluate(problem, sessions).value
    found: dict[frozenset[str], int] = {}
    for chosen in _choices(sessions):
        for own in product(*(_staffed(*spot) for spot in chosen if spot[0] != "group")):
            joined = {start for kind, start in chosen if kind == "group"}
            made = [
                s.model_copy(update={"patients": (*s.patients, "new")})
                if f"{s.start:%Y-%m-%dT%H:%M}" in joined
                else s
                for s in sessions
            ]
            made += list(own)
            if any(f.key not in had for f in broken(problem, made)):
                continue
            key = frozenset(f"{kind} {start}" for kind, start in chosen)
            cost = evaluate(problem, made).value - before
            found[key] = min(cost, found.get(key, cost))
    return found


def _choices(sessions: tuple[PlannedSession, ...]) -> Iterator[tuple[tuple[str, str], ...]]:
    """Sets of places at different times, no more of a kind than anybody may attend."""
    hours = [f"{day}T{hour:02d}:00" for day in (MON, WED) for hour in range(9, 13)]
    groups = [("group", f"{s.start:%Y-%m-%dT%H:%M}") for s in sessions]
    places = [*groups, *(("talk", h) for h in hours), *(("pair", h) for h in hours)]
    for size in range(7):
        for chosen in combinations(places, size):
            kinds = [kind for kind, _ in chosen]
            alone = len({start for _, start in chosen}) == size
            if alone and kinds.count("talk") <= 3 and kinds.count("pair") <= 1:
                yield chosen


def _staffed(kind: str, start: str) -> list[PlannedSession]:
    crews = [("a",)] if kind == "talk" else [("a", "b")]
    return [
        PlannedSession(
            id=f"{kind}-{start[8:13]}",
            session_type=kind,
            start=start,
            clinicians=crew,
            room=room,
            patients=("new",),
        )
        for crew in crews
        for room in ([None, "r"] if kind == "talk" else [None])
    ]


def best_five(plans: dict[frozenset[str], int]) -> list[int]:
    """Costs of the best plans, leaving out those that only add sessions to a better one."""
    kept: list[tuple[frozenset[str], int]] = []
    for key, cost in sorted(plans.items(), key=lambda item: (item[1], len(item[0]))):
        if not any(smaller < key for smaller, _ in kept):
            kept.append((key, cost))
    return [cost for _, cost in kept][:5]


@pytest.mark.parametrize("seed", range(3))
def test_the_plans_are_the_best_of_all_that_can_be_tried(seed: int) -> None:
    problem, sessions = drawn(seed)
    placement = place(problem, sessions, problem.patients[-1])
    empty = evaluate(problem, sessions).value
    assert placement.exact
    assert [p.increase for p in placement.plans] == best_five(every_plan(problem, sessions))
    had = {f.key for f in broken(problem, sessions)}
    for plan in placement.plans:
        made = with_plan(sessions, "new", plan)
        assert {f.key for f in broken(problem, made)} <= had
        assert evaluate(problem, made).value - empty == plan.increase


def asked(week: Doc, timetable: Doc, patient: Doc, **options: int) -> Placement:
    problem = read_problem(week).problem
    sessions = [PlannedSession(**s) for s in timetable["sessions"]]
    return place(problem, sessions, read_patient(patient, problem), **options)  # type: ignore[arg-type]


def test_a_new_patient_joins_groups_that_have_a_seat(week: Doc, timetable: Doc) -> None:
    best = asked(week, timetable, {"id": "p9", "program": "two-talks"}).plans[0]
    assert [a.session for a in best.attendances] == ["s1", "s2"]
    assert (best.increase, best.care_minutes, best.unmet_minutes) == (120, 120, 0)
    assert best.days == ("2026-11-30", "2026-12-02")


def test_what_is_missing_is_told(week: Doc, timetable: Doc) -> None:
    busy = {"id": "job", "days": ["mon"], "start": "08:00", "end": "12:00"}
    best = asked(week, timetable, {"id": "p9", "program": "two-talks", "commitments": [busy]}).plans[0]
    assert [a.session for a in best.attendances] == ["s2"]
    assert (best.short, best.unmet_minutes) == ({"talks": 1}, 60)


def test_one_more_session_is_offered_with_whom_it_would_need(week: Doc, timetable: Doc) -> None:
    busy = {"id": "job", "days": ["mon"], "start": "08:00", "end": "12:00"}
    openings = asked(week, timetable, {"id": "p9", "program": "two-talks", "commitments": [busy]}).openings
    assert [f"{o.start:%a %H:%M}" for o in openings] == ["Fri 09:00"]
    only = openings[0]
    assert (only.clinicians, only.room, only.others_needed, only.others_who_could) == (("c1",), "r1", 1, 2)
    assert only.increase == only.plan.increase == 60 * 2 + 60 * 4
    assert (only.plan.unmet_minutes, [a.session for a in only.plan.attendances]) == (0, ["s2", None])


def test_a_session_that_nobody_else_could_come_to_is_not_offered(week: Doc, timetable: Doc) -> None:
    for patient in week["patients"]:
        patient["commitments"] = [{"id": "trip", "days": ["fri"], "start": "08:00", "end": "18:00"}]
    busy = {"id": "job", "days": ["mon"], "start": "08:00", "end": "12:00"}
    patient = {"id": "p9", "program": "two-talks", "commitments": [busy]}
    assert asked(week, timetable, patient).openings == ()


def test_a_planned_patient_is_asked_about_without_their_own_week_in_the_way(
    week: Doc, timetable: Doc
) -> None:
    week["session_types"][0]["size"]["max"] = 3
    same = asked(week, timetable, week["patients"][0]).plans[0]
    assert same.increase == 0
    earlier = week["patients"][0] | {"preferred": [{"days": ["mon"], "start": "09:00", "end": "10:00"}]}
    assert asked(week, timetable, earlier).plans[0].increase == 60


def test_whoever_a_group_cannot_lose_stays_in_it(week: Doc, timetable: Doc) -> None:
    away = week["patients"][0] | {
        "commitments": [{"id": "x", "days": ["wed"], "start": "09:00", "end": "10:00"}]
    }
    refused = asked(week, timetable, away)
    assert refused.plans == ()
    assert [r.code for r in refused.reasons] == ["tied"]
    gone = week["patients"][2] | {"active": {"from": "2026-12-03"}}
    assert all("s1" not in {a.session for a in p.attendances} for p in asked(week, timetable, gone).plans)


def test_a_patient_document_is_read_as_strictly_as_a_problem(week: Doc) -> None:
    problem = read_problem(week).problem
    with pytest.raises(ProblemRefused) as refused:
        read_patient({"id": "p9", "program": "gone", "colour": 1}, problem)
    assert {(f.pointer, f.code) for f in refused.value.faults} == {
        ("/program", "unknown_id"),
        ("/colour", "unknown_field"),
    }


def test_the_command_lists_plans(run: Run, saved: Save, week: Doc, timetable: Doc) -> None:
    files = saved(week, "week.json"), saved(timetable, "out.json")
    told = run("place", *files, saved(json.dumps({"id": "p9", "program": "two-talks"}), "p.json"))
    assert (told.code, told.err) == (0, "")
    lines = told.out.splitlines()
    assert lines[0] == "4 week plans for p9, beside everybody who is planned; the best there are."
    assert lines[1] == "Plan 1: 2 h of care on 2 days; nothing unmet; cost +120"
    assert lines[2] == "  Mon 2026-11-30 09:00–10:00 Talking group, Ada Ahlberg, Blue room"
    assert run("place", *files, saved("{}", "none.json")).code == 2


def happened(start: str) -> Doc:
    session = {"session_type": "talk", "start": f"{MON}T{start}", "clinicians": ["a"], "patients": ["x"]}
    return {"session": session, "happened": True}


def test_what_has_happened_against_the_rules_stays_in_every_plan_and_bars_none() -> None:
    """Two talks on Monday, one more than a day and the week allow, and a commitment told too late."""
    document = clinic(Random(0))
    document["session_types"][1] |= {"max_per_day": 1, "room": None}
    document["clinicians"] = [c | {"max_day_minutes": None} for c in document["clinicians"]]
    document["programs"][0] |= {"care_minutes": {"max": 60}, "max_idle_minutes": None, "enforce": []}
    document["pins"] = [happened("09:00"), happened("11:00")]
    document["patients"][0]["commitments"] = [
        {"id": "c", "days": ["mon"], "start": "09:00", "end": "10:00", "strength": "hard"}
    ]
    problem = read_problem(document).problem
    facts = tuple(PlannedSession(id=f"s{i}", **p["session"]) for i, p in enumerate(document["pins"]))
    answer = place(problem, facts, problem.patients[0])
    assert answer.reasons == ()
    assert answer.plans
    for plan in answer.plans:
        assert {"s0", "s1"} <= {a.session for a in plan.attendances}
        assert not broken(problem, with_plan(facts, "x", plan))
