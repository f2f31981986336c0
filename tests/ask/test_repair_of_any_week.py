"""`repair` of small weeks drawn at random, after events drawn at random, judged by the oracle as well."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import combinations, islice
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduler import solve
from scheduler.errors import NoTimetableFound, PinsClash, ProblemRefused
from scheduler.event import read_event
from scheduler.intake import read_problem
from scheduler.repair import Repair, repair
from scheduler.timetable import PlannedSession
from scheduler.verify import verify
from tests.oracle import judge, wrong_claims
from tests.strategies.clinics import plain_problem
from tests.strategies.drawing import Doc, chance, some
from tests.strategies.timetables import plan

SUBSETS = 60  # of what could be kept, at most
Case = tuple[Doc, list[Doc], Doc]


def drawn(seed: int) -> Case:
    """A clinic, a legal timetable of it, and what happens then."""
    dice = Random(seed)
    document = plain_problem(dice)
    sessions = plan(dice, document, legal=True)
    return document, sessions, _event(dice, document, sessions)


def _event(dice: Random, document: Doc, sessions: list[Doc]) -> Doc:
    first = datetime.fromisoformat(document["clinic"]["week_start"])
    start = first + timedelta(minutes=dice.choice([0, 0, 600, 1440, 2000, 3000, 4000]))
    event: Doc = {"from": start.isoformat(timespec="minutes")}
    day = (first + timedelta(days=dice.randint(0, 6))).date().isoformat()
    busy = [s["start"][:10] for s in sessions]
    if busy and chance(dice, 70):
        day = dice.choice(busy)
    led = sorted({c for s in sessions for c in s["clinicians"]}) or [c["id"] for c in document["clinicians"]]
    if led and chance(dice, 75):
        event["absences"] = [{"clinician": c, "date": day} for c in some(dice, led, least=1, most=2)]
    if document["rooms"] and chance(dice, 25):
        event["room_closures"] = [{"room": document["rooms"][0]["id"], "date": day, "start": "10:00"}]
    people = [p["id"] for p in document["patients"]]
    if people and chance(dice, 25):
        event["leavers"] = [dice.choice(people)]
    if people and chance(dice, 25):
        event["patients"] = [_busier(dice, dice.choice(document["patients"]), day)]
    return event


def _busier(dice: Random, patient: Doc, day: str) -> Doc:
    hour = dice.randint(8, 18)
    more = {"id": "late", "date": day, "start": f"{hour:02d}:00", "end": f"{hour + 2:02d}:00"}
    kept = [c for c in patient.get("commitments") or [] if c["id"] != "late"]
    return patient | {"commitments": [*kept, more | {"strength": "hard"}]}


def repaired(case: Case, seconds: float = 10.0) -> Repair | None:
    """None where the event itself is refused, or contradicts what it cannot change."""
    document, sessions, event = case
    problem = read_problem(document).problem
    given = [PlannedSession(**s) for s in sessions]
    try:
        return repair(problem, given, read_event(event, problem), seconds=seconds)
    except (PinsClash, ProblemRefused):
        return None


def judged(case: Case, answer: Repair) -> None:
    """Verified here and by the oracle, the past untouched, every count of the answer so."""
    _, sessions, event = case
    made = answer.timetable.document()
    assert verify(read_problem(answer.problem).problem, answer.timetable).clean
    assert judge(answer.problem, made).broken == []
    assert wrong_claims(answer.problem, made) == []
    past = [s for s in sessions if s["start"] < event["from"]]
    assert [s for s in made["sessions"] if s["start"] < event["from"]] == sorted(
        past, key=lambda s: (s["start"], s["id"])
    )
    old, new = _attendances(sessions), _attendances(made["sessions"])
    assert answer.changed.lost == len(old.keys() - new.keys())
    assert answer.changed.new == len(new.keys() - old.keys())
    assert answer.changed.clinicians == sum(old[k] != new[k] for k in old.keys() & new.keys())
    assert answer.unmet_minutes == sum(p["unmet_minutes"] for p in made["patients"])
    assert answer.least <= answer.changed.lost
    losses = [a.changed.lost for a in answer.alternatives]
    unmet = [answer.unmet_minutes, *(a.unmet_minutes for a in answer.alternatives)]
    assert losses == sorted(losses)
    assert unmet == sorted(set(unmet), reverse=True)


def _attendances(sessions: list[Doc]) -> dict[tuple[str, str, str], frozenset[str]]:
    return {
        (p, s["session_type"], s["start"]): frozenset(s["clinicians"])
        for s in sessions
        for p in s["patients"]
    }


def refuted(case: Case, answer: Repair) -> str | None:
    """A timetable that loses fewer than the claimed least, found by the ordinary search with pins."""
    _, sessions, event = case
    coming = [s for s in sessions if s["start"] >= event["from"]]
    had = [(p, s["session_type"], s["start"]) for s in coming for p in s["patients"]]
    most = len(had) - answer.least + 1
    # a leaver who came before the event that day is excused of `active`, and yet no more asked to come
    had = [place for place in had if place[0] not in event.get("leavers", ())]
    asked = combinations(had, most) if answer.least else ()
    for kept in islice(asked, SUBSETS):
        document = {**answer.problem, "pins": [*answer.problem["pins"], *map(_pin, kept)]}
        document["clinic"] = _closed_until(event["from"], document["clinic"])
        try:
            found = solve(read_problem(document).problem, time_limit=5, deterministic=20)
        except (PinsClash, NoTimetableFound):
            continue
        return f"keeps {kept}: {[s.id for s in found.sessions]}"
    return None


def _pin(place: tuple[str, str, str]) -> Doc:
    return dict(zip(("patient", "session_type", "start"), place, strict=True))


def _closed_until(moment: str, clinic: Doc) -> Doc:
    """So that the search makes nothing up in the past."""
    first, today = clinic["week_start"], moment[:10]
    yesterday = (date.fromisoformat(today) - timedelta(days=1)).isoformat()
    past = [{"date": first, "until_date": yesterday}] if yesterday >= first else []
    past += [{"date": today, "end": moment[11:]}] if moment[11:] > "00:00" else []
    return {**clinic, "closures": [*(clinic.get("closures") or []), *past]}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_week_after_any_event_is_repaired_as_claimed(seed: int) -> None:
    case = drawn(seed)
    answer = repaired(case)
    assume(answer is not None)
    assert answer is not None
    judged(case, answer)


@pytest.mark.parametrize("seed", [2, 12, 40, 52, 72, 76, 86, 90])
def test_the_ordinary_search_finds_nothing_that_loses_fewer(seed: int) -> None:
    case = drawn(seed)
    answer = repaired(case)
    assert answer is not None
    assert answer.proved == "week"
    assert refuted(case, answer) is None
