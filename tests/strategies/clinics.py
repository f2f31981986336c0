"""A small clinic: every field of a problem but baseline and pins."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from scheduler.problem import FLAGGED_RULES, PROGRAM_RULES, TERMS, WEEKDAYS, format_clock
from tests.strategies.drawing import (
    CLOCKS,
    Doc,
    chance,
    dated_windows,
    dates,
    ids,
    optional,
    some,
    weekly_windows,
)

TAGS = ("adult", "teen", "women")
CREDENTIALS = ("LADC", "LCSW", "RN")
FEATURES = ("group", "quiet")
FACILITATORS: tuple[Doc, ...] = (
    {},
    {"credentials": []},
    {"credentials": ["LADC", "LCSW"]},
    {"credentials": ["LADC"]},
    {"primary": True},
    {"primary": True, "credentials": []},
    {"primary": True, "credentials": ["LCSW"]},
)
MONDAY = date(2026, 11, 30)


def plain_problem(dice: Random, most_patients: int = 5, most_types: int = 4) -> Doc:
    """A whole clinic without baseline and pins."""
    clinic = _clinic(dice)
    first = date.fromisoformat(clinic["week_start"])
    types = ids("t", 0 if chance(dice, 3) else dice.randint(1, most_types))
    problem: Doc = {
        "schema_version": "1",
        "clinic": clinic,
        "session_types": [_session_type(dice, t, clinic["slot_minutes"]) for t in types],
        "programs": [_program(dice, p, types) for p in ids("g", dice.randint(1, 2))],
        "clinicians": [
            _clinician(dice, c, first) for c in ids("c", 0 if chance(dice, 3) else dice.randint(1, 4))
        ],
        "rooms": [_room(dice, r, first) for r in ids("r", 0 if chance(dice, 8) else dice.randint(1, 2))],
    }
    people = ids("p", 0 if chance(dice, 3) else dice.randint(1, most_patients))
    problem["patients"] = [_patient(dice, p, problem) for p in people]
    problem |= _closed_groups(dice, problem)
    _lasting(Random(repr(problem)), problem, first)
    if chance(dice, 40):
        problem["weights"] = {term: dice.randint(0, 50) for term in some(dice, TERMS)}
    return problem


def _clinic(dice: Random) -> Doc:
    first = MONDAY + timedelta(days=dice.choice([0, 0, 6, 2]))
    closures = dated_windows(dice, first) if chance(dice, 35) else []
    for closure in closures:
        closure |= optional(dice, {"applies_to": (60, lambda: dice.choice(["all", "in_person"]))})
    return {
        "id": "k",
        "timezone": "America/New_York",
        "week_start": first.isoformat(),
        "slot_minutes": dice.choice([15, 30, 60, 5]),
        "opening_hours": weekly_windows(dice, wide=95),
        "closures": closures,
    }


def _session_type(dice: Random, name: str, slot: int) -> Doc:
    mode = dice.choice(["group", "group", "individual", "family"])
    document: Doc = {
        "id": name,
        "mode": mode,
        "minutes": slot * dice.randint(1, max(1, 120 // slot)),
        "facilitators": [dice.choice(FACILITATORS) for _ in range(dice.choice([0, 1, 1, 1, 2]))],
    }
    if mode == "group":
        least = dice.choice([1, 1, 2])
        document["size"] = {"min": least, "max": least + dice.randint(0, 3)}
    return document | optional(
        dice,
        {
            "delivery": (40, lambda: dice.choice(["telehealth", "in_person"])),
            "room": (60, lambda: {"features": some(dice, FEATURES, most=1)} if chance(dice, 60) else {}),
            "start_every_minutes": (30, lambda: slot * dice.choice([1, 2, 3, 4])),
            "windows": (20, lambda: weekly_windows(dice)),
            "counts_as_care": (30, lambda: chance(dice, 40)),
            "max_per_day": (40, lambda: dice.choice([1, 2, None])),
            "audience": (
                20,
                lambda: {"requires": some(dice, TAGS, most=1), "excludes": some(dice, TAGS, most=1)},
            ),
        },
    )


def _requirements(dice: Random, types: list[str]) -> list[Doc]:
    """The types dealt out to up to three requirements, one left over at most."""
    dealt = some(dice, types, least=max(0, len(types) - 1))
    cuts = sorted(dice.randint(0, len(dealt)) for _ in range(2))
    parts = [dealt[a:b] for a, b in zip([0, *cuts], [*cuts, len(dealt)], strict=True)]
    return [
        {"id": f"r{i}", "any_of": part} | optional(dice, {"sessions": (80, lambda: _limits(dice, 4))})
        for i, part in enumerate(p for p in parts if p)
    ]


def _limits(dice: Random, most: int, step: int = 1) -> Doc:
    """A minimum, a maximum, both or neither."""
    ends = {"min": dice.randint(0, most)}
    ends["max"] = dice.randint(ends["min"], most)
    return {n: step * ends[n] for n in some(dice, ("min", "max"))}


def _program_rules(dice: Random, types: list[str], percent: int) -> Doc:
    return optional(
        dice,
        {
            "requirements": (percent, lambda: _requirements(dice, types)),
            "care_minutes": (percent, lambda: _limits(dice, 12, step=45)),
            "days": (percent, lambda: _limits(dice, 5)),
            "day_care_minutes": (percent, lambda: _limits(dice, 6, step=45)),
            "max_idle_minutes": (percent, lambda: dice.choice([0, 30, 90])),
            "max_gap_days": (percent, lambda: dice.randint(0, 3)),
            "min_services_per_day": (percent, lambda: dice.randint(0, 3)),
            "group_every_day": (percent, lambda: chance(dice, 50)),
            "enforce": (percent, lambda: some(dice, FLAGGED_RULES, most=3)),
        },
    )


def _program(dice: Random, name: str, types: list[str]) -> Doc:
    return (
        {"id": name} | _program_rules(dice, types, percent=50) | {"requirements": _requirements(dice, types)}
    )


def _clinician(dice: Random, name: str, first: date) -> Doc:
    return {"id": name, "availability": weekly_windows(dice, wide=90)} | optional(
        dice,
        {
            "credentials": (90, lambda: some(dice, CREDENTIALS, least=1)),
            "time_off": (25, lambda: dated_windows(dice, first)),
            "max_day_minutes": (25, lambda: dice.choice([60, 120, 240])),
            "max_week_minutes": (25, lambda: dice.choice([120, 300, 600])),
            "buffer_minutes": (30, lambda: dice.choice([0, 10, 15, 30])),
            "max_consecutive_minutes": (30, lambda: dice.choice([90, 120, 240])),
            "break_minutes": (30, lambda: dice.choice([0, 15, 30])),
        },
    )


def _room(dice: Random, name: str, first: date) -> Doc:
    return {"id": name, "capacity": dice.randint(1, 5)} | optional(
        dice,
        {
            "features": (70, lambda: some(dice, FEATURES)),
            "turnover_minutes": (40, lambda: dice.choice([0, 10, 30])),
            "closures": (25, lambda: dated_windows(dice, first)),
        },
    )


def _commitment(dice: Random, name: str, first: date) -> Doc:
    document: Doc = {
        "id": name,
        "start": format_clock(dice.choice(CLOCKS[:-1])),
        "end": format_clock(dice.choice(CLOCKS[1:])),
    }
    if chance(dice, 60):
        document |= {"days": some(dice, WEEKDAYS, least=1, most=3)} | dates(dice, first)
    else:
        day = first + timedelta(days=dice.randint(-2, 7))
        document["date"] = day.isoformat()
        if chance(dice, 30):
            document["until_date"] = (day + timedelta(days=dice.randint(0, 8))).isoformat()
    return document | optional(
        dice,
        {
            "kind": (50, lambda: dice.choice(["work", "school", "legal"])),
            "travel_minutes": (40, lambda: dice.choice([10, 30, 60])),
            "strength": (60, lambda: dice.choice(["soft", "soft", "hard"])),
            "weight": (30, lambda: dice.randint(1, 5)),
        },
    )


def _patient(dice: Random, name: str, problem: Doc) -> Doc:
    first = date.fromisoformat(problem["clinic"]["week_start"])
    types = [t["id"] for t in problem["session_types"]]
    leaders = [c["id"] for c in problem["clinicians"]]
    own: Doc = {"id": name, "program": dice.choice(problem["programs"])["id"]}
    return (
        own
        | _program_rules(dice, types, percent=8)
        | optional(
            dice,
            {
                "priority": (30, lambda: dice.randint(1, 5)),
                "primary_clinician": (80 if leaders else 0, lambda: dice.choice(leaders)),
                "tags": (70, lambda: some(dice, TAGS)),
                "telehealth": (70, lambda: chance(dice, 70)),
                "active": (20, lambda: dates(dice, first)),
                "commitments": (
                    50,
                    lambda: [_commitment(dice, m, first) for m in ids("m", dice.randint(1, 2))],
                ),
                "preferred": (30, lambda: weekly_windows(dice)),
                "lift": (10, lambda: some(dice, PROGRAM_RULES, most=2)),
                "authorized": (20, lambda: _authorized(dice, first)),
            },
        )
    )


def _authorized(dice: Random, first: date) -> Doc:
    amounts = {"days": (50, lambda: dice.randint(0, 4)), "minutes": (50, lambda: 45 * dice.randint(0, 8))}
    return optional(dice, amounts) | dates(dice, first)


def _lasting(dice: Random, problem: Doc, first: date) -> None:
    """Cover and phases, from dice of their own: the other draws are as they were without."""
    names = [c["id"] for c in problem["clinicians"]]
    for clinician in problem["clinicians"]:
        others = [n for n in names if n != clinician["id"]]
        if others and chance(dice, 50):
            clinician["covered_by"] = some(dice, others, least=1)
    programs = [p["id"] for p in problem["programs"]]
    for patient in problem["patients"]:
        if chance(dice, 15):
            days = sorted(dice.sample(range(-5, 9), dice.randint(1, 3)))
            patient["phases"] = [
                {"from": (first + timedelta(days=d)).isoformat(), "program": dice.choice([*programs, None])}
                for d in days
            ]
    for patient in problem["patients"]:
        for dated in (patient, *patient.get("phases", ())):
            if chance(dice, 30):
                dated["new_time_weight"] = dice.randint(1, 5)


def _closed_groups(dice: Random, problem: Doc) -> Doc:
    """Disjoint cohorts over the patients, and pairs apart that no cohort holds both of."""
    people = [p["id"] for p in problem["patients"]]
    types = [t["id"] for t in problem["session_types"] if t["mode"] == "group"]
    members = some(dice, people)
    groups = [g for g in (members[: len(members) // 2], members[len(members) // 2 :]) if g]
    cohorts = [
        {"id": f"h{i}", "session_types": some(dice, types, least=1, most=2), "patients": group}
        for i, group in enumerate(groups if types and chance(dice, 35) else [])
    ]
    pairs = [[a, b] for a in people for b in people if a < b]
    allowed = [pair for pair in pairs if not any(set(pair) <= set(c["patients"]) for c in cohorts)]
    return {"cohorts": cohorts, "apart": some(dice, allowed, most=2) if chance(dice, 40) else []}
